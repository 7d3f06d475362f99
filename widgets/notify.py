"""Notifications of the system: only while nobody looks at the window, only what a person wants to know, and one for all
that comes at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from widgets.ended import Ended
from widgets.pages.page import Place
from widgets.parts.foreign import one_line
from widgets.parts.status import status
from widgets.parts.words import listed, plural
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import ConnectionView, RunView
    from widgets.shell import Shell

__all__ = ["Notice", "Notifier"]

GATHER_MS = 2000
"""What comes within this time of the first is told together."""
LONGEST = 200
_BRACKETS = str.maketrans("<>", "‹›")


@dataclass(frozen=True)
class Notice:
    """What is told, and where a click leads. `source` is the connection: it is told of once. Desktops read markup in a
    notification, some of them; there is none in here."""

    title: str
    text: str
    place: Place
    source: str = ""
    bad: bool = False

    def __post_init__(self) -> None:
        for name in ("title", "text"):
            object.__setattr__(self, name, one_line(getattr(self, name)).translate(_BRACKETS))


class Notifier(Ended[Notice]):
    """Says `notified` with a `Notice`."""

    notified = Signal(object)

    def __init__(self, shell: Shell, tasks: TaskScope) -> None:
        super().__init__(shell, tasks, GATHER_MS)
        self.enabled = True
        """The person wants them."""
        self._told: dict[str, str] = {}
        """The state of each connection that was told last: a retry that fails again is no news."""

    def wanted(self) -> bool:
        """Nobody looks at the window, and the person has not switched them off."""
        shell = self._shell
        looked_at = shell.isActiveWindow() and shell.isVisible() and not shell.isMinimized()
        return self.enabled and shell.preferences.now.notifications and not looked_at

    def news(self, view: ConnectionView) -> Notice | None:
        """Its notice, once for each state."""
        notice = self.notice(view)
        if notice is None:
            self._told.pop(view.id, None)
        elif self._told.get(view.id) == view.state:
            return None
        else:
            self._told[view.id] = view.state
        return notice

    def tell(self, news: list[Notice]) -> None:
        """Several in one."""
        if len(news) == 1:
            self.notified.emit(news[0])
            return
        bad = [notice for notice in news if notice.bad]
        count = plural(len(bad), "{0} source needs attention", "{0} sources need attention")
        title = count if bad else plural(len(news), "{0} source is synced", "{0} sources are synced")
        names = listed(notice.title for notice in bad or news)
        place = Place("sources", filter="needs_attention" if bad else "")
        self.notified.emit(Notice(title, names[:LONGEST], place, bad=bool(bad)))

    def notice(self, view: ConnectionView) -> Notice | None:
        """What there is to tell of a connection whose run has ended, if anything."""
        run: RunView | None = view.last_run
        place = Place("connection", view.id)
        text = status(view).now[:LONGEST]
        if view.state == "sign_in_again":
            place = Place("connection", view.id, "overview", "sign_in")
            return Notice(view.name, text or self.tr("Sign in again"), place, view.id, bad=True)
        if view.state == "held_back":
            return Notice(view.name, text or self.tr("Deletions are held back"), place, view.id, bad=True)
        if run is not None and run.state == "failed":
            return Notice(view.name, text or self.tr("The sync failed"), place, view.id, bad=True)
        if run is not None and run.trigger == "first" and run.state in ("done", "done_with_failures"):
            count = plural(view.documents, "{0} document", "{0} documents")
            return Notice(view.name, self.tr("The first sync is done: {0}.").format(count), place, view.id)
        return None
