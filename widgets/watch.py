"""What the whole window knows of the connections: how many are at work and how many need a person.

The tray, the notifications and the commands that mean all sources look here. It asks at most once a second, and only
when something has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from widgets.tasks import Refresher, TaskScope

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi

__all__ = ["ATTENTION", "Watch"]

ATTENTION = frozenset({"sign_in_again", "needs_attention", "held_back"})
"""States of a connection that wait for a person."""
EVERY_SECONDS = 1.0


class Watch(QObject):
    """`connections` as they were last seen."""

    changed = Signal()

    def __init__(self, tasks: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._client: EngineApi | None = None
        self._refresher = Refresher(tasks, "watch", self._look, EVERY_SECONDS)
        self.connections: tuple[ConnectionView, ...] = ()

    def begin(self, client: EngineApi) -> None:
        """The engine is there."""
        self._client = client
        self.look()

    def look(self) -> None:
        """Something has happened."""
        if self._client is not None:
            self._refresher.ask()

    @property
    def attention(self) -> int:
        """How many wait for a person."""
        return sum(view.state in ATTENTION for view in self.connections)

    @property
    def running(self) -> int:
        """How many sync now."""
        return sum(view.state in ("running", "waiting") for view in self.connections)

    @property
    def paused(self) -> int:
        """How many were paused."""
        return len(self._with_run(paused=True))

    def find(self, connection_id: str) -> ConnectionView | None:
        """One of them."""
        return next((view for view in self.connections if view.id == connection_id), None)

    # --- all of them ---

    def sync_all(self) -> None:
        """Start a run of every connection that is enabled and at rest."""
        if self._client is not None:
            self._each(self._client.start_sync, [view.id for view in self._resting()], "sync all")

    def pause_all(self) -> None:
        """Pause what is under way."""
        if self._client is not None:
            self._each(self._client.pause_run, self._with_run(paused=False), "pause all")

    def resume_all(self) -> None:
        """Let what was paused go on."""
        if self._client is not None:
            self._each(self._client.resume_run, self._with_run(paused=True), "resume all")

    def why_not_sync(self) -> str | None:
        """Why there is nothing to sync."""
        if self._resting():
            return None
        if not self.connections:
            return self.tr("there is no source yet")
        return self.tr("every source is syncing or disabled")

    def why_not_pause(self) -> str | None:
        """Why there is nothing to pause."""
        return None if self._with_run(paused=False) else self.tr("no sync is under way")

    def why_not_resume(self) -> str | None:
        """Why there is nothing to resume."""
        return None if self._with_run(paused=True) else self.tr("no sync is paused")

    def _resting(self) -> list[ConnectionView]:
        return [view for view in self.connections if view.enabled and view.active_run is None]

    def _with_run(self, *, paused: bool) -> list[str]:
        runs = [view.active_run for view in self.connections if view.active_run is not None]
        return [run.id for run in runs if (run.state == "paused") is paused]

    def _each(self, call: Callable[[str], Coroutine[Any, Any, Any]], refs: list[str], name: str) -> None:
        async def work() -> None:
            for ref in refs:  # the engine queues them anyway; one after another, the first failure is told
                await call(ref)
            self.look()

        self._tasks.start(work(), name)

    async def _look(self) -> None:
        from connectors.sdk import HeadwaterError

        if self._client is not None:
            with suppress(HeadwaterError):  # nobody asked; whoever does is told, and the next fact looks again
                self.connections = tuple(await self._client.connections())
            self.changed.emit()
