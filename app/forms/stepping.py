"""The next number up or down: on the grid of `multipleOf`, within the limits, and exact."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from app.forms.spec import FieldSpec, Kind


def stepped(spec: FieldSpec, now: float | None, way: int) -> float | int:
    """One step from `now`; where there is nothing yet, the default, else a step from 0 into what is allowed."""
    default = spec.default
    if now is None and isinstance(default, int | float) and not isinstance(default, bool):
        return default
    multiple = _exact(spec.number("multipleOf"))
    step = multiple if multiple is not None and multiple > 0 else Fraction(1)
    start = _exact(now) or Fraction(0)
    target = start + way * step
    if step == multiple:
        target = (floor(start / step) + 1 if way > 0 else ceil(start / step) - 1) * step
    gridded = step == multiple or spec.kind is Kind.INTEGER
    low, high = _least(spec, step, gridded=gridded), _most(spec, step, gridded=gridded)
    target = target if low is None else max(target, low)
    target = target if high is None else min(target, high)
    if (low is not None and target < low) or (now is not None and (target - start) * way < 0):
        return now or 0  # there is none that way
    return int(target) if target.denominator == 1 else float(target)


def _least(spec: FieldSpec, step: Fraction, *, gridded: bool) -> Fraction | None:
    least, above = _exact(spec.number("minimum")), _exact(spec.number("exclusiveMinimum"))
    if gridded:
        least = None if least is None else ceil(least / step) * step
        above = None if above is None else (floor(above / step) + 1) * step
    elif above is not None:
        above += step
    return max((one for one in (least, above) if one is not None), default=None)


def _most(spec: FieldSpec, step: Fraction, *, gridded: bool) -> Fraction | None:
    most, below = _exact(spec.number("maximum")), _exact(spec.number("exclusiveMaximum"))
    if gridded:
        most = None if most is None else floor(most / step) * step
        below = None if below is None else (ceil(below / step) - 1) * step
    elif below is not None:
        below -= step
    return min((one for one in (most, below) if one is not None), default=None)


def _exact(number: float | None) -> Fraction | None:
    return None if number is None else Fraction(str(number))  # 0.1 as it is written, not as it is stored
