"""The bell that tells listeners to look: facts are read from the database by number, gauges keep only their latest.

A listener that is slow misses no fact, because it reads on from its own number; and it never makes anyone wait,
because nothing is queued for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

G = TypeVar("G")


class Bell(Generic[G]):
    """Rung on the engine's loop after each commit that recorded facts, and whenever a gauge moves."""

    def __init__(self) -> None:
        self._listeners: set[Listener[G]] = set()

    def ring(self) -> None:
        """New facts are in the database."""
        for listener in self._listeners:
            listener.facts = True
            listener.wake.set()

    def gauge(self, key: str, value: G) -> None:
        """The latest of `key`; one that was not read yet is replaced."""
        for listener in self._listeners:
            listener.gauges[key] = value
            listener.wake.set()

    @property
    def heard(self) -> bool:
        """Whether anyone listens: gauges need not be made otherwise."""
        return bool(self._listeners)

    @contextmanager
    def listen(self) -> Iterator[Listener[G]]:
        listener = Listener[G]()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


class Listener(Generic[G]):
    """One listener's wake-up and what it has not looked at yet."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.facts = True
        self.gauges: dict[str, G] = {}

    async def next(self) -> tuple[bool, list[G]]:
        """Wait for something; answers whether there may be new facts, and the gauges that moved."""
        await self.wake.wait()
        self.wake.clear()
        facts, self.facts = self.facts, False
        gauges, self.gauges = list(self.gauges.values()), {}
        return facts, gauges
