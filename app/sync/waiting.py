"""What a run waits for, beside the time: whichever comes first ends the wait."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from app.api import WAITS_FOR_A_PERSON
from connectors.sdk import AuthError, Clock

VAULT_SECONDS = 60.0
"""How long a run waits for the system's keyring in an engine that ends with its command."""


class Slot:
    """A run's leave to work. Only so many work at once; one that waits gives its place to another."""

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._held = False

    async def take(self) -> None:
        """Wait for a place."""
        if not self._held:
            await self._slots.acquire()
            self._held = True

    def give(self) -> None:
        """Another may work."""
        if self._held:
            self._held = False
            self._slots.release()


async def first_of(name: str, *works: Coroutine[Any, Any, Any]) -> None:
    """Until one of these has ended; the others are cancelled."""
    tasks = [asyncio.create_task(work, name=f"{name} {number}") for number, work in enumerate(works)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def sleep_until(clock: Clock, until: float | None) -> None:
    """None: for as long as it takes."""
    while until is None:
        await clock.sleep(3600.0)
    await clock.sleep(until - clock.now())


def worth_waiting(error: AuthError, *, resident: bool) -> bool:
    """Whether a person may unlock the vault. A passphrase is entered where the engine stays, or before the command."""
    return error.code in WAITS_FOR_A_PERSON and (resident or error.code != "vault_locked")
