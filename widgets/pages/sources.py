"""Sources: every connection with its live state, what needs a person first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QListView, QStackedWidget, QWidget

from widgets import theme
from widgets.pages.actions import ConnectionActions
from widgets.pages.connection_list import GROUP, ConnectionsModel, Row, next_act
from widgets.pages.connection_row import RowDelegate
from widgets.pages.doors import Doors
from widgets.pages.page import Page, Place
from widgets.pages.selection_bar import SelectionBar
from widgets.parts import Chip, EmptyState, SearchField, button, column, label, look, row
from widgets.parts.body import Body, OfflineStrip
from widgets.parts.clock import Clock
from widgets.parts.flow import flow
from widgets.parts.words import native_keys
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi
    from widgets.events import Events

__all__ = ["SourcesPage"]


class SourcesPage(Page):
    """The list, its filters, and three doors while it is empty."""

    name = "sources"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.actions_ = ConnectionActions(self, self.reload)
        self.model = ConnectionsModel()
        self._refresher = Refresher(self.tasks, "load", self._load)
        self.search = SearchField(self.tr("Search"))
        self.search.setMinimumWidth(theme.scaled(120))
        self.search.setMaximumWidth(theme.scaled(240))
        self.search.searched.connect(lambda text: self._narrow(text=text))
        self.search.entered.connect(self._open_current)
        self.search.moved.connect(self._move)
        self._add = button(
            self.tr("Add source"),
            lambda: self.navigate.emit(Place("add_source")),
            kind="primary",
            icon="plus",
            name="add_source",
            tip=f"{self.tr('Add a source')}  {native_keys('Ctrl+N')}",
        )
        header = row(label(self.tr("Sources"), "title"), None, self.search, self._add, space=theme.SPACE_M)
        header.setStretch(2, 100)  # the search has its whole width before the air beside it has any
        self._chips: dict[str, Chip] = {}
        for state in sorted(set(GROUP.values()), key=lambda state: look(state).order):
            chip = Chip(look(state).word, value=state)
            chip.clicked.connect(lambda on, state=state: self._choose_state(state if on else ""))
            chip.hide()
            self._chips[state] = chip
        self._filters = flow(*self._chips.values())
        self.selection_bar = SelectionBar()
        self.selection_bar.acted.connect(self._do)
        self.selection_bar.cleared.connect(self._choose_one)
        self.selection_bar.hide()
        for bar in (self._filters, self.selection_bar):  # the list does not jump where one takes the other's place
            bar.setMinimumHeight(theme.ROW)

        self.list = QListView()
        self.list.setObjectName("connections")
        self.list.setAccessibleName(self.tr("Connections"))
        self.list.setModel(self.model)
        self.delegate = RowDelegate(self.list)
        self.delegate.acted.connect(self._act)
        self.list.setItemDelegate(self.delegate)
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.clicked.connect(self._clicked)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_selection())
        self.list.installEventFilter(self)
        self.list.viewport().installEventFilter(self)
        self._loaded = False
        self._pressed_with = Qt.KeyboardModifier.NoModifier

        self._nothing = EmptyState(
            "search", self.tr("No source matches"), self.tr("Show all"), self._reset, detail=self.tr("Try fewer words.")
        )
        self._doors = Doors()
        self._doors.demo.connect(lambda: self.navigate.emit(Place("demo")))
        self._doors.add.connect(lambda: self.navigate.emit(Place("add_source")))
        self._doors.import_.connect(self.actions_.ask_import)
        self._stack = QStackedWidget()
        for page in (self.list, self._nothing, self._doors):
            self._stack.addWidget(page)
        self.body = Body(self._stack)
        self.body.retried.connect(lambda: self._refresher.now())
        self.offline = OfflineStrip(
            self.tr("The engine has stopped and is being started again. What was syncing then goes on.")
        )
        top = column(header, self._filters, self.selection_bar, space=theme.SPACE_M)
        top.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_M)
        laid = column(self.offline, top, self.body, parent=self, space=0)
        laid.setStretch(2, 1)
        self._top = (self.search, self._add)
        self.clock = Clock(self)
        self.clock.ticked.connect(self.model.tick)

    # --- page ---

    def show_place(self, place: Place) -> None:
        """`filter` is a state to narrow to; without one the list stays as it was left."""
        if place.filter in self._chips:
            self.search.clear()
            self._choose_state(place.filter)

    def selection(self) -> list[ConnectionView]:
        """The rows that are chosen, in their order; else the row under the cursor."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        chosen = [row.view for number in rows if (row := self.model.at(self.model.index(number))) is not None]
        current = self.model.at(self.list.currentIndex())
        return chosen or ([current.view] if current is not None else [])

    def first_focus(self) -> QWidget | None:
        """The list; the doors see to themselves."""
        return self.list if self._stack.currentWidget() is self.list else None

    def demo_failed(self) -> None:
        """Its door is open again."""
        self._doors.demo_failed()

    async def activate(self) -> None:
        """Look at once."""
        await self._load()

    async def close_tasks(self) -> None:
        """The window closes: what was removed can't be brought back by a click any more."""
        await self.actions_.close()
        await super().close_tasks()

    def follow(self, feed: Events) -> None:
        """Any fact may change a row, but that documents were stored is told by the gauges; these change one."""
        feed.fact.connect(lambda fact: None if fact.kind == "documents_stored" else self.reload())
        feed.gauge.connect(self.model.take)
        self.offline.follow(feed)
        feed.lost.connect(lambda _error: self._show_alive(False))
        feed.found.connect(lambda: self._show_alive(True))
        self._show_alive(not feed.away)

    def _show_alive(self, alive: bool) -> None:
        """Without an engine nothing goes on, and the list does not look as if it did."""
        self.delegate.alive = alive
        self.clock.hold(not alive)
        self.list.viewport().update()

    def reload(self) -> None:
        """Look again, soon."""
        self._refresher.ask()

    def focus_search(self) -> None:
        """Ctrl-F."""
        self.search.setFocus()
        self.search.selectAll()

    def refresh(self) -> None:
        """F5 syncs the row under the cursor."""
        current = self.model.at(self.list.currentIndex())
        if current is not None and current.view.enabled and current.view.active_run is None:
            self.actions_.sync(current.view)

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        if not self._loaded:
            self.body.wait(self.tr("Reading the sources …"))
        try:
            views = await self.client.connections()
        except HeadwaterError as error:
            if not self._loaded:
                self.body.show_error(error.info())
            elif self.offline.isHidden():
                raise
            return
        self.model.show_connections(views)
        self.clock.show_connections(views)
        self._show_counts()
        self._show_selection()
        self._loaded = True
        self._choose()

    # --- filters ---

    def _narrow(self, text: str | None = None, state: str | None = None) -> None:
        self.model.narrow(text, state)
        self._show_counts()
        self._choose()

    def _reset(self) -> None:
        self.search.clear()
        for chip in self._chips.values():
            chip.setChecked(False)
        self._narrow("", "")

    def _show_counts(self) -> None:
        counts = self.model.counts()
        for state, chip in self._chips.items():
            chip.show_count(counts[state])
            chip.setVisible(counts[state] > 0 or chip.isChecked())

    def _choose_state(self, state: str) -> None:
        for value, chip in self._chips.items():
            chip.setChecked(value == state)
        self._narrow(state=state)

    def _choose(self) -> None:
        """The list, or why there is none."""
        empty = self.model.total() == 0
        for widget in self._top:
            widget.setVisible(not empty)
        if empty:
            self._stack.setCurrentWidget(self._doors)
        elif self.model.rowCount() == 0:
            self._stack.setCurrentWidget(self._nothing)
        else:
            self._stack.setCurrentWidget(self.list)
        if self._loaded:
            self.body.show_content()

    # --- acts ---

    def _open(self, index: QModelIndex) -> None:
        found = self.model.at(index)
        if found is not None:
            self.navigate.emit(Place("connection", found.view.id))

    def _clicked(self, index: QModelIndex) -> None:
        """A plain click opens; one with Ctrl or Shift chooses."""
        if self._pressed_with == Qt.KeyboardModifier.NoModifier:
            self._open(index)

    def _open_current(self) -> None:
        current = self.list.currentIndex()
        self._open(current if current.isValid() else self.model.index(0))

    def _move(self, by: int) -> None:
        number = max(0, min(self.model.rowCount() - 1, self.list.currentIndex().row() + by))
        self.list.setCurrentIndex(self.model.index(number))

    def _act(self, index: QModelIndex, act: str) -> None:
        found = self.model.at(index)
        if found is None:
            return
        view = found.view
        if act in ("sync", "pause", "resume", "cancel"):
            self.actions_.do(act, [view])
        elif act == "enable":
            self.actions_.enable(view, True)
        else:
            self.navigate.emit(Place("connection", view.id, "overview", "sign_in" if act == "sign_in" else ""))

    # --- several ---

    def _show_selection(self) -> None:
        chosen = self.selection()
        several = len(chosen) > 1
        if several:
            self.selection_bar.show_selection(chosen)
        self._filters.setVisible(not several)
        self.selection_bar.setVisible(several)

    def _choose_one(self) -> None:
        """Only the row under the cursor."""
        self.list.setFocus()
        self.list.selectionModel().clearSelection()

    def _do(self, act: str) -> None:
        self.actions_.do(act, self.selection())
        self.list.setFocus()

    def _show_menu(self, where: QPoint) -> None:
        index = self.list.indexAt(where)
        found: Row | None = self.model.at(index if index.isValid() else self.list.currentIndex())
        if found is not None:
            chosen = self.selection()
            menu = self.actions_.menu(chosen if found.view in chosen else [found.view], self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(where))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys on the list: Enter opens, Delete removes what is chosen, Space does the row's next act, Esc chooses
        none. Shift and the arrows, Ctrl+Space and Ctrl+A choose as in any list."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self._pressed_with = event.modifiers()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.list:
            index = self.list.currentIndex()
            found = self.model.at(index)
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if found is not None and plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(index)
                return True
            if plain and event.key() == Qt.Key.Key_Delete:
                self._do("remove")
                return True
            if found is not None and plain and event.key() == Qt.Key.Key_Space:
                self._act(index, next_act(found.view))
                return True
            if plain and event.key() == Qt.Key.Key_Escape and len(self.selection()) > 1:
                self._choose_one()
                return True
        return super().eventFilter(watched, event)
