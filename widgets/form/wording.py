"""The texts of forms that the core and the sources word: errors, units, titles and help. Here they are translated."""

from __future__ import annotations

from typing import Any

from widgets.language import core, foreign

WORDS = frozenset({"title", "description", "markdownDescription", "patternErrorMessage"})
LISTS = frozenset({"enumNames", "enumDescriptions", "markdownEnumDescriptions", "x-enum-labels"})
VALUES = frozenset({"default", "const", "enum", "examples"})
"""What a source reads, not a person."""


def say(text: str) -> str:
    """A text of the core in the person's language."""
    return core(text)


def in_words(schema: Any) -> Any:
    """A schema in the person's language; what is unknown stays as its author wrote it."""
    return _spoken(schema) if foreign() else schema


def _spoken(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_spoken(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: inner if key in VALUES else _part(key, inner) for key, inner in schema.items()}


def _part(key: str, inner: Any) -> Any:
    if key in WORDS and isinstance(inner, str):
        return core(inner)
    if key in LISTS and isinstance(inner, list):
        return [core(one) if isinstance(one, str) else one for one in inner]
    if key in LISTS and isinstance(inner, dict):
        return {value: core(one) if isinstance(one, str) else one for value, one in inner.items()}
    return _spoken(inner)
