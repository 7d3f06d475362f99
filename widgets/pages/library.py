"""Library: one search field over everything that was synced, and the document beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QListView, QSplitter, QStackedWidget, QWidget

from connectors.sdk import HeadwaterError
from widgets import theme
from widgets.language import core, told
from widgets.pages.filter_chip import Choice
from widgets.pages.library_filters import Filters
from widgets.pages.library_preview import Preview, words_of
from widgets.pages.library_results import Result, ResultDelegate, ResultModel
from widgets.pages.library_why import WhyPanel
from widgets.pages.page import Page, Place
from widgets.parts import EmptyState, SearchField, button, column, format_bytes, label, line, plural, row
from widgets.parts.body import Body, OfflineStrip
from widgets.parts.flow import beside
from widgets.parts.words import listed
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi, LibraryStats
    from widgets.events import Events

__all__ = ["LibraryPage"]

PAGE = 50
"""Results of one request."""


class LibraryPage(Page):
    """Field, filters, results, preview. Without a question the list shows what changed last."""

    name = "library"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.model = ResultModel(self)
        self.model.wanted.connect(self._load_more)
        self._connections: list[ConnectionView] = []
        self._documents = 0
        self._seen = False
        self._opened = ""
        """The document that was opened by its id, and is the only result until something is asked."""
        self._live = Refresher(self.tasks, "live", self._look_again, 1.0)

        self.search = SearchField(self.tr("Search all documents"), delay_ms=150)
        self.search.searched.connect(lambda _text: self._ask())
        self.search.entered.connect(self._enter_results)
        self.search.moved.connect(lambda step: self._enter_results() if step > 0 else None)
        self._stats = label("", "body", "muted")
        self.filters = Filters()
        self.connection, self.type = self.filters.connection, self.filters.type
        self.date, self.access = self.filters.date, self.filters.access
        self.filters.changed.connect(self._ask)
        self._found = label("", "detail", "muted")
        self._why_link = button(self.tr("Something missing?"), self.ask_why, kind="link", name="ask_why")
        narrowing = beside(self.filters, self._found, self._why_link)
        top = column(
            row(label(self.tr("Library"), "title"), theme.SPACE_XS, self._stats, None),
            self.search,
            narrowing,
            space=theme.SPACE_M,
        )
        top.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_M)

        self.list = QListView()
        self.list.setObjectName("results")
        self.list.setAccessibleName(self.tr("Results"))
        self.list.setModel(self.model)
        self.delegate = ResultDelegate(self.model, self.list)
        self.list.setItemDelegate(self.delegate)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumWidth(320)
        self.list.installEventFilter(self)
        self.list.selectionModel().selectionChanged.connect(self._selected)
        self.preview = Preview()
        self.why = WhyPanel(client, self.tasks)
        self.why.closed.connect(self._close_why)
        for panel in (self.preview, self.why):
            panel.connection_asked.connect(lambda ref: self.navigate.emit(Place("connection", ref)))
        self.side = QStackedWidget()
        self.side.addWidget(self.preview)
        self.side.addWidget(self.why)
        self.side.setProperty("ground", "surface")
        self.side.setMinimumWidth(300)
        self.empty = EmptyState("library", "", "", self._empty_action)
        self._act: Callable[[], object] = self.ask_why
        self.results = Body(self.list, self.empty)
        self.results.retried.connect(self.refresh)
        self.results.slow.connect(lambda: self._found.setText(self.tr("Searching …")))
        self.offline = OfflineStrip(
            self.tr(
                "The engine has stopped and is being started again. What you ask is answered as soon as it is back."
            )
        )
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.results)
        split.addWidget(self.side)
        split.setChildrenCollapsible(False)
        split.setSizes([520, 480])
        self.side.hide()
        laid = column(self.offline, top, line(), split, parent=self, space=0)
        laid.setStretch(3, 1)

    # --- page --------------------------------------------------------------------------------------------------------

    async def activate(self) -> None:
        """Look at the library as it is now; a question that was asked before stays."""
        self._seen = True
        if not self.isAncestorOf(QApplication.focusWidget() or self):
            self.search.setFocus()
        await self._begin()

    def deactivate(self) -> None:
        """Nothing is asked while nobody looks."""
        self._seen = False
        self.tasks.cancel("live")

    def follow(self, feed: Events) -> None:
        """What was stored shows up by itself."""
        feed.batch.connect(lambda: self._live.ask() if self._seen else None)
        self.offline.follow(feed)

    def show_place(self, place: Place) -> None:
        """`ref` narrows to a connection; `filter` is the question, or what the tab "why" asks about, or the document
        that the tab "document" opens."""
        if place.tab == "document":
            self.search.clear()
            self.search.flush()
            self.tasks.cancel("search")
            self._opened = place.filter
            return
        self._opened = ""
        if place.ref:
            self.connection.choose([place.ref])
        if place.tab == "why":
            self.ask_why(place.ref, place.filter)
        elif place.filter:
            self.search.setText(place.filter)

    def where(self, place: Place) -> Place:
        """With what was asked, or the document that was opened."""
        return place if self._opened else Place("library", filter=self._text())

    def focus_search(self) -> None:
        """Ctrl-F."""
        self.search.setFocus()
        self.search.selectAll()

    def refresh(self) -> None:
        """F5."""
        if self._seen:
            self.tasks.cancel("more")
            self.tasks.restart(self._begin(), "search")

    # --- asking ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Search anew; an older search that still runs is dropped."""
        self._opened = ""
        if self._seen:
            self.tasks.cancel("more")
            self.tasks.restart(self._search(), "search")

    async def _begin(self) -> None:
        """The library's numbers and names, then what is asked of it."""
        self.results.wait(self.tr("Reading the library …"))
        try:
            await self._load_library()
        except HeadwaterError as error:
            self._fail(error)
            return
        await self._search(keep=True)

    def _fail(self, error: HeadwaterError) -> None:
        self._found.setText("")
        self.side.setVisible(self.side.currentWidget() is self.why)
        self.results.show_error(error.info())

    async def _search(self, *, keep: bool = False) -> None:
        self.results.wait(self.tr("Searching …"))
        try:
            results, total, note = await self._page(0)
        except HeadwaterError as error:
            self._fail(error)
            return
        chosen = self.preview.document
        self.delegate.snippets = bool(self._text())
        self.model.reset(results, total)
        self.list.doItemsLayout()
        self._found.setText(note)
        if results:
            same = [at for at, each in enumerate(results) if keep and chosen and each.document_id == chosen.id]
            self.list.setCurrentIndex(self.model.index(same[0] if same else 0, 0))
            self.results.show_content()
            self.side.show()
        else:
            self._show_empty()

    def _load_more(self) -> None:
        if not self.tasks.running("more") and not self.tasks.running("search"):
            self.tasks.start(self._more(), "more")

    async def _more(self) -> None:
        results, total, _ = await self._page(self.model.rowCount())
        self.model.extend(results, total)

    async def _page(self, offset: int) -> tuple[list[Result], int, str]:
        """A page of results, how many there are, and what to say about them."""
        from app.api import DocumentFilter, SearchQuery

        if self._opened:
            opened = await self.client.document(self._opened)
            return [Result.of_document(opened)], 1, self.tr("Opened by its link")
        text = self._text()
        narrowed = self.filters.asked()
        if not text:
            listed = await self.client.documents(
                DocumentFilter(**narrowed, sort="updated", descending=True, limit=PAGE, offset=offset)
            )
            note = self.tr("Latest first") if listed.documents else ""
            if listed.documents and self.filters.narrowed():
                count = plural(listed.total, "{0} document", "{0} documents")
                note = self.tr("{0}, latest first").format(count)
            return [Result.of_document(each) for each in listed.documents], listed.total, note
        found = await self.client.search(SearchQuery(text=text, **narrowed, limit=PAGE, offset=offset))
        count = plural(found.total, "{0} document", "{0} documents")
        note = core(found.note) or self.tr("{0} in {1} ms").format(count, f"{found.ms:.0f}" if found.ms >= 1 else "<1")
        return [Result.of_hit(hit) for hit in found.hits], found.total, note

    async def _look_again(self) -> None:
        """After events: the numbers, and the list unless somebody has scrolled down in it or has been answered."""
        before = self._documents
        await self._load_library()
        at_top = self.list.verticalScrollBar().value() == 0
        idle = not self.tasks.running("search") and not self.tasks.running("more")
        if idle and at_top and self._documents != before and (not self._text() or not self.model.rowCount()):
            await self._search(keep=True)

    async def _load_library(self) -> None:
        self._show_stats(await self.client.library_stats())
        self._connections = await self.client.connections()
        self.model.icons = {connection.id: connection.icon for connection in self._connections}
        self.connection.offer(Choice(each.id, each.name, each.icon) for each in self._connections)
        self.why.offer(self._connections)

    def _text(self) -> str:
        return self.search.text().strip()

    # --- what is shown -----------------------------------------------------------------------------------------------

    def _show_stats(self, stats: LibraryStats) -> None:
        self._documents = stats.documents
        count = plural(stats.documents, "{0} document", "{0} documents")
        self._stats.setText(listed((count, format_bytes(stats.bytes))) if stats.documents else "")

    def _show_empty(self) -> None:
        self.results.show_empty()
        self.side.setVisible(self.side.currentWidget() is self.why)
        if self.filters.narrowed():
            self._act = self.filters.clear
            self.empty.say(
                self.tr("No document matches"), self.tr("The filters leave none over."), self.tr("Clear filters")
            )
        elif self._text():
            self._act = lambda: self.ask_why("", self._text())
            self.empty.say(
                self.tr("No document matches"),
                self.tr("Try fewer words, or the beginning of one: seal*"),
                self.tr("Why is it missing?"),
            )
        elif self._connections:
            self._act = lambda: self.navigate.emit(Place("sources"))
            self.empty.say(
                self.tr("Nothing is synced yet"),
                self.tr("Documents can be searched as soon as a source has synced."),
                self.tr("Go to sources"),
            )
        else:
            self._act = lambda: self.navigate.emit(Place("add_source"))
            self.empty.say(
                self.tr("Nothing is synced yet"),
                self.tr("Connect a source, and its documents can be searched here."),
                self.tr("Add a source"),
            )

    def _empty_action(self) -> None:
        self._act()

    def _selected(self, *_: QItemSelection) -> None:
        rows = self.list.selectionModel().selectedRows()
        result = self.model.result(rows[0].row()) if rows else None
        if result is None:
            return
        shown = self.preview.document
        if shown is None or shown.id != result.document_id or self._text():
            self.tasks.restart(self._preview(result), "preview")
        self.side.show()

    async def _preview(self, result: Result) -> None:
        try:
            document = await self.client.document(result.document_id)
            self.preview.show_document(document, self.model.icons.get(document.connection_id, "file"))
            text = await self.client.document_text(result.document_id)
        except HeadwaterError as error:  # gone since it was listed
            self.preview.show_failure(result.title, told(error.info()).sentence())
            return
        self.preview.show_text(text, words_of(self._text()))

    def ask_why(self, connection_id: str = "", source_id: str = "") -> None:
        """Open the panel that asks why a document is missing."""
        chosen = self.connection.chosen()
        self.why.begin(connection_id or (chosen[0] if chosen else ""), source_id)
        self.side.setCurrentWidget(self.why)
        self.side.show()

    def _close_why(self) -> None:
        self.side.setCurrentWidget(self.preview)
        self.side.setVisible(self.model.rowCount() > 0)
        self.search.setFocus()

    # --- keys --------------------------------------------------------------------------------------------------------

    def _enter_results(self) -> None:
        """From the field into the list."""
        if self.model.rowCount():
            if not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self.model.index(0, 0))
            self.list.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the list: Enter goes into the text, Up above the first row and Esc go back to the field."""
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.side.currentWidget() is self.preview:
                self.preview.text.setFocus()
                return True
            if key == Qt.Key.Key_Escape or (key == Qt.Key.Key_Up and self.list.currentIndex().row() == 0):
                self.search.setFocus()
                return True
        return super().eventFilter(watched, event)
