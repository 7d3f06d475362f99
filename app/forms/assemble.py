"""Reads a value out of cells: which fields are there, where they lie, and which is meant by a pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.forms.cells import Cells
from app.forms.conditions import Valid, applied
from app.forms.secrets import SecretSlot, typed
from app.forms.spec import FieldSpec, Kind
from app.forms.values import (
    REST,
    UNSET,
    Chosen,
    Foreign,
    Json,
    Path,
    Present,
    Unparsed,
    branch,
    item,
    pointer_of,
    tokens_of,
)

STAND_IN = "stand-in for a stored secret"
_ROUNDS = 8
"""How often fields that conditions bring may bring others."""


class Assembler:
    """A view of one form's cells as a value. `valid(schema, value)` tries the conditions of objects."""

    def __init__(self, root: FieldSpec, cells: Cells, secrets: Mapping[Path, SecretSlot], valid: Valid) -> None:
        self._cells = cells
        self._secrets = secrets
        self._valid = valid
        self._root = root
        self._specs: dict[Path, FieldSpec] = {(): root}
        self._seen: dict[Path, FieldSpec] = {}
        self._shapes: dict[Path, tuple[FieldSpec, FieldSpec]] = {}

    def outdated(self) -> None:
        """Something changed: what depends on conditions has to be looked at again."""
        if self._shapes:
            self._seen |= self._specs
            self._specs = {(): self._root}
            self._shapes = {}

    def spec(self, path: Path) -> FieldSpec:
        """The field at a path, also one that conditions took away. Raises KeyError if there never was one."""
        known = self._specs.get(path)
        if known is None:
            above, step = path[:-1], path[-1]
            if isinstance(step, str):
                known = self.shape(above).child(step) or self._seen.get(path)
            elif step[0] == "@":
                branches = self.spec(above).branches
                known = branches[step[1]].spec if step[1] < len(branches) else self._seen.get(path)
            else:
                known = self.spec(above).item or self._seen.get(path)
            if known is None:
                raise KeyError(path)
            self._specs[path] = known
        return known

    def shape(self, path: Path) -> FieldSpec:
        """The field at a path with the children its conditions give it now."""
        return self._shape(self.spec(path), path)

    def _shape(self, spec: FieldSpec, path: Path) -> FieldSpec:
        if not spec.conditions:
            return spec
        known = self._shapes.get(path)
        if known is None or known[0] is not spec:
            shape = spec
            for _ in range(_ROUNDS):
                before, value = shape, self._object(shape, path, self._cell(spec, path), instance=True)
                shape = applied(spec, {} if value is UNSET else value, self._valid)
                if shape is before:
                    break
            known = self._shapes[path] = (spec, shape)
        return known[1]

    def value(self, path: Path) -> Json:
        """The value at a path as it would be saved."""
        try:
            return self._read(self.spec(path), path, instance=False)
        except KeyError:
            return UNSET  # what only a condition brings that did not hold

    def _cell(self, spec: FieldSpec, path: Path) -> Any:
        """What a cell holds, if it is of the field's kind: a condition may have made the field another one."""
        cell = self._cells.now.get(path, UNSET)
        return cell if _is_of(spec, cell) else UNSET

    def instance(self) -> Json:
        """The whole value for validation: with typed secrets, and something in the place of stored ones."""
        value = self._read(self.spec(()), (), instance=True)
        return {} if value is UNSET else value

    def _read(self, spec: FieldSpec, path: Path, *, instance: bool) -> Json:
        cell = self._cell(spec, path)
        if isinstance(cell, Foreign):
            return cell.value
        if isinstance(cell, Unparsed):
            return UNSET
        match spec.kind:
            case Kind.SECRET:
                return self._secret(spec, path, cell, instance=instance)
            case Kind.OBJECT | Kind.TUPLE if not self._is_inhabited(path):
                return UNSET
            case Kind.OBJECT:
                return self._object(self._shape(spec, path), path, cell, instance=instance)
            case Kind.TUPLE:
                return self._tuple(spec, path, cell, instance=instance)
            case Kind.UNION if isinstance(cell, Chosen):
                below = spec.branches[cell.place].spec
                value = self._read(below, (*path, branch(cell.place)), instance=instance)
                return _filled(value, below) if below.kind in _NEVER_EMPTY else value
            case Kind.LIST if isinstance(cell, tuple) and spec.item is not None:
                read = [self._read(spec.item, (*path, item(number)), instance=instance) for number in cell]
                return [_filled(value, spec.item) for value in read]
            case Kind.MAP if isinstance(cell, tuple) and spec.item is not None:
                return {
                    key: _filled(self._read(spec.item, (*path, item(number)), instance=instance), spec.item)
                    for number, key in cell
                }
        return cell

    def _is_inhabited(self, path: Path) -> bool:
        return self._cells.is_inhabited(path) or any(where[: len(path)] == path for where in self._secrets)

    def _object(self, spec: FieldSpec, path: Path, cell: Any, *, instance: bool) -> Json:
        if cell is None:
            return None
        value: dict[str, Json] = {}
        for child in spec.children:
            below = self._read(child, (*path, child.name), instance=instance)
            if child.spread:
                value = {**below, **value} if isinstance(below, dict) else value
            elif below is not UNSET:
                value[child.name] = below
        if isinstance(cell, Present):
            # What the schema did not know when it was loaded, a condition may have made a field since.
            value.update((key, one) for key, one in cell.extras if key not in spec.by_name)
            return value
        return value or UNSET

    def _tuple(self, spec: FieldSpec, path: Path, cell: Any, *, instance: bool) -> Json:
        if cell is None:
            return None
        fixed: list[Json] = []
        rest: list[Json] = [one for _, one in cell.extras] if isinstance(cell, Present) else []
        for child in spec.children:
            below = self._read(child, (*path, child.name), instance=instance)
            if not child.spread:
                fixed.append(below)
            elif isinstance(below, list):
                rest = below
        while fixed and not rest and fixed[-1] is UNSET:
            fixed.pop()
        value = [None if one is UNSET else one for one in fixed] + rest
        return value if value or isinstance(cell, Present) else UNSET

    def _secret(self, spec: FieldSpec, path: Path, cell: Any, *, instance: bool) -> Json:
        slot = self._secrets.get(path)
        if slot is None or slot.state == "unset":
            return cell
        if instance:
            if not slot.filled:
                return UNSET
            return typed(spec.schema, slot.text.reveal()) if slot.text is not None else STAND_IN
        return {"$secret": slot.reference} if slot.state == "set" and slot.reference else UNSET

    def item_ids(self, path: Path) -> tuple[int, ...]:
        """The ids of a list's or map's items."""
        cell = self._cells.now.get(path)
        if not isinstance(cell, tuple):
            return ()
        return tuple(entry[0] if isinstance(entry, tuple) else entry for entry in cell)

    def is_active(self, path: Path) -> bool:
        """Whether a path lies on chosen branches and existing items only."""
        for end, step in enumerate(path):
            if isinstance(step, tuple):
                if step[0] == "@" and self._cells.now.get(path[:end]) != Chosen(step[1]):
                    return False
                if step[0] == "#" and step[1] not in self.item_ids(path[:end]):
                    return False
            elif self._cells.now.get(path[:end], UNSET) is None or self.shape(path[:end]).child(step) is None:
                return False
        return True

    def pointer(self, path: Path) -> str:
        """Where a path lies in the value now. Items that are gone keep their id as a name."""
        tokens: list[str | int] = []
        for end, step in enumerate(path):
            if isinstance(step, str):
                tokens += [] if step == REST else [step]
            elif step[0] == "#":
                cell = self._cells.now.get(path[:end])
                entries = cell if isinstance(cell, tuple) else ()
                for place, entry in enumerate(entries, self._offset(path[:end])):
                    if (entry[0] if isinstance(entry, tuple) else entry) == step[1]:
                        tokens.append(entry[1] if isinstance(entry, tuple) else place)
                        break
                else:
                    tokens.append(f"#{step[1]}")
        return pointer_of(tokens)

    def _offset(self, path: Path) -> int:
        """How many fixed places are before the items of a list."""
        above = self.spec(path[:-1]) if path and path[-1] == REST else None
        return len(above.by_name) if above is not None and above.kind is Kind.TUPLE else 0

    def find(self, pointer: str) -> Path | None:
        """The field at a pointer; None if the pointer leads outside of the form."""
        tokens = tokens_of(pointer)
        path, used = self._walk(tokens)
        return path if used == len(tokens) or self.spec(path).is_leaf else None

    def visible(self, tokens: Sequence[str | int]) -> Path:
        """The field a place in the value belongs to: itself, or the nearest one above it that is shown. Of a union
        that is what edits its value, where the chosen branch is no more than that."""
        path, _ = self._walk(tokens)
        while path and self.spec(path).hidden:
            path = path[:-1]
        while path and isinstance(path[-1], tuple) and path[-1][0] == "@":
            path = path[:-1]
        below = path
        while self.spec(below).kind is Kind.UNION and isinstance(cell := self._cells.now.get(below), Chosen):
            below = (*below, branch(cell.place))
        return below if self.spec(below).is_leaf and not self.spec(below).hidden else path

    def innermost(self, path: Path) -> FieldSpec:
        """The field that edits a path's value: of a union, what its chosen branch is."""
        spec, cell = self.spec(path), self._cells.now.get(path)
        if spec.kind is Kind.UNION and isinstance(cell, Chosen):
            return self.innermost((*path, branch(cell.place)))
        return spec

    def unions_at(self, tokens: list[str | int]) -> list[tuple[FieldSpec, int | None]]:
        """The union at a place in the value, and those right within it, each with the place of its chosen branch."""
        path, used = self._walk(tokens)
        found: list[tuple[FieldSpec, int | None]] = []
        while used == len(tokens) and (spec := self.spec(path)).kind is Kind.UNION:
            cell = self._cells.now.get(path)
            found.append((spec, cell.place if isinstance(cell, Chosen) else None))
            if not isinstance(cell, Chosen):
                break
            path = (*path, branch(cell.place))
        return found

    def _walk(self, tokens: Sequence[str | int]) -> tuple[Path, int]:
        """Follows tokens through chosen branches; answers the deepest path and how many tokens it took."""
        path: Path = ()
        used = 0
        while True:
            spec = self.spec(path)
            cell = self._cells.now.get(path)
            if used == len(tokens):
                return path, used
            if spec.kind is Kind.UNION and isinstance(cell, Chosen):
                path = (*path, branch(cell.place))
                continue
            token = tokens[used]
            step: Any = None
            if spec.kind in (Kind.OBJECT, Kind.TUPLE):
                shape = self._shape(spec, path)
                if str(token) in shape.by_name:
                    step = str(token)
                elif shape.rest is not None and self.is_entry((*path, REST), str(token)):
                    path = (*path, REST)
                    continue
            elif spec.kind is Kind.LIST:
                step = self._item_at(path, str(token))
            elif spec.kind is Kind.MAP and isinstance(cell, tuple):
                step = next((item(number) for number, key in cell if key == str(token)), None)
            if step is None:
                return path, used
            path, used = (*path, step), used + 1

    def _item_at(self, path: Path, token: str) -> Any:
        place = int(token) - self._offset(path) if token.isdecimal() else -1
        ids = self.item_ids(path)
        return item(ids[place]) if 0 <= place < len(ids) else None

    def is_entry(self, path: Path, token: str) -> bool:
        """Whether a token names one of the entries beside an object's fields, or behind a list's fixed places."""
        spec, cell = self.spec(path), self._cell(self.spec(path), path)
        if spec.kind is Kind.MAP:
            return isinstance(cell, tuple) and any(key == token for _, key in cell)
        if spec.kind is Kind.LIST:
            return self._item_at(path, token) is not None
        return token.isdecimal() or (isinstance(cell, dict) and token in cell)

    def position(self, path: Path) -> tuple[tuple[int, int], ...]:
        """Sorts paths as the form shows them."""
        places = []
        for end, step in enumerate(path):
            above = self.spec(path[:end])
            if isinstance(step, str):
                children = self._shape(above, path[:end]).children
                at = next((place for place, child in enumerate(children) if child.name == step), len(children))
                places.append((int(at < len(children) and children[at].advanced), at))
            elif step[0] == "#":
                ids = self.item_ids(path[:end])
                places.append((0, ids.index(step[1]) if step[1] in ids else len(ids)))
        return tuple(places)


def _filled(value: Json, spec: FieldSpec) -> Json:
    """An item is always there: an object as {}, anything else as null until it is filled in."""
    if value is not UNSET:
        return value
    return {Kind.OBJECT: {}, Kind.TUPLE: []}.get(spec.kind)


_NEVER_EMPTY = (Kind.OBJECT, Kind.TUPLE)


def _is_of(spec: FieldSpec, cell: Any) -> bool:
    if cell is None or isinstance(cell, Foreign | Unparsed):
        return True
    match spec.kind:
        case Kind.UNION:
            return isinstance(cell, Chosen) and cell.place < len(spec.branches)
        case Kind.OBJECT | Kind.TUPLE:
            return isinstance(cell, Present)
        case Kind.LIST:
            return isinstance(cell, tuple) and all(isinstance(entry, int) for entry in cell)
        case Kind.MAP:
            return isinstance(cell, tuple) and all(isinstance(entry, tuple) for entry in cell)
    return not isinstance(cell, Present | Chosen | tuple)
