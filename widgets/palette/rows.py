"""The palette's list: its lines as a model, and how a line is drawn."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme
from widgets.palette.entry import Entry

__all__ = ["HEIGHT", "EntryDelegate", "EntryModel"]

HEIGHT = 36
HEADING = 28
Index = QModelIndex | QPersistentModelIndex


class EntryModel(QAbstractListModel):
    """The lines, best first."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def show_entries(self, entries: list[Entry]) -> None:
        """Other lines in their place."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def heading(self, row: int) -> str:
        """The heading above a line, or nothing."""
        group = self.entries[row].group
        return group if row == 0 or self.entries[row - 1].group != group else ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The lines."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text for the eye and for the ear; the delegate draws the rest."""
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.reason or None
        return None


class EntryDelegate(QStyledItemDelegate):
    """Icon, name with the letters that matched, what it is, its keys."""

    def __init__(self, model: EntryModel) -> None:
        super().__init__()
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A line, with room for its heading."""
        heading = HEADING if self._model.heading(index.row()) else 0
        # Text that was made larger needs its room.
        return QSize(0, heading + max(HEIGHT, QFontMetrics(theme.font("body")).height() + 16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws a line; what can't be done now is muted, with the reason in place of what it is."""
        entry = self._model.entries[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(option.rect)
        heading = self._model.heading(index.row())
        if heading:
            above = QRect(box.left() + 12, box.top(), box.width() - 24, HEADING)
            painter.setFont(theme.font("detail"))
            painter.setPen(theme.color("muted"))
            painter.drawText(self._seen(option, above), _side(option) | Qt.AlignmentFlag.AlignVCenter, heading)
            box.setTop(box.top() + HEADING)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), theme.RADIUS, theme.RADIUS)
        role = "disabled" if entry.reason else "error" if entry.danger else "muted"
        icon = self._seen(option, QRect(box.left() + 12, box.top() + (box.height() - 16) // 2, 16, 16))
        painter.drawPixmap(icon.topLeft(), theme.pixmap(entry.icon, role, 16))
        left, right = box.left() + 40, box.right() - 12
        right = self._end(painter, option, entry.keys, QRect(left, box.top(), right - left, box.height()))
        least = left + (right - left) // 2
        detail = entry.reason or entry.detail
        name = QFontMetrics(theme.font("body")).horizontalAdvance(entry.text) + theme.SPACE_L
        room = QRect(max(least, min(left + name, right)), box.top(), 0, box.height())
        room.setRight(right)
        right = self._end(painter, option, detail, room)
        self._name(painter, option, entry, QRect(left, box.top(), right - left, box.height()))
        painter.restore()

    def _name(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, box: QRect) -> None:
        font = theme.font("body")
        text = QFontMetrics(font).elidedText(entry.text, Qt.TextElideMode.ElideRight, box.width())
        layout = QTextLayout(text, font)
        marked = QTextCharFormat()
        marked.setFontWeight(theme.font("strong").weight())
        marked.setForeground(theme.color("accent"))
        layout.setFormats([_range(first, length, marked) for first, length in _runs(entry.marks) if first < len(text)])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(box.width())
        layout.endLayout()
        painter.setPen(theme.color("muted" if entry.reason else "error" if entry.danger else "text"))
        seen = self._seen(option, box)
        across = seen.left() + (max(0.0, seen.width() - line.naturalTextWidth()) if _mirrored(option) else 0.0)
        layout.draw(painter, QPointF(across, box.top() + (box.height() - line.height()) / 2))

    def _end(self, painter: QPainter, option: QStyleOptionViewItem, text: str, box: QRect) -> int:
        """Text at the far end of a box; answers where the room before it ends."""
        if not text or box.width() <= 0:
            return box.right()
        font = theme.font("detail")
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        side = Qt.AlignmentFlag.AlignLeft if _mirrored(option) else Qt.AlignmentFlag.AlignRight
        painter.drawText(self._seen(option, box), side | Qt.AlignmentFlag.AlignVCenter, shown)
        return box.right() - QFontMetrics(font).horizontalAdvance(shown) - theme.SPACE_M

    def _seen(self, option: QStyleOptionViewItem, box: QRect) -> QRect:
        return QStyle.visualRect(option.direction, option.rect, box)


def _mirrored(option: QStyleOptionViewItem) -> bool:
    return option.direction == Qt.LayoutDirection.RightToLeft


def _side(option: QStyleOptionViewItem) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if _mirrored(option) else Qt.AlignmentFlag.AlignLeft


def _runs(marks: tuple[int, ...]) -> list[tuple[int, int]]:
    """Marks that follow one another, as (first, length)."""
    found = []
    for _key, group in groupby(enumerate(marks), key=lambda each: each[1] - each[0]):
        places = [place for _number, place in group]
        found.append((places[0], len(places)))
    return found


def _range(first: int, length: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = first, length, form
    return made
