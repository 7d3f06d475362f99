"""What a killed engine left: the next one that stays takes it up by itself, once; one that passes leaves it alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import pytest

from app import api
from app.accounts import SessionVault
from app.connections import Catalogue
from app.connections.catalogue import ConnectorType
from app.engine.engine import Engine
from tests.sync.scripted import Scripted, Shelf, add, finished, scripted_engine, stored, sync


def killed(profile: Path, **row: object) -> None:
    """Leave the one run as an engine leaves it that is killed."""
    database = apsw.Connection(str(profile / "headwater.db"))
    given = {"state": "running", "finished_at": None, **row}
    database.execute(f"UPDATE run SET {', '.join(f'{name} = ?' for name in given)}", list(given.values()))
    database.close()


@asynccontextmanager
async def again(profile: Path, shelf: Shelf, *, resident: bool = True) -> AsyncIterator[Engine]:
    kind = type("ScriptedHere", (Scripted,), {"shelf": shelf})
    catalogue = Catalogue({"scripted": ConnectorType(kind)}, {})
    engine = await Engine.open(profile, vault=SessionVault(), catalogue=catalogue, resident=resident)
    try:
        yield engine
    finally:
        await engine.close()


def shelf_of(number: int) -> Shelf:
    shelf = Shelf()
    shelf.fill(number)
    return shelf


async def once(profile: Path, shelf: Shelf, mode: api.SyncMode = "incremental") -> None:
    async with scripted_engine(profile, shelf) as engine:
        await add(engine)
        await sync(engine, mode=mode)


@pytest.mark.point(31)
def test_it_goes_on_with_its_trigger_and_mode(profile: Path) -> None:
    shelf = shelf_of(20)

    async def main() -> None:
        await once(profile, shelf)
        killed(profile, trigger="first", mode="full")
        shelf.fill(5, start=20)
        async with again(profile, shelf) as engine:
            run, left = await engine.runs("Shelf")
            assert (left.state, run.trigger, run.mode, run.resumed) == ("interrupted", "first", "full", True)
            assert (await finished(engine, run.id)).state == "done"
            assert await stored(engine) == shelf.bodies()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("row", "resident"),
    [
        pytest.param({}, False, id="a command that passes"),
        pytest.param({"resumed": 1}, True, id="it may be what ended the engine"),
        pytest.param({"mode": "dry_run"}, True, id="a trial has nothing to go on from"),
        pytest.param({"mode": "retry"}, True, id="nor has a retry"),
        pytest.param({"pausing": 1}, True, id="it was to be paused"),
        pytest.param({"state": "cancelled"}, True, id="it was over"),
    ],
)
def test_what_is_left_alone(profile: Path, row: dict[str, object], resident: bool) -> None:
    shelf = shelf_of(3)

    async def main() -> None:
        await once(profile, shelf)
        killed(profile, **row)
        async with again(profile, shelf, resident=resident) as engine:
            assert engine.active_runs == 0
            assert len(await engine.runs("Shelf")) == 1

    asyncio.run(main())


def test_a_disabled_connection_is_left_alone(profile: Path) -> None:
    shelf = shelf_of(3)

    async def main() -> None:
        async with scripted_engine(profile, shelf) as engine:
            await add(engine)
            await sync(engine)
            await engine.edit_connection("Shelf", api.ConnectionEdit(enabled=False))
        killed(profile)
        async with again(profile, shelf) as engine:
            assert engine.active_runs == 0

    asyncio.run(main())
