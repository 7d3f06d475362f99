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
        self._remaining: float | None = None
        self._age = 0.0
        self.take_run(run)

    def take_run(self, run: RunView) -> None:
        """The persisted counters."""
        self.seen = max(self.seen, _seen(run.counts))
        self.total = run.total if run.total is not None else self.total
        if run.started_at is not None:
            self._age = max(0.0, time.time() - run.started_at)

    def take(self, gauge: Gauge) -> None:
        """The latest of the running sync."""
        self.seen = max(self.seen, _seen(gauge.counts))
        self.total = gauge.total if gauge.total is not None else self.total
        self.rate = gauge.rate if not self.rate else 0.7 * self.rate + 0.3 * gauge.rate
        self._remaining = gauge.remaining
        self.current = gauge.current

    @property
    def fraction(self) -> float | None:
        """How far, None while the whole is not known. Full only when the run says that it is done."""
        if not self.total:
            return None
        return min(0.995, self.seen / self.total)

    @property
    def remaining(self) -> float | None:
        """Seconds left, None while too early to say."""
        if self.total is None or self.rate <= 0 or self._clock() - self._since + self._age < SETTLING_SECONDS:
            return None
        return self._remaining if self._remaining is not None else max(0, self.total - self.seen) / self.rate

    def counted(self) -> str:
        """ "4,120 of 9,800", or "4,120 documents" while the whole is not known."""
        if self.total and self.total >= self.seen:
            return tr("{0} of {1}").format(format_count(self.seen), format_count(self.total))
        return plural(self.seen, tr("document"), tr("documents"))

    def sentence(self) -> str:
        """Count, rate and time left in one line."""
        parts = [self.counted()]
        if self.rate > 0:
            parts.append(format_rate(self.rate))
        if (left := self.remaining) is not None:
            parts.append(about(left))
        return "  ·  ".join(parts)


def _seen(counts: object) -> int:
    return sum(getattr(counts, name) for name in ("documents", "failed", "skipped"))
