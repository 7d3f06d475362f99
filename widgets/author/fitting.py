"""A value that a person might type into a field: one of its examples, or something of its type, format and limits.

The best that is cheap: a pattern is matched against examples and usual shapes, never solved.
"""

from __future__ import annotations

import math
import re

from app.forms import UNSET, FieldSpec, Json, Kind
from app.forms.values import same

KEY = "key-1"
"""What a map's new entry is called."""
BY_FORMAT = {
    "date": "2024-03-05",
    "date-time": "2024-03-05T06:07:08Z",
    "time": "06:07:08Z",
    "duration": "PT90M",
    "cron": "30 6 * * 1-5",
    "email": "person@company.example",
    "hostname": "host.company.example",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "uri": "https://company.example/path",
    "uuid": "8c0b1a52-4f0e-4b4e-9d35-0c6a3e1f7a10",
}
SHAPES = (
    "typed",
    *BY_FORMAT.values(),
    "2024-03-05T00:00:00Z",
    "2024-03-05T06:07:08",
    "2024-03-05 06:07:08",
    "2024-03",
    "2024",
    "7",
    "12345",
    "ab12cd34",
    "A1B2C3D4",
    "ABC",
    "eu-west-1",
    "company.example",
    "https://company.example",
    "https://company.example/",
    "company",
    "s3://company/path",
    "/path",
    "path/",
    "key=value",
    "a,b",
    "*.md",
    "#aa33cc",
    "1.2.3",
)


def fitting(spec: FieldSpec, now: Json = UNSET) -> Json:
    """A value for a leaf, other than its default where there is a choice. `now` is what it holds: a person adds to a
    list rather than beginning anew."""
    entries = now if isinstance(now, list) else []
    match spec.kind:
        case Kind.ENUM:
            return _other([choice.value for choice in spec.choices], spec.default)
        case Kind.MULTI_ENUM:
            new = _other([choice.value for choice in spec.choices], entries[-1] if entries else UNSET)
            return [*entries, new] if new not in entries else [one for one in entries if one != new]
        case Kind.BOOLEAN:
            return spec.default is not True
        case Kind.INTEGER | Kind.NUMBER:
            return _number(spec)
        case Kind.TAGS:
            return [*entries, scalar(spec.item)]
        case Kind.PAIRS:
            return {KEY: scalar(spec.item)}
        case Kind.JSON:
            return {"typed": [1, True, None]}
    return text(spec) if spec.notation is None else '{"typed": [1, true, null]}'


def scalar(spec: FieldSpec | None) -> Json:
    """A value for an entry of a list or map of scalars."""
    return fitting(spec) if spec is not None else "typed"


def text(spec: FieldSpec) -> str:
    """A text that keeps to pattern, format and length as far as a usual one does."""
    given = [one for one in spec.examples if isinstance(one, str) and one and "\n" not in one]
    candidates = [*given, BY_FORMAT.get(spec.text("format"), SHAPES[0]), *SHAPES]
    least, most = spec.number("minLength") or 0, spec.number("maxLength")
    for one in candidates:
        stretched = one if len(one) >= least else one + "x" * (int(least) - len(one))
        if (most is None or len(stretched) <= most) and _matches(spec.text("pattern"), stretched):
            return stretched
    return candidates[0] if most is None else candidates[0][: max(int(most), 1)]


def _matches(pattern: str, text: str) -> bool:
    try:
        return not pattern or re.search(pattern, text) is not None
    except re.error:
        return True


def _number(spec: FieldSpec) -> int | float:
    """Within its limits, and one that its unit shows in whole numbers."""
    low, high = spec.number("minimum"), spec.number("maximum")
    above, below = spec.number("exclusiveMinimum"), spec.number("exclusiveMaximum")
    step: float = spec.number("multipleOf") or (1 if spec.kind is Kind.INTEGER or high is None else 0)
    for start in (7, low, high, 0 if low is None else low + 1, None if above is None else above + 1, 0.5):
        if start is None:
            continue
        value = start if not step else math.ceil(start / step) * step
        fits = (low is None or value >= low) and (high is None or value <= high)
        fits = fits and (above is None or value > above) and (below is None or value < below)
        if fits and not same(value, spec.default):
            return int(value) if float(value).is_integer() else value
    return 7


def _other(values: list[Json], default: Json) -> Json:
    return next((one for one in reversed(values) if default is UNSET or not same(one, default)), values[-1])
