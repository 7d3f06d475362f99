"""A table that is a list of records and a list of columns, and one that asks for its rows page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from widgets import theme
from widgets.parts.build import frame, row
from widgets.parts.foreign import one_line
from widgets.parts.row_painter import RowPainter

__all__ = ["Column", "PagedTable", "RecordTable", "on_page", "table_view"]

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
PADDING = 11
LEAST = 108
"""What a column that stretches is never narrower than."""
RECORD_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Column(Generic[T]):
    """One column: its title, what a record says in it, and how. `key` names it for sorting by the engine."""

    title: str
    text: Callable[[T], str]
    key: str = ""
    icon: Callable[[T], tuple[str, str]] | None = None
    role: Callable[[T], str] | None = None
    tip: Callable[[T], str] | None = None
    right: bool = False
    width: int = 0
    spare: bool = False
    """Left out where there is no room for all."""


class RecordTable(QAbstractTableModel, Generic[T]):
    """Records that are all here."""

    def __init__(self, columns: list[Column[T]]) -> None:
        super().__init__()
        self.columns = columns
        self.records: list[T] = []

    def show_records(self, records: list[T]) -> None:
        """The records as they are now. Equal ones cause nothing; as many as before change in place."""
        if records == self.records:
            return
        if len(records) == len(self.records):
            self.records = records
            self.dataChanged.emit(self.index(0, 0), self.index(len(records) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def record(self, row: int) -> T | None:
        """A record, None where there is none (yet)."""
        return self.records[row] if 0 <= row < len(self.records) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """As many as there are."""
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """As many as were given."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' titles."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section].right)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What the column says of the record."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.right)
        record = self.record(index.row())
        if record is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return one_line(column.text(record))
        if role == RECORD_ROLE:
            return record
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip(record) if column.tip is not None else column.text(record)
        return None


class PagedTable(RecordTable[T]):
    """Records of which only the pages that were looked at are here. Says `wanted` with the number of a missing page."""

    wanted = Signal(int)

    PAGE = 200
    KEPT = 40

    def __init__(self, columns: list[Column[T]]) -> None:
        super().__init__(columns)
        self.total = 0
        self._pages: OrderedDict[int, list[T]] = OrderedDict()
        self._asked: set[int] = set()

    def begin(self, total: int, first: list[T]) -> None:
        """Another list: its length and its first page."""
        if total == self.total and self._pages.get(0) == first:
            return
        same = total == self.total
        if not same:
            self.beginResetModel()
        self.total = total
        self._pages.clear()
        self._asked.clear()
        self._pages[0] = first
        if same and total:
            self.dataChanged.emit(self.index(0, 0), self.index(total - 1, len(self.columns) - 1))
        elif not same:
            self.endResetModel()

    def fill(self, page: int, records: list[T]) -> None:
        """A page that was wanted."""
        self._asked.discard(page)
        self._pages[page] = records
        while len(self._pages) > self.KEPT:
            self._pages.popitem(last=False)
        first, last = page * self.PAGE, min(self.total, (page + 1) * self.PAGE) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def give_up(self, page: int | None = None) -> None:
        """A page that was wanted does not come (None: none does); it is wanted again when it is looked at again."""
        self._asked -= self._asked if page is None else {page}

    def record(self, row: int) -> T | None:
        """The record, or None and a wish for its page."""
        page, place = divmod(row, self.PAGE)
        records = self._pages.get(page)
        if records is None:
            if page not in self._asked:
                self._asked.add(page)
                self.wanted.emit(page)
            return None
        return records[place] if place < len(records) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """As many as the engine counts."""
        return 0 if parent.isValid() else self.total


class CellDelegate(QStyledItemDelegate):
    """Paints a cell in one go.

    Qt's own delegate asks the model for eight roles a cell; each is a call into Python, and while a sync keeps the
    interpreter busy a screenful of them is felt."""

    def __init__(self, model: RecordTable[Any], parent: QTableView) -> None:
        super().__init__(parent)
        self._model = model
        self._view = parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The ground if selected, the icon, the text."""
        column = self._model.columns[index.column()]
        record = self._model.record(index.row())
        at = RowPainter(painter, option, index)
        rect = at.rect
        if at.selected:
            at.fill(rect, "selected")
            if index.column() == 0 and self._view.hasFocus():
                at.fill(QRect(rect.left(), rect.top(), 3, rect.height()), "accent")
        if record is None:
            if index.column() == 0:
                at.text(rect.adjusted(PADDING, 0, -PADDING, 0), "…")
            return
        box = rect.adjusted(PADDING, 0, -PADDING, 0)
        if column.icon is not None:
            box.setLeft(at.icon(box.left(), box, *column.icon(record)) + theme.SPACE_S)
        role = column.role(record) if column.role is not None else "text"
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        at.text(box, column.text(record), "body", role, side=side)


def _alignment(right: bool) -> int:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class TableView(QTableView):
    """Some columns share what the others leave, but never less than they need: then those that can be spared are left
    out, and if that is not enough, the table scrolls sideways."""

    def __init__(self, stretch: tuple[int, ...], spare: tuple[int, ...]) -> None:
        super().__init__()
        self._stretch = stretch
        self._spare = spare
        self._widths: dict[int, int] = {}

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See the class."""
        head = self.horizontalHeader()
        least = theme.scaled(LEAST)
        for number in self._spare:  # a section that is hidden has no size
            self._widths[number] = head.sectionSize(number) or self._widths.get(number, 0)
        fixed = sum(head.sectionSize(n) for n in range(head.count()) if n not in (*self._stretch, *self._spare))
        room = self.viewport().width() - least * len(self._stretch)
        for place, number in enumerate(reversed(self._spare)):  # one after the other, from the end
            needed = sum(self._widths[other] for other in self._spare[: len(self._spare) - place])
            head.setSectionHidden(number, room < fixed + needed)
        roomy = room >= fixed
        for number in self._stretch:
            if roomy:
                head.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
            else:
                head.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                head.resizeSection(number, least)
        super().resizeEvent(event)


def table_view(model: RecordTable[Any], name: str, title: str, *, stretch: tuple[int, ...] = (0,)) -> QTableView:
    """A table with rows of one height, whole rows selected, and the widths its columns ask for."""
    view = TableView(stretch, tuple(number for number, column in enumerate(model.columns) if column.spare))
    view.setObjectName(name)
    view.setAccessibleName(title)
    view.setModel(model)
    view.setItemDelegate(CellDelegate(model, view))
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = view.verticalHeader()
    rows.setVisible(False)
    rows.setDefaultSectionSize(theme.ROW)
    rows.setMinimumSectionSize(theme.ROW)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    head = view.horizontalHeader()
    head.setHighlightSections(False)
    head.setStretchLastSection(False)
    head.setMinimumSectionSize(48)
    for number, column in enumerate(model.columns):
        if column.width and number not in stretch:
            view.setColumnWidth(number, max(theme.lettered(column.width), head.sectionSizeHint(number)))
    return view


def on_page(view: QTableView) -> QFrame:
    """A table that fills a page, its text in line with the page's margin."""
    made = frame("surface")
    laid = row(view, parent=made, space=0)
    laid.setContentsMargins(theme.SPACE_XL - 11, 0, theme.SPACE_S, 0)
    return made
