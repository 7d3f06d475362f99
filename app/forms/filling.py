"""What comes along with a change: objects around a field, the defaults of a branch, the fields a condition brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.forms.assemble import Assembler
from app.forms.cells import Cells
from app.forms.loading import Loader
from app.forms.secrets import SecretSlot
from app.forms.spec import FieldSpec, Kind
from app.forms.values import UNSET, Chosen, Path, Present, branch, starts_with

_ROUNDS = 8


class Filler:
    """Answers which cells a change fills in besides its own."""

    def __init__(
        self, tree: Assembler, cells: Cells, secrets: dict[Path, SecretSlot], loader: Callable[[], Loader]
    ) -> None:
        self._tree = tree
        self._cells = cells
        self._secrets = secrets
        self._loader = loader

    def around(self, path: Path) -> dict[Path, Any]:
        """What has to be filled in above a field before it can be set: absent objects come with their defaults."""
        changes: dict[Path, Any] = {}
        for end in range(len(path)):
            above = path[:end]
            spec = self._tree.spec(above)
            if spec.kind is not Kind.OBJECT or isinstance(self._cells.now.get(above), Present):
                continue  # there, whatever is in it: its value need not be put together to know that
            if self._tree.value(above) not in (UNSET, None):
                continue
            if self._cells.now.get(above, UNSET) is None:
                changes[above] = Present()
            loader = self._loader()
            loader.defaults(spec, above, wanted=True)
            changes |= {key: cell for key, cell in loader.cells.items() if key not in self._cells.now}
        return changes

    def begin(self, path: Path) -> dict[Path, Any]:
        """What makes an absent object, list or union be there, with what was typed in it before."""
        spec = self._tree.spec(path)
        changes = self.around(path)
        if spec.kind in (Kind.OBJECT, Kind.TUPLE, Kind.LIST, Kind.MAP):
            loader = self._loader()
            loader.defaults(spec, path, wanted=True)
            changes |= {key: cell for key, cell in loader.cells.items() if key not in self._cells.now}
            empty = Present() if spec.kind in (Kind.OBJECT, Kind.TUPLE) else ()
            changes[path] = loader.cells.get(path, empty)
        elif spec.branches:
            changes |= self.choose(path, 0)
        return changes

    def choose(self, path: Path, place: int) -> dict[Path, Any]:
        """What choosing a branch fills in: its defaults the first time, and what all branches share each time."""
        spec, before = self._tree.spec(path), self._cells.now.get(path)
        inside = (*path, branch(place))
        changes: dict[Path, Any] = {path: Chosen(place)}
        if not self._cells.below(inside):
            loader = self._loader()
            loader.choose(spec, path, place)
            changes |= loader.cells
        if isinstance(before, Chosen) and before.place != place:
            for name in _shared(spec, before.place, place):
                old, new = (*path, branch(before.place), name), (*inside, name)
                changes |= dict.fromkeys([one for one in changes if starts_with(one, new)], UNSET)
                changes |= dict.fromkeys(self._cells.below(new), UNSET)
                changes |= {(*new, *one[len(old) :]): self._cells.now[one] for one in self._cells.below(old)}
                for where in [where for where in self._secrets if starts_with(where, old)]:
                    self._secrets[(*new, *where[len(old) :])] = self._secrets[where]
        return changes

    # --- conditions

    def shapes(self, paths: Iterable[Path], exact: Path | None) -> dict[Path, FieldSpec]:
        """The objects with conditions that a change of these fields may concern, as they are now. What lies at or below
        `exact` was given in full: nothing is to be added to it."""
        found: dict[Path, FieldSpec] = {}
        for path in {one[:end] for one in paths for end in range(len(one) + 1)}:
            if exact is not None and starts_with(path, exact):
                continue
            try:
                spec = self._tree.spec(path)
            except KeyError:
                continue
            if spec.conditions:
                there = path in self._cells.now or self._tree.value(path) is not UNSET
                found[path] = self._tree.shape(path) if there else spec
        return found

    def settle(self, paths: tuple[Path, ...], before: Mapping[Path, FieldSpec], exact: Path | None) -> tuple[Path, ...]:
        """Fills in what conditions made of the fields since `before`; answers the paths that changed by that."""
        changed: tuple[Path, ...] = ()
        for _ in range(_ROUNDS):
            now = self.shapes((*paths, *changed), exact)
            changes: dict[Path, Any] = {}
            for path, shape in now.items():
                changes |= self._turned(path, before.get(path, self._tree.spec(path)), shape)
            written = self._cells.write(changes, join=True)
            if not written:
                break
            self._tree.outdated()
            changed, before = (*changed, *written), {**before, **now}
        return changed

    def _turned(self, path: Path, before: FieldSpec, now: FieldSpec) -> dict[Path, Any]:
        """What to write below an object whose fields became others: what nobody touched is untouched in its new form,
        and what was typed stays."""
        cell = self._cells.now.get(path)
        if before is now or (cell is None and self._tree.value(path) in (UNSET, None)):
            return {}
        changes: dict[Path, Any] = {}
        extras = dict(cell.extras) if isinstance(cell, Present) else {}
        for name in dict.fromkeys(child.name for child in (*before.children, *now.children)):
            old, new, below = before.child(name), now.child(name), (*path, name)
            there = {one: self._cells.now[one] for one in self._cells.below(below)}
            if old is new or there != self._untouched(old, below):
                continue
            loader = self._loader()
            if new is not None and old is None and name in extras:
                loader.value(new, below, extras.pop(name))  # it was loaded before anybody knew that it is a field
                changes[path] = Present(tuple(extras.items()))
            elif new is not None:
                loader.defaults(new, below)
            self._secrets.update(loader.secrets)
            changes |= {**dict.fromkeys(there, UNSET), **loader.cells}
        return changes

    def _untouched(self, spec: FieldSpec | None, path: Path) -> dict[Path, Any]:
        """The cells of a field that nobody touched."""
        loader = self._loader()
        if spec is not None:
            loader.defaults(spec, path)
        return loader.cells


def _shared(spec: FieldSpec, left: int, right: int) -> list[str]:
    """The fields that two branches have from the union itself, not each on its own."""
    one, other = (spec.branches[place].schema.get("properties") for place in (left, right))
    if not isinstance(one, dict) or not isinstance(other, dict):
        return []
    return [name for name in one if isinstance(one[name], dict) and other.get(name) is one[name]]
