"""The end of what was removed with an offer to undo it.

Whoever made the offer deletes for good when its time is over. Where nobody comes to that, because the window or the
engine was killed meanwhile, the engine does: the time stands with the connection, and the next resident engine reads
it. What was removed without such an offer, by a command, stays until somebody purges it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from app.connections import Connections, Stored
from app.health import ActivityLog
from connectors.sdk import HeadwaterError, NotFound

GRACE_SECONDS = 20.0
"""How much longer than the offer a removal can be undone: its clock began later, and the last click takes a moment."""


class Removals:
    """One task for each removal whose time runs."""

    def __init__(
        self, connections: Connections, purge: Callable[[str], Awaitable[None]], activity: ActivityLog
    ) -> None:
        self._connections = connections
        self._purge = purge
        self._activity = activity
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Take up what an earlier engine left."""
        for stored in await self._connections.all(removed=True):
            self.expect(stored)

    def expect(self, stored: Stored) -> None:
        """Delete it for good when its time is over, if it is not back by then."""
        if stored.purge_at is not None:
            task = asyncio.create_task(self._end(stored.id, stored.purge_at), name=f"purge {stored.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """The engine ends; the next one goes on."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self, id: str, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.time()))
        try:
            stored = await self._connections.get(id, removed=True)
            if stored.purge_at == at:  # else it came back, and may have been removed anew
                await self._purge(id)
        except NotFound:
            return  # whoever made the offer has done it
        except HeadwaterError as error:
            self._activity.add("error", f"A removed connection could not be deleted for good: {error.what}")
