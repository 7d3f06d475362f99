"""What a form is made of, as data: `FieldSpec`, a tree of frozen records that a window or a terminal can draw.

Children, items and branches are expanded on demand, because schemas may be recursive or huge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.forms.values import UNSET, Json


class Kind(StrEnum):
    """How a field is edited. All but object, list, map and union are leaves: one editor holds the whole value."""

    STRING = "string"
    TEXT = "text"  # a string of many lines
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    MULTI_ENUM = "multi_enum"
    CONST = "const"  # hidden, kept in the value
    SECRET = "secret"
    TAGS = "tags"  # a list of scalars
    PAIRS = "pairs"  # a map of scalars
    JSON = "json"  # the last resort: an editor for the raw value
    OBJECT = "object"
    LIST = "list"
    MAP = "map"
    UNION = "union"


BRANCHING = frozenset({Kind.OBJECT, Kind.LIST, Kind.MAP, Kind.UNION})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an enum."""

    value: Json
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Where live choices come from: the connector's option source, and the pointers it needs first."""

    source: str
    depends: tuple[str, ...] = ()
    allow_custom: bool = True


@dataclass(frozen=True)
class Branch:
    """One alternative of a union. `index` is its place in the schema's list, `tag` the value of the discriminator."""

    index: int
    label: str
    help: str
    tag: Json
    schema: Mapping[str, Json]
    expand: Callable[[], FieldSpec] = field(repr=False, compare=False)

    @cached_property
    def spec(self) -> FieldSpec:
        """The branch's field."""
        return self.expand()


@dataclass(frozen=True)
class FieldSpec:
    """One field. `schema` is its own schema, merged and without references at its top, for the constraints."""

    name: str
    kind: Kind
    label: str
    schema: Mapping[str, Json] = field(repr=False)
    help: str = ""
    default: Json = UNSET
    required: bool = False
    nullable: bool = False
    read_only: bool = False
    hidden: bool = False
    advanced: bool = False
    order: float | None = None
    group: str = ""
    examples: tuple[Json, ...] = ()
    choices: tuple[Choice, ...] = ()
    const: Json = UNSET
    discriminator: str = ""
    options: LiveOptions | None = None
    tree: bool = False
    path_kind: str = ""
    unit: str = ""
    multiline: bool = False
    depth: int = 0
    groups: tuple[tuple[str, str], ...] = ()
    expand_children: Callable[[], tuple[FieldSpec, ...]] | None = field(default=None, repr=False, compare=False)
    expand_item: Callable[[], FieldSpec] | None = field(default=None, repr=False, compare=False)
    branches: tuple[Branch, ...] = field(default=(), repr=False)

    @cached_property
    def children(self) -> tuple[FieldSpec, ...]:
        """The properties of an object in the order they are shown."""
        return self.expand_children() if self.expand_children is not None else ()

    @cached_property
    def by_name(self) -> dict[str, FieldSpec]:
        """The properties of an object by name."""
        return {child.name: child for child in self.children}

    @cached_property
    def item(self) -> FieldSpec | None:
        """What a list or map holds."""
        return self.expand_item() if self.expand_item is not None else None

    @property
    def is_leaf(self) -> bool:
        """Whether one editor holds the whole value."""
        return self.kind not in BRANCHING

    def number(self, keyword: str) -> float | int | None:
        """A numeric constraint, where the schema has a real number there."""
        value = self.schema.get(keyword)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def text(self, keyword: str) -> str:
        """A textual keyword, "" where the schema has something else there."""
        value = self.schema.get(keyword)
        return value if isinstance(value, str) else ""


@dataclass(slots=True)
class Form:
    """A normalised schema: the root field and what its author should know. `warnings` grows as fields are expanded."""

    root: FieldSpec
    schema: Any
    warnings: list[str]
