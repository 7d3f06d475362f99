"""Add a source: the catalogue at the left; at the right the chosen type's form, its test, and then its first sync.

Whatever is typed is kept: for another type in between, for another page, and for another start of the window.
"""

from __future__ import annotations

import asyncio
import importlib
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from connectors.sdk import HeadwaterError
from widgets import theme
from widgets.language import core
from widgets.pages.catalogue import Catalogue
from widgets.pages.draft import DraftView
from widgets.pages.drafts import DraftStore
from widgets.pages.drafts_list import DraftsList
from widgets.pages.first_run import FirstRun
from widgets.pages.page import Page, Place
from widgets.parts import Banner, EmptyState, column, label, line, row
from widgets.parts.back import back_row
from widgets.parts.body import Body, OfflineStrip
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import ConnectionView, ConnectorView, EngineApi, RunView
    from widgets.events import Events
    from widgets.pages.drafts import Draft

__all__ = ["AddSourcePage"]

UNDO_SECONDS = 10.0
SAVE_SECONDS = 0.4
"""The longest time for which what was typed is in memory only."""


class AddSourcePage(Page):
    """The catalogue and the drafts. A draft's form lives as long as the page, what was typed into it as the profile."""

    name = "add_source"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.store: DraftStore | None = None
        self._told = ""
        self.drafts: dict[str, DraftView] = {}
        self._wanted = ""
        self._unusable: ConnectorView | None = None
        self._seen = False
        self._focus: QWidget | None = None
        self._keeper = Refresher(self.tasks, "keep", self._keep, SAVE_SECONDS)
        self.catalogue = Catalogue()
        self.catalogue.chosen.connect(lambda connector: self.open_type(connector))
        self.unfinished = DraftsList()
        self.unfinished.opened.connect(self._open_named)
        self.unfinished.discarded.connect(self.discard)
        self.catalogue.lay_above(self.unfinished)
        back = back_row(self.tr("Sources"), lambda: self.navigate.emit(Place("sources")))
        title = row(label(self.tr("Add a source"), "title"), None)
        title.setContentsMargins(theme.SPACE_XL, 0, theme.SPACE_XL, 0)
        top = column(back, title, space=2)
        top.setContentsMargins(0, theme.SPACE_M, 0, theme.SPACE_M)
        self._choose = EmptyState(
            "sources",
            self.tr("Choose a source"),
            detail=self.tr("Its settings appear here. What you type is kept until you save or discard it."),
        )
        self._problem = EmptyState("warning", "", self.tr("Copy"), self._copy_problem)
        self.opening = Body(QWidget(), EmptyState("sources", ""))
        self.opening.retried.connect(lambda: self._open_named(self._wanted))
        self.first_run = FirstRun(self)
        self.first_run.ended.connect(self._ended)
        self.first_run.opened.connect(self._to_connection)
        self.first_run.another.connect(self._choose_another)
        self.stack = QStackedWidget()
        for shown in (self._choose, self._problem, self.opening, self.first_run):
            self.stack.addWidget(shown)
        middle = row(self.catalogue, line(vertical=True), self.stack, space=0)
        middle.setStretch(0, 1)
        middle.setStretch(2, 2)
        content = QWidget()
        content.setLayout(middle)
        self.body = Body(content, EmptyState("sources", ""))
        self.body.retried.connect(self.refresh)
        self.offline = OfflineStrip(
            self.tr("The engine has stopped and is being started again. What you typed stays as it is.")
        )
        laid = column(self.offline, top, line(), self.body, parent=self, space=0)
        laid.setStretch(3, 1)

    @property
    def draft(self) -> DraftView | None:
        """The draft that is seen."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, DraftView) else None

    # --- page ---

    async def activate(self) -> None:
        """Read the catalogue; go on where the person was, else begin in its search."""
        self._seen = True
        if await self._load():
            self._go_on()

    def deactivate(self) -> None:
        """What was typed is put away, with the place it was typed at."""
        focus = self.focusWidget()
        self._focus = focus if focus is not None and self.isAncestorOf(focus) else None
        self._seen = False
        self._gather()
        if not self.tasks.closed:
            self._keeper.ask()

    def follow(self, feed: Events) -> None:
        """The first sync is followed; an engine that is gone is told of, and found again."""
        self.first_run.follow(feed)
        self.offline.follow(feed)

    def show_place(self, place: Place) -> None:
        """`ref` is a source type to open at once."""
        self._wanted = place.ref

    def where(self, place: Place) -> Place:
        """With the type that is open."""
        return Place(place.page, self.draft.connector.type if self.draft is not None else "")

    def focus_search(self) -> None:
        """Ctrl-F."""
        self.catalogue.search.setFocus()
        self.catalogue.search.selectAll()

    def refresh(self) -> None:
        """F5."""
        if self._seen:
            self.tasks.restart(self._load(), "load")

    async def close_tasks(self) -> None:
        """The window closes, or the page is built anew for another language."""
        if self.store is not None:
            await self.store.save()  # as it was when the page was left
        for draft in self.drafts.values():
            await draft.shutdown()
        await super().close_tasks()

    # --- the catalogue ---

    async def _load(self) -> bool:
        """The types there are, those in use first. False if they could not be read, which is shown."""
        self.body.wait(self.tr("Reading the catalogue …"))
        try:
            self.store = await DraftStore.of(self.client)
            self._tell_trouble(self.store)
            connectors, connections = await asyncio.gather(self.client.connectors(), self.client.connections())
        except HeadwaterError as error:
            self.body.show_error(error.info())
            return False
        newest = sorted(connections, key=lambda view: view.created_at, reverse=True)
        self.catalogue.show_connectors(connectors, list(dict.fromkeys(view.type for view in newest)))
        self._show_drafts()
        self.body.show_content()
        self.tasks.start(asyncio.to_thread(importlib.import_module, "app.forms"), "warm up")
        return True

    def _go_on(self) -> None:
        """Where the person was: at the type that was asked for, in the draft that was open, or at the search."""
        assert self.store is not None
        if self.stack.currentWidget() is self.first_run and not self.first_run.running:
            self.stack.setCurrentWidget(self._choose)
        wanted = self._wanted or (self.store.current if self.draft is None and not self.first_run.running else "")
        if wanted and self.catalogue.model.connector(wanted) is not None:
            self._open_named(wanted)
        elif self._focus is not None and self._focus.isVisible():
            self._focus.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.draft is None:
            self.catalogue.search.setFocus()
        self._wanted = ""

    def _show_drafts(self) -> None:
        open_type = self.draft.connector.type if self.draft is not None else ""
        drafts = self.store.by_age() if self.store is not None else []
        self.unfinished.show_drafts(draft for draft in drafts if draft.type != open_type)

    # --- drafts ---

    def open_type(self, connector: ConnectorView) -> None:
        """Show the type's form, with what was typed into it before."""
        if connector.problem:
            self._unusable = connector
            self._problem.say(
                self.tr("{0} can't be used").format(core(connector.title)),
                core(connector.problem),
                self.tr("Copy the reason"),
            )
            self._show(self._problem)
        elif connector.type in self.drafts:
            self._show(self.drafts[connector.type])
        else:
            self._wanted = connector.type
            self.opening.clear()
            self.stack.setCurrentWidget(self.opening)
            self.opening.wait(self.tr("Reading the settings of {0} …").format(core(connector.title)))
            self.tasks.restart(self._open(connector), "open")

    def _copy_problem(self) -> None:
        """For whoever made the plugin."""
        if self._unusable is not None:
            QGuiApplication.clipboard().setText(f"{self._unusable.type}: {self._unusable.problem}")
            self._problem.action.setText(self.tr("Copied"))

    def _open_named(self, type: str) -> None:
        connector = self.catalogue.model.connector(type)
        if connector is not None:
            self.catalogue.select(type)
            self.open_type(connector)

    def _show(self, shown: QWidget) -> None:
        self.stack.setCurrentWidget(shown)
        self._gather()
        self._show_drafts()

    async def _open(self, connector: ConnectorView) -> None:
        try:
            schema = await self.client.connector_schema(connector.type)
            taken = {view.name for view in await self.client.connections()}
        except HeadwaterError as error:
            self.opening.show_error(error.info())
            return
        kept = self.store.drafts.get(connector.type) if self.store is not None else None
        draft = DraftView(self, connector, schema, _free_name(core(connector.title), taken), kept)
        draft.saved.connect(self._saved)
        draft.changed.connect(self._keeper.ask)
        draft.discarded.connect(partial(self.discard, connector.type))
        self.drafts[connector.type] = draft
        self.stack.addWidget(draft)
        self._wanted = ""
        self._show(draft)
        draft.begin()

    def _gather(self) -> None:
        """What the forms hold now goes to the store; forms that nobody typed into are none."""
        if self.store is None:
            return
        for type, draft in self.drafts.items():
            if draft.is_dirty():
                self.store.put(draft.keep())
            else:
                self.store.remove(type)
        self.store.current = self.draft.connector.type if self.draft is not None else ""

    async def _keep(self) -> None:
        if self._seen:
            self._gather()
        if self.store is not None:
            await self.store.save()
            self._tell_trouble(self.store)

    def _tell_trouble(self, store: DraftStore) -> None:
        """Once for each: what was typed is not on the disk, or could not be read from it."""
        if store.trouble and store.trouble != self._told:
            self.notice.emit(Banner(store.trouble, ground="warning", icon="warning"))
        self._told = store.trouble

    def discard(self, type: str) -> None:
        """Away with it at once; for a moment it can be had back, its secrets too."""
        self._gather()
        draft = self.store.remove(type) if self.store is not None else None
        self._forget(type)
        if self.stack.currentWidget() is self._choose:
            self.catalogue.search.setFocus()
        if draft is None:
            return
        text = self.tr("What was typed for {0} is discarded.").format(draft.name or draft.title)
        banner = Banner(text, action_text=self.tr("Undo"), icon="trash", seconds=UNDO_SECONDS)
        banner.acted.connect(partial(self._restore, draft))
        self.notice.emit(banner)

    def _restore(self, draft: Draft) -> None:
        if self.store is None:
            return
        self._forget(draft.type)
        self.store.put(draft)
        self._keeper.ask()
        self._open_named(draft.type)

    def _forget(self, type: str) -> None:
        """End the form of a type."""
        view = self.drafts.pop(type, None)
        if view is not None:
            if self.stack.currentWidget() is view:
                self.stack.setCurrentWidget(self._choose)
                self.catalogue.list.clearSelection()
            view.test.clear()
            self.stack.removeWidget(view)
            self.tasks.start(self._end(view), f"end {type}")
        self._show_drafts()
        self._keeper.ask()

    async def _end(self, draft: DraftView) -> None:
        await draft.shutdown()
        draft.deleteLater()

    # --- afterwards ---

    def _saved(self, view: ConnectionView, run: RunView | None) -> None:
        if self.store is not None:
            self.store.remove(view.type)
        self._forget(view.type)
        self.catalogue.search.clear()
        if run is None:
            self._to_connection(view.id)
            return
        self.first_run.show_run(view, run)
        self.stack.setCurrentWidget(self.first_run)

    def _ended(self, connection_id: str) -> None:
        if self._seen and self.stack.currentWidget() is self.first_run:
            self._to_connection(connection_id)
        else:
            self.first_run.forget()

    def _to_connection(self, connection_id: str) -> None:
        self.first_run.forget()
        self.stack.setCurrentWidget(self._choose)
        self._focus = None
        self.navigate.emit(Place("connection", connection_id))

    def _choose_another(self) -> None:
        self.stack.setCurrentWidget(self._choose)
        self.refresh()
        self.focus_search()


def _free_name(title: str, taken: set[str]) -> str:
    number = 1
    while (name := title if number == 1 else f"{title} {number}") in taken:
        number += 1
    return name
