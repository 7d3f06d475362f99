"""The form as a widget: fields drawn from a JSON Schema, their values, secrets and errors.

    form = FormView(schema, value=config, secrets={"/token": "set in keyring"}, services=services)
    form.changed.connect(...)
    if not form.show_errors():
        save(form.value(), form.secrets())
    await form.shutdown()  # before it is thrown away, if it was given services

Everything a person can do here, a test can do to `form.state` without a window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from app.forms import FieldError, FormState, Kind, Path
from app.forms.search import Match
from widgets import theme
from widgets.form.binder import Binder, Block
from widgets.form.blocks import make_block
from widgets.form.order import in_order
from widgets.form.paste import PastePanel
from widgets.form.row import Row
from widgets.form.search import FormSearch
from widgets.form.secret import SecretEditor
from widgets.form.services import FormServices
from widgets.form.steps import SteppedBody
from widgets.form.summary import Problem, ProblemsBar
from widgets.form.union import UnionBlock
from widgets.form.wording import in_words, say
from widgets.parts.reveal import reveal
from widgets.tasks import TaskScope

WIDTH = 600
"""Wider than this, lines of a form are hard to follow."""
LONG = 24
"""With more fields than this the search stands above the form without being asked for."""


class FormView(QWidget):
    """A form. It does not scroll by itself, for pages have more to show than a form, unless `scrollable` is set.

    `defaults` are given for settings, which hold as soon as they are changed: what is marked as changed differs from
    its default, and nothing is called required, for everything is there."""

    changed = Signal()

    def __init__(
        self,
        schema: dict[str, Any],
        *,
        value: dict[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        services: FormServices | None = None,
        override: Mapping[str, Any] | None = None,
        scrollable: bool = False,
        defaults: dict[str, Any] | None = None,
        begin: Callable[[FormState], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        at_once = defaults is not None
        self.state = FormState(in_words(schema), defaults if at_once else value, secrets, override, say)
        if at_once:
            self.state.take_over(value)
        if begin is not None:  # with what was typed before, say
            begin(self.state)
        self.tasks = TaskScope("form")
        self._binder = Binder(self.state, services, self.tasks, make_block, at_once=at_once)
        self._binder.setParent(self)
        self._binder.structure_changed.connect(self._structure_changed)
        self._retab = QTimer(self)
        self._retab.setSingleShot(True)
        self._retab.timeout.connect(self.set_tab_order)
        self._inner = QWidget(self)
        self._binder.host = self._inner
        theme.theme_changed.connect(self._fit)
        self._fit()
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        self._top = QVBoxLayout()
        column.addLayout(self._top)
        self._search: FormSearch | None = None
        self._problems: ProblemsBar | None = None
        self._blamed: set[Path] = set()
        root = self.state.form.root
        if len(root.children) > LONG:
            self._make_search()
        if not at_once:
            column.addWidget(PastePanel(self._binder))
        column.addWidget(self._binder.make((), root, 0, heading=root.kind is not Kind.OBJECT))
        column.addStretch(1)
        self._place(scrollable)
        for keys, action in (("Ctrl+Z", self.undo), ("Ctrl+Shift+Z", self.redo), ("Ctrl+Y", self.redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)
        self._revision = self.state.revision
        self.state.subscribe(self._state_changed)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)
        self._structure_changed()

    def _fit(self) -> None:
        self._inner.setMaximumWidth(theme.scaled(WIDTH))

    def _place(self, scrollable: bool) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        if scrollable:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(self._inner)
            outer.addWidget(area)
        else:
            outer.addWidget(self._inner)

    # --- what a page asks

    def value(self) -> dict[str, Any]:
        """The config: without secret values, ready for a connection's draft."""
        value = self.state.value()
        return value if isinstance(value, dict) else {}

    def secrets(self) -> dict[str, str]:
        """The secrets the person changed, by pointer: `value:TEXT`, `env:NAME`, `file:PATH`, or "" for cleared."""
        return self.state.secrets()

    def is_dirty(self) -> bool:
        """Whether anything differs from what was loaded."""
        return self.state.is_dirty()

    def set_value(self, value: dict[str, Any]) -> None:
        """Replaces the value, as one undo step."""
        self.state.set_value(value)

    def reset(self) -> None:
        """Back to what was loaded."""
        self.state.reset()

    def mark_saved(self) -> None:
        """What is in the form now is what is stored."""
        self.state.mark_saved()

    def undo(self) -> None:
        """Takes the last change back."""
        self.state.undo()

    def redo(self) -> None:
        """Makes the last undone change again."""
        self.state.redo()

    def first_empty(self) -> QWidget | None:
        """The input of the first field that has to be filled in and is not."""
        for error in self.state.errors():
            block = self._binder.blocks.get(error.path)
            if block is not None and not self.state.is_present(error.path):
                return block.first_input()
        return None

    @property
    def step(self) -> int:
        """The step that is shown, where the form has steps."""
        stepped = self._inner.findChild(SteppedBody)
        return stepped.step if stepped is not None else 0

    def show_step(self, step: int) -> None:
        """Shows a step as it was left, whatever is wrong before it."""
        stepped = self._inner.findChild(SteppedBody)
        if stepped is not None:
            stepped.show_step(step)

    def warnings(self) -> list[str]:
        """What the schema's author should know."""
        return list(self.state.form.warnings)

    # --- finding

    def open_search(self) -> None:
        """Goes to the search line, and makes it first if it is not there."""
        (self._search or self._make_search()).open()

    def _make_search(self) -> FormSearch:
        self._search = FormSearch(self.state)
        self._search.wanted.connect(self._found)
        self._search.closed.connect(lambda: self._focus(self._inner.findChild(Row)))
        self._top.insertWidget(0, self._search)
        self._structure_changed()
        return self._search

    def _found(self, match: Match) -> None:
        block = self._binder.reveal(match.path)
        if isinstance(block, UnionBlock) and match.branch is not None:
            self._focus_on(block.input_of(match.branch))
        else:
            self._focus(block)

    # --- errors

    def errors(self) -> list[FieldError]:
        """All errors, without showing them."""
        return self.state.errors()

    def show_errors(self) -> int:
        """Shows all errors, goes to the first bad field, and answers how many there are."""
        self._blamed.clear()
        if self._problems is None:
            self._problems = ProblemsBar()
            self._problems.wanted.connect(lambda path: self._focus(self._binder.reveal(path)))
            self._top.addWidget(self._problems)
        errors = self.state.submit()
        self._tell_problems()
        if errors:
            self._focus(self._binder.reveal(errors[0].path))
        return len(errors)

    def blame(self, pointer: str, message: str) -> None:
        """A connection test names the field to blame. The field says so; all else stands with the test's steps, and a
        field that is not in this form is told of there alone."""
        if self.state.find(pointer):
            self.state.add_error(pointer, message)
            self.go_to(pointer)

    def show_error(self, pointer: str, message: str) -> None:
        """Shows an error found elsewhere, such as by the engine that was to store it, at the field it is about."""
        self._blamed.add(self.state.add_error(pointer, message))
        self._tell_problems()
        self.go_to(pointer)

    def next_problem(self, by: int = 1) -> None:
        """Goes from problem to problem, round and round."""
        paths = [problem.path for problem in self._problems.problems] if self._problems is not None else []
        row = row_of(QApplication.focusWidget())
        if paths:
            at = paths.index(row.path) if row is not None and row.path in paths else (-1 if by > 0 else 0)
            self._focus(self._binder.reveal(paths[(at + by) % len(paths)]))

    def _tell_problems(self) -> None:
        """Once the person has asked for it (by Save or Test), the summary follows what they do."""
        if self._problems is None:
            return
        found = {error.path: error for error in self.state.errors()}
        found |= {path: error for path in self._blamed if (error := self.state.visible_error(path)) is not None}
        shown = [Problem(path, self._problem_text(path, error)) for path, error in found.items()]
        if tuple(shown) != self._problems.problems:
            self._problems.tell(shown)
            self._structure_changed()

    def _problem_text(self, path: Path, error: FieldError) -> str:
        names = [self.state.spec(path[:end]).label for end in range(1, len(path) + 1)]
        name = next((name for name in reversed(names) if name), "")
        text = error.message
        return self.tr("{field}: {problem}").format(field=name, problem=text) if name else text

    def go_to(self, pointer: str) -> None:
        """Unfolds what hides a field, and puts the focus in it."""
        self._focus(self._binder.reveal(self.state.find(pointer) or ()))

    def build_all(self) -> None:
        """Builds and unfolds everything that the value now shows, at once: for scripts, not for people."""
        known: set[Block] = set()
        while new := set(self._binder.blocks.values()) - known:
            known |= new
            for block in new:
                block.open_all()

    def _focus(self, block: Block | None) -> None:
        self._focus_on(block.first_input() if block is not None else None)

    def _focus_on(self, target: QWidget | None) -> None:
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
            reveal(target)

    async def shutdown(self) -> None:
        """Ends what the form still asks of its services."""
        await self.tasks.close()

    def _state_changed(self, _: object) -> None:
        self._tell_problems()
        if self.state.revision != self._revision:
            self._revision = self.state.revision
            self.changed.emit()

    # --- focus

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.isAncestorOf(new):
            new.installEventFilter(self)  # only an input that has the focus asks for keys
        # With no new focus the window itself was left, not the field.
        if old is None or new is None or not self.isAncestorOf(old):
            return
        left, entered = row_of(old), row_of(new)
        if left is not None and left is not entered:
            if isinstance(left.editor, SecretEditor):
                left.editor.conceal()
            self.state.touch(left.path)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Undo belongs to the whole form, though every input would like to keep it for itself; so do the search and
        the way from problem to problem, though the page may know the same keys."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and _is_undo(event):
            event.ignore()
            return True
        act = self._action(event)
        if act is not None and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if act is not None and event.type() == QEvent.Type.KeyPress:
            act()
            return True
        return super().eventFilter(watched, event)

    def _structure_changed(self) -> None:
        self._retab.start(0)

    def set_tab_order(self) -> None:
        """Tab goes where the eye goes, also to what was built later."""
        self._retab.stop()
        inputs = list(in_order(self._inner))
        for before, after in pairwise(inputs):
            QWidget.setTabOrder(before, after)

    def _action(self, event: QKeyEvent) -> Callable[[], None] | None:
        if event.matches(QKeySequence.StandardKey.Find):
            return self.open_search
        if event.key() == Qt.Key.Key_F8 and self._problems is not None:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return lambda: self.next_problem(-1 if back else 1)
        return None


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


def row_of(widget: QWidget | None) -> Row | None:
    """The row an input stands in."""
    above = widget
    while above is not None and not isinstance(above, Row):
        above = above.parentWidget()
    return above
