"""How a cell of the log is drawn: by hand, because a style per cell is slow and can't colour by level."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme
from widgets.pages.activity_model import COLUMNS, LINE
from widgets.parts import look
from widgets.parts.row_painter import RowPainter

__all__ = ["LogDelegate", "row_height"]

CELL = 11
"""Where the text of a cell begins: below that of the header."""
FIELDS_AT_LEAST = 100
"""Pixels below which the fields are left to the detail panel."""


def row_height() -> int:
    """Of every row, at the text's size."""
    return theme.line_height() + 8


class LogDelegate(QStyledItemDelegate):
    """Time in monospace, level as icon, word and colour, the rest as text; cut where it does not fit."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        at = RowPainter(painter, option, index)
        if at.selected:
            at.fill(at.rect, "selected")
        column = COLUMNS[index.column()]
        line = index.data(LINE)
        area = at.rect.adjusted(CELL, 0, -theme.SPACE_S, 0)
        text = str(index.data() or "")
        role = "text"
        font: theme.FontRole = "body"
        if line is None:
            role = "muted"
        elif column == "time":
            role, font = "muted", "mono"
            area.setLeft(at.rect.left() + theme.SPACE_XL)
        elif column == "level":
            shown = look(line.level)
            role, text = shown.role, shown.word
            area.setLeft(at.icon(area.left(), area, shown.icon, shown.role) + 6)
        elif column == "connection" or line.level == "debug":
            role = "muted"
        used = at.text(area, text, font, role)
        if line is not None and line.fields and column == "message":
            area.setLeft(area.left() + used + theme.SPACE_L)
            if area.width() > theme.scaled(FIELDS_AT_LEAST):
                at.text(area, fields_text(line.fields), font, "muted")

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, row_height())


def fields_text(fields: dict[str, Any]) -> str:
    """The fields beside a message that say something, as far as a row may show them."""
    told = [(key, value) for key, value in fields.items() if value not in (None, "", 0, False)][:8]
    return "   ".join(f"{key} {str(value)[:200]}" for key, value in told)
