"""The list of results: documents that answer a search, or, without a question, what was stored last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets import theme
from widgets.parts import absolute_time, relative_time

if TYPE_CHECKING:
    from app.api import DocumentView, Hit

__all__ = ["RESULT", "Result", "ResultDelegate", "ResultModel", "split_marks"]

RESULT = int(Qt.ItemDataRole.UserRole)
OPEN, CLOSE = "\x02", "\x03"
LINE_HEIGHT = 18
"""At 100 %, like all lengths below."""
PLAIN_HEIGHT = 56
SNIPPET_HEIGHT = PLAIN_HEIGHT + 2 * LINE_HEIGHT + 4

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Result:
    """A row. `snippet` is "" where nothing was searched for."""

    document_id: str
    connection: str
    connection_id: str
    source_id: str
    title: str
    path: str
    url: str | None
    media_type: str
    size: int
    at: float | None
    snippet: str = ""

    @classmethod
    def of_hit(cls, hit: Hit) -> Result:
        return cls(**_common(hit), at=hit.updated_at, snippet=hit.snippet)

    @classmethod
    def of_document(cls, document: DocumentView) -> Result:
        return cls(**_common(document), at=document.updated_at or document.stored_at, document_id=document.id)


def _common(found: Hit | DocumentView) -> dict[str, Any]:
    names = ("document_id", "connection", "connection_id", "source_id", "title", "path", "url", "media_type", "size")
    return {name: getattr(found, name) for name in names if hasattr(found, name)}


class ResultModel(QAbstractListModel):
    """Results loaded so far of `total`; says `wanted` when the list is scrolled to where more are."""

    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.icons: dict[str, str] = {}
        """Connection ids to icon names."""
        self.total = 0
        self._results: list[Result] = []

    def reset(self, results: list[Result], total: int) -> None:
        """Other results."""
        self.beginResetModel()
        self._results, self.total = list(results), total
        self.endResetModel()

    def extend(self, results: list[Result], total: int) -> None:
        """The next page. An empty one is the end, whatever the total said."""
        self.total = total if results else len(self._results)
        if results:
            self.beginInsertRows(_NOWHERE, len(self._results), len(self._results) + len(results) - 1)
            self._results += results
            self.endInsertRows()

    def result(self, row: int) -> Result | None:
        return self._results[row] if 0 <= row < len(self._results) else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._results)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._results) < self.total

    def fetchMore(self, parent: Index) -> None:
        self.wanted.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = self.result(index.row())
        if found is None:
            return None
        if role == RESULT:
            return found
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (found.path, absolute_time(found.at)) if part)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{found.title}, {found.connection}"
        return None


def split_marks(snippet: str) -> tuple[str, list[tuple[int, int]]]:
    """The snippet without its marks, and where the matches are: (start, length)."""
    text, matches, start = "", [], -1
    for part in snippet.replace("\n", " ").split(OPEN):
        match, mark, rest = part.partition(CLOSE)
        if mark:
            start = len(text)
            text += match + rest
            if match:
                matches.append((start, len(match)))
        else:
            text += part
    return text, matches


class ResultDelegate(QStyledItemDelegate):
    """Icon, title and date; connection and path; two lines of snippet with the matches marked."""

    def __init__(self, model: ResultModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._strong, self._detail = theme.font("strong"), theme.font("detail")
        self.snippets = False
        """Whether rows have room for a snippet."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(300, theme.scaled(SNIPPET_HEIGHT if self.snippets else PLAIN_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: Result | None = index.data(RESULT)
        if found is None:
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("selected"))
            if state & QStyle.StateFlag.State_HasFocus:
                painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), theme.color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("hover"))
        painter.setPen(theme.color("border"))
        painter.drawLine(rect.left() + theme.SPACE_XL, rect.bottom(), rect.right(), rect.bottom())

        icon = theme.pixmap(self._model.icons.get(found.connection_id, "file"), "muted", 16)
        painter.drawPixmap(rect.left() + theme.SPACE_XL, rect.top() + theme.scaled(19) - 8, icon)
        area = rect.adjusted(theme.SPACE_XL + 16 + 10, 0, -theme.SPACE_L, 0)
        date = relative_time(found.at) if found.at is not None else ""
        _text(painter, self._detail, "muted", area, 9, date, right=True)
        room = area.adjusted(0, 0, -QFontMetrics(self._detail).horizontalAdvance(date) - theme.SPACE_M, 0)
        _text(painter, self._strong, "text", room, 8, found.title)
        where = found.connection if found.path in ("", found.title) else f"{found.connection}  ·  {found.path}"
        _text(painter, self._detail, "muted", area, 30, where, Qt.TextElideMode.ElideMiddle)
        if self.snippets:
            self._snippet(painter, area, rect.top() + theme.scaled(51), found.snippet)
        painter.restore()

    def _snippet(self, painter: QPainter, area: QRect, top: int, snippet: str) -> None:
        text, matches = split_marks(snippet[:2000])
        layout, end = _laid(text, matches, self._detail, area.width())
        if end < len(text):
            layout, _ = _laid(text[: max(0, end - 2)].rstrip() + "…", matches, self._detail, area.width())
        painter.setPen(_mixed(theme.color("text"), theme.color("muted")))
        layout.draw(painter, QPointF(area.left(), top))


def _laid(text: str, matches: list[tuple[int, int]], font: QFont, width: int) -> tuple[QTextLayout, int]:
    """Two lines of text with the matches marked, and where they end."""
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    style = QTextCharFormat()
    style.setBackground(theme.color("match"))
    style.setForeground(theme.color("text"))
    style.setFontWeight(QFont.Weight.DemiBold)
    formats = []
    for start, length in matches:
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, length, style
        formats.append(made)
    layout.setFormats(formats)
    end = 0
    layout.beginLayout()
    for number in range(2):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, number * theme.scaled(LINE_HEIGHT)))
        end = line.textStart() + line.textLength()
    layout.endLayout()
    return layout, end


def _mixed(one: QColor, other: QColor) -> QColor:
    return QColor((one.red() + other.red()) // 2, (one.green() + other.green()) // 2, (one.blue() + other.blue()) // 2)


def _text(
    painter: QPainter,
    font: QFont,
    role: str,
    area: QRect,
    top: int,
    text: str,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    *,
    right: bool = False,
) -> None:
    """One line, cut where it does not fit."""
    painter.setFont(font)
    painter.setPen(theme.color(role))
    room = QRect(area.left(), area.top() + theme.scaled(top), area.width(), theme.scaled(LINE_HEIGHT + 2))
    line = " ".join(text[:1000].split())
    cut = QFontMetrics(font).elidedText(line, elide, room.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, cut)
