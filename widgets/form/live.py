"""An editor whose choices come from the connector: asked for when the field is entered, cancelled at will, and always
open to typing, for an account may be offline or a name not listed."""

from __future__ import annotations

import asyncio

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QWidget

from app.forms import UNSET, FieldSpec, Json
from app.forms.values import same
from connectors.sdk import Option
from widgets import theme
from widgets.form.choices import Combo
from widgets.form.editor import Editor, plain_text
from widgets.form.outside import Outside, has_loop, reason
from widgets.parts import button, label


class LiveEditor(Editor):
    """A combo box to type in. What was typed and what is no longer listed both stay."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._outside: Outside | None = None
        self._options: list[Option] = []
        self._asked = ""
        self._value: Json = UNSET
        self._task: asyncio.Task[None] | None = None
        self.combo = Combo()
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.combo.model(), self.combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.combo.setCompleter(completer)
        line = self.combo.lineEdit()
        assert line is not None
        self.line: QLineEdit = line
        self.line.setPlaceholderText(self.hint())
        self.combo.setEnabled(not spec.read_only)
        self.line.textEdited.connect(self._typed)
        self.combo.activated.connect(self._picked)
        self.combo.installEventFilter(self)
        self.line.installEventFilter(self)
        self.target = self.combo
        self.add(self.combo)
        self.note = QWidget()
        row = QHBoxLayout(self.note)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE_S)
        self.words = label("", "detail", "muted", wrap=True)
        self.action = button("", self._act, kind="link")
        row.addWidget(self.words, 1)
        row.addWidget(self.action, 0, Qt.AlignmentFlag.AlignTop)
        self.note.setVisible(False)
        self.add(self.note)

    def attach(self, outside: Outside) -> None:
        """Gives it whom to ask."""
        self._outside = outside

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Entering the field asks for the choices; leaving it stops asking."""
        if event.type() == QEvent.Type.FocusIn:
            self.ask()
        elif event.type() == QEvent.Type.FocusOut and not self.combo.view().isVisible():
            self.cancel()
        return False

    # --- asking

    def ask(self, *, again: bool = False) -> None:
        """Asks for the choices, unless they are known for what they depend on."""
        if self._outside is None or not has_loop() or self.spec.read_only:
            return
        missing = self._outside.missing(self.spec)
        if missing:
            self._say(self.tr("Choices are listed once “{field}” is filled in.").format(field=missing))
            return
        key = self._outside.key(self.spec)
        if key == self._asked and not again:
            return
        self._asked = key
        self._stop()
        self._say(self.tr("Asking for choices …"), self.tr("Cancel"))
        self._task = self._outside.tasks.start(self._load(self._outside), f"options {self.spec.name}")

    def cancel(self) -> None:
        """Stops asking; the next time the field is entered it asks again."""
        if self.loading:
            self._asked = ""
            self._stop()
            self._say("")

    @property
    def loading(self) -> bool:
        """Whether an answer is awaited."""
        return self._task is not None and not self._task.done()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = None

    async def _load(self, outside: Outside) -> None:
        try:
            options = await outside.options(self.spec)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if shiboken6.isValid(self):
                self._asked = ""
                self._say(reason(error), self.tr("Try again"), error=True)
            return
        if shiboken6.isValid(self):
            self._task = None
            self._fill(options)

    def _fill(self, options: list[Option]) -> None:
        text, position = self.line.text(), self.line.cursorPosition()
        self._options = options
        with QSignalBlocker(self.combo):
            self.combo.clear()
            for place, option in enumerate(options):
                self.combo.addItem(option.label)
                self.combo.setItemData(place, option.help or option.group, Qt.ItemDataRole.ToolTipRole)
            self.combo.setCurrentIndex(-1)
            self.line.setText(text)
        self.line.setCursorPosition(position)
        self.show_value(self._value)
        if not options:
            self._say(self.tr("There is nothing to choose from; the name can be typed."))
        elif text and not any(same(option.value, self._value) for option in options):
            self._say(self.tr("“{value}” is not among the choices now.").format(value=text))
        else:
            self._say("")

    def _say(self, text: str, action: str = "", *, error: bool = False) -> None:
        self.words.setText(text)
        tone = "error" if error else "muted"
        if self.words.property("tone") != tone:
            self.words.setProperty("tone", tone)
            theme.repolish(self.words)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self.note.setVisible(bool(text))

    def _act(self) -> None:
        if self.loading:
            self.cancel()
        else:
            self.ask(again=True)

    # --- the value

    def show_value(self, value: Json) -> None:
        """Shows the label of a known choice, the value itself otherwise."""
        self._value = value
        text = next((one.label for one in self._options if same(one.value, value)), plain_text(value))
        if self.line.text() != text and self._read(self.line.text()) != value:
            self.line.setText(text)

    def _read(self, text: str) -> Json:
        return next((one.value for one in self._options if one.label == text), text) if text else UNSET

    def _typed(self, text: str) -> None:
        self._value = self._read(text)
        self.edited.emit(self._value)

    def _picked(self, place: int) -> None:
        if 0 <= place < len(self._options):
            self._value = self._options[place].value
            self._say("")
            self.edited.emit(self._value)
