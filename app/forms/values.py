"""The words every other module of this room uses: "nothing there", odd values, paths and JSON pointers.

A `Path` addresses a field for good: property names, `("#", id)` for an item of a list (ids stay when items move),
`("@", n)` for a branch of a union, and `REST` for the entries an object has besides its named ones. So what was typed
in an item or in a branch that is not chosen at the moment keeps its address, and nothing has to be re-keyed. A JSON
pointer addresses the same field in the value as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, TypeAlias, final

Json: TypeAlias = Any
Step: TypeAlias = "str | tuple[str, int]"
Path: TypeAlias = "tuple[Step, ...]"
Say: TypeAlias = Callable[[str], str]
"""Puts a text of this room into the person's language. Without a window it is `str`: English."""


@final
class _Unset:
    """The one value of UNSET."""

    _instance: _Unset | None = None

    def __new__(cls) -> _Unset:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> _Unset:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _Unset:
        return self


UNSET: Final = _Unset()
"""Absent: not null, not "", not 0, not false."""


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Text in an editor that is no value yet (half-typed JSON). It is never saved; it is an error until it parses."""

    text: str
    problem: str


class Nameless(str):
    """The empty name of a map's entry that nobody has named yet; a plain "" is a name like any other."""

    __slots__ = ()


NAMELESS: Final = Nameless()


@dataclass(frozen=True, slots=True)
class Foreign:
    """A value of another shape than the schema's, kept as it came (an older config, another tool's)."""

    value: Json


@dataclass(frozen=True, slots=True)
class Present:
    """An object that is there whatever its fields hold, with the keys the schema does not know."""

    extras: tuple[tuple[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The branch of a union that is chosen, by its place."""

    place: int


REST: Final = "\0rest"
"""The name that stands for the entries beside the named ones of an object, or behind the fixed places of a list."""


def item(number: int) -> Step:
    """The step to an item of a list or map, by its id."""
    return ("#", number)


def branch(index: int) -> Step:
    """The step into a branch of a union."""
    return ("@", index)


def starts_with(path: Path, prefix: Path) -> bool:
    """Whether `path` is `prefix` or below it."""
    return path[: len(prefix)] == prefix


def pointer_of(tokens: Iterable[str | int]) -> str:
    """Tokens as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def tokens_of(pointer: str) -> list[str]:
    """A JSON pointer as its tokens; a fragment's `#` is allowed in front."""
    text = pointer.removeprefix("#")
    if not text:
        return []
    return [part.replace("~1", "/").replace("~0", "~") for part in text.removeprefix("/").split("/")]


def is_json(value: Json) -> bool:
    """Whether JSON can say it: Python reads NaN and numbers beyond measure, which are none."""
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(is_json, value.values()))
    return not isinstance(value, list) or all(map(is_json, value))


def same(left: Json, right: Json) -> bool:
    """Equality of JSON values: like Python's, but true is not 1 and false is not 0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)
