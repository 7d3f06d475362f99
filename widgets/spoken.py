"""What is said aloud of syncs while a screen reader listens: how those ended that a person waits for, and what fails.

A schedule's quiet successes are not news; what ends at the same time is told together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible

from widgets.parts.announce import announce
from widgets.parts.status import status
from widgets.parts.words import plural
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi, Fact
    from widgets.shell import Shell

__all__ = ["Spoken"]

GATHER_MS = 400
MOST = 3
"""More at a time are told by their number."""
WAITED_FOR = ("manual", "first")


class Spoken(QObject):
    """Follows the facts."""

    def __init__(self, shell: Shell, tasks: TaskScope) -> None:
        super().__init__(shell)
        self._shell = shell
        self._tasks = tasks
        self._ended: dict[str, ConnectionView] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(GATHER_MS)
        self._timer.timeout.connect(self.flush)

    def begin(self, client: EngineApi) -> None:
        """The engine is there, and the window follows it."""
        if self._shell.feed is not None:
            self._shell.feed.fact.connect(lambda fact: self._fact(client, fact))

    def flush(self) -> None:
        """Say what has gathered."""
        self._timer.stop()
        views, self._ended = list(self._ended.values()), {}
        bad = [view for view in views if _is_bad(view)]
        if len(views) > MOST:
            done = plural(len(views), "{0} source is synced", "{0} sources are synced")
            count = plural(len(bad), "{0} source needs attention", "{0} sources need attention")
            announce(self._shell, count if bad else done, urgent=bool(bad))
            return
        for view in views:
            announce(self._shell, f"{view.name}: {status(view).now}", urgent=view in bad)

    def _fact(self, client: EngineApi, fact: Fact) -> None:
        if fact.kind == "run_finished" and fact.connection_id and QAccessible.isActive():
            self._tasks.start(self._look(client, fact.connection_id), "say how it ended")

    async def _look(self, client: EngineApi, connection_id: str) -> None:
        from connectors.sdk import NotFound

        try:
            view = await client.connection(connection_id)
        except NotFound:
            return
        if _is_bad(view) or (view.last_run is not None and view.last_run.trigger in WAITED_FOR):
            self._ended[connection_id] = view
            if not self._timer.isActive():
                self._timer.start()


def _is_bad(view: ConnectionView) -> bool:
    return view.state in ("sign_in_again", "needs_attention", "held_back")
