"""What a run does right now, as numbers a person can read: smoothed rate, and the time left once it can be told."""

from __future__ import annotations

from collections import deque

from app.api import Gauge, RunCounts

WINDOW_SECONDS = 5.0
TRUSTED_AFTER = 3.0


class Meter:
    """Turns counters into a gauge. Times are monotonic seconds."""

    def __init__(self, run_id: str, connection_id: str, now: float, counts: RunCounts) -> None:
        self.run_id = run_id
        self.connection_id = connection_id
        self.counts = counts
        self.total: int | None = None
        self.current = ""
        self._started = now
        self._samples: deque[tuple[float, int, int]] = deque([(now, counts.documents, counts.bytes)])

    def gauge(self, now: float) -> Gauge:
        """The gauge as of now."""
        counts = self.counts
        self._samples.append((now, counts.documents, counts.bytes))
        while len(self._samples) > 2 and self._samples[0][0] < now - WINDOW_SECONDS:
            self._samples.popleft()
        then, documents, size = self._samples[0]
        elapsed = max(now - then, 1e-6)
        rate = (counts.documents - documents) / elapsed
        remaining = None
        if self.total is not None and rate > 0 and now - self._started > TRUSTED_AFTER:
            remaining = max(0.0, (self.total - counts.documents) / rate)
        return Gauge(
            run_id=self.run_id,
            connection_id=self.connection_id,
            counts=counts,
            total=self.total,
            rate=rate,
            bytes_rate=(counts.bytes - size) / elapsed,
            remaining=remaining,
            current=self.current,
        )
