"""Editors for what is written as JSON or YAML: any value, and a text that has to be one of them.

Text that can't be read is kept as it was typed, and is an error until it can.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent

from app.forms import UNSET, FieldSpec, Foreign, Json, Unparsed
from app.forms.notation import Notation, checked, parse, write
from app.forms.values import same
from widgets.form.choices import Segments
from widgets.form.editor import Editor, plain_text
from widgets.form.text import PlainArea
from widgets.form.wording import say
from widgets.parts import row

LINES = range(6, 19)
"""It is as high as its text, within these."""
NOTATIONS: tuple[Notation, ...] = ("json", "yaml")


class SourceArea(PlainArea):
    """Text of fixed width. A new line begins where the one above does."""

    def __init__(self) -> None:
        super().__init__(LINES.start, mono=True)
        self.document().blockCountChanged.connect(self._fit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps the indentation."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.isReadOnly():
            cursor = self.textCursor()
            before = cursor.block().text()[: cursor.positionInBlock()]
            self.insertPlainText("\n" + before[: len(before) - len(before.lstrip(" "))])
            self.ensureCursorVisible()
            return
        super().keyPressEvent(event)

    def _fit(self, lines: int) -> None:
        lines = min(max(lines + 1, LINES.start), LINES.stop - 1)
        self.setFixedHeight(QFontMetrics(self.font()).lineSpacing() * lines + 20)


class SourceEditor(Editor):
    """A text that is JSON or YAML. It is saved to the letter, once it can be read."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.notation: Notation = spec.notation or "json"
        self.area = SourceArea()
        self.target = self.area
        self.area.setPlaceholderText(self.hint() or self.notation.upper())
        self.area.setReadOnly(spec.read_only)
        self.area.textChanged.connect(lambda: self.edited.emit(self.read(self.area.text())))
        self.add(self.area)

    def show_value(self, value: Json) -> None:
        """Leaves the text alone if it says this already."""
        text = plain_text(value)
        if text != self.area.text():
            with QSignalBlocker(self.area):
                self.area.setPlainText(text)

    def read(self, text: str) -> Json:
        """The text itself."""
        return checked(text, self.notation, say) if text.strip() else UNSET


class RawEditor(SourceEditor):
    """Any value, written in the notation that the person chooses. Comments and the layout of YAML are not saved."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.switch = Segments([one.upper() for one in NOTATIONS])
        for one in self.switch.buttons:
            one.setAccessibleName(self.tr("Write {label} as {notation}").format(label=spec.label, notation=one.text()))
        self.switch.show_choice(NOTATIONS.index(self.notation))
        self.switch.chosen.connect(lambda place: self._rewrite(NOTATIONS[place]))
        self.column.addLayout(row(self.switch, None))

    def show_value(self, value: Json) -> None:
        """Writes the value, unless it is what the text already says."""
        if isinstance(value, Foreign):
            value = value.value
        text = self.area.text()
        if isinstance(value, Unparsed) or value is UNSET:
            super().show_value(value)
        elif not text.strip() or not _says(self.read(text), value):
            super().show_value(write(value, self.notation))

    def read(self, text: str) -> Json:
        """The value it stands for."""
        return parse(text, self.notation, say) if text.strip() else UNSET

    def _rewrite(self, notation: Notation) -> None:
        """The same value in another notation. A text that can't be read was perhaps meant in the other one."""
        text = self.area.text()
        value, self.notation = self.read(text), notation
        self.area.setPlaceholderText(self.hint() or notation.upper())
        if isinstance(value, Unparsed):
            self.edited.emit(self.read(text))
        elif value is not UNSET:
            super().show_value(write(value, notation))


def _says(read: Json, value: Json) -> bool:
    return not isinstance(read, Unparsed) and same(read, value)
