"""One subscription to the engine's events for the whole window, handed on as Qt signals ten times a second.

Pages connect to `fact` and `gauge`. Of the gauges only the latest of each run is handed on; facts are all handed on in
order, as many a tick as a frame has time for, so that 10,000 events a second cost ten wake-ups and not one each.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import EngineApi, Fact, Gauge

__all__ = ["RESTS", "EventFeed", "Events", "Relay"]

FRAME_MS = 100
"""The shortest time between two deliveries: as often as numbers can be read. Each costs the loop a few milliseconds."""
LONGEST_PAUSE_SECONDS = 30.0
RESTS = "engine_keeps_ending"
"""The code of an error: the engine is not started again by itself for now."""
BURST_SECONDS = 0.008
"""A burst is spread over frames rather than freezing one; what waits is not lost."""


class Events(QObject):
    """The engine's events as signals. `batch` comes once after each delivery, for pages that reload."""

    fact = Signal(object)
    gauge = Signal(object)
    batch = Signal()
    lost = Signal(object)
    """The engine ended unasked; says why, and again when that is another reason. `found` follows when there is one."""
    found = Signal()
    wanted = Signal()
    """The person wants the engine started again."""
    away = False
    """The engine was lost, and is not found yet: for pages that are built meanwhile."""
    why: BaseException | None = None
    """What `lost` said last."""


class Relay(Events):
    """The same events for one page: what it connects ends with it, lambdas too, while the feed goes on."""

    def __init__(self, feed: Events, page: QObject) -> None:
        super().__init__(page)
        self.away, self.why = feed.away, feed.why
        feed.fact.connect(self.fact)
        feed.gauge.connect(self.gauge)
        feed.batch.connect(self.batch)
        feed.lost.connect(self.lost)
        feed.found.connect(self.found)
        self.wanted.connect(feed.wanted)


class EventFeed(Events):
    """Reads them."""

    def __init__(self, client: EngineApi, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._tasks = TaskScope("events")
        self._facts: deque[Fact] = deque()
        self._gauges: dict[str, Gauge] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.flush)
        self._last_seq: int | None = None
        self._soon = asyncio.Event()
        self.retry_seconds = 1.0

    def relay(self, page: QObject) -> Relay:
        """The same for a page."""
        return Relay(self, page)

    def start(self) -> None:
        """Subscribe, from now on."""
        self._tasks.start(self._read(), "read")

    def hurry(self) -> None:
        """There may be an engine again: look at once."""
        self._soon.set()

    async def close(self) -> None:
        """End the subscription."""
        self._timer.stop()
        await self._tasks.close()

    async def _read(self) -> None:
        pause = self.retry_seconds
        while True:
            try:
                if self.away:
                    await self._client.engine()
                    self.away, self.why, pause = False, None, self.retry_seconds
                    self.found.emit()
                async for event in self._client.events(self._last_seq):
                    if event.fact is not None:
                        self._last_seq = event.fact.seq
                        self._facts.append(event.fact)
                    if event.gauge is not None:
                        self._gauges[event.gauge.run_id] = event.gauge
                    if not self._timer.isActive():
                        self._timer.start()
            except Exception as error:
                news = not self.away or _code(self.why) != _code(error) == RESTS
                if news:
                    self.away, self.why = True, error
                    self.lost.emit(error)
            # The stream ends only with the engine; when it is back, reading goes on after the last number seen.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._soon.wait()
            self._soon.clear()
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def flush(self) -> None:
        """Deliver what has gathered."""
        end = time.perf_counter() + BURST_SECONDS
        gauges, self._gauges = self._gauges, {}
        delivered = bool(self._facts or gauges)
        while self._facts:
            self.fact.emit(self._facts.popleft())
            if time.perf_counter() > end:
                break
        for gauge in gauges.values():
            self.gauge.emit(gauge)
        if delivered:
            self.batch.emit()
        if self._facts:
            self._timer.start()


def _code(error: BaseException | None) -> str:
    return str(getattr(error, "code", ""))
