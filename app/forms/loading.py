"""Turns values and defaults into cells: what an untouched form holds, and how a stored config spreads over its fields.

The policy of defaults is here. A field with a default holds it. A required object holds its fields' defaults and a
required union begins with its first branch; an optional object is filled only if its defaults make it complete. Nothing
else is invented: no 0 for a number, no first choice for an enum, no [] for a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.forms.conditions import Valid, applied
from app.forms.secrets import SecretSlot, reference_of
from app.forms.spec import Branch, FieldSpec, Kind
from app.forms.unions import match_branch, plain
from app.forms.values import REST, UNSET, Chosen, Foreign, Json, Path, Present, branch, item

Fits = Callable[[Branch, Json], bool]
_DEEP = 12


class Loader:
    """Collects the cells of one loading. `next_id` numbers items for the whole life of a form."""

    def __init__(self, fits: Fits, valid: Valid, next_id: Callable[[], int]) -> None:
        self.fits = fits
        self.valid = valid
        self.next_id = next_id
        self._budget = 5000  # a schema may require itself without end
        self.cells: dict[Path, Any] = {}
        self.secrets: dict[Path, SecretSlot] = {}

    def defaults(self, spec: FieldSpec, path: Path, *, wanted: bool | None = None) -> None:
        """Fills a field with what an untouched form holds of it. `wanted` None: as the schema requires it; True: a
        person wants it there, so that null is no default for it."""
        null_counts = wanted is not True
        wanted = spec.required if wanted is None else wanted
        if spec.kind is Kind.SECRET:
            return
        if spec.default is not UNSET and (spec.default is not None or null_counts):
            self.value(spec, path, spec.default)
            return
        self._budget -= 1
        if len(path) > _DEEP or self._budget < 0:
            return
        if spec.kind is Kind.CONST:
            if wanted:
                self.cells[path] = spec.const
        elif spec.kind is Kind.OBJECT:
            if wanted or (spec.children and not spec.nullable and completes_itself(spec)):
                self.cells[path] = Present()
                for child in spec.children:
                    self.defaults(child, (*path, child.name))
        elif spec.kind is Kind.TUPLE and wanted and spec.children:
            for child in spec.children:
                self.defaults(child, (*path, child.name))
        elif spec.kind is Kind.UNION and spec.default_branch is not None:
            self.choose(spec, path, spec.default_branch)
        elif spec.kind is Kind.UNION and wanted and not spec.nullable and spec.branches:
            self.choose(spec, path, 0)

    def choose(self, spec: FieldSpec, path: Path, place: int) -> None:
        """Chooses a branch and fills it as if it were required, its discriminator included."""
        self.cells[path] = Chosen(place)
        below = spec.branches[place].spec
        self.defaults(below, (*path, branch(place)), wanted=True)
        if spec.discriminator and spec.branches[place].tag is not None:
            self.cells.setdefault((*path, branch(place), spec.discriminator), spec.branches[place].tag)

    def value(self, spec: FieldSpec, path: Path, value: Json) -> None:
        """Spreads a value over a field and those below it, exactly: nothing is added."""
        match spec.kind:
            case Kind.SECRET:
                self._secret(path, value)
            case Kind.OBJECT:
                self._object(spec, path, value)
            case Kind.TUPLE:
                self._tuple(spec, path, value)
            case Kind.UNION:
                self._union(spec, path, value)
            case Kind.LIST if isinstance(value, list) and spec.item is not None:
                ids = tuple(self.next_id() for _ in value)
                self.cells[path] = ids
                for number, one in zip(ids, value, strict=True):
                    self.value(spec.item, (*path, item(number)), one)
            case Kind.MAP if isinstance(value, dict) and spec.item is not None:
                entries = tuple((self.next_id(), key) for key in value)
                self.cells[path] = entries
                for number, key in entries:
                    self.value(spec.item, (*path, item(number)), value[key])
            case Kind.LIST | Kind.MAP:
                self.cells[path] = value if value is None else Foreign(value)
            case _:
                self.cells[path] = value

    def _object(self, spec: FieldSpec, path: Path, value: Json) -> None:
        if not isinstance(value, dict):
            self.cells[path] = value if value is None else Foreign(value)
            return
        spec = applied(spec, value, self.valid)
        for name, child in spec.by_name.items():
            if name in value:
                self.value(child, (*path, name), value[name])
        others = {key: one for key, one in value.items() if key not in spec.by_name}
        if spec.rest is not None and others:
            self.value(spec.rest, (*path, REST), others)
            others = {}
        self.cells[path] = Present(tuple(others.items()))

    def _tuple(self, spec: FieldSpec, path: Path, value: Json) -> None:
        if not isinstance(value, list):
            self.cells[path] = value if value is None else Foreign(value)
            return
        for child, one in zip(spec.by_name.values(), value, strict=False):
            self.value(child, (*path, child.name), one)
        others = value[len(spec.by_name) :]
        if spec.rest is not None and others:
            self.value(spec.rest, (*path, REST), others)
            others = []
        self.cells[path] = Present(tuple((str(place), one) for place, one in enumerate(others)))

    def _union(self, spec: FieldSpec, path: Path, value: Json) -> None:
        if value is None and spec.nullable:
            self.cells[path] = None
            return
        place = match_branch(spec, value, self.fits)
        if place is None:
            self.cells[path] = Foreign(value)
            return
        self.cells[path] = Chosen(place)
        self.value(spec.branches[place].spec, (*path, branch(place)), value)

    def _secret(self, path: Path, value: Json) -> None:
        reference = reference_of(value)
        if reference is not None:
            self.secrets[path] = SecretSlot.stored(reference)
        elif value is None or value == "":
            self.cells[path] = value
        else:
            # A secret that stands in a config in the clear (a pasted one): taken out of the value at once.
            self.secrets[path] = SecretSlot.typed(plain(value))


def completes_itself(spec: FieldSpec, depth: int = 0) -> bool:
    """Whether an object's defaults alone satisfy it, and there are any."""
    if depth > _DEEP:
        return False
    some = False
    for child in spec.children:
        has = child.default is not UNSET or child.kind is Kind.CONST
        if not has and child.kind is Kind.OBJECT and child.required:
            has = completes_itself(child, depth + 1)
        if child.required and not has:
            return False
        some = some or (has and child.default is not UNSET)
    return some
