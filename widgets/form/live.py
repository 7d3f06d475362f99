"""Editors whose choices come from the connector. They are asked for when the field is entered; typing is always open,
for an account may be offline or a name not listed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from app.forms import UNSET, FieldSpec, Json
from app.forms.values import same
from connectors.sdk import Option
from widgets.form.asking import Asker
from widgets.form.choices import Combo
from widgets.form.editor import Editor, plain_text
from widgets.form.outside import Outside
from widgets.form.tags import TagsEditor
from widgets.form.wording import say


class LiveEditor(Editor):
    """A combo box to type in. What was typed and what is no longer listed both stay."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._options: list[Option] = []
        self._value: Json = UNSET
        self.combo = Combo()
        self.line = QLineEdit(self.combo)
        self.combo.setLineEdit(self.line)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setCompleter(_completer(self.combo))
        self.combo.setEnabled(not spec.read_only)
        self.line.setPlaceholderText(self.hint())
        self.line.textEdited.connect(self._typed)
        self.combo.activated.connect(self._picked)
        self.combo.installEventFilter(self)
        self.line.installEventFilter(self)
        self.target = self.combo
        self.add(self.combo)
        self.asker = Asker(spec)
        self.asker.answered.connect(self._fill)
        self.add(self.asker)

    def attach(self, outside: Outside) -> None:
        """Gives it whom to ask."""
        self.asker.attach(outside)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Entering the field asks for the choices; leaving it stops asking."""
        if event.type() == QEvent.Type.FocusIn:
            self.asker.ask()
        elif event.type() == QEvent.Type.FocusOut and not self.combo.view().isVisible():
            self.asker.cancel()
        return False

    def _fill(self, options: list[Option]) -> None:
        text, position = self.line.text(), self.line.cursorPosition()
        self._options = options
        with QSignalBlocker(self.combo):
            self.combo.clear()
            for place, option in enumerate(options):
                self.combo.addItem(option.label)
                self.combo.setItemData(place, say(option.help) or option.group, Qt.ItemDataRole.ToolTipRole)
            self.combo.setCurrentIndex(-1)
            self.line.setText(text)
        self.line.setCursorPosition(position)
        self.show_value(self._value)
        if options and text and not any(same(option.value, self._value) for option in options):
            self.asker.say(self.tr("“{value}” is not among the choices now.").format(value=text))

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
            self.asker.say("")
            self.edited.emit(self._value)


class LiveTagsEditor(TagsEditor):
    """Chips with live suggestions; the down arrow lists them all."""

    def __init__(self, spec: FieldSpec) -> None:
        self._options: list[Option] = []
        super().__init__(spec)
        self.asker = Asker(spec)
        self.asker.answered.connect(self._fill)
        self.add(self.asker)

    def attach(self, outside: Outside) -> None:
        """Gives it whom to ask."""
        self.asker.attach(outside)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As for chips, and entering the line asks for the choices."""
        if watched is self.line:
            if event.type() == QEvent.Type.FocusIn:
                self.asker.ask()
            elif event.type() == QEvent.Type.FocusOut:
                self.asker.cancel()
            elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._list_all(event):
                return True
        return super().eventFilter(watched, event)

    def _list_all(self, event: QKeyEvent) -> bool:
        completer = self.line.completer()
        if event.key() != Qt.Key.Key_Down or completer is None or self.line.text():
            return False
        completer.setCompletionPrefix("")
        completer.complete()
        return True

    def _fill(self, options: list[Option]) -> None:
        self._options = options
        self.suggest([one.label for one in options])
        completer = self.line.completer()
        if completer is not None:
            # The line takes the chosen text first.
            completer.activated.connect(lambda _: QTimer.singleShot(0, self, self.take))
        if options:
            self.asker.say(self.tr("{count} to choose from: press the down arrow.").format(count=len(options)))

    def _read(self, text: str) -> Json:
        known = [one.value for one in self._options if one.label == text]
        return known[0] if known else super()._read(text)


def _completer(combo: QComboBox) -> QCompleter:
    made = QCompleter(combo.model(), combo)
    made.setFilterMode(Qt.MatchFlag.MatchContains)
    made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return made
