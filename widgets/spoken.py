"""What is said aloud of syncs while a screen reader listens: how those ended that a person waits for, and what fails.

A schedule's quiet successes are not news; what ends at the same time is told together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible

from widgets.ended import Ended
from widgets.parts.announce import announce
from widgets.parts.status import status
from widgets.parts.words import plural
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import ConnectionView
    from widgets.shell import Shell

__all__ = ["Spoken"]

GATHER_MS = 400
MOST = 3
"""More at a time are told by their number."""
WAITED_FOR = ("manual", "first")
BAD = ("sign_in_again", "needs_attention", "held_back")


class Spoken(Ended["ConnectionView"]):
    """Speaks for the window."""

    def __init__(self, shell: Shell, tasks: TaskScope) -> None:
        super().__init__(shell, tasks, GATHER_MS)

    def wanted(self) -> bool:
        """A screen reader is there."""
        return bool(QAccessible.isActive())

    def news(self, view: ConnectionView) -> ConnectionView | None:
        """What somebody waits for, and what is bad."""
        waited_for = view.last_run is not None and view.last_run.trigger in WAITED_FOR
        return view if waited_for or view.state in BAD else None

    def tell(self, news: list[ConnectionView]) -> None:
        """Each, or how many."""
        bad = [view for view in news if view.state in BAD]
        if len(news) > MOST:
            done = plural(len(news), "{0} source is synced", "{0} sources are synced")
            count = plural(len(bad), "{0} source needs attention", "{0} sources need attention")
            announce(self._shell, count if bad else done, urgent=bool(bad))
            return
        for view in news:
            announce(self._shell, f"{view.name}: {status(view).now}", urgent=view in bad)
