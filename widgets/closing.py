"""The panel that asks, once and without standing in the way, what a close should do to a running sync."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.parts.build import button, icon_label, label, row
from widgets.parts.words import plural

__all__ = ["ClosePanel"]


class ClosePanel(QFrame):
    """Esc stays. What was synced so far is kept in every case, and the panel says so."""

    to_tray = Signal()
    stop = Signal()
    stay = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("close_panel")
        self.setProperty("ground", "banner")
        self._text = label("", wrap=True)
        self._tray = button(self.tr("Keep running in the tray"), self.to_tray.emit, kind="primary", name="close_tray")
        self._stop = button(self.tr("Stop and quit"), self.stop.emit, name="close_stop")
        self._stay = button(self.tr("Stay"), self.stay.emit, kind="quiet", name="close_stay")
        laid = row(
            icon_label("running", "accent", 20),
            self._text,
            self._tray,
            self._stop,
            self._stay,
            parent=self,
            space=theme.SPACE_M,
        )
        laid.setStretch(1, 1)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)

    def ask(self, runs: int, tray: bool) -> None:
        """Show the question; without a tray there is nothing to keep running in."""
        self._text.setText(
            self.tr("{0} under way. Stopping keeps what has arrived; the next run goes on from there.").format(
                plural(runs, self.tr("sync is"), self.tr("syncs are"))
            )
        )
        self.setAccessibleName(self._text.text())
        self._tray.setVisible(tray)
        self.show()
        (self._tray if tray else self._stay).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is Stay."""
        if event.key() == Qt.Key.Key_Escape:
            self.stay.emit()
        else:
            super().keyPressEvent(event)
