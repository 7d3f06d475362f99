"""Alternatives as radio buttons, where a schema asks for them: all of them can be read at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Json
from app.forms.values import same
from widgets import theme
from widgets.form.editor import Editor, plain_text
from widgets.form.help import help_label, plain

MOST = 8
"""More than these push everything else out of sight, and are a list after all."""


def wants_radios(spec: FieldSpec, labels: Sequence[str]) -> bool:
    """Whether a field's choices are drawn as radio buttons."""
    return spec.display == "radio" and len(labels) <= MOST


class Radios(QWidget):
    """One below the other; the arrow keys move between them."""

    chosen = Signal(int)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.buttons: list[QAbstractButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        for text in labels:
            self.add(text)
        self._group.idClicked.connect(self.chosen.emit)

    def add(self, text: str, help: str = "") -> None:
        """One more, with what it means below it."""
        one = QRadioButton(text.replace("&", "&&"))
        one.setAccessibleName(text)
        one.setAccessibleDescription(plain(help))
        self._group.addButton(one, len(self.buttons))
        self.buttons.append(one)
        self._column.addWidget(one, 0, Qt.AlignmentFlag.AlignLeft)
        if help:
            words = help_label(help)
            words.setContentsMargins(theme.SPACE_XL + theme.SPACE_XS, 0, 0, theme.SPACE_XS)
            self._column.addWidget(words)

    def show_choice(self, place: int | None) -> None:
        """Marks one button, or none."""
        self._group.setExclusive(False)
        for index, one in enumerate(self.buttons):
            one.setChecked(index == place)
        self._group.setExclusive(True)


class RadioEditor(Editor):
    """One of a few values. One that is none of them (an older config's) is shown and kept."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.radios = Radios([])
        self._values: list[Json] = []
        for choice in spec.choices:
            self._offer(choice.label, choice.value, choice.help)
        if not spec.required or spec.nullable:
            self._offer(self.tr("Not set"), UNSET)
        self.target = self.radios.buttons[0]
        self.radios.setEnabled(not spec.read_only)
        self.radios.chosen.connect(lambda place: self.edited.emit(self._values[place]))
        self.add(self.radios)

    def _offer(self, label: str, value: Json, help: str = "") -> None:
        self.radios.add(label, help)
        self._values.append(value)

    def show_value(self, value: Json) -> None:
        """Marks the value's button; adds one for a value that is not listed."""
        if value is None and not any(one is None for one in self._values):
            value = UNSET
        place = next((place for place, one in enumerate(self._values) if one is value or same(one, value)), None)
        if place is None and value is not UNSET:
            place = len(self._values)
            self._offer(self.tr("{value} (not listed)").format(value=plain_text(value)), value)
            self.rebuilt.emit()
        self.radios.show_choice(place)

    def describe(self, object_name: str, name: str, description: str) -> None:
        """Each button says what it is one of."""
        self.radios.setObjectName(object_name)
        for value, one in zip(self._values, self.radios.buttons, strict=True):
            one.setObjectName(f"{object_name}={plain_text(value)}")
            one.setAccessibleName(f"{name}: {one.text()}".replace("&&", "&"))
