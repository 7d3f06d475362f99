"""Python's cyclic garbage is collected on the window's thread only.

Left alone, a collection runs on whichever thread allocates, such as one that imports a page's libraries beside the
window; a widget that has become garbage would then be destroyed outside Qt's thread, and that crashes.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer

__all__ = ["Collector"]

EVERY_MS = 500


class Collector(QObject):
    """Between `start` and `stop` nobody else collects."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Take over."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give back."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    def settle(self) -> None:
        """What was imported until now stays to the end: a collection that walked it would stop the window for 60 ms."""
        gc.collect()
        gc.freeze()

    def look(self) -> None:
        """Collect the oldest generation that is due, as Python itself would have."""
        counts, due = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if due[generation] and counts[generation] > due[generation]:
                gc.collect(generation)
                return
