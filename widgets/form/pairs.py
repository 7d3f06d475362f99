"""The editor for a map of scalars: rows of name and value."""

from __future__ import annotations

import json
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.forms import FieldSpec, Json, Unparsed
from app.forms.messages import TEMPLATES
from app.forms.notation import PROBLEMS
from app.forms.values import same
from widgets import theme
from widgets.form.editor import Editor, discard, plain_text
from widgets.form.tags import read_scalar
from widgets.form.wording import say
from widgets.parts import button, tool_button


class PairsEditor(Editor):
    """Names with values. A row in which nothing stands is not part of the value yet. What a map can't hold, a name that
    is missing or stands twice, is an error and stays in its row."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._rows: list[tuple[QWidget, QLineEdit, QLineEdit]] = []
        self._nameless: QLineEdit | None = None
        """The row whose name was empty before anybody touched it: some maps have such an entry."""
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(theme.SPACE_XS)
        self.add(holder)
        self.more = button(self.tr("Add"), self._more, icon="plus")
        self.more.setAccessibleName(self.tr("Add to {label}").format(label=spec.label))
        self.more.setEnabled(not spec.read_only)
        foot = QHBoxLayout()
        foot.addWidget(self.more)
        foot.addStretch(1)
        self.column.addLayout(foot)
        self.target = self.more

    def show_value(self, value: Json) -> None:
        """Shows the pairs, unless they stand there already."""
        wanted = value if isinstance(value, dict | Unparsed) else {}
        now = self._value()
        if now == wanted if isinstance(wanted, Unparsed) else same(now, wanted):
            return
        for row, _, _ in self._rows:
            self._list.removeWidget(row)
            discard(row)
        self._rows, self._nameless = [], None
        if isinstance(wanted, Unparsed):
            for key, text in rows_of(wanted.text) or ():
                self._row(key, text)
        else:
            for key, one in wanted.items():
                line = self._row(key, plain_text(one))
                self._nameless = self._nameless if key else line
        self.rebuilt.emit()

    def describe(self, object_name: str, name: str, description: str) -> None:
        """The button keeps its own name."""
        self.more.setObjectName(object_name)
        self.more.setAccessibleDescription(description)

    def _row(self, key: str = "", value: str = "") -> QLineEdit:
        row = QWidget()
        name, text = QLineEdit(key), QLineEdit(value)
        name.setPlaceholderText(self.tr("Name"))
        text.setPlaceholderText(self.tr("Value"))
        name.setAccessibleName(self.tr("Name in {label}").format(label=self.spec.label))
        text.setAccessibleName(self.tr("Value in {label}").format(label=self.spec.label))
        for line in (name, text):
            line.setReadOnly(self.spec.read_only)
            line.textEdited.connect(self._edited)
        drop = tool_button("close", self.tr("Remove this row"), partial(self._drop, row))
        line_up = QHBoxLayout(row)
        line_up.setContentsMargins(0, 0, 0, 0)
        line_up.setSpacing(theme.SPACE_XS)
        line_up.addWidget(name, 2)
        line_up.addWidget(text, 3)
        line_up.addWidget(drop, 0, Qt.AlignmentFlag.AlignVCenter)  # else the line is no higher than the button
        self._list.addWidget(row)
        self._rows.append((row, name, text))
        return name

    def _more(self) -> None:
        line = self._row()
        self.rebuilt.emit()
        line.setFocus()

    def _drop(self, row: QWidget) -> None:
        self._rows = [one for one in self._rows if one[0] is not row]
        self._list.removeWidget(row)
        discard(row)
        self._edited()
        self.more.setFocus()

    def _value(self) -> dict[str, Json] | Unparsed:
        rows = [one for one in self._rows if one[1].text() or one[2].text() or one[1] is self._nameless]
        names = [name.text() for _, name, _ in rows]
        twice = next((name for name in names if names.count(name) > 1), None)
        if any(not name.text() and name is not self._nameless for _, name, _ in rows):
            problem = say(TEMPLATES["nameless"])
        elif twice is not None:
            problem = say(PROBLEMS["twice"]).format(name=twice)
        else:
            return {name.text(): read_scalar(self.spec, text.text()) for _, name, text in rows}
        written = json.dumps([[name.text(), text.text()] for _, name, text in rows], ensure_ascii=False)
        return Unparsed(written, problem)

    def _edited(self, *_: object) -> None:
        value = self._value()
        self.edited.emit(value if isinstance(value, Unparsed) else self.or_nothing(value))


def rows_of(text: str) -> list[tuple[str, str]] | None:
    """The rows that were written as the text of an `Unparsed` here; None if another editor wrote it."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(text)]
    except (ValueError, TypeError):
        return None
