"""The editor for a list of scalars: chips."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton, QWidget

from app.forms import FieldSpec, Json, Kind
from widgets import theme
from widgets.form.editor import Editor, digits, discard, plain_text
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
        self.edited.emit(self.or_nothing(list(values)))

    def _read(self, text: str) -> Json:
        return read_scalar(self.spec, text)


def read_scalar(spec: FieldSpec, text: str) -> Json:
    """What a text stands for among the entries of a list or map; the text itself where it is nothing of the kind."""
    kind = spec.item.kind if spec.item is not None else Kind.STRING
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
