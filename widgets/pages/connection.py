"""One connection: its state and primary action in the header, and four tabs below."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QStackedWidget, QTabBar, QWidget

from widgets import theme
from widgets.language import core
from widgets.pages.actions import ConnectionActions
from widgets.pages.connection_documents import DocumentsTab
from widgets.pages.connection_head import ConnectionHead
from widgets.pages.connection_list import next_act
from widgets.pages.connection_overview import OverviewTab
from widgets.pages.connection_runs import RunsTab
from widgets.pages.connection_settings import SettingsTab
from widgets.pages.leaving import LeavePanel
from widgets.pages.page import Page, Place
from widgets.parts import EmptyState, column, line
from widgets.parts.back import back_row
from widgets.parts.body import Body, OfflineStrip
from widgets.parts.clock import Clock
from widgets.parts.status import status
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi, Fact, Gauge
    from widgets.events import Events

__all__ = ["ConnectionPage"]

TABS = ("overview", "documents", "runs", "settings")
T = TypeVar("T", DocumentsTab, RunsTab, SettingsTab)


class ConnectionPage(Page):
    """Shows whichever connection it is sent to."""

    name = "connection"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.view: ConnectionView | None = None
        self._ref = ""
        self._seen = False
        self._to_sign_in = False
        self.actions_ = ConnectionActions(self, self.reload)
        self.clock = Clock(self)
        self.clock.ticked.connect(self._tick)
        self._refresher = Refresher(self.tasks, "load", self._load)

        back = back_row(self.tr("Sources"), lambda: self.navigate.emit(Place("sources")))
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.head = ConnectionHead(self._act, self._cancel, self._menu)
        self.title, self.act = self.head.title, self.head.act
        self.title.editingFinished.connect(self._rename)
        self.tabs = QTabBar()
        self.tabs.setObjectName("tabs")
        self.tabs.setAccessibleName(self.tr("Views of the connection"))
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        titles = (self.tr("Overview"), self.tr("Documents"), self.tr("Runs"), self.tr("Settings"))
        for title in titles:
            self.tabs.addTab(title)
        self.leave_panel = LeavePanel(self.tr("The settings are not saved."))
        self.leave_panel.left.connect(self._leave)
        head = column(self.head, theme.SPACE_XS, self.tabs, space=theme.SPACE_XS)
        head.setContentsMargins(theme.SPACE_XL, 0, theme.SPACE_XL, 0)
        top = column(back, head, space=theme.SPACE_XS)
        top.setContentsMargins(0, theme.SPACE_M, 0, 0)

        self.stack = QStackedWidget()
        self._gone = EmptyState("plug", "", self.tr("Go to sources"), lambda: self.navigate.emit(Place("sources")))
        self.body = Body(self.stack, self._gone)
        self.body.retried.connect(lambda: self._refresher.now())
        self._alive = True
        self.offline = OfflineStrip(
            self.tr("The engine has stopped and is being started again. What was syncing then goes on.")
        )
        laid = column(self.leave_panel, self.offline, top, line(), self.body, parent=self, space=0)
        laid.setStretch(4, 1)
        self.overview = OverviewTab(self)
        for tab in (self.overview, *(QWidget() for _tab in TABS[1:])):
            self.stack.addWidget(tab)  # in its place already: each move of what is built costs a look at its style
        self.tabs.currentChanged.connect(self._show_tab)
        self.overview.changes_wanted.connect(self._show_documents)
        self.overview.run_wanted.connect(self._show_run)
        self.overview.settings_wanted.connect(lambda: self.show_tab("settings"))
        self.overview.changed.connect(self.reload)

    # --- tabs, but for the first built when they are first looked at ---

    @cached_property
    def documents(self) -> DocumentsTab:
        """The second tab."""
        return self._put("documents", DocumentsTab(self))

    @cached_property
    def runs(self) -> RunsTab:
        """The third."""
        return self._put("runs", RunsTab(self))

    @cached_property
    def settings(self) -> SettingsTab:
        """The last."""
        made = SettingsTab(self)
        made.saved.connect(lambda _view: self.reload())
        made.acted.connect(self._manage)
        return self._put("settings", made)

    def _put(self, name: str, tab: T) -> T:
        number = TABS.index(name)
        if (place := self.stack.widget(number)) is not None:
            self.stack.removeWidget(place)
            place.deleteLater()
        self.stack.insertWidget(number, tab)
        if self.view is not None:
            tab.show_connection(self.view)
        return tab

    def _has(self, name: str) -> bool:
        """Whether a tab was looked at."""
        return name in vars(self)

    # --- page ---

    def show_place(self, place: Place) -> None:
        """Another connection, tab, run or kind of change."""
        if place.ref and place.ref != self._ref:
            self._ref = place.ref
            self.view = None
            self.head.forget()
            self.body.clear()
            if self._has("documents"):
                self.documents.forget()
            if self._has("runs"):
                self.runs.forget()
            self.tabs.show()
            self.tabs.setCurrentIndex(0)
        if place.tab in TABS:
            self.show_tab(place.tab)
        self._to_sign_in = place.tab == "overview" and place.filter == "sign_in"
        if place.tab == "documents" and place.filter:
            self.documents.choose_change(place.filter)
        if place.tab == "runs" and place.filter:
            self.runs.choose(place.filter)

    def where(self, place: Place) -> Place:
        """With the tab that is seen; a change or run that was asked for on the way is not asked for again."""
        tab = TABS[self.tabs.currentIndex()]
        return Place("connection", self._ref, tab, place.filter if place.tab == tab and tab != "overview" else "")

    def selection(self) -> list[ConnectionView]:
        """The one that is shown."""
        return [self.view] if self.view is not None else []

    async def activate(self) -> None:
        """Read it."""
        self._seen = True
        await self._load()

    def deactivate(self) -> None:
        """Facts need not be followed while nobody looks."""
        self._seen = False

    def follow(self, feed: Events) -> None:
        """Only what concerns the connection that is shown."""
        feed.fact.connect(self._fact)
        feed.gauge.connect(self._gauge)
        self.offline.follow(feed)
        feed.lost.connect(lambda _error: self._show_alive(False))
        feed.found.connect(lambda: self._show_alive(True))
        self._show_alive(not feed.away)

    def reload(self) -> None:
        """Read it again, soon."""
        self._refresher.ask()

    def refresh(self) -> None:
        """F5 syncs."""
        if self.view is not None and self.view.enabled and self.view.active_run is None:
            self.actions_.sync(self.view)

    def focus_search(self) -> None:
        """Ctrl-F searches its settings where they are seen, its documents elsewhere."""
        if TABS[self.tabs.currentIndex()] == "settings" and self.settings.form is not None:
            self.settings.form.open_search()
            return
        self.show_tab("documents")
        self.documents.search.setFocus()

    def unsaved(self) -> bool:
        """Changed settings, or a sign-in that is not saved."""
        return self._edited() or self.overview.sign_in.is_dirty()

    def _edited(self) -> bool:
        return self._has("settings") and self.settings.is_dirty()

    def ask_to_leave(self, place: Place) -> None:
        """Ask in the page, where the changes are."""
        self.show_tab("settings" if self._edited() else "overview")
        self.leave_panel.ask(place)

    async def close_tasks(self) -> None:
        """The window closes."""
        if self._has("settings"):
            await self.settings.shutdown()
        await self.overview.sign_in.shutdown()
        await self.actions_.close()
        await super().close_tasks()

    def _leave(self, place: Place) -> None:
        if self._has("settings"):
            self.settings.discard()
        self.overview.sign_in.close_form()
        self.navigate.emit(place)

    # --- showing ---

    def _fact(self, fact: Fact) -> None:
        if self._seen and self.view is not None and fact.connection_id == self.view.id:
            self.reload()

    def _gauge(self, gauge: Gauge) -> None:
        if self._seen and self.view is not None and gauge.connection_id == self.view.id:
            self.overview.take(gauge)
            self._say(self.view)

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError, NotFound

        if not self._ref:
            return
        if self.view is None:
            self.body.wait(self.tr("Reading the source …"))
        try:
            view = await self.client.connection(self._ref)
        except NotFound as error:
            self._miss()
            self._gone.say(core(error.what), core(error.remedy), self.tr("Go to sources"))
            self.body.show_empty()
            return
        except HeadwaterError as error:
            if self.view is None:
                self._miss()
                self.body.show_error(error.info())
            elif self._alive:
                raise
            return
        if view.removed_at is not None:
            self.navigate.emit(Place("sources"))
            return
        self._show(view)

    def _show(self, view: ConnectionView) -> None:
        self.view = view
        self._ref = view.id
        self.head.show_connection(view)
        self.tabs.show()
        self.body.show_content()
        self.overview.show_connection(view)
        for name in filter(self._has, TABS[1:]):
            getattr(self, name).show_connection(view)
        self._say(view)
        self.clock.show_connections([view])
        self._show_tab(self.tabs.currentIndex())
        if self._to_sign_in:
            self._to_sign_in = False
            self._sign_in(view)

    def _miss(self) -> None:
        """There is nothing to show."""
        self.head.forget()
        self.tabs.hide()

    def _show_alive(self, alive: bool) -> None:
        """Without an engine nothing goes on, and the page does not look as if it did."""
        self._alive = alive
        self.clock.hold(not alive)
        self.overview.show_alive(alive)
        self.head.show_alive(alive)
        if self.view is not None:
            self._say(self.view)

    def _say(self, view: ConnectionView) -> None:
        """Its state in one sentence; the word alone while the card below says the rest."""
        told = self.stack.currentWidget() is self.overview and view.state in ("running", "waiting", "queued", "paused")
        progress = self.overview.progress
        self.head.say(view, progress, "" if told else status(view, progress).now)

    def _tick(self) -> None:
        if self.view is not None:
            self._say(self.view)
            self.overview.tick()

    def show_tab(self, name: str) -> None:
        """Show a tab by its name."""
        self.tabs.setCurrentIndex(TABS.index(name))

    def step_tab(self, by: int) -> None:
        """The tab beside it; from the last on to the first."""
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def begin_rename(self) -> None:
        """The name, to be typed over."""
        self.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.title.selectAll()

    def _show_tab(self, number: int) -> None:
        changed = self.stack.currentIndex() != number
        self.stack.setCurrentWidget(getattr(self, TABS[number]))
        tab = self.stack.currentWidget()
        if self.view is not None:
            self._say(self.view)
        if self.view is not None and changed and isinstance(tab, DocumentsTab | RunsTab | SettingsTab):
            tab.reload()

    def _show_documents(self, change: str) -> None:
        self.documents.choose_change(change)
        self.show_tab("documents")

    def _show_run(self, run_id: str) -> None:
        self.runs.choose(run_id)
        self.show_tab("runs")

    # --- acts ---

    def _act(self) -> None:
        view = self.view
        if view is None:
            return
        act = next_act(view)
        if act in ("pause", "resume", "cancel"):
            self.actions_.do(act, [view])
        elif act == "enable":
            self.actions_.enable(view, True)
        elif act == "sign_in":
            self._sign_in(view)
        elif act == "review":
            self.show_tab("overview")
        else:
            self.actions_.sync(view)

    def _cancel(self) -> None:
        if self.view is not None:
            self.actions_.do("cancel", [self.view])

    def _sign_in(self, view: ConnectionView) -> None:
        self.show_tab("overview")
        self.overview.sign_in.open(view)

    def _manage(self, act: str) -> None:
        view = self.view
        if view is None:
            return
        if act in ("enable", "disable"):
            self.actions_.enable(view, act == "enable")
        elif act == "duplicate":
            self.actions_.duplicate(view)
        elif act == "export":
            self.actions_.export([view])
        else:
            self.settings.discard()
            self.actions_.remove(view)

    def _fill_menu(self) -> None:
        self._menu.clear()
        if self.view is not None:
            made = self.actions_.menu([self.view], self)
            for action in made.actions():
                action.setParent(self._menu)
                self._menu.addAction(action)
            made.deleteLater()

    def _rename(self) -> None:
        from app.api import ConnectionEdit

        name = self.title.text().strip()
        view = self.view
        if view is None or name == view.name:
            return
        if not name:
            self.title.setText(view.name)
            return

        async def work() -> None:
            try:
                await self.client.edit_connection(view.id, ConnectionEdit(name=name))
            except Exception:
                self.title.setText(view.name)
                raise
            self.reload()

        self.title.clearFocus()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.tasks.start(work(), "rename")
