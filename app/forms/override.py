"""RJSF's `ui:` words, kept in a file beside a schema: how to show a field, without touching the schema itself.

An override is read where its field is: `x-ui` carries what concerns a field down to it, on a copy of its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms.schema import Raw, Reader
from app.forms.values import Json

_WIDGETS: Mapping[str, Raw] = {
    "textarea": {"multiline": True},
    "password": {"writeOnly": True},
    "hidden": {"x-hidden": True},
    "json": {"x-editor": "json"},
    "yaml": {"x-editor": "yaml"},
    "radio": {"display_type": "radio"},
    "select": {"display_type": "dropdown"},
    "file": {"x-path": "file"},
    "date": {"format": "date"},
    "datetime": {"format": "date-time"},
    "date-time": {"format": "date-time"},
    "time": {"format": "time"},
    "duration": {"format": "duration"},
    "cron": {"format": "cron"},
    "uri": {"format": "uri"},
    "email": {"format": "email"},
}
_WORDS = {
    "title": "title",
    "description": "description",
    "help": "markdownDescription",
    "placeholder": "x-placeholder",
    "readonly": "readOnly",
    "disabled": "readOnly",
    "enumNames": "enumNames",
}
_NEUTRAL = frozenset(["text", "updown", "range", "checkbox", "checkboxes", "url", "options", "order", "widget", "rows"])


def overlay(raw: Raw, reader: Reader) -> Raw:
    """A field's schema in the words of its override, which goes on to what is below the field."""
    ui = raw["x-ui"]
    shown = {word: value for word, value in raw.items() if word != "x-ui"}
    if not isinstance(ui, dict):
        return shown
    for word, value in _own_words(ui).items():
        if word == "widget" and isinstance(value, str):
            if value not in _WIDGETS and value not in _NEUTRAL:
                reader.warn(f"The override names a widget “{value}” that is not known")
            shown.update(_WIDGETS.get(value, {}))
        elif word in _WORDS:
            shown[_WORDS[word]] = value
        elif word not in _NEUTRAL:
            reader.warn(f"“ui:{word}” is not read")
    return _below(shown, ui, reader)


def _own_words(ui: Mapping[str, Json]) -> dict[str, Any]:
    """`ui:options` may hold any of them without the prefix."""
    options = ui.get("ui:options")
    found = dict(options) if isinstance(options, dict) else {}
    return found | {word[3:]: value for word, value in ui.items() if isinstance(word, str) and word.startswith("ui:")}


def _below(raw: Raw, ui: Mapping[str, Json], reader: Reader) -> Raw:
    properties = raw.get("properties")
    if isinstance(properties, dict):
        fields = {name: one for name, one in ui.items() if not str(name).startswith("ui:")}
        for name in fields.keys() - properties.keys() - {"items", "additionalProperties", "oneOf", "anyOf"}:
            if not any(word in raw for word in ("oneOf", "anyOf", "allOf")):  # which may bring it
                reader.warn(f"The override names a field “{name}” that the schema does not have")
        raw = {**raw, "properties": {name: _with(one, fields.get(name)) for name, one in properties.items()}}
        raw["properties"] = _ordered(raw["properties"], _own_words(ui).get("order"))
    if "allOf" in raw:
        raw = {**raw, "allOf": [_conditional(part, ui) for part in raw["allOf"]]}
    for word in ("items", "additionalProperties"):
        if isinstance(raw.get(word), dict) and word in ui:
            raw = {**raw, word: _with(raw[word], ui[word])}
    for word in ("oneOf", "anyOf"):
        if isinstance(raw.get(word), list):
            given = ui.get(word)
            shared = {name: one for name, one in ui.items() if not str(name).startswith("ui:") and name != word}
            parts = enumerate(raw[word])
            at = given if isinstance(given, list) else []
            raw = {**raw, word: [_with(one, {**shared, **(at[n] if n < len(at) else {})}) for n, one in parts]}
    return raw


def _conditional(part: Raw, ui: Mapping[str, Json]) -> Raw:
    fields = {name: one for name, one in ui.items() if not str(name).startswith("ui:")}
    found: Raw = {}
    for word, value in part.items():
        if word in ("then", "else"):
            value = _with(value, fields)
        elif word in ("dependentSchemas", "dependencies") and isinstance(value, dict):
            value = {name: _with(schema, fields) for name, schema in value.items()}
        found[word] = value
    return found


def _with(schema: Json, ui: Json) -> Json:
    return {**schema, "x-ui": ui} if isinstance(schema, dict) and isinstance(ui, dict) and ui else schema


def _ordered(properties: Raw, order: Json) -> Raw:
    """The fields in the order of `ui:order`, in which * stands for all others."""
    if not isinstance(order, list):
        return properties
    places = {name: place for place, name in enumerate(order)}
    others = places.get("*", len(order))
    names = sorted(properties, key=lambda name: places.get(name, others))
    return {
        name: {**properties[name], "order": place} if isinstance(properties[name], dict) else properties[name]
        for place, name in enumerate(names)
    }
