"""The documents of a connection: a table that reads its rows from the library as they are scrolled to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.pages.page import Page
from widgets.parts import (
    Chip,
    EmptyState,
    SearchField,
    absolute_time,
    ago,
    column,
    format_bytes,
    label,
    plural,
    relative_time,
)
from widgets.parts.body import Body
from widgets.parts.flow import beside, flow
from widgets.parts.foreign import called
from widgets.parts.tables import Column, PagedTable, on_page, table_view
from widgets.tasks import Refresher

if TYPE_CHECKING:
    import asyncio

    from app.api import ConnectionView, DocumentFilter, DocumentView

__all__ = ["DocumentsTab", "media_icon"]

SORTS = ["title", "type", "size", "updated", "stored"]


def media_icon(media_type: str) -> str:
    """The drawing for a kind of document."""
    kind = media_type.split(";")[0]
    if kind.startswith("image/"):
        return "image"
    if "spreadsheet" in kind or kind in ("text/csv", "application/vnd.ms-excel"):
        return "table"
    if kind in ("message/rfc822", "application/vnd.ms-outlook"):
        return "mail"
    return "text" if kind.startswith("text/") else "file"


class DocumentsTab(QWidget):
    """Search by title or path, what the last run changed, sorted by the engine."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self._run = ""
        self._change = ""
        self._stale = True
        """What is listed, if anything, is not what is asked for."""
        self._sort, self._descending = "title", False
        self.model: PagedTable[DocumentView] = PagedTable(
            [
                Column(
                    self.tr("Title"),
                    lambda d: called(d.title, d.path, d.source_id),
                    "title",
                    icon=lambda d: (media_icon(d.media_type), "muted"),
                    tip=lambda d: "\n".join(dict.fromkeys(t for t in (d.title, d.path or d.source_id, d.url) if t)),
                ),
                Column(self.tr("Path"), lambda d: d.path or d.source_id, "", role=lambda _d: "muted"),
                Column(self.tr("Size"), lambda d: format_bytes(d.size), "size", right=True, width=92),
                Column(
                    self.tr("Changed"),
                    lambda d: relative_time(d.updated_at) if d.updated_at else "",
                    "updated",
                    tip=lambda d: absolute_time(d.updated_at),
                    width=136,
                ),
                Column(
                    self.tr("Stored"),
                    lambda d: ago(d.stored_at),
                    "stored",
                    tip=lambda d: absolute_time(d.stored_at),
                    width=136,
                ),
            ]
        )
        self.model.wanted.connect(self._fetch)
        self._wishes: list[int] = []
        self._fetching: asyncio.Task[None] | None = None
        self._refresher = Refresher(page.tasks, "documents", self._load, interval=1.0)
        self.search = SearchField(self.tr("Title or path"), shortcut="")
        self.search.setFixedWidth(theme.scaled(240))
        self.search.searched.connect(lambda _text: self.reload())
        self._chips = {
            value: Chip(text, value=value or "all")
            for value, text in (
                ("", self.tr("All")),
                ("new", self.tr("New in the last run")),
                ("changed", self.tr("Changed")),
                ("deleted", self.tr("Deleted")),
            )
        }
        for value, chip in self._chips.items():
            chip.setAutoExclusive(True)
            chip.clicked.connect(lambda _on, value=value: self.choose_change(value))
        self._count = label("", "detail", "muted")
        bar = column(beside(flow(*self._chips.values()), self._count, self.search))
        bar.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        self.table = table_view(self.model, "documents", self.tr("Documents"), stretch=(0, 1))
        self._listed = on_page(self.table)
        head = self.table.horizontalHeader()
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(False)
        head.sectionClicked.connect(self._sort_by)
        self._nothing = EmptyState("file", "", "", self._show_all)
        self.body = Body(self._listed, self._nothing)
        self.body.retried.connect(self.reload)
        self.body.slow.connect(lambda: self._count.setText(self.tr("Searching …")))
        laid = column(bar, self.body, parent=self, space=0)
        laid.setStretch(1, 1)
        self._mark()

    def show_connection(self, view: ConnectionView) -> None:
        """The connection whose documents are meant; reads again only where something changed."""
        if self._view is not None and self._view.id != view.id:
            self.forget()
        old, self._view = self._view, view
        if old is None:
            self._choose_run()
            if self.isVisible():
                self.reload()
        elif self.isVisible() and old.documents != view.documents:
            self._refresher.ask()

    def forget(self) -> None:
        """Another connection is to come, with nothing asked of its documents yet."""
        self._view = None
        self.search.clear()
        self.search.flush()
        self._change, self._run = "", ""
        self._mark()
        self._count.clear()
        self._forget_wishes()
        self.model.begin(0, [])
        self.table.scrollToTop()
        self.body.clear()

    def choose_change(self, change: str) -> None:
        """Only what the last run made of the documents; of the connection that is to come, if none is known."""
        self._change = change
        self._choose_run()
        self._mark()
        self.reload()

    def _choose_run(self) -> None:
        run = self._view and (self._view.active_run or self._view.last_run)
        self._run = run.id if run and self._change else ""

    def reload(self) -> None:
        """Read the first page again, at once."""
        self._forget_wishes()
        self._stale = True
        if self._view is not None:
            self._refresher.now()

    def _show_all(self) -> None:
        """Nothing matches: ask for less."""
        self.search.clear()
        self.search.flush()
        self.choose_change("")

    def _mark(self) -> None:
        for value, chip in self._chips.items():
            chip.setChecked(value == self._change)

    def _filter(self, offset: int) -> DocumentFilter:
        from app.api import DocumentFilter

        assert self._view is not None
        values: dict[str, Any] = {"change": self._change, "sort": self._sort}
        if self._change == "deleted":
            values["status"] = ""
        return DocumentFilter(
            connections=[self._view.id],
            text=self.search.text().strip(),
            run=self._run,
            descending=self._descending,
            limit=PagedTable.PAGE,
            offset=offset,
            **values,
        )

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        if self._view is None:
            return
        if self._stale:
            self.body.wait(self.tr("Reading the documents …"))
        try:
            found = await self._page.client.documents(self._filter(0))
        except HeadwaterError as error:
            if self._stale:
                self._count.clear()
                self.body.show_error(error.info())
            return  # what is listed still holds; the page says that the engine is away
        self._stale = False
        self._forget_wishes()
        self.model.begin(found.total, found.documents)
        self._count.setText(plural(found.total, "{0} document", "{0} documents"))
        if found.total:
            self.body.show_content()
            return
        if self.search.text():
            self._nothing.say(self.tr("No document matches"), self.tr("Try fewer words."), self.tr("Show all"))
        elif self._change:
            self._nothing.say(self.tr("No document matches"), action_text=self.tr("Show all"))
        else:
            self._nothing.say(self.tr("No documents yet"), self.tr("They appear here as soon as a sync stores them."))
        self.body.show_empty()

    def _fetch(self, page: int) -> None:
        """What is looked at now comes before what was passed by."""
        if self._view is None or self._page.tasks.closed:
            return
        self._wishes.append(page)
        if self._fetching is None:
            self._fetching = self._page.tasks.start(self._fetch_wishes(), "documents pages")

    async def _fetch_wishes(self) -> None:
        from connectors.sdk import HeadwaterError

        try:
            while self._wishes:
                page = self._wishes.pop()
                if page not in self._in_sight():
                    self.model.give_up(page)
                    continue
                found = await self._page.client.documents(self._filter(page * PagedTable.PAGE))
                self.model.fill(page, found.documents)
        except HeadwaterError:
            self._fetching = None
            self._forget_wishes()
            raise
        self._fetching = None

    def _in_sight(self) -> range:
        """The pages of the rows that are seen."""
        first, last = self.table.rowAt(0), self.table.rowAt(self.table.viewport().height() - 1)
        return range(max(0, first) // PagedTable.PAGE, (last if last >= 0 else self.model.total) // PagedTable.PAGE + 1)

    def _forget_wishes(self) -> None:
        """They were of another list."""
        fetching, self._fetching = self._fetching, None
        if fetching is not None:
            fetching.cancel()
        self._wishes.clear()
        self.model.give_up()

    def _sort_by(self, section: int) -> None:
        key = self.model.columns[section].key
        if not key:
            return
        self._descending = not self._descending if key == self._sort else key != "title"
        self._sort = key
        head = self.table.horizontalHeader()
        head.setSortIndicatorShown(True)
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        head.setSortIndicator(section, order)
        self.reload()
