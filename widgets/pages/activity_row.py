"""How a cell of the log is drawn: by hand, because a style per cell is slow and can't colour by level."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets import theme
from widgets.pages.activity_model import COLUMNS, LINE
from widgets.parts import look

__all__ = ["LogDelegate", "row_height"]

ICON = 16
CELL = 11
"""Where the text of a cell begins: below that of the header."""
FIELDS_AT_LEAST = 60
"""Pixels below which the fields are left to the detail panel."""


def row_height() -> int:
    """Of every row, at the text's size."""
    return theme.scaled(28)


class LogDelegate(QStyledItemDelegate):
    """Time in monospace, level as icon, word and colour, the rest as text; cut where it does not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body, self._mono = theme.font("body"), theme.font("mono")

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, theme.color("selected"))
        column = COLUMNS[index.column()]
        line = index.data(LINE)
        area = option.rect.adjusted(CELL, 0, -theme.SPACE_S, 0)
        text = str(index.data() or "")
        role, font = "text", self._body
        if line is None:
            role = "muted"
        elif column == "time":
            role, font = "muted", self._mono
            area.setLeft(option.rect.left() + theme.SPACE_XL)
        elif column == "level":
            shown = look(line.level)
            role, text = shown.role, shown.word
            top = area.top() + (area.height() - ICON) // 2
            painter.drawPixmap(area.left(), top, theme.pixmap(shown.icon, shown.role, ICON))
            area = area.adjusted(ICON + 6, 0, 0, 0)
        elif column == "connection" or line.level == "debug":
            role = "muted"
        painter.setFont(font)
        painter.setPen(theme.color(role))
        used = draw_elided(painter, area, text)
        if line is not None and line.fields and column == "message":
            area.setLeft(area.left() + used + theme.SPACE_L)
            if area.width() > FIELDS_AT_LEAST:
                painter.setPen(theme.color("muted"))
                draw_elided(painter, area, fields_text(line.fields))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, row_height())


def fields_text(fields: dict[str, Any]) -> str:
    """The fields beside a message that say something, as far as a row may show them."""
    told = [(key, value) for key, value in fields.items() if value not in (None, "", 0, False)][:8]
    return "   ".join(f"{key} {str(value)[:200]}" for key, value in told)


def draw_elided(painter: QPainter, area: QRect, text: str) -> int:
    """One line of text, cut with an ellipsis; answers its width. Line breaks of a message become spaces."""
    line = text if "\n" not in text else " ".join(text.split())
    # Measuring a message of a megabyte to cut it to a screen's width would freeze the window.
    metrics = QFontMetrics(painter.font())
    cut = metrics.elidedText(line[:1000], Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)
    return metrics.horizontalAdvance(cut)
