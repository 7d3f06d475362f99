"""The palette's list: its lines as a model, and how a line is drawn."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme
from widgets.palette.entry import Entry
from widgets.parts.row_painter import RowPainter

__all__ = ["EntryDelegate", "EntryModel", "line_height"]

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
            return "\n".join(text for text in (entry.text, entry.reason or entry.detail) if text)
        return None


class EntryDelegate(QStyledItemDelegate):
    """Icon, name with the letters that matched, what it is, its keys."""

    def __init__(self, model: EntryModel) -> None:
        super().__init__()
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A line, with room for its heading."""
        return QSize(0, (_heading_height() if self._model.heading(index.row()) else 0) + line_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws a line; what can't be done now is muted, with the reason in place of what it is."""
        entry = self._model.entries[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = RowPainter(painter, option, index)
        box = QRect(at.rect)
        heading = self._model.heading(index.row())
        if heading:
            high = _heading_height()
            at.text(QRect(box.left() + 12, box.top(), box.width() - 24, high), heading, "detail", "muted")
            box.setTop(box.top() + high)
        if at.selected:
            at.rounded(box.adjusted(0, 1, 0, -1), "selected")
        role = "disabled" if entry.reason else "error" if entry.danger else "muted"
        left = at.icon(box.left() + 12, box, entry.icon, role) + 12
        right = box.right() - 12
        right -= _past(at.text(_between(box, left, right), entry.keys, "detail", "muted", side=_END))
        least = left + (right - left) // 2
        name = theme.metrics().horizontalAdvance(entry.text) + theme.SPACE_L
        room = _between(box, max(least, min(left + name, right)), right)
        right -= _past(at.text(room, entry.reason or entry.detail, "detail", "muted", side=_END))
        self._name(at, entry, _between(box, left, right))
        painter.restore()

    def _name(self, at: RowPainter, entry: Entry, box: QRect) -> None:
        text = theme.metrics().elidedText(entry.text, Qt.TextElideMode.ElideRight, box.width())
        layout = QTextLayout(text, theme.font("body"))
        marked = QTextCharFormat()
        marked.setFontWeight(theme.font("strong").weight())
        marked.setForeground(theme.color("accent"))
        layout.setFormats([_range(first, length, marked) for first, length in _runs(entry.marks) if first < len(text)])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(box.width())
        layout.endLayout()
        at.painter.setPen(theme.color("muted" if entry.reason else "error" if entry.danger else "text"))
        seen = at.seen(box)
        across = seen.left() + (max(0.0, seen.width() - line.naturalTextWidth()) if at.mirrored else 0.0)
        place = QPointF(across, box.top() + (box.height() - line.height()) / 2)
        layout.draw(at.painter, place)
        at.tell(entry.text, text, QRectF(place, line.naturalTextRect().size()).toAlignedRect())


_END = Qt.AlignmentFlag.AlignRight


def line_height() -> int:
    """Of a line without its heading."""
    return theme.line_height() + 16


def _heading_height() -> int:
    return theme.line_height("detail") + 10


def _past(width: int) -> int:
    return width + theme.SPACE_M if width else 0


def _between(box: QRect, left: int, right: int) -> QRect:
    return QRect(left, box.top(), right - left, box.height())


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
