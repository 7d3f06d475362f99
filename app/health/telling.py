"""What may be told to strangers: a sentence of ours without what it names, a config without what was typed into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.sdk import Json

_MARKS = (
    (re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://\S+"), "ADDRESS"),
    (re.compile(r"[^\s<>“”\"']+@[^\s<>“”\"']+"), "MAIL"),
    (re.compile(r"“[^”]*”|\"[^\"]*\"|(?<!\w)'[^']*'|‘[^’]*’|«[^»]*»"), "“…”"),
    (re.compile(r"[A-Za-z]:\\\S+|\S*/\S+"), "PATH"),
    (re.compile(r"(?i)\b(?:[\w-]+\.)+[a-z]{2,}\b"), "NAME"),  # a host or a file
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-fA-F:]+\]"), "HOST"),
)
_SHORTEST = 3
_DEEP = 6


class Teller:
    """Takes out of a text what it quotes, addresses, paths, hosts and files, and the names it is given."""

    def __init__(self, names: Iterable[str], redact: Callable[[str], str]) -> None:
        self._redact = redact
        known = sorted({name for name in names if len(name) >= _SHORTEST}, key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """What may be told of it."""
        text = self._redact(text)
        if self._names is not None:
            text = self._names.sub("NAME", text)
        for pattern, mark in _MARKS:
            text = pattern.sub(mark, text)
        return text


def shape(value: Json, schema: Json) -> Json:
    """What a config looks like: types and sizes; a value itself only where it is a switch, a number or a choice."""
    known = schema if isinstance(schema, Mapping) else {}
    if isinstance(value, Mapping):
        if "$secret" in value:
            return "a secret"
        return {str(key): shape(one, _schema_of(str(key), known)) for key, one in value.items()}
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None or isinstance(value, bool | int | float):
        return value
    choices = known.get("enum", [known["const"]] if "const" in known else [])
    return value if value in choices else f"a text of {len(value)}"


def _schema_of(name: str, schema: Mapping[str, Any]) -> Json:
    """The schema of a property, through branches and references."""
    return _find(name, schema, schema, 0)


def _find(name: str, schema: Any, root: Mapping[str, Any], depth: int) -> Json:
    if not isinstance(schema, Mapping) or depth > _DEEP:
        return {}
    found = schema.get("properties", {}).get(name)
    if isinstance(found, Mapping):
        reference = found.get("$ref")
        resolved = _resolve(reference, root) if isinstance(reference, str) else found
        return {**resolved, "$defs": root.get("$defs", {})} if isinstance(resolved, Mapping) else {}
    for word in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(word, []):
            target = _resolve(part["$ref"], root) if isinstance(part, Mapping) and "$ref" in part else part
            below = _find(name, target, root, depth + 1)
            if below:
                return below
    return {}


def _resolve(reference: str, root: Mapping[str, Any]) -> Json:
    name = reference.rpartition("/")[2]
    found: Json = root.get("$defs", {}).get(name, {})
    return found
