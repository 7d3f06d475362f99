"""What the window shows outside of itself: its tray icon, its notifications, its mark in the task bar.

Without a tray the task bar's entry asks for a look instead; everything else works the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from widgets.notify import Notice, Notifier
from widgets.pages.page import Place
from widgets.spoken import Spoken
from widgets.tray import Tray

if TYPE_CHECKING:
    from app.api import EngineApi
    from widgets.shell import Shell

__all__ = ["Outside"]


class Outside(QObject):
    """`tray` is None where the system has none."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self.notifier = Notifier(shell, shell.tasks)
        self.notifier.notified.connect(self._notified)
        self.spoken = Spoken(shell, shell.tasks)
        self.tray = Tray(shell) if shell.tray_available else None
        if self.tray is not None:
            self.tray.opened.connect(self.open)
            self.tray.show()

    def begin(self, client: EngineApi) -> None:
        """The engine is there."""
        self.notifier.begin(client)
        self.spoken.begin(client)

    def end(self) -> None:
        """The window closes."""
        if self.tray is not None:
            self.tray.hide()

    def open(self, place: Place) -> None:
        """The person wants the window, at a place."""
        self._shell.come_forward()
        if place.page:
            self._shell.go(place)

    def _notified(self, notice: Notice) -> None:
        if self.tray is not None:
            self.tray.notify(notice)
        else:
            QApplication.alert(self._shell)
