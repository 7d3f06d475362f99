"""What every page is: made with the engine's client, told when it is seen, and asking the shell to go elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi
    from widgets.events import Events

__all__ = ["Page", "Place"]


@dataclass(frozen=True)
class Place:
    """Somewhere in the window: a page, and what it shows. `ref` is a connection, `tab` and `filter` are the page's own
    words, such as a run's id or a kind of change."""

    page: str
    ref: str = ""
    tab: str = ""
    filter: str = ""


class Page(QWidget):
    """Base of the pages. Subclasses override what they need; all of it is optional."""

    navigate = Signal(object)
    """Go to a `Place`."""
    notice = Signal(object)
    """Show a `Banner` (parts) below the page's top; the shell places it."""

    vault_needed = Signal(object, object)
    """The vault is locked: what to say, and what to call when the person has unlocked it."""

    name = "page"
    fits_itself = False
    """Whether it may stay when texts have got another size; any other page is built anew."""

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.client = client
        self.tasks = TaskScope(self.name)

    async def activate(self) -> None:
        """It is seen now: bring it up to date."""

    def deactivate(self) -> None:
        """It is not seen any more: stop what costs."""

    def follow(self, feed: Events) -> None:
        """Called once with the window's event feed: connect to `feed.fact` and `feed.gauge`."""

    def show_place(self, place: Place) -> None:
        """Called before `activate` when somebody navigates here with something in mind."""

    def where(self, place: Place) -> Place:
        """Where the person is, for coming back: `place` is how they came, the page may know a tab that is seen now."""
        return place

    def selection(self) -> list[ConnectionView]:
        """The connections that a command without a name means here."""
        return []

    def focus_search(self) -> None:
        """Ctrl-F."""

    def refresh(self) -> None:
        """F5."""

    def first_focus(self) -> QWidget | None:
        """What has the focus when the window opens here; None: whatever Tab reaches first."""
        return None

    def demo_failed(self) -> None:
        """The demo that was asked for did not start, which the window has said."""

    def unsaved(self) -> bool:
        """Whether leaving would lose something the person typed; the page then guards itself in `ask_to_leave`."""
        return False

    def ask_to_leave(self, place: Place) -> None:
        """Show a panel that asks, and navigate to `place` if the person says so."""

    async def close_tasks(self) -> None:
        """The window closes."""
        await self.tasks.close()
