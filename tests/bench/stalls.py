"""What keeps the window's loop from its next frame: how long, during what, and in which of our functions.

A timer beats on the loop. A thread looks at the clock; when a beat is late, it notes where the loop's thread stands.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimerEvent

OURS = ("widgets", "app", "connectors")
BEAT_MS = 5
LOOK_SECONDS = 0.004
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stall:
    """One beat that came late."""

    during: str
    ms: float
    cpu: float
    """How much of it the loop's thread was at work, in ms: the rest it waited, for the processor or another thread."""
    where: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.ms:6.0f} ms ({self.cpu:.0f} at work)  {self.during}: " + "; ".join(
            f"{place} x{count}" for place, count in self.where.most_common(3)
        )


class Stalls(QObject):
    """`during` is said by whoever drives the window; `found` is what lasted longer than `limit_ms`."""

    def __init__(self, limit_ms: float = 16.0) -> None:
        super().__init__()
        self.during = ""
        self.found: list[Stall] = []
        self.late: list[float] = []
        """By how much each beat came late, in ms."""
        self._limit = limit_ms
        self._last, self._spent = time.perf_counter(), time.thread_time()
        self._seen: Counter[str] = Counter()
        self._thread = threading.get_ident()
        self._end = threading.Event()
        self.startTimer(BEAT_MS, Qt.TimerType.PreciseTimer)
        self._watcher = threading.Thread(target=self._watch, name="bench: stalls", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """Look no more."""
        self._end.set()
        self._watcher.join()

    def worst(self, during: str = "") -> Stall | None:
        """The longest, of one activity or of all."""
        return max((one for one in self.found if one.during.startswith(during)), key=lambda one: one.ms, default=None)

    def timerEvent(self, event: QTimerEvent) -> None:
        """A beat."""
        now, spent = time.perf_counter(), time.thread_time()
        cpu, self._spent = (spent - self._spent) * 1000, spent
        late, self._last = max(0.0, (now - self._last) * 1000 - BEAT_MS), now
        seen, self._seen = self._seen, Counter()
        self.late.append(late)
        if late > self._limit:
            self.found.append(Stall(self.during, late, cpu, seen))

    def _watch(self) -> None:
        while not self._end.wait(LOOK_SECONDS):
            if (time.perf_counter() - self._last) * 1000 > BEAT_MS * 2:
                frame = sys._current_frames().get(self._thread)
                if frame is not None:
                    self._seen[_place(frame)] += 1


def _place(frame: FrameType) -> str:
    """Our innermost function, and what stands above it."""
    innermost = f"{Path(frame.f_code.co_filename).name}:{frame.f_code.co_name}"
    ours: list[str] = []
    at: FrameType | None = frame
    while at is not None and len(ours) < 3:
        path = Path(at.f_code.co_filename)
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in OURS:
            ours.append(f"{path.relative_to(ROOT)}:{at.f_lineno} {at.f_code.co_name}")
        at = at.f_back
    return f"{innermost} in {' < '.join(ours)}" if ours else innermost
