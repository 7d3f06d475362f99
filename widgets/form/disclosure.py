"""A section that is folded until it is wanted."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.parts import label, row

GAP = theme.SPACE_L
"""Between two fields."""


class Disclosure(QWidget):
    """A title that unfolds what is below it; the content is built when it first opens."""

    opened = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.toggle = QToolButton()
        self.toggle.setText(title)
        self.toggle.setCheckable(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggle.setProperty("kind", "disclosure")
        self.toggle.setAccessibleName(title)
        self.toggle.toggled.connect(self._toggled)
        self.body = QWidget()
        self.body.setVisible(False)
        self.fields = QVBoxLayout(self.body)
        self.fields.setContentsMargins(0, theme.SPACE_XS, 0, 0)
        self.fields.setSpacing(GAP)
        self._detail = label("", "detail", "muted")
        self._detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_S)
        head = row(self.toggle, self._detail, space=theme.SPACE_S)
        head.setStretch(1, 1)
        column.addLayout(head)
        column.addWidget(self.body)
        self._draw(False)

    def say(self, detail: str) -> None:
        """What is in it, in a few words."""
        self._detail.setText(detail)
        self._detail.setToolTip(detail)
        self.toggle.setAccessibleDescription(detail)

    def _toggled(self, on: bool) -> None:
        if on and not self.fields.count():
            self.opened.emit()
        self._draw(on)
        self.body.setVisible(on)

    def _draw(self, on: bool) -> None:
        side = "chevron-left" if self.isRightToLeft() else "chevron-right"
        theme.set_icon(self.toggle, "chevron-down" if on else side, "muted", 14)
