"""Progress as calm as a good download: never backwards, a smoothed rate, a time left only once it means something."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from widgets.parts.words import about, format_count, format_rate, plural

if TYPE_CHECKING:
    from app.api import Gauge, RunView

__all__ = ["Progress"]

SETTLING_SECONDS = 4.0
"""Before this, a rate says nothing about the rest."""
CALM_SECONDS = 2.0
"""How long a time left stands before another takes its place."""


def tr(text: str) -> str:
    return QCoreApplication.translate("progress", text)


class Progress:
    """What is known of one running sync, fed by its run and its gauges."""

    def __init__(self, run: RunView, clock: Callable[[], float] = time.monotonic) -> None:
        self.run_id = run.id
        self._clock = clock
        self._since = clock()
        self.seen = 0
        self.total: int | None = None
        self.rate = 0.0
        self.current = ""
        self._reached = 0.0
        self._left: float | None = None
        self._left_at = 0.0
        self._age = 0.0
        self.take_run(run)

    def take_run(self, run: RunView) -> None:
        """The persisted counters. A run that went on after a pause settles anew."""
        self.seen = max(self.seen, _seen(run.counts))
        self.total = run.total if run.total is not None else self.total
        if run.state in ("paused", "waiting"):
            self.rate, self._left, self._since, self._age = 0.0, None, self._clock(), 0.0
        elif run.started_at is not None and not self.rate:
            self._age = max(0.0, time.time() - run.started_at)
        self._advance()

    def take(self, gauge: Gauge) -> None:
        """The latest of the running sync."""
        self.seen = max(self.seen, _seen(gauge.counts))
        self.total = gauge.total if gauge.total is not None else self.total
        self.rate = gauge.rate if not self.rate else 0.7 * self.rate + 0.3 * gauge.rate
        self.current = gauge.current
        self._advance()

    def _advance(self) -> None:
        if self.total:
            self._reached = max(self._reached, min(0.995, self.seen / self.total))

    @property
    def fraction(self) -> float | None:
        """How far, None while the whole is not known. A whole that grows does not take back what was reached; full
        only when the run says that it is done."""
        return self._reached if self.total else None

    @property
    def remaining(self) -> float | None:
        """Seconds left, None while too early to say."""
        now = self._clock()
        if self.total is None or self.rate <= 0 or now - self._since + self._age < SETTLING_SECONDS:
            return None
        if self._left is None or now - self._left_at >= CALM_SECONDS:
            self._left, self._left_at = max(0, self.total - self.seen) / self.rate, now
        return self._left

    def counted(self) -> str:
        """ "4,120 of 9,800", or "4,120 documents" while the whole is not known."""
        if self.total and self.total >= self.seen:
            return tr("{0} of {1}").format(format_count(self.seen), format_count(self.total))
        return plural(self.seen, "{0} document", "{0} documents")

    def pace(self) -> str:
        """Rate and time left, as far as they can be told."""
        parts = []
        if self.rate > 0:
            parts.append(format_rate(self.rate))
        if (left := self.remaining) is not None:
            parts.append(about(left))
        return "  ·  ".join(parts)

    def sentence(self) -> str:
        """Count, rate and time left in one line."""
        return "  ·  ".join(part for part in (self.counted(), self.pace()) if part)


def _seen(counts: object) -> int:
    return sum(getattr(counts, name) for name in ("documents", "failed", "skipped"))
