"""The last runs: all as bars, the newest in words. Each leads to its run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout

from widgets import theme
from widgets.language import core
from widgets.parts import absolute_time, ago, button, column, heading, icon_label, label, look, row
from widgets.parts.elided import Elided
from widgets.parts.runbars import RunBars
from widgets.parts.status import brought
from widgets.parts.words import listed

if TYPE_CHECKING:
    from app.api import RunView

__all__ = ["History"]

LINES = 5


class Line(QFrame):
    """A run in a line: how it ended, when, and what came of it."""

    def __init__(self, run: RunView, chosen: Callable[[str], object]) -> None:
        super().__init__()
        shown = look(run.state)
        when = button(ago(run.finished_at or run.queued_at), lambda: chosen(run.id), kind="link", name="run")
        when.setToolTip(absolute_time(run.finished_at or run.queued_at))
        told = core(run.error.what) if run.error is not None else brought(run.counts)
        when.setAccessibleName(listed((shown.word, when.text(), told)))
        text = Elided(self.tr("{0}: {1}").format(shown.word, told))
        when.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        laid = row(icon_label(shown.icon, shown.role), text, when, parent=self, space=theme.SPACE_S)
        laid.setStretch(1, 1)


class History(QFrame):
    """`chosen` with a run's id."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self.setObjectName("history")
        self.bars = RunBars()
        self.bars.chosen.connect(self.chosen.emit)
        self._told = Elided("", "detail", "muted")
        self.bars.pointed.connect(self._told.setText)
        title = heading(self.tr("Last runs"))
        title.setMinimumHeight(theme.ROW - 4)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._none = label(self.tr("Each sync leaves a bar here: as high as it was long."), "body", "muted", wrap=True)
        laid = column(title, self.bars, self._told, self._none, self._lines, None, parent=self)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        self._runs: list[RunView] = []
        self._shown_at = ""
        self.show_runs([])

    def show_runs(self, runs: list[RunView]) -> None:
        """Those that are over, newest first."""
        self.bars.show_runs(runs)
        self._told.setText(self.bars.sentence())
        for widget in (self.bars, self._told):
            widget.setVisible(len(runs) > 1)
        self._none.setVisible(not runs)
        newest = runs[:LINES]
        stamp = "".join(ago(run.finished_at or run.queued_at) for run in newest)
        if newest == self._runs and stamp == self._shown_at:
            return
        self._runs, self._shown_at = newest, stamp
        while (item := self._lines.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for run in newest:
            self._lines.addWidget(Line(run, self.chosen.emit))
