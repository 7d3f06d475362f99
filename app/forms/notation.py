"""Raw values as text, in JSON or YAML: what is read is a JSON value, or says where it is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Literal

from app.forms.json_values import Fault, read_json
from app.forms.values import Json, Say, Unparsed

Notation = Literal["json", "yaml"]
PROBLEMS = {
    "syntax": "This is not {notation} yet: look at line {line}, column {column}.",
    "unplaced": "This is not {notation}.",
    "twice": "The name “{name}” stands there twice.",
    "twice_at": "The name “{name}” stands there twice: look at line {line}, column {column}.",
    "value": "This can't be saved: look at line {line}, column {column}. Text, numbers, lists and objects can.",
    "number": "This number can't be saved: {name}.",
    "deep": "This is nested too deeply.",
    "large": "This repeats itself too often.",
}


def parse(text: str, notation: Notation, say: Say = str) -> Json:
    """The value of a text, or the text as `Unparsed` with what is wrong in words."""
    return _tried(lambda: read_json(text) if notation == "json" else _yaml().read(text), text, notation, say)


def checked(text: str, notation: Notation, say: Say = str) -> str | Unparsed:
    """A text that is kept as it is, if it can be read. In YAML it may hold several documents and any tags."""

    def check() -> str:
        if notation == "json":
            read_json(text)
        else:
            _yaml().check(text)
        return text

    return _tried(check, text, notation, say)  # type: ignore[no-any-return]


def write(value: Json, notation: Notation) -> str:
    """A value as a person would write it."""
    if notation == "json":
        return json.dumps(value, indent=2, ensure_ascii=False)
    text: str = _yaml().write(value)
    return text


def _yaml() -> ModuleType:
    # Few forms have YAML in them, and its library would be loaded with every window.
    from app.forms import yaml_values

    return yaml_values


def _tried(read: Callable[[], Json], text: str, notation: Notation, say: Say) -> Json:
    try:
        return read()
    except Fault as fault:
        line, column = fault.where or (0, 0)
        return Unparsed(
            text,
            say(PROBLEMS[fault.key]).format(
                notation=notation.upper(), line=line + 1, column=column + 1, name=fault.name[:60]
            ),
        )
    except RecursionError:
        return Unparsed(text, say(PROBLEMS["deep"]))
