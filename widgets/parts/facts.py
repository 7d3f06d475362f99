"""A few facts below each other: what it is at the left, muted; what it amounts to at the right, to be selected."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from widgets import theme
from widgets.parts.build import label

__all__ = ["Facts"]


class Facts(QWidget):
    """`show_facts` replaces all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE_L)
        self._grid.setVerticalSpacing(theme.SPACE_S)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Mapping[str, str]) -> None:
        """These, in this order; empty ones are left out."""
        said = [(name, value) for name, value in facts.items() if value]
        while len(self._rows) < len(said):
            name, value = label("", "body", "muted"), label("", wrap=True, select=True)
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(name, len(self._rows), 0, top)
            self._grid.addWidget(value, len(self._rows), 1, top)
            self._rows.append((name, value))
        for place, (name, value) in enumerate(self._rows):
            shown = place < len(said)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.setText(said[place][0])
                value.setText(said[place][1])
                value.setAccessibleName(f"{said[place][0]}: {said[place][1]}")

    def texts(self) -> dict[str, str]:
        """What is shown."""
        return {name.text(): value.text() for name, value in self._rows if not value.isHidden()}
