"""Editors for collections of scalars: a list as chips, a map as rows of name and value."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Json, Kind
from widgets import theme
from widgets.form.editor import Editor, digits, discard, plain_text
from widgets.parts import button, tool_button
from widgets.parts.flow import FlowLayout


class TagsEditor(Editor):
    """Entries as chips. Enter adds one, a paste of many lines adds many, Backspace in the empty line takes the last
    back to be changed, Delete on a chip removes it."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._values: list[Json] = []
        self._chips: list[QPushButton] = []
        self._names: dict[str, str] = {}
        self.flow = FlowLayout(theme.SPACE_XS)
        holder = QWidget()
        holder.setLayout(self.flow)
        self.line = QLineEdit()
        self.line.setMinimumWidth(digits(17))
        self.line.setReadOnly(spec.read_only)
        self.target = self.line
        self.line.installEventFilter(self)
        self.flow.addWidget(self.line)
        self.add(holder)
        self._say_hint()

    def suggest(self, texts: list[str]) -> None:
        """Offers completions while typing."""
        completer = QCompleter(texts, self.line)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)

    def call(self, names: dict[str, str]) -> None:
        """How entries are called that say nothing by themselves, such as ids."""
        known = {**self._names, **names}
        if known != self._names:
            self._names = known
            values, self._values = self._values, []
            self.show_value(values)

    def show_value(self, value: Json) -> None:
        """Shows the entries; what is being typed stays."""
        values = value if isinstance(value, list) else []
        if values == self._values and len(self._chips) == len(values):
            return
        self._values = list(values)
        for chip in self._chips:
            self.flow.removeWidget(chip)
            discard(chip)
        self.flow.removeWidget(self.line)
        self._chips = [self._chip(place, one) for place, one in enumerate(values)]
        for chip in self._chips:
            self.flow.addWidget(chip)
        self.flow.addWidget(self.line)
        self._say_hint()
        self.updateGeometry()
        self.rebuilt.emit()

    def _chip(self, place: int, value: Json) -> QPushButton:
        written = plain_text(value)
        text = self._names.get(written, written)
        shown = text if len(text) <= 60 else f"{text[:40]} … {text[-16:]}"
        # The cross stands behind the text; the marks keep the text's own direction ("**/*.md") all the same.
        chip = QPushButton(f"\u200e{shown.replace('&', '&&')}\u200e" if shown else self.tr("(empty)"))
        chip.setProperty("kind", "tag")
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        theme.set_icon(chip, "close", "muted", 12)
        told = text if text == written else f"{text} ({written})"
        chip.setToolTip(self.tr("Remove {value}").format(value=told))
        chip.setAccessibleName(self.tr("Remove {value}").format(value=text))
        chip.setEnabled(not self.spec.read_only)
        chip.setProperty("place", place)
        chip.installEventFilter(self)
        chip.clicked.connect(partial(self._remove, place))
        return chip

    def _say_hint(self) -> None:
        self.line.setPlaceholderText("" if self._values else self.hint() or self.tr("Type and press Enter"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys the class speaks of; what was typed is taken when the line is left."""
        if event.type() == QEvent.Type.FocusOut and watched is self.line:
            self.take()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if watched is self.line:
            if event.matches(QKeySequence.StandardKey.Paste):
                text = QGuiApplication.clipboard().text()
                if "\n" in text.strip():
                    self._append(text.splitlines())
                    return True
            if event.key() == Qt.Key.Key_Backspace and not self.line.text() and self._values:
                self.line.setText(plain_text(self._values[-1]))
                self._emit(self._values[:-1])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.line.text():
                self.take()
                return True
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(int(watched.property("place")))
            return True
        return False

    def take(self) -> None:
        """Makes an entry of what was typed."""
        if self.line.text().strip():
            text = self.line.text()
            self.line.clear()
            self._append([text])

    def _append(self, texts: list[str]) -> None:
        added = [self._read(text.strip()) for text in texts if text.strip()]
        self._emit([*self._values, *added])

    def _remove(self, place: int, *_: object) -> None:
        self._emit([one for index, one in enumerate(self._values) if index != place])
        self.line.setFocus()

    def _emit(self, values: list[Json]) -> None:
        self.show_value(values)
        empty: Json = [] if self.spec.default is not UNSET or self.spec.required else UNSET
        self.edited.emit(list(values) or empty)

    def _read(self, text: str) -> Json:
        kind = self.spec.item.kind if self.spec.item is not None else Kind.STRING
        try:
            if kind is Kind.INTEGER:
                return int(text)
            if kind is Kind.NUMBER:
                return float(text) if "." in text or "e" in text.lower() else int(text)
        except ValueError:
            return text
        if kind is Kind.BOOLEAN and text.lower() in ("true", "false", "yes", "no"):
            return text.lower() in ("true", "yes")
        return text


class PairsEditor(Editor):
    """Names with values. A row without a name is not part of the value yet."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._rows: list[tuple[QWidget, QLineEdit, QLineEdit]] = []
        self._read = TagsEditor._read.__get__(self, TagsEditor)
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
        pairs = value if isinstance(value, dict) else {}
        if pairs == self._pairs():
            return
        for row, _, _ in self._rows:
            self._list.removeWidget(row)
            discard(row)
        self._rows = []
        for key, one in pairs.items():
            self._row(key, plain_text(one))
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

    def _pairs(self) -> dict[str, Json]:
        return {name.text(): self._read(text.text()) for _, name, text in self._rows if name.text()}

    def _edited(self, *_: object) -> None:
        empty: Json = {} if self.spec.default is not UNSET or self.spec.required else UNSET
        self.edited.emit(self._pairs() or empty)
