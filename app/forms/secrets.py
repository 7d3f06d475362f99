"""The secrets of a form, kept apart from its value: never in a value, an undo step, a log line or a repr."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NoReturn

from app.forms.values import Json


class Hidden:
    """A text that shows itself to nobody: no repr, no copy, no pickle. `reveal` is the one way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __deepcopy__(self, memo: object) -> Hidden:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret can't be serialised")


@dataclass(frozen=True, slots=True)
class SecretSlot:
    """What a form knows of one secret. `place` says in words or as a reference where it is kept; `text` is what the
    person typed, until it is saved."""

    state: Literal["unset", "set", "changed", "cleared"] = "unset"
    place: str = ""
    text: Hidden | None = None
    reference: str = ""

    @classmethod
    def stored(cls, reference: str) -> SecretSlot:
        """One that is kept under a reference already."""
        place = reference if reference.startswith(("env:", "file:")) else "set in keyring"
        return cls("set", place, None, reference)

    @classmethod
    def typed(cls, text: str) -> SecretSlot:
        """One that was typed."""
        return cls("changed", "", Hidden(text))

    @classmethod
    def referred(cls, reference: str) -> SecretSlot:
        """One that was pointed at: `env:NAME` or `file:PATH`."""
        return cls("changed", reference, None, reference)

    @property
    def filled(self) -> bool:
        """Whether there is, or will be, a secret."""
        return self.state in ("set", "changed")

    def change(self) -> str:
        """The change as the engine takes it: `value:TEXT`, `env:NAME`, `file:PATH`, or "" for cleared."""
        return f"value:{self.text.reveal()}" if self.text is not None else self.reference


def reference_of(value: Json) -> str | None:
    """The reference of a stored secret's value, or None for anything else."""
    if isinstance(value, dict) and set(value) == {"$secret"} and isinstance(value["$secret"], str):
        return value["$secret"]
    return None


def typed(schema: Mapping[str, Json], text: str) -> Json:
    """A secret's text as the type its schema wants: a PIN may be a whole number."""
    wanted = schema.get("type", "string")
    if wanted == "string" or (isinstance(wanted, list) and "string" in wanted):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
