"""The tray icon, where the system has a tray: state in its tooltip, and a way back to the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from widgets import theme
from widgets.parts.words import plural

if TYPE_CHECKING:
    from app.api import EngineView

__all__ = ["Tray"]


class Tray(QObject):
    """Shown only while the system has a tray."""

    opened = Signal()
    quit = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(theme.icon("headwater", "accent", 22), self)
        self._icon.setToolTip("Headwater")
        self._menu = QMenu()
        self._menu.addAction(self.tr("Open Headwater")).triggered.connect(lambda _=False: self.opened.emit())
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Quit")).triggered.connect(lambda _=False: self.quit.emit())
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)

    @staticmethod
    def available() -> bool:
        """Whether there is a tray at all."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Put the icon into the tray."""
        self._icon.show()

    def hide(self) -> None:
        """Take it away."""
        self._icon.hide()

    def show_engine(self, view: EngineView) -> None:
        """The state as a tooltip."""
        runs = plural(view.active_runs, self.tr("sync running"), self.tr("syncs running"))
        self._icon.setToolTip(f"Headwater: {runs}" if view.active_runs else "Headwater")

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()
