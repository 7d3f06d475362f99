"""Where the window comes to by itself: the place that was left, or what another start asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from widgets.navigation import PAGES, PARENT
from widgets.pages.page import Place

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from app.api import EngineApi
    from widgets.pages.page import Page
    from widgets.shell import Shell

__all__ = ["Arrival", "left_place"]


def left_place(settings: QSettings) -> Place:
    """Where the person was when the window closed."""
    page, ref, tab = (str(settings.value(name, "")) for name in ("page", "ref", "tab"))
    return Place(page or "sources", ref, tab) if page == "connection" else Place(page or "sources")


class Arrival:
    """Of one window."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._link = ""
        self._focused = False

    def save(self) -> None:
        """Remember geometry, page and tab."""
        shell = self._shell
        place = shell.navigator.where() or shell.navigator.place
        if place.page in PARENT and place.page != "connection":
            place = Place(PARENT[place.page])
        shell.settings.setValue("geometry", shell.saveGeometry())
        for name, value in (("page", place.page), ("ref", place.ref), ("tab", place.tab)):
            shell.settings.setValue(name, value)
        shell.settings.sync()

    def begin(self, client: EngineApi) -> None:
        """The engine is there: to what was asked for, or to where the person was, if that is still there."""
        shell = self._shell
        place, shell.navigator.place = shell.navigator.place, Place("sources")
        if self._link:
            shell.go(Place("sources"))
            shell.tasks.start(self._follow(client), "open link")
        elif place.page == "connection":
            shell.go(Place("sources"))
            shell.tasks.start(self._return_to(client, place), "return")
        else:
            shell.go(place if place.page in PAGES and place.page not in PARENT else Place("sources"))

    def open(self, text: str) -> None:
        """What another start asked for, as soon as the engine can say what that is."""
        self._link = text
        if self._shell.client is not None and text:
            self._shell.tasks.start(self._follow(self._shell.client), "open link")

    async def activate(self, page: Page) -> None:
        """Bring a page up to date. The first one that is seen then gets the focus where it matters, unless the person
        has put it elsewhere meanwhile."""
        first, self._focused = not self._focused, True
        before = QApplication.focusWidget()
        await page.activate()
        if not first or page is not self._shell.current or QApplication.focusWidget() is not before:
            return
        wanted = page.first_focus()
        if wanted is not None:
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _follow(self, client: EngineApi) -> None:
        from connectors.sdk import HeadwaterError
        from widgets.links import find_place

        text, self._link = self._link, ""
        try:
            place = await find_place(client, text)
        except HeadwaterError as error:
            self._shell.report(error)
        else:
            self._shell.go(place)

    async def _return_to(self, client: EngineApi, place: Place) -> None:
        """If it is still there, and nobody has gone elsewhere meanwhile."""
        from connectors.sdk import HeadwaterError

        try:
            view = await client.connection(place.ref)
        except HeadwaterError:
            return
        if view.removed_at is None and self._shell.navigator.place == Place("sources"):
            self._shell.navigator.show(place)
