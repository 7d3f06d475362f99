"""Python's cyclic garbage is collected on the window's thread only.

Left alone, a collection runs on whichever thread allocates, such as one that imports a page's libraries beside the
window; a widget that has become garbage would then be destroyed outside Qt's thread, and that crashes. Here it is done
when the loop has nothing else to do: no timer wakes an idle window for it.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QAbstractEventDispatcher, QObject

__all__ = ["Collector"]

EVERY_SECONDS = 0.5
"""Often enough for what a window allocates, and no more than a frame's worth of work each time."""


class Collector(QObject):
    """Between `start` and `stop` nobody else collects."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = False
        self._next = 0.0

    def start(self) -> None:
        """Take over."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._look_at_times)

    def stop(self) -> None:
        """Give back."""
        QAbstractEventDispatcher.instance().aboutToBlock.disconnect(self._look_at_times)
        if self._was_enabled:
            gc.enable()

    def settle(self) -> None:
        """What was imported until now stays to the end: a collection that walked it would stop the window for 60 ms."""
        gc.collect()
        gc.freeze()

    def _look_at_times(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            self.look()

    def look(self) -> None:
        """Collect the oldest generation that is due, as Python itself would have."""
        counts, due = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if due[generation] and counts[generation] > due[generation]:
                gc.collect(generation)
                return
