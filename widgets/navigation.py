"""How one goes from page to page: pages are built on their first visit, guarded while something there is not saved, and
remembered for back and forward.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from widgets.history import History
from widgets.pages.page import Page, Place
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import EngineApi

__all__ = ["PAGES", "PARENT", "Navigator"]

logger = logging.getLogger("headwater.window")

PAGES = {
    "sources": ("widgets.pages.sources", "SourcesPage"),
    "add_source": ("widgets.pages.add_source", "AddSourcePage"),
    "connection": ("widgets.pages.connection", "ConnectionPage"),
    "library": ("widgets.pages.library", "LibraryPage"),
    "activity": ("widgets.pages.activity", "ActivityPage"),
    "accounts": ("widgets.pages.accounts", "AccountsPage"),
    "settings": ("widgets.pages.settings", "SettingsPage"),
}
PARENT = {"add_source": "sources", "connection": "sources"}
"""Pages without a button of their own, and whose button is marked while they are seen."""


class Navigator(QObject):
    """The pages of a window and which is seen. Without a client there are none yet; the wish is kept in `place`."""

    built = Signal(object)
    """A `Page` was built."""
    went = Signal(object)
    """The `Place` that is seen, or is to be seen, now."""
    failed = Signal(object)
    """A page could not be opened; the exception."""

    def __init__(self, stack: QStackedWidget, place: Place, tasks: TaskScope) -> None:
        super().__init__(stack)
        self.stack = stack
        self.place = place
        self.client: EngineApi | None = None
        self.pages: dict[str, Page] = {}
        self.current: Page | None = None
        self.history = History()
        self._leaving = tasks

    def go(self, place: Place) -> None:
        """Navigate. A page with unsaved changes asks first."""
        left = self.where()
        if self.show(place) and left is not None and not _same(left, place):
            self.history.visit(left)

    def go_back(self) -> None:
        """To where the person was before."""
        self._walk(self.history.back, self.history.forward)

    def go_forward(self) -> None:
        """To where the person has come back from."""
        self._walk(self.history.forward, self.history.back)

    def where(self) -> Place | None:
        """The place that is seen, with its tab; None before there is one."""
        return self.current.where(self.place) if self.current is not None else None

    def show(self, place: Place) -> bool:
        """Show a page without a trace in the history; whether it is shown."""
        if self.client is None:
            self.place = place
            self.went.emit(place)
            return False
        leaving = self.current is not self.pages.get(place.page) or place.ref not in ("", self.place.ref)
        if self.current is not None and leaving and self.current.unsaved():
            self.went.emit(self.place)
            self.current.ask_to_leave(place)
            return False
        page = self.page(place.page)
        if page is None:
            return False
        if self.current is not None and self.current is not page:
            self.current.deactivate()
        self.place = place
        self.current = page
        page.show_place(place)
        self.stack.setCurrentWidget(page)
        self.went.emit(place)
        return True

    def page(self, name: str) -> Page | None:
        """A page by its name, built if need be."""
        if name not in self.pages and self.client is not None and name in PAGES:
            module, attribute = PAGES[name]
            try:
                page: Page = getattr(importlib.import_module(module), attribute)(self.client)
            except Exception as error:
                logger.exception("The page %s could not be opened", name)
                self.failed.emit(error)
                return None
            self.pages[name] = page
            self.stack.addWidget(page)
            self.built.emit(page)
        return self.pages.get(name)

    def rebuild(self, *, language: bool) -> None:
        """Forget the pages that were built, and build the one that is seen anew. What holds something unsaved stays;
        and what fits itself to the size of texts, unless it is their language that has changed."""
        place = self.where()
        stay = {name for name, page in self.pages.items() if page.unsaved() or (page.fits_itself and not language)}
        old = {name: page for name, page in self.pages.items() if name not in stay}
        for name, page in old.items():
            del self.pages[name]
            page.deactivate()
            self._leaving.start(self._dismiss(page), f"dismiss {name}")
        if self.current in old.values():
            self.current = None
            if place is not None:
                self.show(place)

    async def _dismiss(self, page: Page) -> None:
        try:
            await page.close_tasks()
        finally:
            self.stack.removeWidget(page)
            page.deleteLater()

    def _walk(self, step: Callable[[Place], Place | None], undo: Callable[[Place], Place | None]) -> None:
        left = self.where()
        place = step(left) if left is not None else None
        if place is None:
            return
        if not self.show(place):
            undo(place)  # the page asks whether to leave; if so, that is a new visit
            return
        inside = self.current.focusWidget() if self.current is not None else None
        if inside is not None and inside.isVisible():
            inside.setFocus(Qt.FocusReason.OtherFocusReason)


def _same(left: Place, place: Place) -> bool:
    """Whether going there is staying here."""
    return (
        left.page == place.page
        and place.ref in ("", left.ref)
        and place.tab in ("", left.tab)
        and place.filter in ("", left.filter)
    )
