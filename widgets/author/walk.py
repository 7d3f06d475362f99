"""The way through a whole form: into every section, every branch of every union, one item of every list and map.

What counts as a leaf: every field that one editor edits, on every branch. Not counted is what nobody is meant to edit
(constants, hidden and read-only fields). A definition that leads back to itself is counted once, where it is first met,
for it has no end; one that does not is counted wherever it is used, up to `MANY` fields, then once as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from app.forms import FieldSpec, FormState, Kind, Path
from app.forms.values import branch

MANY = 20_000
_STRUCTURE = (
    "properties",
    "patternProperties",
    "additionalProperties",
    "items",
    "prefixItems",
    "oneOf",
    "anyOf",
    "then",
    "else",
)


class Hands(Protocol):
    """How the walk makes fields appear: by the state, or by keys and mouse."""

    def begin(self, path: Path) -> None:
        """Makes an object that may be absent be there."""
        ...

    def choose(self, path: Path, place: int) -> None:
        """Chooses a branch of a union."""
        ...

    def add(self, path: Path) -> Path:
        """Adds an item to a list or map; answers its path."""
        ...

    def left(self, path: Path, place: int) -> None:
        """All of a branch was visited."""
        ...


class Walk:
    """One walk through one form. `unions` grows as they are met."""

    def __init__(self, state: FormState, hands: Hands) -> None:
        self.unions = 0
        self._state = state
        self._hands = hands
        self._open: list[str] = []
        self._endless: set[str] = set()
        self._met: set[str] = set()
        self._count = 0

    def leaves(self) -> Iterator[tuple[Path, FieldSpec]]:
        """The leaves, each at the moment when it can be reached."""
        return self._visit((), self._state.form.root)

    def _visit(self, path: Path, spec: FieldSpec) -> Iterator[tuple[Path, FieldSpec]]:
        if spec.hidden or spec.kind is Kind.CONST:
            return
        if spec.is_leaf:
            if not spec.read_only:
                self._count += 1
                yield path, spec
            return
        shape = _shape(spec)
        if shape in self._open:
            # Everything from its first meeting to here is part of the circle.
            self._endless.update(self._open[self._open.index(shape) :])
            return
        if shape in self._met and (shape in self._endless or self._count > MANY):
            return
        self._met.add(shape)
        self._open.append(shape)
        yield from self._inside(path, spec)
        self._open.pop()

    def _inside(self, path: Path, spec: FieldSpec) -> Iterator[tuple[Path, FieldSpec]]:
        match spec.kind:
            case Kind.OBJECT | Kind.TUPLE:
                self._hands.begin(path)
                done: set[str] = set()
                # What is typed may bring further fields, where the schema has conditions.
                while new := [child for child in self._state.children(path) if child.name not in done]:
                    done.add(new[0].name)
                    yield from self._visit((*path, new[0].name), new[0])
            case Kind.UNION:
                self.unions += 1
                for place, one in enumerate(spec.branches):
                    self._hands.choose(path, place)
                    yield from self._visit((*path, branch(place)), one.spec)
                    self._hands.left(path, place)
            case _ if spec.item is not None:
                yield from self._visit(self._hands.add(path), spec.item)


def _shape(spec: FieldSpec) -> str:
    """What tells one definition from another: its structure without its words."""
    return repr([spec.kind.value, *((word, spec.schema[word]) for word in _STRUCTURE if word in spec.schema)])
