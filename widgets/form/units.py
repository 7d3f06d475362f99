"""An editor for sizes and durations: a number and its unit."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QSizePolicy

from app.forms import UNSET, FieldSpec, Json
from app.forms.units import split, units_of
from widgets.form.choices import Combo
from widgets.form.editor import digits, plain_text, text_width
from widgets.form.text import NumberEditor, number_text
from widgets.form.wording import say
from widgets.parts.build import label


class UnitEditor(NumberEditor):
    """The amount in a line, the unit beside it: a choice where units convert, else a word."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.line.setFixedWidth(digits(11))
        self._units = units_of(spec.unit)
        self.combo: Combo | None = None
        if self._units:
            self.combo = Combo()
            self.combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            names = [say(unit.many) for unit in self._units]
            self.combo.addItems(names)
            self.combo.setFixedWidth(max(map(text_width, names)) + 48)
            self.combo.setAccessibleName(self.tr("Unit of {label}").format(label=spec.label))
            self.combo.activated.connect(lambda _: self._edited(self.line.text()))
            self.row.insertWidget(1, self.combo)
        else:
            self.row.insertWidget(1, label(spec.unit))

    def hint(self) -> str:
        """The unit box already says the unit, so the default is only a number."""
        default = self.spec.default
        if isinstance(default, int | float) and not isinstance(default, bool):
            return number_text(split(default, self.spec.unit)[0])
        return ""

    def show_value(self, value: Json) -> None:
        """In the largest unit that shows it exactly, unless it already stands there."""
        if self.combo is None:
            super().show_value(value)
            return
        if value is not UNSET and self._scaled(self.line.text()) == value:
            return
        shown = self.spec.default if value is UNSET else value
        if isinstance(shown, int | float) and not isinstance(shown, bool):
            amount, place = split(shown, self.spec.unit)
            with QSignalBlocker(self.combo):
                self.combo.setCurrentIndex(place)
            self.line.setText("" if value is UNSET else number_text(amount))
        else:
            self.line.setText(plain_text(value))

    def step(self, way: int) -> None:
        """One step of the unit shown."""
        amount = self.read(self.line.text())
        if isinstance(amount, int | float):
            self.line.setText(plain_text(max(amount + way, 0)))
            self._edited(self.line.text())

    def _scaled(self, text: str) -> Json:
        amount = self.read(text)
        if self.combo is None or not isinstance(amount, int | float):
            return amount
        scaled = amount * self._units[self.combo.currentIndex()].factor
        return int(scaled) if self.whole and float(scaled).is_integer() else scaled

    def _edited(self, text: str) -> None:
        self.edited.emit(self._scaled(text) if text else UNSET)
