"""What every editor has in common: it shows a value, says when the person changed it, and knows nothing of the form.

An emptied editor says UNSET. What cannot be read as the field's type is passed on as the text it is: the validation,
which runs on every key, then says what is wrong with it.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Foreign, Json, Unparsed
from widgets import theme
from widgets.parts.words import listed

EXAMPLES = {
    "uri": "https://example.com",
    "email": "name@example.com",
    "date": "2025-01-31",
    "date-time": "2025-01-31T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "PT30M",
    "cron": "0 9 * * 1-5",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
"""What stands in an empty line of a format whose schema gives no example: texts of the standards, never translated."""


class Editor(QWidget):
    """The editor of one leaf. Subclasses build their widgets and name the one that takes focus in `target`."""

    edited = Signal(object)
    rebuilt = Signal()
    """It has other inputs now, so the order of Tab has to be set again."""
    wide = True
    """Whether it fills the column; a number does not."""
    names_itself = False
    """Whether it shows the field's label itself, as a check box does."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.spec = spec
        self.target: QWidget = self
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.SPACE_XS)

    def show_value(self, value: Json) -> None:
        """Shows a value (UNSET for absent) without saying `edited`."""
        raise NotImplementedError

    def show_invalid(self, invalid: bool) -> None:
        """Marks the input; the sentence stands below it."""
        if bool(self.target.property("invalid")) != invalid:
            self.target.setProperty("invalid", invalid)
            theme.repolish(self.target)

    def describe(self, object_name: str, name: str, description: str) -> None:
        """What scripts and screen readers know it by."""
        self.target.setObjectName(object_name)
        self.target.setAccessibleName(name)
        self.target.setAccessibleDescription(description)
        line = self.target.lineEdit() if isinstance(self.target, QComboBox) else None
        if line is not None:
            line.setAccessibleName(name)

    def or_nothing(self, value: Json) -> Json:
        """A list or map, or that there is none where it is empty: but not where a default would then apply again."""
        return value if value or self.spec.default is not UNSET or self.spec.required else UNSET

    def hint(self) -> str:
        """What an empty input shows: what its author wants, else the default that then applies, else an example."""
        if self.spec.placeholder:
            return self.spec.placeholder
        default = self.spec.default
        if default is not UNSET and default is not None and default != "" and default != []:
            return self.tr("{value} (default)").format(value=_listed(default))
        if self.spec.examples:
            return self.tr("For example {value}").format(value=_listed(self.spec.examples[0]))
        usual = EXAMPLES.get(self.spec.text("format"), "") if not self.spec.text("pattern") else ""
        return self.tr("For example {value}").format(value=usual) if usual else ""

    def add(self, widget: QWidget) -> None:
        """Puts a widget below the others."""
        self.column.addWidget(widget)


def digits(count: int) -> int:
    """How wide a line has to be for so many digits, at whatever size the text is."""
    return QFontMetrics(theme.font("body")).horizontalAdvance("0") * count + 2 * theme.SPACE_L


def text_width(text: str) -> int:
    """How wide a text is."""
    return QFontMetrics(theme.font("body")).horizontalAdvance(text)


def set_shown(widget: QWidget, shown: bool) -> None:
    """Shows or hides a widget. One that was never hidden appears with what is around it; to show it before that would
    lay out its inside once more, and that is a good part of what building a form takes."""
    above = widget.parentWidget()
    seen = above is not None and above.isVisible()
    if not shown or seen or widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
        widget.setVisible(shown)


def discard(widget: QWidget) -> None:
    """Takes a widget away, though it may be in the middle of its own click: Qt deletes it later. It keeps its parent,
    for without one Python would delete it as soon as nobody holds it."""
    widget.hide()
    widget.deleteLater()


def _listed(value: Any) -> str:
    return listed(map(plain_text, value)) if isinstance(value, list) else plain_text(value)


def plain_text(value: Any) -> str:
    """Any value as one line of text; "" for what is absent or null."""
    if value is UNSET or value is None:
        return ""
    if isinstance(value, Unparsed):
        return value.text
    if isinstance(value, Foreign):
        value = value.value
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
