"""The machine's clock is put forwards or back, or it slept: schedules and waits go on as they were meant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app import api
from app.accounts import SessionVault
from app.connections import Catalogue
from app.connections.catalogue import ConnectorType
from app.engine.engine import Engine
from app.network.clock import SystemClock
from app.sync import schedule
from connectors.sdk import RateLimited
from tests.sync.scripted import Scripted, Shelf, add, sync

HOUR, DAY = 3600, 86400


class Shifted(SystemClock):
    """The real clock, put forwards or back by hand."""

    shift = 0.0

    def now(self) -> float:
        return super().now() + self.shift


@asynccontextmanager
async def shifting(profile: Path, shelf: Shelf) -> AsyncIterator[tuple[Engine, Shifted]]:
    clock = Shifted()
    kind = type("ScriptedHere", (Scripted,), {"shelf": shelf})
    engine = await Engine.open(
        profile, vault=SessionVault(), catalogue=Catalogue({"scripted": ConnectorType(kind)}, {}), clock=clock
    )
    try:
        yield engine, clock
    finally:
        await engine.close()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "CLOCK_SECONDS", 0.01)


def hourly(engine: Engine) -> object:
    return engine.edit_connection("Shelf", api.ConnectionEdit(schedule=api.Schedule(every=HOUR)))


def test_a_clock_put_back_a_day_does_not_put_off_the_next_run(profile: Path) -> None:
    async def main() -> None:
        async with shifting(profile, Shelf()) as (engine, clock):
            await add(engine)
            await sync(engine)
            await hourly(engine)  # type: ignore[misc]
            clock.shift = -DAY
            async with asyncio.timeout(10):
                while True:
                    at = (await engine.connection("Shelf")).next_run_at
                    if at is not None and at - clock.now() <= HOUR:
                        break
                    await asyncio.sleep(0.01)
            assert at - clock.now() > HOUR - 60
            assert len(await engine.runs("Shelf")) == 1, "and it does not run at once either"

    asyncio.run(main())


def test_after_a_sleep_what_was_due_runs_at_once(profile: Path) -> None:
    async def main() -> None:
        async with shifting(profile, Shelf()) as (engine, clock):
            await add(engine)
            await sync(engine)
            await hourly(engine)  # type: ignore[misc]
            clock.shift = DAY
            async with asyncio.timeout(10):
                while len(await engine.runs("Shelf")) < 2:
                    await asyncio.sleep(0.01)

    asyncio.run(main())


@pytest.mark.parametrize("shift", [-HOUR, HOUR])
def test_a_wait_tells_what_is_left_of_it_by_the_new_clock(profile: Path, shift: int) -> None:
    shelf = Shelf()
    shelf.fill(3)

    async def main() -> None:
        async with shifting(profile, shelf) as (engine, clock):
            limited = RateLimited("Too many requests", remedy="Wait.", retry_at=clock.now() + 600)
            shelf.page_error = lambda number: limited if number == 0 else None
            await add(engine)
            run = await engine.start_sync("Shelf")
            async with asyncio.timeout(10):
                while (await engine.run(run.id)).state != "waiting":
                    await asyncio.sleep(0.01)
                clock.shift = shift
                while not 500 < ((await engine.run(run.id)).until or 0) - clock.now() <= 601:
                    await asyncio.sleep(0.01)
            assert (await engine.run(run.id)).state == "waiting"

    asyncio.run(main())
