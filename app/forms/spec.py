"""What a form is made of, as data: `FieldSpec`, a tree of frozen records that a window or a terminal can draw.

Children, items and branches are expanded on demand, because schemas may be recursive or huge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.forms.notation import Notation
from app.forms.values import REST, UNSET, Json, same, tokens_of


class Kind(StrEnum):
    """How a field is edited. All but those in `BRANCHING` are leaves: one editor holds the whole value."""

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
    TUPLE = "tuple"  # a list whose places each have a field of their own, named by their number
    UNION = "union"


BRANCHING = frozenset({Kind.OBJECT, Kind.LIST, Kind.MAP, Kind.TUPLE, Kind.UNION})


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


@dataclass(frozen=True, slots=True)
class Condition:
    """What an object's fields depend on: `then` is added while the object satisfies `test`, else `otherwise`.

    The fields `names` are the ones tested, so they stay as they are."""

    test: Json
    then: Json
    otherwise: Json
    names: frozenset[str]


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
    """One field. `schema` is its own schema, merged and without references at its top, for the constraints.

    The children of an object with `conditions` depend on its value: `variant` has those of one outcome. A field that is
    `spread` has no key of its own: its entries lie beside those of the object (or list) it belongs to."""

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
    default_branch: int | None = None
    """The branch that an untouched form has chosen, where the default is no more than its name."""
    options: LiveOptions | None = None
    tree: bool = False
    path_kind: str = ""
    unit: str = ""
    multiline: bool = False
    display: str = ""
    placeholder: str = ""
    precision: str = ""
    notation: Notation | None = None
    """How a raw value is written at first; of a text, what it has to be."""
    spread: bool = False
    depth: int = 0
    groups: tuple[tuple[str, str], ...] = ()
    expand_children: Callable[[], tuple[FieldSpec, ...]] | None = field(default=None, repr=False, compare=False)
    expand_item: Callable[[], FieldSpec] | None = field(default=None, repr=False, compare=False)
    branches: tuple[Branch, ...] = field(default=(), repr=False)
    conditions: tuple[Condition, ...] = field(default=(), repr=False)
    vary: Callable[[tuple[bool, ...]], FieldSpec] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def children(self) -> tuple[FieldSpec, ...]:
        """The properties of an object, or the places of a tuple, in the order they are shown."""
        return self.expand_children() if self.expand_children is not None else ()

    @cached_property
    def by_name(self) -> dict[str, FieldSpec]:
        """The properties of an object by name."""
        return {child.name: child for child in self.children if not child.spread}

    @cached_property
    def rest(self) -> FieldSpec | None:
        """What holds the entries that have no field of their own, if they can be edited."""
        return next((child for child in self.children if child.spread), None)

    def child(self, name: str) -> FieldSpec | None:
        """The child of a name; `REST` for what is spread."""
        return self.rest if name == REST else self.by_name.get(name)

    @cached_property
    def _variants(self) -> dict[tuple[bool, ...], FieldSpec]:
        return {}

    def variant(self, outcomes: tuple[bool, ...]) -> FieldSpec:
        """The object's fields when its conditions come out like this. The same outcomes give the same field."""
        if self.vary is not None and outcomes not in self._variants:
            self._variants[outcomes] = self.vary(outcomes)
        return self._variants.get(outcomes, self)

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


@dataclass(frozen=True, slots=True)
class OAuth:
    """How a connector specification signs in through the browser: Airbyte's `advanced_auth`.

    It applies while the value at `predicate` is `value` ("" for always). `outputs` says where what the sign-in brings
    belongs: its name -> pointer into the config. `inputs` are pointers of what it needs first."""

    flow: str
    predicate: str = ""
    value: Json = UNSET
    outputs: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    def applies(self, value: Json) -> bool:
        """Whether a config signs in this way."""
        for token in tokens_of(self.predicate):
            value = value.get(token, UNSET) if isinstance(value, dict) else UNSET
        return not self.predicate or same(value, self.value)


@dataclass(slots=True)
class Form:
    """A normalised schema: the root field and what its author should know. `warnings` grows as fields are expanded."""

    root: FieldSpec
    schema: Any
    warnings: list[str]
    oauth: OAuth | None = None
    documentation: str = ""
