"""How exact a date has to be, as its format and pattern tell, and a date written just so."""

from __future__ import annotations

from functools import lru_cache

from app.forms.spec import FieldSpec
from app.forms.validation import matches
from app.forms.values import Json

DAY = "2025-01-31"
_SAMPLES = {
    "second": ("T09:08:07Z", " 09:08:07", "T09:08:07"),
    "day": ("", "T00:00:00Z"),
    "millisecond": ("T09:08:07.123Z",),
    "microsecond": ("T09:08:07.123456Z",),
}
"""What follows the day in a date of each exactness, in the order in which patterns are tried."""
_MIDNIGHTS = {
    "second": ("T00:00:00Z", "T00:00:00", " 00:00:00", "T00:00:00+00:00"),
    "day": ("",),
    "millisecond": ("T00:00:00.000Z",),
    "microsecond": ("T00:00:00.000000Z",),
}


def precision_of(format: Json, pattern: Json) -> str:
    """day, second, millisecond or microsecond; "" for what is no date."""
    if format == "date":
        return "day"
    if format != "date-time":
        return ""
    return (_precision(pattern) if isinstance(pattern, str) else "") or "second"


@lru_cache(maxsize=256)
def _precision(pattern: str) -> str:
    return next(
        (name for name, clocks in _SAMPLES.items() if any(matches(pattern, DAY + clock) for clock in clocks)), ""
    )


@lru_cache(maxsize=256)
def _midnight(precision: str, pattern: str) -> str:
    """What is written after the day: as exact as is wanted, unless the pattern takes only something else."""
    own = _MIDNIGHTS.get(precision, ("",))
    every = (*own, *(clock for clocks in _MIDNIGHTS.values() for clock in clocks))
    return next((clock for clock in every if not pattern or matches(pattern, DAY + clock)), own[0])


def written(day: str, spec: FieldSpec) -> str:
    """A day (2025-01-31) as a field wants it: with midnight as precisely as its pattern asks."""
    return day + _midnight(spec.precision, spec.text("pattern"))
