"""What a person reads when a value does not fit: one short sentence that says what to do.

`TEMPLATES` holds every sentence once; `say` translates it before the numbers and names are put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms.moments import DAY, written
from app.forms.spec import FieldSpec, Kind
from app.forms.units import spoken
from app.forms.validation import matches
from app.forms.values import Say

TEMPLATES: Mapping[str, str] = {
    "required": "This is required.",
    "type_integer": "Enter a whole number.",
    "type_number": "Enter a number.",
    "type_boolean": "Choose yes or no.",
    "type": "This has the wrong type: {expected} is needed.",
    "minimum": "Must be at least {limit}.",
    "maximum": "Must be at most {limit}.",
    "above": "Must be more than {limit}.",
    "below": "Must be less than {limit}.",
    "multiple": "Must be a multiple of {limit}.",
    "min_length": "Must have at least {limit} characters.",
    "max_length": "Must have at most {limit} characters.",
    "min_items": "Add at least {limit}.",
    "max_items": "At most {limit} are allowed.",
    "unique": "Each entry may appear only once.",
    "enum": "Choose one of the listed values.",
    "const": "This value is fixed: {expected}.",
    "pattern_like": "Should look like {example}.",
    "pattern": "Does not have the expected form ({pattern}).",
    "nameless": "Every entry needs a name.",
    "unknown": "Unknown setting: {names}.",
    "union": "Does not fit any of the choices.",
    "email": "Enter an e-mail address, such as name@example.com.",
    "uri": "Enter a full address, such as https://example.com.",
    "date": "Enter a date, such as 2025-01-31.",
    "date-time": "Enter a date and time, such as 2025-01-31T09:00:00Z.",
    "time": "Enter a time, such as 09:00:00Z.",
    "duration": "Enter a duration, such as P1D or PT30M.",
    "uuid": "Enter an id of 32 hexadecimal digits, such as 123e4567-e89b-12d3-a456-426614174000.",
    "hostname": "Enter a host name, such as example.com.",
    "ipv4": "Enter an IPv4 address, such as 192.0.2.1.",
    "ipv6": "Enter an IPv6 address, such as 2001:db8::1.",
    "cron_count": "Enter five parts: minute, hour, day, month and weekday, such as 0 9 * * 1-5.",
    "cron_minute": "The first part is the minute: 0 to 59, such as 30 or */15.",
    "cron_hour": "The second part is the hour: 0 to 23, such as 9 or 8-18.",
    "cron_day": "The third part is the day of the month: 1 to 31, such as 1,15 or *.",
    "cron_month": "The fourth part is the month: 1 to 12 or JAN to DEC, such as 1-6 or *.",
    "cron_weekday": "The fifth part is the weekday: 0 (Sunday) to 7 or SUN to SAT, such as 1-5 or *.",
    "cron_never": "No day of any year is like this: look at the day, the month and the weekday.",
    "regex": "Enter a regular expression.",
    "format": "Does not have the expected form ({format}).",
    "other": "Does not fit ({keyword}).",
}
_FORMATS = {"uri-reference": "uri", "iri": "uri", "url": "uri", "idn-email": "email", "idn-hostname": "hostname"}
_LIMITS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "minProperties": "min_items",
    "maxItems": "max_items",
    "maxProperties": "max_items",
}
TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}


def explain(keyword: str, details: Mapping[str, Any], spec: FieldSpec, say: Say = str) -> str:
    """What is wrong where a keyword is broken, in the words of the field it is about."""
    key, parameters = _find(keyword, details, spec, say)
    return say(TEMPLATES[key]).format(**parameters) if key in TEMPLATES else key


def _find(keyword: str, details: Mapping[str, Any], spec: FieldSpec, say: Say) -> tuple[str, dict[str, str]]:
    """The sentence's key and parameters. A key that is none is the schema author's own sentence."""
    if keyword in _LIMITS:
        limit = details.get("limit", 0)
        if limit == 1 and keyword == "minLength":
            return "required", {}
        return _LIMITS[keyword], {"limit": spoken(limit, spec.unit if spec.kind is not Kind.STRING else "", say)}
    match keyword:
        case "required" | "dependentRequired":
            return "required", {}
        case "type":
            return _type(details, spec, say)
        case "multipleOf":
            return "multiple", {"limit": spoken(details.get("multiple_of", 0), spec.unit, say)}
        case "uniqueItems" | "enum":
            return ("unique" if keyword == "uniqueItems" else "enum"), {}
        case "const":
            return "const", {"expected": str(details.get("expected_value"))}
        case "pattern":
            return _pattern(spec)
        case "format":
            name = str(details.get("format", ""))
            if name == "cron":
                return f"cron_{details.get('fault', 'count')}", {}
            known = _FORMATS.get(name, name)
            return (known, {}) if known in TEMPLATES else ("format", {"format": name})
        case "additionalProperties" | "unevaluatedProperties":
            return "unknown", {"names": ", ".join(map(str, details.get("unexpected", ())))}
        case "oneOf" | "anyOf":
            return "union", {}
    return "other", {"keyword": keyword}


def _type(details: Mapping[str, Any], spec: FieldSpec, say: Say) -> tuple[str, dict[str, str]]:
    if spec.kind in (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN):
        return f"type_{spec.kind.value}", {}
    types = details.get("types") or [details.get("type", "")]
    names = types if isinstance(types, list | tuple) else [types]
    return "type", {"expected": " / ".join(say(TYPES.get(str(name), str(name))) for name in names)}


def _pattern(spec: FieldSpec) -> tuple[str, dict[str, str]]:
    own = spec.text("patternErrorMessage")
    if own:
        return own, {}
    if spec.text("pattern_descriptor"):
        return "pattern_like", {"example": spec.text("pattern_descriptor")}
    if spec.examples and spec.kind is not Kind.SECRET:
        return "pattern_like", {"example": str(spec.examples[0])}
    if spec.precision and matches(spec.text("pattern"), sample := written(DAY, spec)):
        return "pattern_like", {"example": sample}
    return "pattern", {"pattern": spec.text("pattern")}
