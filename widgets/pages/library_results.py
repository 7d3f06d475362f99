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
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets import theme
from widgets.parts import absolute_time, relative_time
from widgets.parts.foreign import called
from widgets.parts.row_painter import RowPainter

if TYPE_CHECKING:
    from app.api import DocumentView, Hit

__all__ = ["RESULT", "Result", "ResultDelegate", "ResultModel", "split_marks"]

RESULT = int(Qt.ItemDataRole.UserRole)
OPEN, CLOSE = "\x02", "\x03"

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
    common = {name: getattr(found, name) for name in names if hasattr(found, name)}
    return {**common, "title": called(found.title, found.path, found.source_id)}


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
            return "\n".join(
                part for part in (found.title, found.connection, found.path, absolute_time(found.at)) if part
            )
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
        self.snippets = False
        """Whether rows have room for a snippet."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        detail = theme.line_height("detail")
        return QSize(300, 18 + theme.line_height("strong") + detail + (4 + 2 * detail if self.snippets else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: Result | None = index.data(RESULT)
        if found is None:
            return
        at = RowPainter(painter, option, index)
        rect = at.rect
        painter.save()
        if at.selected:
            at.fill(rect, "selected")
            if option.state & QStyle.StateFlag.State_HasFocus:
                at.fill(QRect(rect.left(), rect.top(), 3, rect.height()), "accent")
        elif at.hovered:
            at.fill(rect, "hover")
        at.hairline(rect.left() + theme.SPACE_XL)

        first = QRect(rect.left() + theme.SPACE_XL, rect.top() + 9, 0, theme.line_height("strong"))
        left = at.icon(first.left(), first, self._model.icons.get(found.connection_id, "file"), "muted") + 10
        first = QRect(left, first.top(), rect.right() - theme.SPACE_L - left, first.height())
        second = QRect(left, first.bottom() + 1, first.width(), theme.line_height("detail"))
        date = relative_time(found.at) if found.at is not None else ""
        used = at.text(first, date, "detail", "muted", side=Qt.AlignmentFlag.AlignRight)
        at.text(first.adjusted(0, 0, -used - theme.SPACE_M, 0), found.title, "strong")
        where = found.connection if found.path in ("", found.title) else f"{found.connection}  ·  {found.path}"
        at.text(second, where, "detail", "muted", elide=Qt.TextElideMode.ElideMiddle)
        if self.snippets:
            self._snippet(at, second.translated(0, second.height() + 2), found.snippet)
        painter.restore()

    def _snippet(self, at: RowPainter, box: QRect, snippet: str) -> None:
        text, matches = split_marks(snippet[:2000])
        place, font = at.seen(box), theme.font("detail")
        layout, end = _laid(text, matches, font, place.width(), mirrored=at.mirrored)
        if end < len(text):
            cut = text[: max(0, end - 2)].rstrip() + "…"
            layout, _ = _laid(cut, matches, font, place.width(), mirrored=at.mirrored)
        at.painter.setPen(_mixed(theme.color("text"), theme.color("muted")))
        layout.draw(at.painter, QPointF(place.topLeft()))
        ink = layout.boundingRect().toAlignedRect().translated(place.topLeft())
        at.tell(text, text, ink)


def _laid(
    text: str, matches: list[tuple[int, int]], font: QFont, width: int, *, mirrored: bool
) -> tuple[QTextLayout, int]:
    """Two lines of text with the matches marked, and where they end."""
    layout = QTextLayout(text, font)
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    layout.setTextOption(option)
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
        line.setPosition(QPointF(0, number * theme.line_height("detail")))
        end = line.textStart() + line.textLength()
    layout.endLayout()
    return layout, end


def _mixed(one: QColor, other: QColor) -> QColor:
    return QColor((one.red() + other.red()) // 2, (one.green() + other.green()) // 2, (one.blue() + other.blue()) // 2)
