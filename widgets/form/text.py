"""Editors for text: one line, many lines, and a number in a line."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.forms import UNSET, FieldSpec, Json
from app.forms.stepping import stepped
from widgets import theme
from widgets.form.editor import Editor, digits, plain_text
from widgets.parts import label, row

_HINTS = {
    "uri": Qt.InputMethodHint.ImhUrlCharactersOnly,
    "email": Qt.InputMethodHint.ImhEmailCharactersOnly,
    "hostname": Qt.InputMethodHint.ImhUrlCharactersOnly,
}


class LineEditor(Editor):
    """A line of text."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.line = QLineEdit()
        self.target = self.line
        self.line.setPlaceholderText(self.hint())
        self.line.setToolTip(self.hint())  # a narrow field cuts it
        self.line.setReadOnly(spec.read_only)
        self.line.setInputMethodHints(_HINTS.get(spec.text("format"), Qt.InputMethodHint.ImhNone))
        self.line.textEdited.connect(self._edited)
        self.add(self.line)

    def show_value(self, value: Json) -> None:
        """Leaves the text alone if it already says this, so that the cursor stays."""
        text = plain_text(value)
        if self.line.text() != text:
            self.line.setText(text)

    def read(self, text: str) -> Json:
        """The value a text stands for."""
        return text.strip("\r\n")  # what was copied often ends in a newline

    def _edited(self, text: str) -> None:
        self.edited.emit(self.read(text) if text else UNSET)


class PlainArea(QPlainTextEdit):
    """A text area that takes plain text only, lets Tab leave it, and shows `lines` lines."""

    def __init__(self, lines: int, *, mono: bool = False) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        if mono:
            self.setFont(theme.font("mono"))
        self.setFixedHeight(QFontMetrics(self.font()).lineSpacing() * lines + 20)

    def text(self) -> str:
        """What is in it to the letter; `toPlainText` makes blanks of signs that only look like them."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Plain text only."""
        self.insertPlainText(source.text())


class AreaEditor(Editor):
    """Many lines of text."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.area = PlainArea(5)
        self.target = self.area
        self.area.setPlaceholderText(self.hint())
        self.area.setReadOnly(spec.read_only)
        self.area.textChanged.connect(self._edited)
        self.add(self.area)

    def show_value(self, value: Json) -> None:
        """As the line editor."""
        text = plain_text(value)
        if self.area.text() != text:
            self.area.blockSignals(True)
            self.area.setPlainText(text)
            self.area.blockSignals(False)

    def _edited(self) -> None:
        self.edited.emit(self.area.text() or UNSET)


def number_text(value: Json) -> str:
    """A number as a person writes it: 30, not 30.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return plain_text(value)


class NumberEditor(LineEditor):
    """A number in a line: no 32-bit limit, Up and Down step it, and nothing turns under the mouse wheel."""

    wide = False

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.whole = spec.kind.value == "integer"
        self.column.removeWidget(self.line)
        self.line.setFixedWidth(digits(17))
        self.row = row(self.line, label(self._range(), "detail", "muted", wrap=True))
        self.row.setStretch(1, 1)
        self.column.addLayout(self.row)
        self.line.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.line.installEventFilter(self)

    def _range(self) -> str:
        low, high = (self.spec.number(word) for word in ("minimum", "maximum"))
        if self.spec.unit or low is None or high is None or high >= 2**31:
            return ""
        return self.tr("{low} to {high}").format(low=number_text(low), high=number_text(high))

    def eventFilter(self, watched: object, event: object) -> bool:
        """Up and Down step the number within its limits."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress and not self.spec.read_only:
            way = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            if way is not None:
                self.step(way)
                return True
        return False

    def step(self, way: int) -> None:
        """One step up or down, staying within minimum and maximum."""
        now = self.read(self.line.text())
        new = stepped(self.spec, now if isinstance(now, int | float) else None, way)
        self.line.setText(plain_text(new))
        self.edited.emit(new)

    def show_value(self, value: Json) -> None:
        """Leaves text alone that already reads as this number ("1." while typing "1.5")."""
        if not self.line.text() or self.read(self.line.text()) != value:
            super().show_value(value if isinstance(value, str) else number_text(value))

    def read(self, text: str) -> Json:
        """The number, or the text where it is none."""
        bare = text.strip().replace("\u2009", "").replace("_", "")
        try:
            return int(bare)
        except ValueError:
            pass
        try:
            number = float(bare)  # "1,500" stays text: it means one and a half here and fifteen hundred there
        except ValueError:
            return text
        if number != number or number in (float("inf"), float("-inf")):
            return text
        return int(Fraction(bare)) if self.whole and number.is_integer() else number
