"""Schedules as cron writes them, in five parts: which part of one is wrong, and when it comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from cronsim import CronSim, CronSimError

PARTS = ("minute", "hour", "day", "month", "weekday")


def fault(text: str) -> str:
    """What is wrong with a schedule: the part that can't be read, "count" where there are not five, "never" where the
    calendar has no such day; "" if it is good."""
    parts = text.split()
    if len(parts) != len(PARTS):
        return "count"
    for place, name in enumerate(PARTS):
        # Each part alone: this names the wrong one without reading the library's sentences.
        alone = ["*"] * len(PARTS)
        alone[place] = parts[place]
        if _next(" ".join(alone), datetime.min) is None:
            return name
    return "" if _next(text, datetime.min) else "never"


def upcoming(text: str, after: datetime, count: int = 3) -> tuple[datetime, ...]:
    """The next times after a moment, in the zone of that moment; () for what is no schedule."""
    return () if fault(text) else tuple(islice(_times(text, after), count))


def _times(text: str, after: datetime) -> Iterator[datetime]:
    return CronSim(text, after)


def _next(text: str, after: datetime) -> datetime | None:
    try:
        return next(_times(text, after), None)
    except CronSimError:
        return None
