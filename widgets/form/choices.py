"""Editors for what is chosen: yes or no, one of some, several of some."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.forms import UNSET, FieldSpec, Json
from app.forms.values import same
from widgets import theme
from widgets.form.editor import Editor, plain_text, text_width
from widgets.parts import column, frame, label, row

WRAP = 400
"""A text wider than this does not stand in one line."""
BORDERS = 4
"""Of one segment, both sides."""
FEW = 6
"""So many choices may stand side by side."""
SEARCHABLE = 12
"""More choices than this can be searched."""


class Combo(QComboBox):
    """A combo box that the mouse wheel does not change by the way, and that may be narrower than its longest entry."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The hint would be measured over all entries, and building the list for that is what makes combo boxes slow.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(120)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to the page, which scrolls."""
        event.ignore()


class Segments(QWidget):
    """Two or three alternatives side by side; the arrow keys move between them."""

    chosen = Signal(int)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.buttons: list[QAbstractButton] = []
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for place, text in enumerate(labels):
            one = QPushButton(text.replace("&", "&&"))
            one.setCheckable(True)
            one.setAutoExclusive(True)  # for a screen reader: one of several, not a thing to tick
            one.setProperty("kind", "segment")
            ends = ("last", "first") if self.isRightToLeft() else ("first", "last")
            edge = "only" if len(labels) == 1 else {0: ends[0], len(labels) - 1: ends[1]}.get(place, "middle")
            one.setProperty("edge", edge)
            one.setAccessibleName(text)
            self._group.addButton(one, place)
            self.buttons.append(one)
            line.addWidget(one)
        line.addStretch(1)
        self._group.idClicked.connect(self.chosen.emit)

    def show_choice(self, place: int | None) -> None:
        """Presses one button, or none."""
        self._group.setExclusive(False)
        for index, one in enumerate(self.buttons):
            one.setChecked(index == place)
        self._group.setExclusive(True)


class CheckEditor(Editor):
    """Yes or no, where one of them always holds."""

    wide = False
    names_itself = True

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.box = QCheckBox()
        self.target = self.box
        self.box.setEnabled(not spec.read_only)
        self.box.clicked.connect(lambda on: self.edited.emit(on))
        if text_width(spec.label) < WRAP:
            self.box.setText(spec.label.replace("&", "&&"))
            self.add(self.box)
        else:
            self.column.addLayout(_beside(self.box, spec.label))

    def show_value(self, value: Json) -> None:
        """An absent value shows the default that then applies."""
        shown = self.spec.default if value is UNSET else value
        self.box.setChecked(shown is True)


def _beside(box: QCheckBox, text: str) -> QHBoxLayout:
    """A check box can't write its text in several lines, so a label does; a click on it counts all the same."""
    words = ClickLabel(text)
    words.setWordWrap(True)
    words.setTextFormat(Qt.TextFormat.PlainText)
    words.clicked.connect(box.click)
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    line = row(box, words, space=theme.SPACE_S)
    line.setAlignment(box, Qt.AlignmentFlag.AlignTop)
    line.setStretch(1, 1)
    return line


class ClickLabel(QLabel):
    """A label that passes a click on."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go on it."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class YesNoEditor(Editor):
    """Yes, no, or nothing yet: for a required answer without a default, and where null is an answer too."""

    wide = False

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._values: list[Json] = [True, False]
        labels = [self.tr("Yes"), self.tr("No")]
        if not spec.required or spec.nullable:
            self._values.append(UNSET)
            labels.append(self.tr("Not set"))
        self.segments = Segments(labels)
        self.segments.setEnabled(not spec.read_only)
        self.target = self.segments.buttons[0]
        self.segments.chosen.connect(lambda place: self.edited.emit(self._values[place]))
        self.add(self.segments)

    def show_value(self, value: Json) -> None:
        """Null and absent are both "not set"."""
        value = UNSET if value is None else value
        places = [place for place, one in enumerate(self._values) if one is value]
        self.segments.show_choice(places[0] if places else None)


def fit_side_by_side(spec: FieldSpec) -> bool:
    """Whether choices that all should be seen are few, short and plain enough for segments."""
    room = sum(text_width(choice.label) + 2 * theme.SPACE_M + BORDERS for choice in spec.choices) < WRAP
    return spec.required and len(spec.choices) <= FEW and room and not any(choice.help for choice in spec.choices)


class SegmentsEditor(Editor):
    """One of a few that all are seen, where the schema wants it so."""

    wide = False

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.segments = Segments([choice.label for choice in spec.choices])
        self.segments.setEnabled(not spec.read_only)
        self.segments.chosen.connect(lambda place: self.edited.emit(spec.choices[place].value))
        self.target = self.segments.buttons[0]
        self.add(self.segments)

    def show_value(self, value: Json) -> None:
        """Presses the value's segment, and lets Tab lead to it."""
        place = next((i for i, one in enumerate(self.spec.choices) if same(one.value, value)), None)
        self.segments.show_choice(place)
        self.segments.setFocusProxy(self.segments.buttons[place or 0])

    def describe(self, object_name: str, name: str, description: str) -> None:
        """Each segment says what it is of."""
        self.segments.setObjectName(object_name)
        for choice, one in zip(self.spec.choices, self.segments.buttons, strict=True):
            one.setObjectName(f"{object_name}={plain_text(choice.value)}")
            one.setAccessibleName(self.tr("{label}: {choice}").format(label=name, choice=choice.label))
            one.setAccessibleDescription(description)


class ChoiceEditor(Editor):
    """One of some. A value that is none of them (an older config's) is shown and kept."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.combo = Combo()
        self.target = self.combo
        self.combo.setEnabled(not spec.read_only)
        self._values: list[Json] = []
        self._shown: Json = UNSET
        if not spec.required or spec.nullable:
            self._values.append(UNSET)
        self._values += [choice.value for choice in spec.choices]
        nothing = [self._nothing()] if len(self._values) > len(spec.choices) else []
        self.combo.addItems([*nothing, *(choice.label for choice in spec.choices)])
        for place, choice in enumerate(spec.choices, len(nothing)):
            if choice.help:
                self.combo.setItemData(place, choice.help, Qt.ItemDataRole.ToolTipRole)
        self._listed = len(self._values)
        self.combo.setPlaceholderText(self.tr("Choose …"))
        if len(spec.choices) > SEARCHABLE:
            self._make_searchable()
        self.combo.activated.connect(self._chosen)
        self.add(self.combo)
        self._help: QLabel | None = None
        if any(choice.help for choice in spec.choices):
            self._help = label("", "detail", "muted", wrap=True)
            self.add(self._help)

    def _nothing(self) -> str:
        for choice in self.spec.choices:
            if self.spec.default is not UNSET and same(choice.value, self.spec.default):
                return self.tr("{value} (default)").format(value=choice.label)
        return self.tr("Not set")

    def _make_searchable(self) -> None:
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = QCompleter(self.combo.model(), self.combo)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.combo.setCompleter(completer)
        line = self.combo.lineEdit()
        if line is not None:
            line.setPlaceholderText(self.tr("Type to search"))
            line.textEdited.connect(self._typed)
            line.editingFinished.connect(lambda: self.show_value(self._shown))

    def show_value(self, value: Json) -> None:
        """Selects the value's entry; adds one for a value that is not listed."""
        self._shown = value
        wanted = UNSET if value is None and not any(one is None for one in self._values) else value
        place = next((i for i, one in enumerate(self._values) if one is wanted or same(one, wanted)), -1)
        with QSignalBlocker(self.combo):
            if place < 0 and wanted is not UNSET:
                self.combo.addItem(self.tr("{value} (not listed)").format(value=plain_text(value)))
                self._values.append(value)
                place = len(self._values) - 1
            line = self.combo.lineEdit()
            text = self.combo.itemText(place) if place >= 0 else ""
            if line is None or not line.hasFocus() or line.text().casefold() != text.casefold():
                self.combo.setCurrentIndex(place)
                if line is not None:
                    line.setText(text)
        if self._help is not None:
            self._help.setText(str(self.combo.itemData(place, Qt.ItemDataRole.ToolTipRole) or "") if place >= 0 else "")
            self._help.setVisible(bool(self._help.text()))

    def _chosen(self, place: int) -> None:
        if 0 <= place < len(self._values):
            self.edited.emit(self._values[place])

    def _typed(self, text: str) -> None:
        # A full label is a choice; anything else is a search, undone when the field is left.
        wanted = text.strip().casefold()
        for place in range(self._listed):
            if self.combo.itemText(place).casefold() == wanted:
                self._chosen(place)


class SeveralEditor(Editor):
    """Several of some: check boxes, or a list with a filter where there are many."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._boxes: list[QCheckBox] = []
        self._list: QListWidget | None = None
        self._shown: list[Json] = []
        if len(spec.choices) > SEARCHABLE:
            self._build_list()
        else:
            self._build_boxes()

    def _build_boxes(self) -> None:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        columns = 1 if max(text_width(choice.label) for choice in self.spec.choices) > WRAP // 2 else 2
        for place, choice in enumerate(self.spec.choices):
            box = QCheckBox(choice.label.replace("&", "&&"))
            box.setToolTip(choice.help)
            box.setAccessibleName(choice.label)
            box.setEnabled(not self.spec.read_only)
            box.clicked.connect(self._edited)
            self._boxes.append(box)
            grid.addWidget(box, place // columns, place % columns)
        self.target = self._boxes[0]
        self.add(holder)

    def _build_list(self) -> None:
        search = QLineEdit()
        search.setPlaceholderText(self.tr("Type to search"))
        search.setAccessibleName(self.tr("Search in {label}").format(label=self.spec.label))
        self._list = QListWidget()
        self._list.setSpacing(2)
        self._list.setFixedHeight(180)
        for choice in self.spec.choices:
            entry = QListWidgetItem(choice.label)
            entry.setToolTip(choice.help)
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            entry.setCheckState(Qt.CheckState.Unchecked)
            self._list.addItem(entry)
        self._list.itemChanged.connect(lambda _: self._edited())
        search.textChanged.connect(self._filter)
        self.target = self._list
        ground = frame("card")
        column(self._list, parent=ground, margin=theme.SPACE_XS)
        self.add(search)
        self.add(ground)

    def _filter(self, text: str) -> None:
        assert self._list is not None
        for place in range(self._list.count()):
            entry = self._list.item(place)
            entry.setHidden(text.casefold() not in entry.text().casefold())

    def show_value(self, value: Json) -> None:
        """Ticks what is chosen; values that are not listed are kept unseen, in their place."""
        chosen = value if isinstance(value, list) else []
        self._shown = list(chosen)
        for place, choice in enumerate(self.spec.choices):
            on = any(same(one, choice.value) for one in chosen)
            if self._list is not None:
                with QSignalBlocker(self._list):
                    state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
                    self._list.item(place).setCheckState(state)
            else:
                self._boxes[place].setChecked(on)

    def _edited(self) -> None:
        if self._list is not None:
            on = [self._list.item(i).checkState() == Qt.CheckState.Checked for i in range(self._list.count())]
        else:
            on = [box.isChecked() for box in self._boxes]
        choices = [choice.value for choice in self.spec.choices]
        off = [value for value, ticked in zip(choices, on, strict=True) if not ticked]
        kept = [one for one in self._shown if not any(same(one, value) for value in off)]
        added = [
            value
            for value, ticked in zip(choices, on, strict=True)
            if ticked and not any(same(value, one) for one in kept)
        ]
        self.edited.emit(self.or_nothing([*kept, *added]))
