"""The log's table: rows of one height, no widget per row, copying whole lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import QItemSelectionRange, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from widgets import theme
from widgets.pages.activity_model import COLUMNS, LogModel
from widgets.pages.activity_row import LogDelegate, row_height
from widgets.parts.words import native_keys

__all__ = ["LogTable"]

MESSAGE = 160
"""What is left for messages at the least."""
WIDTHS = (168, 112, 150)
"""Of all columns but the last, which takes what is left."""


class LogTable(QTableView):
    """See the module."""

    copy_asked = Signal()
    escaped = Signal()
    resized = Signal()

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log")
        self.setAccessibleName(self.tr("Log"))
        self.setModel(model)
        self.setItemDelegate(LogDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(row_height())
        rows.setDefaultSectionSize(row_height())
        columns = self.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setStyleSheet(f"QHeaderView::section:first {{ padding-left: {theme.SPACE_XL}px; }}")
        for at, width in enumerate(WIDTHS):
            columns.resizeSection(at, theme.scaled(width))
        columns.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        keys = native_keys(QKeySequence.StandardKey.Copy)
        copy = QAction(self.tr("Copy") + f"\t{keys}", self)
        copy.triggered.connect(lambda *_: self.copy_asked.emit())
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def chosen_rows(self, most: int) -> list[int]:
        """The selected rows, the first `most` of them: a million may be selected, and Qt's own list of them freezes."""
        found: set[int] = set()
        for part in cast(Iterable[QItemSelectionRange], self.selectionModel().selection()):
            found.update(range(part.top(), min(part.bottom() + 1, part.top() + most)))
        return sorted(found)[:most]

    def rows_in_sight(self) -> range:
        """The rows on the screen."""
        bottom = self.rowAt(self.viewport().height() - 1)
        return range(max(0, self.rowAt(0)), (bottom if bottom >= 0 else self.model().rowCount() - 1) + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl-C copies lines where Qt would copy a cell; Esc goes to the page."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Messages have room, or the names of connections give way; what floats above the table moves along."""
        others = sum(self.columnWidth(at) for at in (0, 1))
        self.setColumnHidden(2, self.viewport().width() - others - theme.scaled(WIDTHS[2]) < theme.scaled(MESSAGE))
        super().resizeEvent(event)
        self.resized.emit()
