"""The window around the pages: what it is made of, how one goes from page to page, and how the engine comes and goes.

It paints before the engine exists: a page is imported and built on its first visit, and until a client is attached
the stack shows that the engine is starting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QMouseEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from widgets import geometry, theme
from widgets.arriving import Arrival, left_place
from widgets.frame import Frame
from widgets.navigation import PAGES, PARENT, Navigator
from widgets.notices import Notices
from widgets.pages.page import Page, Place
from widgets.preferences import Preferences
from widgets.starting import Starting
from widgets.tasks import Refresher, TaskScope, suppress_gone
from widgets.watch import Watch

if TYPE_CHECKING:
    from app.api import EngineApi
    from app.settings.early import Early
    from connectors.sdk import ErrorInfo
    from widgets.closing import ClosePanel, Closing
    from widgets.commands import Context
    from widgets.commands.served import Served
    from widgets.events import EventFeed
    from widgets.pages.actions import ConnectionActions
    from widgets.parts.panels import Banner
    from widgets.vault_panel import VaultPanel

__all__ = ["Shell"]

logger = logging.getLogger("headwater.window")


class Shell(QMainWindow):
    """The main window."""

    painted = Signal()
    """The first frame is on the screen."""
    quit_requested = Signal()
    demo_requested = Signal()
    demo_failed = Signal()
    retry_requested = Signal()
    """Start the engine once more."""

    def __init__(self, settings: QSettings, *, tray_available: bool = False, early: Early | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Headwater")
        self.setWindowIcon(theme.icon("headwater", "accent", 32))
        self.setMinimumSize(900, 600)
        self.settings = settings
        self.tasks = TaskScope("shell")
        self.client: EngineApi | None = None
        self.feed: EventFeed | None = None
        self.tray_available = tray_available
        self.preferences = Preferences(self.tasks, early, self)
        self.preferences.changed.connect(self._preferences_changed)
        self.preferences.rebuild.connect(self.retranslate)
        self.keep_running = self.preferences.now.keep_running
        """Closing the window leaves Headwater in the tray."""
        self.scheme: str = self.preferences.now.scheme
        self.watch = Watch(self.tasks, self)
        self.arrival = Arrival(self)
        self._first_view = True
        self._was_painted = self._watched_window = False
        self.stack = QStackedWidget()
        self.starting = Starting()
        self.stack.addWidget(self.starting)
        self.navigator = Navigator(self.stack, left_place(settings), self.tasks)
        self.notices = Notices()
        self.notices.locked.connect(lambda what: self.ask_passphrase(what, None))
        self._state_refresher = Refresher(self.tasks, "state", self._refresh_state, interval=0.5)
        self._served: Served | None = None
        self._furnish()
        self.starting.setFocus()  # else the first button of the rail has it
        self.navigator.went.connect(self._went)
        self.navigator.built.connect(self._built)
        self.navigator.failed.connect(self.report)
        self._went(self.navigator.place)
        if not geometry.restore(self, settings.value("geometry")):
            self.resize(1180, 760)

    def _furnish(self) -> None:
        """All around the pages, in the language of now."""
        self.frame = Frame(self._rail_pages(), self.stack, self.notices, self.tasks)
        self.setCentralWidget(self.frame)
        self.rail, self.state_line = self.frame.rail, self.frame.state_line
        self.rail.chosen.connect(lambda name: self.go(Place(name)))
        self.rail.palette_wanted.connect(lambda: self.served.palette.toggle())
        self.frame.unlocked.connect(self._state_refresher.ask)
        self.frame.stop_wanted.connect(self.quit_requested)
        self.frame.keep_wanted.connect(lambda: self.closing.keep())
        self.state_line.unlock_wanted.connect(lambda: self.ask_passphrase("", None))

    def _rail_pages(self) -> list[tuple[str, str, str]]:
        known = [
            ("sources", self.tr("Sources"), "sources"),
            ("library", self.tr("Library"), "library"),
            ("activity", self.tr("Activity"), "activity"),
            ("accounts", self.tr("Accounts"), "user"),
            ("settings", self.tr("Settings"), "settings"),
        ]
        return [page for page in known if page[0] in PAGES]

    # --- what is made when it is first needed: the first frame does not wait for it ---

    @property
    def served(self) -> Served:
        """The commands in all their forms; made after the first frame, and anew for another language."""
        if self._served is None:
            from widgets.commands.served import Served

            self._served = Served(self, self._rail_pages())
            if self.client is not None:
                self._served.palette.attach(self.client)
        return self._served

    def serve(self) -> None:
        """Let menus and keys work from now on."""
        self.served.show_page(self.navigator.place.page)

    @property
    def vault_panel(self) -> VaultPanel:
        """Where secrets are kept."""
        return self.frame.vault_panel

    @property
    def close_panel(self) -> ClosePanel:
        """What becomes of a running sync."""
        return self.frame.close_panel

    @cached_property
    def closing(self) -> Closing:
        """What a close does."""
        from widgets.closing import Closing

        return Closing(self)

    # --- the engine comes and goes ---

    def attach(self, client: EngineApi) -> None:
        """The engine is there: fill the window."""
        from widgets.events import EventFeed

        self.client = client
        self.served.palette.attach(client)
        self.feed = EventFeed(client, self)
        self.feed.fact.connect(lambda _fact: self._state_refresher.ask())
        self.feed.fact.connect(lambda _fact: self.watch.look())
        self.feed.fact.connect(self.preferences.hear)
        self.feed.lost.connect(self._engine_lost)
        self.feed.found.connect(self._engine_found)
        self.feed.start()
        for page in self.pages.values():
            page.follow(self.feed.relay(page))
        self._state_refresher.ask()
        self.watch.begin(client)
        self.preferences.begin(client)
        self.serve()
        self.navigator.client = client
        self.arrival.begin(client)

    async def detach(self) -> None:
        """The engine is about to go: end everything that speaks to it."""
        if self._served is not None:
            self._served.palette.dismiss()
        for page in self.pages.values():
            page.deactivate()
        for page in self.pages.values():
            await page.close_tasks()
        if self.feed is not None:
            await self.feed.close()
        await self.tasks.close()

    def _engine_lost(self, error: BaseException) -> None:
        """The engine ended unasked. Its next start is under way, or left to the person; what was stored is safe."""
        logger.error("The engine ended: %s", error)
        self.state_line.show_stopped()

    def _engine_found(self) -> None:
        self._first_view = True  # its vault is another one's: it may be locked again
        self._state_refresher.ask()
        self.watch.look()
        if self.current is not None:
            self.tasks.start(self.current.activate(), "activate again")
        from widgets.parts.panels import Banner

        text = self.tr("The engine had stopped and was started again. Nothing that was stored is lost.")
        self.show_notice(Banner(text, ground="warning"))

    def show_failure(self, error: ErrorInfo) -> None:
        """The engine did not start."""
        self.starting.show_failure(error, self.retry_requested.emit)
        self.state_line.show_stopped()

    async def _refresh_state(self) -> None:
        if self.client is None:
            return
        with suppress_gone():  # the pages say that it is; when it is found, it is looked at again
            self.state_line.show_engine(await self.client.engine())
            first, self._first_view = self._first_view, False
            if first:
                self.tasks.start(self._look_at_vault(self.client), "vault look")

    async def _look_at_vault(self, client: EngineApi) -> None:
        """Once for each engine: whether secrets can be had. A locked keyring asks the person, and no page waits."""
        with suppress_gone():
            view = await client.vault(look=True)
            self._state_refresher.ask()
            if view.state in ("passphrase", "locked", "lost", "absent"):
                self.ask_passphrase("", None)

    # --- pages ---

    def go(self, place: Place) -> None:
        """Navigate. "close", "quit" and "demo" are places that are acts."""
        acts = {"close": self.ask_to_close, "quit": self.ask_to_quit, "demo": self.demo_requested.emit}
        if place.page in acts:
            acts[place.page]()
        else:
            self.navigator.go(place)

    def open_link(self, text: str) -> None:
        """Come forward, and open what another start asked for; as soon as the engine can say what that is."""
        self.come_forward()
        self.arrival.open(text)

    def context(self) -> Context:
        """What a command would act upon now."""
        from widgets.commands import Context

        selection = self.current.selection() if self.current is not None else []
        return Context(self.navigator.place, self.client is not None, tuple(selection))

    def connection_actions(self) -> ConnectionActions:
        """What acts upon connections from outside their pages."""
        page = self.navigator.page("sources")
        assert page is not None, "commands that need it wait for the engine"
        actions: ConnectionActions = page.actions_  # type: ignore[attr-defined]
        return actions

    @property
    def pages(self) -> dict[str, Page]:
        """The pages that were built."""
        return self.navigator.pages

    @property
    def current(self) -> Page | None:
        """The page that is seen."""
        return self.navigator.current

    def _mark_place(self, place: Place) -> None:
        page = PARENT.get(place.page, place.page)
        self.rail.show_page(page)
        self.starting.say_title(self.rail.title(page))
        if self._served is not None:
            self._served.show_page(place.page)

    def _went(self, place: Place) -> None:
        self._mark_place(place)
        if self.current is not None:
            self.tasks.start(self.arrival.activate(self.current), f"activate {place.page}")

    def _built(self, page: Page) -> None:
        page.navigate.connect(self.go)
        page.notice.connect(self.show_notice)
        page.vault_needed.connect(self.ask_passphrase)
        self.demo_failed.connect(page.demo_failed)
        if self.feed is not None:
            page.follow(self.feed.relay(page))

    # --- notices ---

    def show_notice(self, banner: Banner) -> None:
        """Place a banner below the page."""
        self.notices.show_notice(banner)

    def report(self, error: BaseException) -> None:
        """Something failed that nobody waited for: say so without standing in the way."""
        self.notices.report(error)

    def ask_passphrase(self, what: str, then: Callable[[], object] | None) -> None:
        """The vault is locked: ask for its passphrase, and go on with `then`."""
        if self.client is not None:
            self.vault_panel.ask(self.client, what, then)

    def show_about(self) -> None:
        """What this is."""
        from widgets.parts.panels import Banner

        view = self.state_line.engine
        text = self.tr("Headwater {0}. Profile: {1}").format(view.version, view.profile) if view else "Headwater"
        self.show_notice(Banner(text, icon="headwater"))

    # --- closing ---

    def closeEvent(self, event: QCloseEvent) -> None:
        """Never closes by itself: the session ends first, and asks before it stops a run."""
        if self.closing.done:
            event.accept()
            return
        event.ignore()
        self.ask_to_close()

    def ask_to_close(self) -> None:
        """The window is to go: into the tray if that is wanted, else all of it."""
        self.closing.ask(hide=self.keep_running and self.tray_available)

    def ask_to_quit(self) -> None:
        """All of it is to go; asks once if a sync is running."""
        self.closing.ask()

    def come_forward(self) -> None:
        """Out of the tray or the task bar, above the other windows."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def finish(self) -> None:
        """Close for good."""
        self.closing.done = True
        self.close()

    # --- the look ---

    def choose_scheme(self, scheme: str) -> None:
        """Light, dark, or as the system is."""
        self.preferences.choose(scheme)

    def _preferences_changed(self) -> None:
        self.keep_running = self.preferences.now.keep_running
        self.scheme = self.preferences.now.scheme
        self.rail.fit(self.width())

    def retranslate(self, language: bool = True) -> None:
        """Texts are of another size, or of another language: build anew what was built, where the person is."""
        if language:
            engine, asking = self.state_line.engine, self.vault_panel.isVisible()
            if self._served is not None:
                self._served.dispose()
                self._served = None
            self._furnish()
            self.rail.fit(self.width())
            if engine is not None:
                self.state_line.show_engine(engine)
            if asking:
                self.ask_passphrase("", None)
        self.navigator.rebuild(language=language)
        self.serve()
        self._mark_place(self.navigator.place)

    # --- Qt ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rail folds in a narrow window."""
        super().resizeEvent(event)
        self.rail.fit(self.width())

    def showEvent(self, event: QShowEvent) -> None:
        """From now on there is a native window whose mouse can be watched."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None and not self._watched_window:
            self._watched_window = True
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The mouse's own back and forward buttons; a press beside a floating panel closes it."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            if event.button() in (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton):
                back = event.button() == Qt.MouseButton.BackButton
                self.navigator.go_back() if back else self.navigator.go_forward()
                return True
            if self._served is not None:
                for panel in (self._served.palette, self._served.sheet):
                    panel.pressed_at(event.position().toPoint())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Says `painted` after the first frame."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self._first_frame_is_there)

    def _first_frame_is_there(self) -> None:
        QTimer.singleShot(0, self, self.serve)
        self.painted.emit()
