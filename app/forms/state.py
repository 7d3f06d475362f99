"""The state of a form while somebody fills it in, without a window: values, branches, items, secrets, undo and errors.

A window or a terminal draws `FormState.form`, calls `set`, `choose`, `add` and the like, and is told by `subscribe`
which fields changed. Whether an error is to be seen yet is known here too: not before its field was left (`touch`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

from app.forms.assemble import Assembler
from app.forms.cells import Cells
from app.forms.filling import Filler
from app.forms.keeping import pack, unpack
from app.forms.loading import Loader
from app.forms.normalise import normalise
from app.forms.problems import FieldError, Problems
from app.forms.secrets import SecretSlot
from app.forms.spec import FieldSpec, Kind
from app.forms.validation import Validation
from app.forms.values import NAMELESS, UNSET, Chosen, Foreign, Json, Path, Say, Unparsed, item, same, starts_with

Listener = Callable[["tuple[Path, ...]"], None]


class FormState:
    """One form being filled in. `value` None starts from the schema's defaults; any other value is taken exactly.
    `say` translates errors and the few labels that are not the schema's own."""

    def __init__(
        self,
        schema: Json,
        value: Json = None,
        secrets: Mapping[str, str] | None = None,
        override: Mapping[str, Json] | None = None,
        say: Say = str,
    ) -> None:
        self.say = say
        self.form = normalise(schema, override, say)
        self._validation = Validation(self.form)
        self._ids = count(1)
        self._cells = Cells()
        self._secrets: dict[Path, SecretSlot] = {}
        self._revisions: dict[Path, int] = {}
        self._listeners: list[Listener] = []
        self.revision = 0
        """Counts changes of the value or a secret; showing an error is none."""
        self._tree = Assembler(self.form.root, self._cells, self._secrets, self._validation.valid)
        self._filler = Filler(self._tree, self._cells, self._secrets, self._loader)
        self._problems = Problems(self._validation, self._tree, self._cells, self._secrets, say)
        loader = self._loader()
        if value is None:
            loader.defaults(self.form.root, (), wanted=True)
        else:
            loader.value(self.form.root, (), value)
        self._cells.fill(loader.cells)
        self._secrets.update(loader.secrets)
        if value is None:
            self._filler.settle(tuple(self._cells.now), {}, None)
            self._cells.done.clear()
        for pointer, place in (secrets or {}).items():
            path = self._tree.find(pointer)
            if place and path is not None:
                known = self._secrets.get(path, SecretSlot())
                self._secrets[path] = SecretSlot("set", place, None, known.reference)
        self._mark_baseline()

    # --- looking

    def spec(self, path: Path) -> FieldSpec:
        """The field at a path."""
        return self._tree.spec(path)

    def children(self, path: Path) -> tuple[FieldSpec, ...]:
        """The fields of an object as they are for its value now: conditions bring some and take others away. A field
        that stays is the same object as before."""
        return self._tree.shape(path).children

    def get(self, path: Path) -> Json:
        """A field's value as it would be saved, UNSET if absent; for an editor also `Unparsed` and `Foreign`."""
        cell = self._cells.now.get(path, UNSET)
        return cell if isinstance(cell, Unparsed | Foreign) else self._tree.value(path)

    def is_odd(self, path: Path) -> bool:
        """Whether what is there has another shape than the schema's, and can only be edited as JSON."""
        return isinstance(self._cells.now.get(path), Unparsed | Foreign)

    def value(self) -> Json:
        """What would be saved: without secret values, unchosen branches and absent fields."""
        value = self._tree.value(())
        return {} if value is UNSET else value

    def branch(self, path: Path) -> int | None:
        """Which branch of a union is chosen."""
        cell = self._cells.now.get(path)
        return cell.place if isinstance(cell, Chosen) else None

    def items(self, path: Path) -> tuple[Path, ...]:
        """The paths of a list's or map's items, in order."""
        return tuple((*path, item(number)) for number in self._tree.item_ids(path))

    def key(self, path: Path) -> str:
        """The key of a map's item."""
        entries = self._cells.now.get(path[:-1], ())
        return next((key for number, key in entries if path[-1] == item(number)), "")

    def pointer(self, path: Path) -> str:
        """Where a field lies in the value now."""
        return self._tree.pointer(path)

    def find(self, pointer: str) -> Path | None:
        """The field at a pointer, or the nearest one above it that can be seen."""
        return self._tree.find(pointer)

    def is_present(self, path: Path) -> bool:
        """Whether a field is in the value at all."""
        return self._tree.value(path) is not UNSET or self._cells.now.get(path) is not None

    # --- changing

    def set(self, path: Path, value: Json) -> None:
        """Sets a field. Keystrokes in one are one undo step until it is left. A secret is kept where no history is."""
        changes = self._filler.around(path)
        exact, secrets = None, {}
        leaf = self.spec(path).is_leaf and self.spec(path).kind is not Kind.SECRET
        if leaf or isinstance(value, Unparsed):
            changes[path] = value
        else:
            exact = path
            loader = self._loader()
            loader.value(self.spec(path), path, value)
            changes |= {**dict.fromkeys(self._cells.below(path), UNSET), **loader.cells}
            secrets = loader.secrets
        self._apply(changes, path, exact=exact, secrets=secrets)

    def clear(self, path: Path) -> None:
        """What emptying an editor means: the field's own empty default (null or ""), else null where that is the only
        way to be empty, else absent."""
        spec = self.spec(path)
        if spec.default is None or spec.default == "":
            self.set(path, spec.default)
        elif spec.required and spec.nullable:
            self.set(path, None)
        else:
            self._apply({**dict.fromkeys(self._cells.below(path), UNSET), path: UNSET}, path)

    def set_null(self, path: Path) -> None:
        """Sets a nullable field to null; what was below it is remembered."""
        self._apply({**self._filler.around(path), path: None})

    def begin(self, path: Path) -> None:
        """Makes an absent or null object, list or union be there, with its defaults and what was typed before."""
        self._apply(self._filler.begin(path))

    def choose(self, path: Path, place: int | None) -> None:
        """Chooses a branch of a union; what was typed in any branch stays. None makes an optional union absent."""
        spec = self.spec(path)
        if place is None:
            self._apply({path: None if spec.nullable and (spec.required or spec.default is None) else UNSET})
            return
        self._apply({**self._filler.around(path), **self._filler.choose(path, place)})

    def add(self, path: Path, key: str = "", value: Json = UNSET) -> Path:
        """Adds an item to a list or map and answers its path."""
        spec = self.spec(path)
        number = next(self._ids)
        below = (*path, item(number))
        loader = self._loader()
        if spec.item is not None:
            if value is UNSET:
                loader.defaults(spec.item, below, wanted=True)
            else:
                loader.value(spec.item, below, value)
        cell = self._cells.now.get(path, ())
        entries = cell if isinstance(cell, tuple) else ()
        entry: Any = (number, key or NAMELESS) if spec.kind is Kind.MAP else number
        self._apply({**self._filler.around(path), **loader.cells, path: (*entries, entry)}, secrets=loader.secrets)
        return below

    def remove(self, path: Path) -> None:
        """Removes an item. Undo brings it back with everything in it, its secrets too."""
        parent, cell = path[:-1], self._cells.now.get(path[:-1], ())
        rest = tuple(entry for entry in cell if item(entry[0] if isinstance(entry, tuple) else entry) != path[-1])
        spec = self.spec(parent)
        self._apply({parent: rest if rest or spec.required or spec.default is not UNSET else UNSET})

    def move(self, path: Path, to: int) -> None:
        """Moves an item to another place in its list."""
        entries = list(self._cells.now.get(path[:-1], ()))
        at = next(i for i, e in enumerate(entries) if item(e[0] if isinstance(e, tuple) else e) == path[-1])
        entries.insert(max(0, min(to, len(entries) - 1)), entries.pop(at))
        self._apply({path[:-1]: tuple(entries)})

    def rename(self, path: Path, key: str) -> None:
        """Gives a map's item another key."""
        entries = self._cells.now.get(path[:-1], ())
        renamed = tuple((number, key or NAMELESS if path[-1] == item(number) else old) for number, old in entries)
        self._apply({path[:-1]: renamed}, path)

    def set_value(self, value: Json) -> None:
        """Replaces the whole value, as one undo step."""
        loader = self._loader()
        loader.value(self.form.root, (), value)
        self._apply({**dict.fromkeys(self._cells.now, UNSET), **loader.cells}, exact=(), secrets=loader.secrets)

    def take_over(self, value: Json) -> None:
        """Replaces the value by one that holds already: nothing to undo, and what counts as changed stays as it was."""
        self.set_value(value)
        self._cells.forget()

    def together(self) -> AbstractContextManager[None]:
        """Makes all changes within a `with` one undo step."""
        return self._cells.together()

    # --- going back

    def undo(self) -> bool:
        """Takes the last change back; False if there is none."""
        return self._changed(self._cells.undo())

    def redo(self) -> bool:
        """Makes the last undone change again; False if there is none."""
        return self._changed(self._cells.redo())

    @property
    def can_undo(self) -> bool:
        return bool(self._cells.done)

    @property
    def can_redo(self) -> bool:
        return bool(self._cells.undone)

    def is_dirty(self) -> bool:
        """Whether anything differs from what was loaded."""
        return self.is_modified(())

    def is_modified(self, path: Path) -> bool:
        """Whether a field, or anything below it, differs from what was loaded."""
        changed = [where for where, slot in self._secrets.items() if slot != self._stored.get(where)]
        if any(starts_with(where, path) and self._tree.is_active(where) for where in changed):
            return True
        typed = [self._cells.now.get(path)] if path else self._cells.now.values()
        if any(isinstance(cell, Unparsed) for cell in typed):
            return True  # it has no value yet, but it would be lost
        return not same(self._tree.value(path), self._original.value(path))

    def was_there(self, path: Path) -> bool:
        """Whether a field was in the value that was loaded."""
        return self._original.value(path) is not UNSET

    def reset(self, path: Path = ()) -> None:
        """Brings a field and all below it back to what was loaded; undoable, but for secrets."""
        old = {key: cell for key, cell in self._baseline.items() if starts_with(key, path)}
        for where in [where for where in self._secrets if starts_with(where, path)]:
            if where in self._stored:
                self._secrets[where] = self._stored[where]
            else:
                del self._secrets[where]
        if not path:
            self._problems.start_over()
        self._apply({**dict.fromkeys(self._cells.below(path), UNSET), **old}, exact=path)
        self._changed((path,))

    def mark_saved(self) -> None:
        """What is in the form now is what is stored: changes count from here, and typed secrets are let go."""
        for path, slot in list(self._secrets.items()):
            if slot.state == "changed":
                self._secrets[path] = SecretSlot.stored(slot.reference)
            elif slot.state == "cleared":
                del self._secrets[path]
        self._mark_baseline()
        self._tell(((),))

    def _mark_baseline(self) -> None:
        self._baseline = dict(self._cells.now)
        self._stored = dict(self._secrets)
        self._original = Assembler(self.form.root, Cells(self._baseline), self._stored, self._validation.valid)

    # --- putting away

    def keep(self) -> Json:
        """All that was typed, as JSON and without secrets: see `keeping`."""
        return pack(self._cells.now, self._secrets, self._tree.spec)

    def typed_secrets(self) -> dict[Path, SecretSlot]:
        """The secrets that were typed or pointed at, to be handed back to `take_up` in the same process."""
        return {path: slot for path, slot in self._secrets.items() if slot.state == "changed"}

    def take_up(self, kept: Json, secrets: Mapping[Path, SecretSlot] | None = None) -> list[Path]:
        """Goes on with what `keep` answered for the same schema. Answers the fields whose secret is not there any
        more. Raises ValueError, TypeError, KeyError or IndexError for anything else, and then changes nothing."""
        cells, referred, again, highest = unpack(kept)
        self._ids = count(max(highest, next(self._ids)) + 1)
        self._cells.fill({**dict.fromkeys(list(self._cells.now), UNSET), **cells})
        self._cells.done.clear()
        self._secrets.update({**referred, **(secrets or {})})
        self._changed(((), *cells))
        return [path for path in again if path not in self._secrets and self._tree.is_active(path)]

    # --- secrets

    def secret(self, path: Path) -> SecretSlot:
        """What is known of a secret."""
        return self._secrets.get(path, SecretSlot())

    def stored_secret(self, path: Path) -> SecretSlot:
        """What was known of it when the form was loaded."""
        return self._stored.get(path, SecretSlot())

    def secret_revision(self, path: Path) -> int:
        """A number that changes when a secret at or below a path does; it tells nothing of the secret."""
        return sum(count for where, count in self._revisions.items() if starts_with(where, path))

    def set_secret(self, path: Path, slot: SecretSlot) -> None:
        """Changes a secret. Not undoable: no history may hold it."""
        if slot.state == "unset" or (slot.state == "cleared" and path not in self._stored):
            self._secrets.pop(path, None)
        else:
            self._secrets[path] = slot
        changes = self._filler.around(path) if slot.filled else {}
        self._revisions[path] = self._revisions.get(path, 0) + 1
        if not changes or not self._apply(changes):
            self._changed((path,))

    def store_secret(self, path: Path, place: str) -> None:
        """Where a secret is kept now, "" for nowhere. What was typed of it is let go."""
        for slots in (self._secrets, self._stored):
            slots.pop(path, None)
            if place:
                slots[path] = SecretSlot("set", place)
        self._changed((path,))

    def secrets(self) -> dict[str, str]:
        """The secrets that were changed, by pointer: `value:TEXT`, `env:NAME`, `file:PATH`, or "" for cleared."""
        return {
            self.pointer(path): slot.change()
            for path, slot in self._secrets.items()
            if slot.state in ("changed", "cleared") and self._tree.is_active(path)
        }

    # --- errors

    def touch(self, path: Path) -> None:
        """The field was left: its errors may be seen, and typing in it again is a new undo step."""
        self._cells.end_burst()
        if self._problems.touch(path):
            self._tell((path,))

    def submit(self) -> list[FieldError]:
        """All errors, to be seen from now on."""
        self._problems.submit()
        self._tell(((),))
        return self.errors()

    def add_error(self, pointer: str, message: str) -> Path:
        """An error found elsewhere (a connection test). It goes away when its field is changed."""
        path = self.find(pointer) or ()
        self._problems.add(path, message)
        self._tell((path,))
        return path

    def errors(self) -> list[FieldError]:
        """What is wrong now, seen or not, in the order of the form."""
        return self._problems.all()

    def visible_error(self, path: Path) -> FieldError | None:
        """The error of a field, if it is to be seen yet."""
        return self._problems.visible(path)

    # --- telling

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with the paths that changed; answers how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _apply(
        self,
        changes: Mapping[Path, Any],
        burst: Path | None = None,
        exact: Path | None = None,
        secrets: Mapping[Path, SecretSlot] | None = None,
    ) -> bool:
        secrets = secrets or {}  # told with the rest: an editor has to show that there is one now
        self._secrets.update(secrets)
        for path in secrets:
            self._revisions[path] = self._revisions.get(path, 0) + 1
        before = self._filler.shapes(changes, exact)
        changed = self._cells.write(changes, burst)
        if changed:
            self._tree.outdated()
            changed += self._filler.settle(changed, before, exact)
        return self._changed((*changed, *secrets))

    def _changed(self, paths: tuple[Path, ...]) -> bool:
        self._tree.outdated()
        self.revision += bool(paths)
        self._problems.forget(paths)
        return self._tell(paths)

    def _tell(self, paths: tuple[Path, ...]) -> bool:
        if not paths:
            return False
        self._problems.outdated()
        for listener in list(self._listeners):
            listener(paths)
        return True

    def _loader(self) -> Loader:
        return Loader(self._validation.fits, self._validation.valid, lambda: next(self._ids))
