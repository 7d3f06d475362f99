"""Reads a value out of cells: which fields are there, where they lie, and which is meant by a pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.forms.cells import Cells
from app.forms.secrets import SecretSlot
from app.forms.spec import FieldSpec, Kind
from app.forms.values import UNSET, Foreign, Json, Path, Present, Unparsed, branch, item, pointer_of, tokens_of

STAND_IN = "stand-in for a stored secret"


class Assembler:
    """A view of one form's cells as a value."""

    def __init__(self, root: FieldSpec, cells: Cells, secrets: Mapping[Path, SecretSlot]) -> None:
        self._cells = cells
        self._secrets = secrets
        self._specs: dict[Path, FieldSpec] = {(): root}

    def spec(self, path: Path) -> FieldSpec:
        """The field at a path. Raises KeyError for a path that the schema does not have."""
        known = self._specs.get(path)
        if known is None:
            above, step = self.spec(path[:-1]), path[-1]
            if isinstance(step, str):
                known = above.by_name[step]
            elif step[0] == "@":
                known = above.branches[step[1]].spec
            elif above.item is not None:
                known = above.item
            else:
                raise KeyError(path)
            self._specs[path] = known
        return known

    def value(self, path: Path) -> Json:
        """The value at a path as it would be saved."""
        return self._read(self.spec(path), path, instance=False)

    def instance(self) -> Json:
        """The whole value for validation: with typed secrets, and something in the place of stored ones."""
        value = self._read(self.spec(()), (), instance=True)
        return {} if value is UNSET else value

    def _read(self, spec: FieldSpec, path: Path, *, instance: bool) -> Json:
        cell = self._cells.now.get(path, UNSET)
        if isinstance(cell, Foreign):
            return cell.value
        if isinstance(cell, Unparsed):
            return UNSET
        match spec.kind:
            case Kind.SECRET:
                return self._secret(path, cell, instance=instance)
            case Kind.OBJECT:
                return self._object(spec, path, cell, instance=instance)
            case Kind.UNION if isinstance(cell, int):
                inside = (*path, branch(cell))
                below = spec.branches[cell].spec
                value = self._read(below, inside, instance=instance)
                return {} if value is UNSET and below.kind is Kind.OBJECT else value
            case Kind.LIST if isinstance(cell, tuple) and spec.item is not None:
                read = [self._read(spec.item, (*path, item(number)), instance=instance) for number in cell]
                return [_filled(value, spec.item) for value in read]
            case Kind.MAP if isinstance(cell, tuple) and spec.item is not None:
                return {
                    key: _filled(self._read(spec.item, (*path, item(number)), instance=instance), spec.item)
                    for number, key in cell
                }
        return cell

    def _object(self, spec: FieldSpec, path: Path, cell: Any, *, instance: bool) -> Json:
        if cell is None:
            return None
        value = {}
        for child in spec.children:
            below = self._read(child, (*path, child.name), instance=instance)
            if below is not UNSET:
                value[child.name] = below
        if isinstance(cell, Present):
            value.update(cell.extras)
            return value
        return value or UNSET

    def _secret(self, path: Path, cell: Any, *, instance: bool) -> Json:
        slot = self._secrets.get(path)
        if slot is None or slot.state == "unset":
            return cell
        if instance:
            if not slot.filled:
                return UNSET
            return slot.text.reveal() if slot.text is not None else STAND_IN
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
                if step[0] == "@" and self._cells.now.get(path[:end]) != step[1]:
                    return False
                if step[0] == "#" and step[1] not in self.item_ids(path[:end]):
                    return False
            elif self._cells.now.get(path[:end], UNSET) is None:
                return False
        return True

    def pointer(self, path: Path) -> str:
        """Where a path lies in the value now. Items that are gone keep their id as a name."""
        tokens: list[str | int] = []
        for end, step in enumerate(path):
            if isinstance(step, str):
                tokens.append(step)
            elif step[0] == "#":
                cell = self._cells.now.get(path[:end])
                entries = cell if isinstance(cell, tuple) else ()
                for place, entry in enumerate(entries):
                    if (entry[0] if isinstance(entry, tuple) else entry) == step[1]:
                        tokens.append(entry[1] if isinstance(entry, tuple) else place)
                        break
                else:
                    tokens.append(f"#{step[1]}")
        return pointer_of(tokens)

    def find(self, pointer: str) -> Path | None:
        """The field at a pointer; None if the pointer leads outside of the form."""
        tokens = tokens_of(pointer)
        path, used = self._walk(tokens)
        return path if used == len(tokens) or self.spec(path).is_leaf else None

    def visible(self, tokens: Sequence[str | int]) -> Path:
        """The field a place in the value belongs to: itself, or the nearest one above it that is shown."""
        path, _ = self._walk(tokens)
        while path and self.spec(path).hidden:
            path = path[:-1]
        while path and isinstance(path[-1], tuple) and path[-1][0] == "@":
            path = path[:-1]
        return path

    def innermost(self, path: Path) -> FieldSpec:
        """The field that edits a path's value: of a union, what its chosen branch is."""
        spec, cell = self.spec(path), self._cells.now.get(path)
        if spec.kind is Kind.UNION and isinstance(cell, int):
            return self.innermost((*path, branch(cell)))
        return spec

    def union_at(self, tokens: list[str | int]) -> tuple[FieldSpec, int | None] | None:
        """The union at a place in the value, and the place of its chosen branch."""
        path, used = self._walk(tokens)
        if used < len(tokens):
            return None
        cell = self._cells.now.get(path)
        spec = self.spec(path)
        return spec, cell if isinstance(cell, int) and spec.kind is Kind.UNION else None

    def _walk(self, tokens: Sequence[str | int]) -> tuple[Path, int]:
        """Follows tokens through chosen branches; answers the deepest path and how many tokens it took."""
        path: Path = ()
        used = 0
        while True:
            spec = self.spec(path)
            cell = self._cells.now.get(path)
            if used == len(tokens):
                return path, used
            if spec.kind is Kind.UNION and isinstance(cell, int):
                path = (*path, branch(cell))
                continue
            token = tokens[used]
            step: Any = None
            if spec.kind is Kind.OBJECT and str(token) in spec.by_name:
                step = str(token)
            elif spec.kind is Kind.LIST and str(token).isdigit() and int(token) < len(self.item_ids(path)):
                step = item(self.item_ids(path)[int(token)])
            elif spec.kind is Kind.MAP and isinstance(cell, tuple):
                step = next((item(number) for number, key in cell if key == str(token)), None)
            if step is None:
                return path, used
            path, used = (*path, step), used + 1

    def position(self, path: Path) -> tuple[tuple[int, int], ...]:
        """Sorts paths as the form shows them."""
        places = []
        for end, step in enumerate(path):
            above = self.spec(path[:end])
            if isinstance(step, str):
                child = above.by_name[step]
                places.append((int(child.advanced), above.children.index(child)))
            elif step[0] == "#":
                ids = self.item_ids(path[:end])
                places.append((0, ids.index(step[1]) if step[1] in ids else len(ids)))
        return tuple(places)


def _filled(value: Json, spec: FieldSpec) -> Json:
    """An item is always there: an object as {}, anything else as null until it is filled in."""
    if value is not UNSET:
        return value
    return {} if spec.kind is Kind.OBJECT else None
