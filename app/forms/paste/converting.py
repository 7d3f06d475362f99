"""Brings a pasted value to the type of a field: "5432" to a number, "yes" to true, "Cold" to the choice it names."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from urllib.parse import urlsplit

from app.forms.paste.names import words
from app.forms.secrets import SecretSlot, reference_of
from app.forms.spec import FieldSpec, Kind
from app.forms.values import UNSET, Json, same

_TRUE = frozenset({"true", "yes", "on", "1", "y", "enabled", "require", "required"})
_FALSE = frozenset({"false", "no", "off", "0", "n", "disabled", "disable", "none"})
WHOLE = frozenset({Kind.LIST, Kind.MAP, Kind.PAIRS, Kind.JSON, Kind.SECRET})
"""Kinds that can take an object as one value."""


def convert(spec: FieldSpec, value: Json) -> Json:
    """The value as the field would hold it, UNSET if it is nothing for this field. Constraints are checked later."""
    if value is None:
        return None if spec.nullable else UNSET
    match spec.kind:
        case Kind.STRING | Kind.TEXT:
            return _text(spec, value)
        case Kind.INTEGER | Kind.NUMBER:
            return _number(value, whole=spec.kind is Kind.INTEGER)
        case Kind.BOOLEAN:
            return _boolean(value)
        case Kind.ENUM:
            return _choice(spec, value)
        case Kind.MULTI_ENUM | Kind.TAGS:
            return _several(spec, value)
        case Kind.PAIRS | Kind.MAP:
            return value if isinstance(value, dict) else UNSET
        case Kind.LIST | Kind.TUPLE:
            return value if isinstance(value, list) else UNSET
        case Kind.JSON:
            return _json(value)
    return UNSET


def secret_slot(value: Json) -> SecretSlot | None:
    """A pasted secret: its text, or the variable or file it is to come from. None for what can be none."""
    reference = reference_of(value)
    if reference is not None:
        return SecretSlot.referred(reference) if reference.startswith(("env:", "file:")) else None
    if isinstance(value, dict):
        return SecretSlot.typed(json.dumps(value, indent=2, ensure_ascii=False))
    if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
        return SecretSlot.typed(str(value))
    return None


def _text(spec: FieldSpec, value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return UNSET
    text = str(value)
    if spec.text("format") in ("uri", "url", "iri") and not _is_url(text):
        return UNSET
    return text


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def _number(value: Json, *, whole: bool) -> Json:
    if isinstance(value, str):
        with suppress(ValueError):
            return int(value)
        with suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return UNSET
    if whole and isinstance(value, float):
        return int(value) if value.is_integer() else UNSET
    return value


def _boolean(value: Json) -> Json:
    text = str(value).strip().casefold() if isinstance(value, str | int) else ""
    return True if text in _TRUE else False if text in _FALSE else UNSET


def _choice(spec: FieldSpec, value: Json) -> Json:
    if isinstance(value, list | dict):
        return UNSET
    for choice in spec.choices:
        if same(choice.value, value):
            return choice.value
    text = words(str(value))
    for choice in spec.choices:
        if text and text in (words(str(choice.value)), words(choice.label)):
            return choice.value
    return UNSET


def _several(spec: FieldSpec, value: Json) -> Json:
    parts = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(parts, list):
        return UNSET
    one = spec.item
    read = [_choice(spec, part) if one is None else convert(one, part) for part in parts]
    return UNSET if any(part is UNSET for part in read) else read


def _json(value: Json) -> Json:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return UNSET
    return value
