"""The window around the pages: rail, page stack, notices, the state line, and how it closes.

It paints before the engine exists: a page is imported and built on its first visit, and until a client is attached
the stack shows that the engine is starting.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from widgets import theme
from widgets.closing import ClosePanel
from widgets.pages.page import Page, Place
from widgets.parts.build import column, line, row
from widgets.parts.panels import Banner, error_text
from widgets.rail import Rail
from widgets.starting import Starting
from widgets.stateline import StateLine
from widgets.tasks import Refresher, TaskScope
from widgets.vault_panel import VaultPanel

if TYPE_CHECKING:
    from app.api import EngineApi
    from connectors.sdk import ErrorInfo
    from widgets.events import EventFeed

__all__ = ["Shell"]

logger = logging.getLogger("headwater.window")

PAGES = {
    "sources": ("widgets.pages.sources", "SourcesPage"),
    "add_source": ("widgets.pages.add_source", "AddSourcePage"),
    "connection": ("widgets.pages.connection", "ConnectionPage"),
    "library": ("widgets.pages.library", "LibraryPage"),
    "activity": ("widgets.pages.activity", "ActivityPage"),
    "accounts": ("widgets.pages.accounts", "AccountsPage"),
}
PARENT = {"add_source": "sources", "connection": "sources"}
"""Pages without a button of their own, and whose button is marked while they are seen."""
NARROW_BELOW = 1000


class Shell(QMainWindow):
    """The main window."""

    painted = Signal()
    """The first frame is on the screen."""
    quit_requested = Signal()
    demo_requested = Signal()
    retry_requested = Signal()
    """Start the engine once more."""

    def __init__(self, settings: QSettings, *, tray_available: bool = False) -> None:
        super().__init__()
        self.setWindowTitle("Headwater")
        self.setWindowIcon(theme.icon("headwater", "accent", 32))
        self.setMinimumSize(900, 600)
        self.settings = settings
        self.tasks = TaskScope("shell")
        self.client: EngineApi | None = None
        self.feed: EventFeed | None = None
        self.tray_available = tray_available
        self.pages: dict[str, Page] = {}
        self.current: Page | None = None
        self._place = Place(str(self.settings.value("page", "sources")))
        self._quitting = False
        self._was_painted = False

        self.rail = Rail(
            [
                ("sources", self.tr("Sources"), "sources"),
                ("library", self.tr("Library"), "library"),
                ("activity", self.tr("Activity"), "activity"),
                ("accounts", self.tr("Accounts"), "user"),
            ]
        )
        self.rail.chosen.connect(lambda name: self.go(Place(name)))
        self.rail.scheme_chosen.connect(self._choose_scheme)
        self.rail.show_scheme(str(self.settings.value("scheme", "system")))
        self.stack = QStackedWidget()
        self.starting = Starting()
        self.stack.addWidget(self.starting)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(theme.SPACE_S)
        self.state_line = StateLine()
        self.close_panel = ClosePanel()
        self.close_panel.hide()
        self.close_panel.stay.connect(self.close_panel.hide)
        self.close_panel.to_tray.connect(self._to_tray)
        self.close_panel.stop.connect(self.quit_requested)
        self.vault_panel = VaultPanel(self.tasks)
        self._state_refresher = Refresher(self.tasks, "state", self._refresh_state, interval=0.5)
        self.vault_panel.unlocked.connect(self._state_refresher.ask)
        self.state_line.unlock_wanted.connect(lambda: self.ask_passphrase(self.tr("The vault is locked"), None))
        body = QWidget()
        body.setLayout(column(self.close_panel, self.vault_panel, self.stack, self._notices, space=0))
        main = QWidget()
        inner = column(space=0)
        middle = row(self.rail, line(vertical=True), body, space=0)
        middle.setStretch(2, 1)
        inner.addLayout(middle, 1)
        inner.addWidget(line())
        inner.addWidget(self.state_line)
        main.setLayout(inner)
        self.setCentralWidget(main)
        self.rail.show_page(PARENT.get(self._place.page, self._place.page))
        for keys, act in (
            ("Ctrl+F", lambda: self.current and self.current.focus_search()),
            ("F5", lambda: self.current and self.current.refresh()),
            ("Ctrl+N", lambda: self.go(Place("add_source"))),
            ("Alt+Left", self._up),
            ("Ctrl+Q", self.ask_to_close),
        ):
            QShortcut(QKeySequence(keys), self, act)
        self._restore()

    # --- the engine comes and goes ---

    def attach(self, client: EngineApi) -> None:
        """The engine is there: fill the window."""
        from widgets.events import EventFeed

        self.client = client
        self.feed = EventFeed(client, self)
        self.feed.fact.connect(lambda _fact: self._state_refresher.ask())
        self.feed.lost.connect(self._engine_lost)
        self.feed.found.connect(self._engine_found)
        self.feed.start()
        for page in self.pages.values():
            page.follow(self.feed)
        self._state_refresher.ask()
        self.go(self._place if self._place.page in PAGES and self._place.page not in PARENT else Place("sources"))

    async def detach(self) -> None:
        """The engine is about to go: end everything that speaks to it."""
        for page in self.pages.values():
            page.deactivate()
        for page in self.pages.values():
            await page.close_tasks()
        if self.feed is not None:
            await self.feed.close()
        await self.tasks.close()

    def _engine_lost(self, error: BaseException) -> None:
        """The engine ended unasked. Its next start is under way; what was stored is safe."""
        logger.error("The engine ended: %s", error)
        self.state_line.show_stopped()

    def _engine_found(self) -> None:
        self._state_refresher.ask()
        if self.current is not None:
            self.current.refresh()
        text = self.tr("The engine had stopped and was started again. Nothing that was stored is lost.")
        self.show_notice(Banner(text, ground="warning"))

    def show_failure(self, error: ErrorInfo) -> None:
        """The engine did not start."""
        self.starting.show_failure(error, self.retry_requested.emit)
        self.state_line.show_stopped()

    # --- pages ---

    def go(self, place: Place) -> None:
        """Navigate. A page with unsaved changes asks first. "close" and "demo" are places that are acts."""
        if place.page == "close":
            self.ask_to_close()
            return
        if place.page == "demo":
            self.demo_requested.emit()
            return
        if self.client is None:
            self._place = place
            self.rail.show_page(PARENT.get(place.page, place.page))
            return
        leaving = self.current is not self.pages.get(place.page) or place.ref not in ("", self._place.ref)
        if self.current is not None and leaving and self.current.unsaved():
            self.rail.show_page(PARENT.get(self._place.page, self._place.page))
            self.current.ask_to_leave(place)
            return
        page = self._page(place.page)
        if page is None:
            return
        if self.current is not None and self.current is not page:
            self.current.deactivate()
        self._place = place
        self.current = page
        page.show_place(place)
        self.stack.setCurrentWidget(page)
        self.rail.show_page(PARENT.get(place.page, place.page))
        self.tasks.start(page.activate(), f"activate {place.page}")

    def _page(self, name: str) -> Page | None:
        if name not in self.pages and self.client is not None:
            module, attribute = PAGES[name]
            try:
                page: Page = getattr(importlib.import_module(module), attribute)(self.client)
            except Exception as error:
                logger.exception("The page %s could not be opened", name)
                self.report(error)
                return None
            self.pages[name] = page
            self.stack.addWidget(page)
            if isinstance(page, Page):
                page.navigate.connect(self.go)
                page.notice.connect(self.show_notice)
                page.vault_needed.connect(self.ask_passphrase)
                if self.feed is not None:
                    page.follow(self.feed)
        return self.pages.get(name)

    def _up(self) -> None:
        if self._place.page in PARENT:
            self.go(Place(PARENT[self._place.page]))

    # --- notices ---

    def show_notice(self, banner: Banner) -> None:
        """Place a banner below the page; at most three, the oldest leaves."""
        while self._notices.count() >= 3:
            first = self._notices.takeAt(0)
            oldest = first.widget() if first is not None else None
            if isinstance(oldest, Banner):
                oldest.expire()
        self._notices.addWidget(banner)
        banner.destroyed.connect(self._fit_notices)
        self._fit_notices()
        banner.show()

    def _fit_notices(self) -> None:
        """Banners stand above the state line, where they push nothing away that is being read."""
        gap = theme.SPACE_M if self._notices.count() else 0
        self._notices.setContentsMargins(theme.SPACE_XL, gap, theme.SPACE_XL, gap)

    def report(self, error: BaseException) -> None:
        """Something failed that nobody waited for: say so without standing in the way."""
        from connectors.sdk import error_info

        info = error_info(error)
        if info.code == "vault_locked":
            self.ask_passphrase(info.what, None)
            return
        text = f"{info.sentence()}. {info.remedy}" if info.remedy else info.sentence()
        banner = Banner(text, ground="error", icon="error", action_text=self.tr("Copy"), action_kind="quiet")
        banner.acted.connect(lambda: QGuiApplication.clipboard().setText(error_text(info)))
        self.show_notice(banner)

    def ask_passphrase(self, what: str, then: Callable[[], object] | None) -> None:
        """The vault is locked: ask for its passphrase, and go on with `then`."""
        if self.client is not None:
            self.vault_panel.ask(self.client, what, then)

    # --- state line ---

    async def _refresh_state(self) -> None:
        if self.client is None:
            return
        first = self.state_line.engine is None
        view = await self.client.engine()
        self.state_line.show_engine(view)
        if first and view.vault_locked:
            self.ask_passphrase(self.tr("The vault is locked"), None)

    # --- closing ---

    def closeEvent(self, event: QCloseEvent) -> None:
        """Never closes by itself: the session ends first, and asks before it stops a run."""
        if self._quitting:
            event.accept()
            return
        event.ignore()
        self.ask_to_close()

    def ask_to_close(self) -> None:
        """Close, or ask once if a sync is running."""
        if self.close_panel.isVisible():
            self.close_panel.setFocus()
            return
        if self.current is not None and self.current.unsaved():
            self.current.ask_to_leave(Place("close"))
            return
        view = self.state_line.engine
        if view is not None and view.active_runs + view.queued_runs > 0:
            self.close_panel.ask(view.active_runs + view.queued_runs, self.tray_available)
            return
        self.quit_requested.emit()

    def _to_tray(self) -> None:
        self.close_panel.hide()
        self.hide()

    def finish(self) -> None:
        """Close for good."""
        self._quitting = True
        self.close()

    # --- geometry ---

    def save_place(self) -> None:
        """Remember geometry and page."""
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("page", PARENT.get(self._place.page, self._place.page))
        self.settings.sync()

    def _restore(self) -> None:
        geometry = self.settings.value("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1180, 760)

    def _choose_scheme(self, scheme: str) -> None:
        self.settings.setValue("scheme", scheme)
        self.rail.show_scheme(scheme)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, scheme)  # type: ignore[arg-type]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rail folds in a narrow window."""
        super().resizeEvent(event)
        self.rail.set_narrow(self.width() < NARROW_BELOW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Says `painted` after the first frame."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)
