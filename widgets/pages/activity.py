"""Activity: the log as it is written, by level, connection and words, as long as it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QItemSelection, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QSplitter, QWidget

from connectors.sdk import HeadwaterError
from widgets import theme
from widgets.pages.activity_detail import LineDetail
from widgets.pages.activity_export import LogExport
from widgets.pages.activity_model import CHUNK, NEWEST, Chunk, LogModel, in_order, last_line, line_text
from widgets.pages.activity_row import row_height
from widgets.pages.activity_table import LogTable
from widgets.pages.filter_chip import Choice, FilterChip
from widgets.pages.page import Page, Place
from widgets.parts import Chip, EmptyState, SearchField, column, label, line, plural, row, tool_button
from widgets.parts.body import Body, OfflineStrip
from widgets.parts.flow import beside, flow

if TYPE_CHECKING:
    from app.api import EngineApi, LogFilter
    from widgets.events import Events

__all__ = ["ActivityPage"]

Level = Literal["debug", "info", "warning", "error"]

POLL_MS = 100
"""The shortest time between two looks at the log while events come."""
IDLE_MS = 2000
"""How often to look while none come: some lines have no event."""
NEAR_TOP = 200
"""How many rows from the first one older lines are fetched."""
MOST_COPIED = 20_000


class ActivityPage(Page):
    """The table, its filters, what a line says in full, and following the end."""

    name = "activity"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.model = LogModel(self)
        self.model.wanted.connect(self._fetch)
        self.following = True
        self._level: Level = "info"
        self._unread = 0
        self._at_start = False
        self._seen = False
        self._stale = True
        self._looked_to = 0
        """Nothing was loaded yet, or with other filters."""

        self.table = LogTable(self.model)
        self.table.copy_asked.connect(self.copy)
        self.table.escaped.connect(self._close_detail)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.search = SearchField(self.tr("Search the log"), delay_ms=40)
        self.search.setFixedWidth(theme.scaled(240))
        self.search.searched.connect(lambda _text: self.reload())
        self.search.moved.connect(lambda _step: self.table.setFocus())
        self._levels = QButtonGroup(self)
        chips: list[QWidget] = []
        for value, text, icon in (
            ("debug", self.tr("Everything"), ""),
            ("info", self.tr("Info"), "info"),
            ("warning", self.tr("Warnings"), "warning"),
            ("error", self.tr("Errors"), "error"),
        ):
            chip = Chip(text, value=value, icon=icon)
            chip.setToolTip(self.tr("Lines of this level and worse"))
            chip.setChecked(value == self._level)
            chip.setAutoExclusive(True)
            self._levels.addButton(chip)
            chips.append(chip)
        self._levels.buttonClicked.connect(lambda chip: self._choose_level(cast(Level, chip.value)))
        self.connection = FilterChip("connection", self.tr("All connections"))
        self.connection.changed.connect(self.reload)
        self.follow_chip = Chip(self.tr("Follow"), value="follow", icon="arrow-down")
        self.follow_chip.setToolTip(self.tr("Stay at the newest line"))
        self.follow_chip.setChecked(True)
        self.follow_chip.clicked.connect(lambda checked: self._follow(bool(checked)))
        self._busy = label("", "detail", "muted")
        self.exporter = LogExport(client, self.tasks, self._filter, self.model.name)
        self.exporter.told.connect(self._busy.setText)
        self.exporter.notice.connect(self.notice)
        self._copy_button = tool_button("copy", self.tr("Copy the selected lines"), self.copy, name="copy_lines")
        hands = (self._busy, self.follow_chip, self._copy_button, self.exporter.button)
        narrowing = beside(flow(*chips, self.connection), *hands)
        top = column(
            row(label(self.tr("Activity"), "title"), None, self.search, space=theme.SPACE_M),
            narrowing,
            space=theme.SPACE_M,
        )
        top.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_M)

        self.detail = LineDetail()
        self.detail.hide()
        self.detail.closed.connect(self._close_detail)
        self.detail.copied.connect(self.copy)
        self.detail.connection_asked.connect(lambda ref: self.navigate.emit(Place("connection", ref)))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 1)
        split.setCollapsible(0, False)
        self.pill = Chip("", value="new_lines", icon="arrow-down", parent=self.table)
        self.pill.setCheckable(False)
        self.pill.setProperty("kind", "primary")
        theme.set_icon(self.pill, "arrow-down", "on_accent")
        self.pill.clicked.connect(lambda: self._follow(True))
        self.pill.hide()
        self.table.resized.connect(self._place_pill)

        self.empty = EmptyState("activity", "", "", self._empty_action)
        self.body = Body(split, self.empty)
        self.body.retried.connect(self.reload)
        self.body.slow.connect(lambda: self._busy.setText(self.tr("Searching …")))
        self.offline = OfflineStrip(
            self.tr("The engine has stopped and is being started again. What it writes then appears here.")
        )
        laid = column(self.offline, top, line(), self.body, parent=self, space=0)
        laid.setStretch(3, 1)
        self._split = split

        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(POLL_MS)
        self._soon.timeout.connect(self._look)
        self._idle = QTimer(self)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._look)

    # --- page --------------------------------------------------------------------------------------------------------

    async def activate(self) -> None:
        """Show what came since it was last seen, and go on looking."""
        self._seen = True
        self._idle.start()
        if self._stale:
            self.body.wait(self.tr("Reading the log …"))
        try:
            await self._load_names()
        except HeadwaterError as error:
            if self._stale:
                self.body.show_error(error.info())
            return
        await (self._load() if self._stale else self._poll())

    def deactivate(self) -> None:
        """Nothing is asked while nobody looks."""
        self._seen = False
        self._idle.stop()
        self._soon.stop()

    def follow(self, feed: Events) -> None:
        """Events say that there may be lines."""
        feed.batch.connect(self._look_soon)
        self.offline.follow(feed)
        feed.fact.connect(lambda fact: self._renamed() if fact.kind.startswith("connection_") else None)

    def show_place(self, place: Place) -> None:
        """`ref` narrows to a connection, `filter` to a level."""
        if place.filter in ("debug", "info", "warning", "error"):
            self._choose_level(cast(Level, place.filter))
        if place.ref:
            self.connection.choose([place.ref])

    def focus_search(self) -> None:
        """Ctrl-F."""
        self.search.setFocus()
        self.search.selectAll()

    def refresh(self) -> None:
        """F5."""
        if self._seen:
            self._renamed()
        self.reload()

    # --- reading the log ---------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Begin again at the newest line, as the filters say."""
        self._stale = True
        if not self._seen:
            return
        self.tasks.cancel("poll")
        self.tasks.cancel("older")
        self.tasks.restart(self._load(), "load")

    async def _load(self) -> None:
        self.body.wait(self.tr("Reading the log …"))
        try:
            newest = await last_line(self.client) if self._narrowed() else 0
            lines = await self.client.log(self._filter(before=NEWEST))
        except HeadwaterError as error:
            self._busy.clear()
            self.body.show_error(error.info())
            return
        self._busy.clear()
        self._at_start = len(lines) < CHUNK
        self._stale = False
        self._looked_to = newest
        self.model.reset(in_order(lines))
        self._follow(True)
        self._show_state()

    def _look_soon(self) -> None:
        if self._seen and not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        if not self.tasks.running("poll") and not self.tasks.running("load"):
            self.tasks.start(self._poll(), "poll")

    async def _poll(self) -> None:
        """Append what came after the last line. Without an engine there is none: the next look finds it."""
        while True:
            try:
                newest = await last_line(self.client) if self._narrowed() else 0
                lines = await self.client.log(self._filter(after=max(self.model.last or 0, self._looked_to)))
            except HeadwaterError:
                return
            before = self.model.rowCount()
            self.model.append(in_order(lines))
            self._arrived(self.model.rowCount() - before)
            if len(lines) < CHUNK:
                self._looked_to = newest
                return

    def _arrived(self, rows: int) -> None:
        if not rows:
            return
        if self.following:
            self.table.scrollToBottom()
        else:
            self._unread += rows
            self._show_pill()
        self._show_state()

    async def _load_older(self) -> None:
        lines = await self.client.log(self._filter(before=self.model.first))
        self._at_start = len(lines) < CHUNK
        bar = self.table.verticalScrollBar()
        place = bar.value()
        rows = self.model.prepend(in_order(lines))
        self.table.updateGeometries()  # else the bar does not reach as far yet, and its end is taken for the log's
        bar.setValue(place + rows * row_height())

    def _fetch(self, chunk: Chunk) -> None:
        self.tasks.start(self._refill(chunk), "fetch")

    async def _refill(self, chunk: Chunk) -> None:
        try:
            lines = await self.client.log(self._filter(after=chunk.first - 1, limit=chunk.count))
        except BaseException:
            self.model.give_up(chunk)
            raise
        self.model.fill(chunk, in_order(lines))

    def _filter(self, *, after: int | None = None, before: int | None = None, limit: int = CHUNK) -> LogFilter:
        from app.api import LogFilter

        return LogFilter(
            after=after,
            before=before,
            level=self._level,
            text=self.search.text().strip(),
            connection=self.connection.value(),
            limit=limit,
        )

    def _renamed(self) -> None:
        if self._seen:
            self.tasks.restart(self._load_names(), "names")

    async def _load_names(self) -> None:
        here = await self.client.connections()
        gone = await self.client.connections(removed=True)
        self.model.show_names({connection.id: connection.name for connection in [*gone, *here]})
        self.connection.offer(Choice(connection.id, connection.name, connection.icon) for connection in here)

    # --- what is shown -----------------------------------------------------------------------------------------------

    def _choose_level(self, level: Level) -> None:
        for chip in self._levels.buttons():
            chip.setChecked(cast(Chip, chip).value == level)
        if level != self._level:
            self._level = level
            self.reload()

    def _narrowed(self) -> bool:
        return bool(self.search.text().strip() or self.connection.value() or self._level in ("warning", "error"))

    def _show_state(self) -> None:
        rows = self.model.rowCount()
        if not rows and self._narrowed():
            self.empty.say(self.tr("No line matches"), self.tr("Try fewer words."), self.tr("Show all"))
        elif not rows:
            self.empty.say(
                self.tr("Nothing has happened yet"),
                self.tr("What the engine does is written here as it happens."),
                self.tr("Add a source"),
            )
        if rows:
            self.body.show_content()
        else:
            self.body.show_empty()

    def _empty_action(self) -> None:
        if not self._narrowed():
            self.navigate.emit(Place("add_source"))
            return
        self.search.setText("")
        self.search.flush()
        self.connection.choose([])
        self._choose_level("info")
        self.reload()

    def _scrolled(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        at_end = value >= bar.maximum()
        if at_end != self.following:
            self.following = at_end
            self.follow_chip.setChecked(at_end)
            if at_end:
                self._unread = 0
            self._show_pill()
        if value < NEAR_TOP * row_height() and not at_end and not self._at_start and not self.tasks.running("older"):
            self.tasks.start(self._load_older(), "older")

    def _follow(self, on: bool) -> None:
        self.following = on
        self.follow_chip.setChecked(on)
        if on:
            self._unread = 0
            self.table.scrollToBottom()
        self._show_pill()

    def _show_pill(self) -> None:
        self.pill.setVisible(bool(self._unread) and not self.following)
        self.pill.setText(plural(self._unread, "{0} new line", "{0} new lines"))
        self.pill.setAccessibleName(self.pill.text())
        self._place_pill()

    def _place_pill(self) -> None:
        self.pill.adjustSize()
        bottom = self.table.viewport().geometry().bottom()
        self.pill.move((self.table.width() - self.pill.width()) // 2, bottom - self.pill.height() - theme.SPACE_M)
        self.pill.raise_()

    def _selected(self, *_: QItemSelection) -> None:
        rows = self.table.chosen_rows(2)
        if rows:
            self._follow(False)  # what somebody reads stays in its place
        found = self.model.line(rows[0]) if len(rows) == 1 else None
        if found is None:
            return
        self.detail.show_line(found, self.model.name(found))
        if self.detail.isHidden():
            self.detail.show()
            self._split.setSizes([self.height(), 190])
            self.table.scrollTo(self.model.index(rows[0], 0))

    def _close_detail(self) -> None:
        if self.detail.isHidden():
            return
        self.detail.hide()
        self.table.clearSelection()
        self.table.setFocus()

    # --- copy, export------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """The selected lines as text, or, if none is selected, those that are on the screen."""
        rows = self.table.chosen_rows(MOST_COPIED) or list(self.table.rows_in_sight())
        self.tasks.restart(self._copy(rows), "copy")

    async def _copy(self, rows: list[int]) -> None:
        texts = []
        for at in rows:
            chunk = self.model.chunk_of(at)
            if chunk is not None and chunk.lines is None:  # was let go
                await self._refill(chunk)
            if (found := self.model.line(at)) is not None:
                texts.append(line_text(found, self.model.name(found)))
        QGuiApplication.clipboard().setText("\n".join(texts))
