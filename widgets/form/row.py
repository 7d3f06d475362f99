"""One leaf of a form: label, what it needs, editor, help, error."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Foreign, Json, Kind, Path, Unparsed
from widgets import theme
from widgets.form.account import AccountEditor
from widgets.form.binder import Binder, Block, object_name
from widgets.form.editor import Editor, text_width
from widgets.form.help import help_label, plain
from widgets.form.live import LiveEditor, LiveTagsEditor
from widgets.form.mark import ChangedMark
from widgets.form.outside import Outside
from widgets.form.pairs import rows_of
from widgets.form.problem import ErrorLine
from widgets.form.raw import RawEditor
from widgets.form.registry import make_editor
from widgets.form.secret import SecretEditor
from widgets.form.tree import TreeEditor
from widgets.parts import label
from widgets.parts.inputs import INPUT

WRAP = 360
"""A label wider than this is written in several lines."""


class Row(Block):
    """A leaf. The label is the editor's buddy; the error shows once the field was left."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, bare: bool = False) -> None:
        super().__init__(binder, path, spec)
        self.setProperty(INPUT, True)
        self._odd = False
        self._odd = self._is_odd()
        self.editor: Editor = RawEditor(spec) if self._odd else make_editor(spec)
        self._label: QLabel | None = None
        self._error: ErrorLine | None = None
        self._error_text = ""
        self._name = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_XS)
        self._head = QHBoxLayout()
        self._head.setSpacing(theme.SPACE_S)
        self._mark = ChangedMark(binder, path, spec, self._head)
        if not bare:
            self._build_head()
        self._column.addLayout(self._head)
        if bare or not self.editor.names_itself:
            self._column.addWidget(self.editor)
        self._error_place = self._column.count()
        if spec.help:
            self._help = help_label(spec.help)
            if self.editor.names_itself:
                self._help.setIndent(28)
            self._column.addWidget(self._help)
        self.editor.edited.connect(self._edited)
        self.editor.rebuilt.connect(binder.structure_changed)
        if (
            isinstance(self.editor, AccountEditor | LiveEditor | LiveTagsEditor | TreeEditor)
            and binder.services is not None
        ):
            self.editor.attach(Outside(binder.state, binder.services, binder.tasks))
        if isinstance(self.editor, SecretEditor):
            self.editor.slot_edited.connect(lambda slot: binder.state.set_secret(path, slot))
        self.refresh()
        self.refresh_status()

    def _build_head(self) -> None:
        spec = self.spec
        if self.editor.names_itself:
            self._head.addWidget(self.editor)
        else:
            self._label = name = label(self.binder.mnemonic(spec.label), "body")
            if text_width(spec.label) > WRAP:
                name.setWordWrap(True)
                self._head.addWidget(name, 1)
            else:
                self._head.addWidget(name)
        if spec.read_only:
            self._head.addWidget(label(self.tr("read only"), "detail", "muted"))
        elif spec.required and not self.editor.names_itself and not self.binder.at_once:
            self._head.addWidget(label(self.tr("required"), "detail", "muted"))
        if self._label is None or not self._label.wordWrap():
            self._head.addStretch(1)

    def _edited(self, value: Json) -> None:
        if value is UNSET:
            self.binder.state.clear(self.path)
        else:
            self.binder.state.set(self.path, value)

    def _is_odd(self) -> bool:
        value = self.binder.state.get(self.path)
        if isinstance(value, Unparsed) and self.spec.notation is not None:
            return self._odd  # whichever editor it was typed in has it still
        if isinstance(value, Unparsed) and self.spec.kind is Kind.PAIRS:
            return self._odd or rows_of(value.text) is None
        return isinstance(value, Unparsed | Foreign) or not _fits_editor(self.spec, value)

    def outgrown(self) -> bool:
        """Whether only the raw editor can show the value now, or only it could until now."""
        return self.spec.kind is not Kind.JSON and self._is_odd() != self._odd

    def refresh(self) -> None:
        """Shows the state's value."""
        state = self.binder.state
        if isinstance(self.editor, SecretEditor):
            self.editor.show_slot(state.secret(self.path), state.stored_secret(self.path))
        else:
            self.editor.show_value(state.get(self.path))

    def refresh_status(self) -> None:
        """Error, modified mark, and the names by which the input is found."""
        state = self.binder.state
        error = state.visible_error(self.path)
        text = error.message if error is not None else ""
        found_by = object_name(state, self.path)
        if text != self._error_text or found_by != self._name:
            self._error_text, self._name = text, found_by
            self._show_error(text)
            words = [plain(self.spec.help) if self.spec.help else "", text]
            name = self._named()
            if self.spec.required and not self.binder.at_once:
                name = self.tr("{label}, required").format(label=name)
            self.editor.describe(found_by, name, " ".join(filter(None, words)))
        if self._label is not None and self._label.buddy() is not self.editor.target:
            self._label.setBuddy(self.editor.target)
        self._mark.refresh()

    def _named(self) -> str:
        """Its label. An item of a list, or the value of an alternative, is called after what it belongs to."""
        above = [self.binder.state.spec(self.path[:end]).label for end in range(len(self.path), -1, -1)]
        return next(filter(None, above), self.tr("Value"))

    def _show_error(self, text: str) -> None:
        self.editor.show_invalid(bool(text))
        if self._error is None:
            if not text:
                return  # most fields never have one
            self._error = ErrorLine()
            self._column.insertWidget(self._error_place, self._error)
        self._error.say(text)

    def first_input(self) -> QWidget:
        """The editor's input."""
        return self.editor.target


def _fits_editor(spec: FieldSpec, value: object) -> bool:
    """Whether the editor of a kind can show a value; what it cannot show is edited as JSON rather than lost."""
    match spec.kind:
        case Kind.TAGS:
            return not isinstance(value, list | dict | str | int | float) or (
                isinstance(value, list) and not any(isinstance(one, list | dict) or one is None for one in value)
            )
        case Kind.MULTI_ENUM:
            return isinstance(value, list) or not isinstance(value, dict | str | int | float)
        case Kind.PAIRS:
            return not isinstance(value, list | str | int | float) or (
                isinstance(value, dict)
                and not any(isinstance(one, list | dict) or one is None for one in value.values())
            )
        case Kind.STRING | Kind.TEXT | Kind.INTEGER | Kind.NUMBER:
            return not isinstance(value, list | dict | bool) and not (
                spec.kind in (Kind.STRING, Kind.TEXT) and isinstance(value, int | float)
            )
        case Kind.BOOLEAN:
            return not isinstance(value, list | dict | str | int | float) or isinstance(value, bool)
    return True
