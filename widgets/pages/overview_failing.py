"""The items of a connection that fail: what, why, since when; retried one by one or all, without a whole sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.pages.page import Page
from widgets.parts import button, column, format_count, frame, heading, label, plural, row
from widgets.parts.items import ItemsTable

if TYPE_CHECKING:
    from app.api import ConnectionView, ItemView

__all__ = ["Failing"]

MOST = 500
SHOWN = 9


class Failing(QWidget):
    """`retried` when a retry has begun."""

    retried = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self.table = ItemsTable("failing", self.tr("Failing items"))
        self.table.view.selectionModel().selectionChanged.connect(lambda *_: self._name_retry())
        self._retry = button(self.tr("Retry all"), self._retry_items, icon="sync", name="retry")
        self._copy = button(self.tr("Copy"), self.table.copy, kind="quiet", icon="copy", name="copy_failing")
        self._title = heading(self.tr("Failing items"))
        self._more = label("", "detail", "muted")
        card = frame("card")
        column(self.table.view, parent=card, margin=1)
        column(row(self._title, None, self._copy, self._retry), card, self._more, parent=self, space=theme.SPACE_S)
        self.hide()

    def show_connection(self, view: ConnectionView) -> None:
        """The connection as it is now; its items follow with `load`."""
        if self._view is None or self._view.id != view.id:
            self.table.show_records([])
            self.hide()
        self._view = view
        self._name_retry()

    async def load(self) -> None:
        """Read what fails now."""
        view = self._view
        if view is None:
            return
        items = await self._page.client.failed_items(view.id, MOST) if view.failed_items else []
        if self._view is not None and self._view.id == view.id:
            self._show(items, max(view.failed_items, len(items)))

    def _show(self, items: list[ItemView], total: int) -> None:
        self.table.show_records(items)
        self.setVisible(bool(items))
        self._title.setText(plural(total, "{0} item fails", "{0} items fail"))
        self._more.setText(self.tr("The first {0} are listed.").format(format_count(len(items))))
        self._more.setVisible(total > len(items))
        height = theme.ROW * min(SHOWN, len(items)) + self.table.view.horizontalHeader().sizeHint().height() + 6
        self.table.view.setFixedHeight(height)
        self._name_retry()

    def _name_retry(self) -> None:
        chosen = len(self.table.selected())
        self._retry.setText(self.tr("Retry {0}").format(format_count(chosen)) if chosen else self.tr("Retry all"))
        self._retry.setAccessibleName(self._retry.text())
        view = self._view
        run = view.active_run if view is not None else None
        reason = ""
        if view is None or not view.enabled:
            reason = self.tr("The source is disabled.")
        elif run is not None and run.state != "paused":
            reason = self.tr("A sync is running; it tries them anyway.")
        self._retry.setEnabled(not reason)
        self._retry.setToolTip(reason or self.tr("Fetch these again, and look at nothing else"))

    def _retry_items(self) -> None:
        ids = [item.source_id for item in self.table.selected() if item.source_id is not None]

        async def work(ref: str) -> None:
            await self._page.client.retry_items(ref, ids)
            self.retried.emit()

        if self._view is not None:
            self._page.tasks.start(work(self._view.id), "retry")
