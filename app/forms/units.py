"""Sizes and durations as people write them. Sizes count in steps of 1,024, as file managers do."""

from __future__ import annotations

SIZE_UNITS = (("bytes", 1), ("KB", 1024), ("MB", 1024**2), ("GB", 1024**3), ("TB", 1024**4))
TIME_UNITS = (("seconds", 1), ("minutes", 60), ("hours", 3600), ("days", 86400))
_UNITS = {"bytes": SIZE_UNITS, "byte": SIZE_UNITS, "seconds": TIME_UNITS, "s": TIME_UNITS}


def units_of(unit: str) -> tuple[tuple[str, int], ...]:
    """The units a number of `unit` may be shown in; () where it is only a word after the number."""
    return _UNITS.get(unit, ())


def split(value: float, unit: str) -> tuple[float, int]:
    """A number as (amount, place of its unit): the largest unit that shows it exactly."""
    units = units_of(unit)
    for place in range(len(units) - 1, 0, -1):
        factor = units[place][1]
        if value and value % factor == 0:
            return value // factor, place
    return value, 0


def spoken(value: float, unit: str) -> str:
    """A number with its unit: `104857600` bytes is "100 MB"."""
    units = units_of(unit)
    if not units:
        return f"{value:,} {unit}".strip()
    amount, place = split(value, unit)
    if amount == 1:
        return f"1 {units[place][0].removesuffix('s')}" if units[place][0].islower() else f"1 {units[place][0]}"
    return f"{amount:,.15g} {units[place][0]}" if isinstance(amount, float) else f"{amount:,} {units[place][0]}"
