"""Real time behind the contract's `Clock`. Whatever waits or measures takes a clock, so that tests can own time."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """The machine's clocks and asyncio's sleep."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
