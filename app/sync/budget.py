"""Bounds what a run holds in memory by bytes, so that memory does not depend on how large documents are."""

from __future__ import annotations

import asyncio
from collections import deque


class ByteBudget:
    """First come, first served. One holder may always go ahead, however much it asks for."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, size: int) -> None:
        if not self._waiting and (self._used == 0 or self._used + size <= self._limit):
            self._used += size
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((size, future))
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.give(size)
            else:
                self._waiting = deque(item for item in self._waiting if item[1] is not future)
            raise

    def give(self, size: int) -> None:
        self._used -= size
        while self._waiting and (self._used == 0 or self._used + self._waiting[0][0] <= self._limit):
            wanted, future = self._waiting.popleft()
            if not future.done():
                self._used += wanted
                future.set_result(None)

    def correct(self, taken: int, real: int) -> None:
        """What was taken turned out to be another size."""
        if real < taken:
            self.give(taken - real)
        else:
            self._used += real - taken
