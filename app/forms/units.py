"""Sizes and durations as people write them. Sizes count in steps of 1,024, as file managers do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.forms.values import Say


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number may be counted in: its names, and how many of the smallest unit it is."""

    one: str
    many: str
    factor: int = 1


SIZE_UNITS = (
    Unit("byte", "bytes"),
    Unit("KB", "KB", 1024),
    Unit("MB", "MB", 1024**2),
    Unit("GB", "GB", 1024**3),
    Unit("TB", "TB", 1024**4),
)
TIME_UNITS = (
    Unit("second", "seconds"),
    Unit("minute", "minutes", 60),
    Unit("hour", "hours", 3600),
    Unit("day", "days", 86400),
)
_CALENDAR = (Unit("year", "years"), Unit("month", "months"), Unit("week", "weeks"), TIME_UNITS[3])
_UNITS = {"bytes": SIZE_UNITS, "byte": SIZE_UNITS, "seconds": TIME_UNITS, "s": TIME_UNITS}
_DURATION = re.compile(
    r"P(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_LEVELS = (*_CALENDAR, *reversed(TIME_UNITS[:3]))
"""What the places of a duration count, from years to seconds."""


def units_of(unit: str) -> tuple[Unit, ...]:
    """The units a number of `unit` may be shown in; () where it is only a word after the number."""
    return _UNITS.get(unit, ())


def split(value: float, unit: str) -> tuple[float, int]:
    """A number as (amount, place of its unit): the largest unit that shows it exactly."""
    units = units_of(unit)
    for place in range(len(units) - 1, 0, -1):
        factor = units[place].factor
        if value and value % factor == 0:
            return value // factor, place
    return value, 0


def spoken(value: float, unit: str, say: Say = str) -> str:
    """A number with its unit: `104857600` bytes is "100 MB"."""
    units = units_of(unit)
    if not units:
        return f"{value:,} {unit}".strip()
    amount, place = split(value, unit)
    return _counted(amount, units[place], say)


def spoken_duration(text: str, say: Say = str) -> str:
    """An ISO 8601 duration in words, as it is written: PT1H30M is "1 hour, 30 minutes"; "" for what is none. A month
    stays a month, for nobody can say how many days it has."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return ""
    parts = zip(found.groups(), _LEVELS, strict=True)
    amounts = [(float(part) if "." in part else int(part), unit) for part, unit in parts if part]
    counted = [one for one in amounts if one[0]] or amounts[-1:]
    return ", ".join(_counted(amount, unit, say) for amount, unit in counted)


def stepped_duration(text: str, by: int) -> str:
    """A duration whose last part is more or less by some, never below one; "" for what is none."""
    last = re.search(r"(?<![\d.])(\d+)([YMWDHS])$", text)
    if last is None or not _DURATION.fullmatch(text):
        return ""
    return f"{text[: last.start()]}{max(int(last[1]) + by, 1)}{last[2]}"


def _counted(amount: float, unit: Unit, say: Say) -> str:
    name = say(unit.one if amount == 1 else unit.many)
    return f"{amount:,.15g} {name}" if isinstance(amount, float) else f"{amount:,} {name}"
