"""Keeps the widgets of a form in step with its state: who shows which path, and who must look again after a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.forms import FieldError, FieldSpec, FormState, Path
from widgets.form.editor import discard
from widgets.form.services import FormServices
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import Callable

PORTION = 12
"""So many leaves are built at once: what fits a window. The rest follows when it is scrolled to or asked for."""


class Block(QWidget):
    """What shows one path: a row for a leaf, a section for an object, and so on."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec) -> None:
        # Born in the form: giving a finished block another parent again and again is what makes big forms slow.
        super().__init__(binder.host)
        self.binder = binder
        self.path = path
        self.spec = spec
        self.made_with = (0, True)
        binder.register(self)

    def outgrown(self) -> bool:
        """Whether the value came in a shape this block can't show, so that another one has to take its place."""
        return self.binder.state.is_odd(self.path)

    def refresh(self) -> None:
        """Its value changed."""

    def refresh_status(self) -> None:
        """Anything changed: its error, its mark, or whether it is required may be other now."""

    def open_towards(self, path: Path) -> None:
        """Unfolds whatever hides a path below it."""

    def open_all(self) -> None:
        """Unfolds and builds everything it has."""

    def first_input(self) -> QWidget | None:
        """What takes focus when this block is jumped to."""
        return None


class Binder(QObject):
    """The blocks of one form."""

    structure_changed = Signal()

    def __init__(
        self,
        state: FormState,
        services: FormServices | None,
        tasks: TaskScope,
        make_block: Callable[..., Block],
        *,
        at_once: bool = False,
    ) -> None:
        super().__init__()
        self.state = state
        self.services = services
        self.tasks = tasks
        self.at_once = at_once
        """Changes hold at once, and are told from the defaults; see `FormView`."""
        self.host: QWidget | None = None
        self.blocks: dict[Path, Block] = {}
        self._below: dict[Path, set[Path]] = {}
        """Every block's path, by each path at or above it: who is concerned by a change is looked up, not searched."""
        self._errors: dict[Path, FieldError] = {}
        self._quiet = False
        self._make_block = make_block
        self._letters: set[str] = set()
        self._room: int | None = None
        self.stop = state.subscribe(self._changed)

    def register(self, block: Block) -> None:
        """Called by each block when it is built."""
        self.blocks[block.path] = block
        for end in range(len(block.path) + 1):
            self._below.setdefault(block.path[:end], set()).add(block.path)

    def drop(self, path: Path) -> None:
        """Forgets the blocks at and below a path, whose widgets go away."""
        for where in list(self._below.get(path, ())):
            self.blocks.pop(where, None)
            for end in range(len(where) + 1):
                self._below[where[:end]].discard(where)

    def mnemonic(self, text: str) -> str:
        """A label with its first letter that no other label of the form has, marked with an ampersand."""
        for place, letter in enumerate(text):
            if letter.isascii() and letter.isalpha() and letter.lower() not in self._letters:
                self._letters.add(letter.lower())
                return text[:place].replace("&", "&&") + "&" + text[place:].replace("&", "&&")
        return text.replace("&", "&&")

    def make(self, path: Path, spec: FieldSpec, level: int, *, heading: bool = True) -> Block:
        """The block of any field; every block makes those below it through this."""
        with self.portion():
            assert self._room is not None
            self._room -= spec.is_leaf
            block = self._make_block(self, path, spec, level, heading=heading)
        block.made_with = (level, heading)
        return block

    @contextmanager
    def born_in(self, host: QWidget | None) -> Iterator[None]:
        """Blocks that are made within it get this parent from the start."""
        before, self.host = self.host, host
        try:
            yield
        finally:
            self.host = before

    @contextmanager
    def portion(self) -> Iterator[None]:
        """Whatever is built within it, however deep, shares one portion; see `has_room`."""
        outermost = self._room is None
        self._room = PORTION if self._room is None else self._room
        try:
            yield
        finally:
            if outermost:
                self._room = None

    @property
    def has_room(self) -> bool:
        """Whether one more leaf may be built at once."""
        return self._room is None or self._room > 0

    def reveal(self, path: Path) -> Block | None:
        """Unfolds everything above a path; answers its block, or the nearest one above."""
        last = None
        for end in range(len(path) + 1):
            block = self.blocks.get(path[:end])
            if block is not None:
                block.open_towards(path)
                last = block
        return last

    def _replace(self, old: Block) -> None:
        above = old.parentWidget()
        layout = above.layout() if above is not None else None
        if layout is None:
            return
        focus = QApplication.focusWidget()
        had_focus = focus is not None and old.isAncestorOf(focus)
        self.drop(old.path)
        level, heading = old.made_with
        new = self.make(old.path, old.spec, level, heading=heading)
        layout.replaceWidget(old, new)
        discard(old)
        new.show()
        target = new.first_input()
        if had_focus and target is not None:
            target.setFocus()
        self.structure_changed.emit()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Errors and marks stay as they are until its end: for many changes in a row that nobody looks at."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
            self._changed(((),))

    def _changed(self, paths: tuple[Path, ...]) -> None:
        for where in self._concerned(paths):
            block = self.blocks.get(where)
            if block is not None:
                self._replace(block) if block.outgrown() else block.refresh()
        if self._quiet:
            return
        # After that, for what was just built too. Nobody else's mark or name is another now; but an error may be.
        for where in self._concerned((*paths, *self._other_errors())):
            block = self.blocks.get(where)
            if block is not None:
                block.refresh_status()

    def _concerned(self, paths: tuple[Path, ...]) -> list[Path]:
        """The paths of the blocks at, above and below these, from the top down."""
        found: set[Path] = set()
        for path in paths:
            found.update(path[:end] for end in range(len(path) + 1) if path[:end] in self.blocks)
            found.update(self._below.get(path, ()))
        return sorted(found, key=len)

    def _other_errors(self) -> list[Path]:
        """Where the error that is seen is another than at the last look."""
        seen = {one.path: one for one in self.state.errors() if self.state.visible_error(one.path) is not None}
        before, self._errors = self._errors, seen
        return [path for path in before.keys() | seen.keys() if before.get(path) != seen.get(path)]


def object_name(state: FormState, path: Path) -> str:
    """The objectName of a field's input, by which tests and scripts find it: `field:` and its pointer. What a branch of
    a union holds has the union's pointer too, and the branch's number behind it: `field:/until@1`."""
    chosen = [(end, step[1]) for end, step in enumerate(path) if isinstance(step, tuple) and step[0] == "@"]
    found = "field" if all(state.branch(path[:end]) == place for end, place in chosen) else "unchosen"
    last = takewhile(lambda step: isinstance(step, tuple) and step[0] == "@", reversed(path))
    return f"{found}:{state.pointer(path)}{''.join(reversed([f'@{step[1]}' for step in last]))}"
