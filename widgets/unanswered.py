"""What a start shows when the window that has the profile does not answer: wait for it, end it, or leave it.

It hangs, or its computer is very busy; a start from an icon that only said so to a terminal would seem to do nothing.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.instance import Instance, hand_over
from widgets.parts import button, column, icon_label, label, row

__all__ = ["Unanswered", "ask"]

END_SECONDS = 5
"""How long the system may take to end a process."""
TRY_MS = 20
WIDTH = 460


class Unanswered(QWidget):
    """Says `settled`: True if this process has the profile now, False if it is to end."""

    settled = Signal(bool)

    def __init__(self, instance: Instance, profile: Path, target: str = "") -> None:
        super().__init__()
        self._instance, self._profile, self._target = instance, profile, target
        self._done = False
        self._tries = 0
        self.setWindowTitle("Headwater")
        self.setWindowIcon(theme.icon("headwater", "accent", 32))
        what = label(self.tr("Headwater is open already, but does not answer"), "section", wrap=True)
        self.said = label(
            self.tr(
                "It may only be busy. If you end it, what was stored is safe, and a sync that is under way goes on at "
                "the next start; what was typed and not kept yet is lost."
            ),
            wrap=True,
        )
        self.wait = button(self.tr("Wait"), self._wait, kind="primary", name="unanswered_wait")
        self.end = button(self.tr("End it and start"), self._end, name="unanswered_end")
        close = button(self.tr("Close"), self.close, kind="quiet", name="unanswered_close")
        words = column(what, self.said, theme.SPACE_S, row(None, close, self.end, self.wait), space=theme.SPACE_S)
        mark = icon_label("waiting", "warning", 32)
        laid = row(mark, words, parent=self, space=theme.SPACE_L, margin=theme.SPACE_XL)
        laid.setStretch(1, 1)
        laid.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        self.setFixedWidth(theme.scaled(WIDTH))
        self.wait.setFocus()

    def _wait(self) -> None:
        """It may answer by now, or have ended."""
        self.wait.setText(self.tr("Waiting …"))
        self.repaint()
        if self._instance.first():
            self._settle(True)
        elif hand_over(self._profile, self._target):
            self._settle(False)
        self.wait.setText(self.tr("Wait"))

    def _end(self) -> None:
        """The hard way: it does not listen."""
        pid = self._instance.holder()
        if not pid:
            self.said.setText(self.tr("It runs on another computer: close it there."))
            return
        try:
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        except OSError as error:
            self.said.setText(self.tr("It could not be ended: {0}").format(error.strerror))
            return
        self._tries = END_SECONDS * 1000 // TRY_MS
        self._look(pid)

    def _look(self, pid: int) -> None:
        """Whether it has gone; again in a moment where it has not."""
        if self._instance.first():
            self._settle(True)
        elif self._tries > 0:
            self._tries -= 1
            QTimer.singleShot(TRY_MS, self, lambda: self._look(pid))
        else:
            still = self.tr("process {0} still runs").format(pid)
            self.said.setText(self.tr("It could not be ended: {0}").format(still))

    def _settle(self, ours: bool) -> None:
        self._done = True
        self.settled.emit(ours)
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Left as it is."""
        super().closeEvent(event)
        if not self._done:
            self._settle(False)


def ask(instance: Instance, profile: Path, target: str) -> bool:
    """Show it until it is settled, in a loop of Qt's own that ends before there is another; whether to start."""
    loop = QEventLoop()
    answers: list[bool] = []
    shown = Unanswered(instance, profile, target)
    shown.settled.connect(answers.append)
    shown.settled.connect(loop.quit)
    shown.show()
    loop.exec()
    shown.deleteLater()
    return answers[0]
