"""The one timer of a page that shows times: every second while something counts down, else twice a minute, and not at
all while nobody sees the page or there is no time to tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.api import ConnectionView

__all__ = ["Clock"]

SECOND_MS = 1_000
SLOW_MS = 30_000
"""How often "6 min ago" is looked at again."""


class Clock(QObject):
    """Ticks for a widget as often as the connections it shows need it."""

    ticked = Signal()

    def __init__(self, seen: QWidget) -> None:
        super().__init__(seen)
        self._seen = seen
        self._pace = 0
        self._held = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.ticked.emit)
        seen.installEventFilter(self)

    def show_connections(self, views: Iterable[ConnectionView]) -> None:
        """What is shown now."""
        pace = 0
        for view in views:
            run = view.active_run
            if run is not None and run.state == "waiting" and run.until is not None:
                pace = SECOND_MS
                break
            pace = SLOW_MS
        self._pace = pace
        self._set()

    def hold(self, held: bool) -> None:
        """Without an engine nothing goes on that could be told."""
        self._held = held
        self._set()

    @property
    def interval(self) -> int:
        """Milliseconds between ticks now; 0 while it rests."""
        return self._timer.interval() if self._timer.isActive() else 0

    def _set(self) -> None:
        wanted = self._pace if self._seen.isVisible() and not self._held else 0
        if wanted == self.interval:
            return
        if wanted:
            self._timer.start(wanted)
        else:
            self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Seen again: the times may be old."""
        if event.type() == QEvent.Type.Show:
            self._set()
            if not self._held:
                self.ticked.emit()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        return super().eventFilter(watched, event)
