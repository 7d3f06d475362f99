"""The table of items that failed or were skipped: what, why, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QTableView

from widgets.language import core, told
from widgets.parts.panels import error_text
from widgets.parts.states import look
from widgets.parts.tables import Column, RecordTable, table_view
from widgets.parts.words import absolute_time, ago

if TYPE_CHECKING:
    from app.api import ItemView

__all__ = ["ItemsTable"]


class ItemsTable(RecordTable["ItemView"]):
    """The model with its view: `ItemsTable().view`."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(
            [
                Column(
                    self.tr("Item"),
                    lambda i: i.title or i.source_id or "",
                    icon=lambda i: look("failed" if i.kind == "failed" else i.kind)[0::2][:2],
                    tip=lambda i: i.source_id or i.title,
                    width=200,
                ),
                Column(
                    self.tr("Why"),
                    lambda i: core(i.error.what),
                    tip=lambda i: "\n".join(t for t in (told(i.error).sentence(), core(i.error.remedy)) if t),
                ),
                Column(self.tr("What to do"), lambda i: core(i.error.remedy), role=lambda _i: "muted"),
                Column(
                    self.tr("Since"),
                    lambda i: ago(i.since or i.at),
                    role=lambda _i: "muted",
                    tip=lambda i: absolute_time(i.since or i.at),
                    width=110,
                ),
            ]
        )
        self.view: QTableView = table_view(self, name, title, stretch=(1, 2))  # cause and remedy alike
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.view, self.copy)

    def selected(self) -> list[ItemView]:
        """The selected items, in order."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [item for row in rows if (item := self.record(row)) is not None]

    def copy(self) -> None:
        """The selected items, or all, as text."""
        items = self.selected() or self.records
        QGuiApplication.clipboard().setText(
            "\n\n".join(f"{item.source_id or item.title}\n{error_text(item.error)}" for item in items)
        )
