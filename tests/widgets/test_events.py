"""The event feed: nothing lost of the facts, only the latest of the gauges, and few wake-ups."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject
from shiboken6 import delete

from app.api import Gauge, RunCounts
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from widgets.events import EventFeed, Events, Relay


def test_ten_thousand_events_arrive_in_few_batches(run: Run, engine: FakeEngine) -> None:
    facts: list[int] = []
    gauges: list[Gauge] = []
    batches: list[int] = []

    async def main() -> None:
        feed = EventFeed(engine)
        feed.fact.connect(lambda fact: facts.append(fact.seq))
        feed.gauge.connect(gauges.append)
        feed.batch.connect(lambda: batches.append(len(facts)))
        feed.start()
        await asyncio.sleep(0)
        for number in range(10_000):
            if number % 100:
                engine.emit(gauge=Gauge(run_id="r1", connection_id="c1", counts=RunCounts(documents=number)))
            else:
                engine.emit("documents_stored")
            if number % 1000 == 0:
                await asyncio.sleep(0)
        await until(lambda: bool(gauges) and gauges[-1].counts.documents == 9999 and len(facts) == 100)
        await feed.close()

    run(main())
    assert facts == sorted(facts)
    assert len(facts) == 100
    assert len(gauges) <= len(batches) <= 40


def test_a_feed_subscribes_again_after_the_last_number(run: Run, engine: FakeEngine) -> None:
    asked: list[int | None] = []
    lost: list[Exception] = []
    found: list[bool] = []
    original = engine.events

    async def breaking(after: int | None = None):  # type: ignore[no-untyped-def]
        asked.append(after)
        async for event in original(after):
            yield event
            raise ConnectionError("gone")

    engine.events = breaking  # type: ignore[method-assign]

    async def main() -> None:
        feed = EventFeed(engine)
        feed.retry_seconds = 0.0
        feed.lost.connect(lost.append)
        feed.found.connect(lambda: found.append(True))
        feed.start()
        await asyncio.sleep(0)
        engine.emit("run_finished")
        await until(lambda: len(asked) == 2)
        await feed.close()

    run(main())
    assert asked == [None, 101]
    assert [str(error) for error in lost] == ["gone"]
    assert found == [True]


def test_what_a_page_connected_ends_with_the_page(run: Run) -> None:
    feed, page = Events(), QObject()
    heard: list[object] = []
    relay = Relay(feed, page)
    relay.lost.connect(lambda error: heard.append(error))
    feed.lost.emit("first")
    delete(page)
    feed.lost.emit("second")
    assert heard == ["first"]


def test_a_burst_is_spread_over_frames(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        feed = EventFeed(engine)
        facts: list[int] = []
        frames: list[int] = []
        feed.fact.connect(lambda fact: facts.append(fact.seq))
        feed.fact.connect(lambda fact: sum(range(20_000)))  # a page that takes its time
        feed.batch.connect(lambda: frames.append(len(facts)))
        feed.start()
        await asyncio.sleep(0)
        for _ in range(200):
            engine.emit("documents_stored")
        await until(lambda: len(facts) == 200)
        await feed.close()
        assert facts == sorted(facts)
        assert len(frames) > 1

    run(main())
