"""What a connection says of itself: its state, its last run, the one that is under way."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

from app import api
from app.accounts import SessionVault
from app.engine.engine import Engine
from tests.engine.job import folder_draft, make_folder


async def ended(engine: Engine, run: api.RunView) -> None:
    async with aclosing(engine.events(0)) as events:  # type: ignore[type-var]
        async for event in events:
            if event.fact is not None and event.fact.kind == "run_finished" and event.fact.run_id == run.id:
                return


def test_the_last_run_is_the_one_that_is_over(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        engine = await Engine.open(profile, vault=SessionVault())
        try:
            folder = make_folder(tmp_path / "notes", 1)
            await engine.add_connection(folder_draft("Notes", folder))
            view = await engine.connection("Notes")
            assert (view.state, view.last_run, view.active_run) == ("new", None, None)

            first = await engine.start_sync("Notes")
            view = await engine.connection("Notes")
            assert view.active_run is not None
            assert (view.active_run.id, view.last_run) == (first.id, None)
            await ended(engine, first)
            while (view := await engine.connection("Notes")).active_run is not None:
                await asyncio.sleep(0.01)
            assert view.last_run is not None
            assert (view.last_run.id, view.sentence) == (first.id, "Up to date, 1 document")
            assert view.last_run.summary.startswith("1 document: 1 new in ")

            second = await engine.start_sync("Notes", "dry_run")
            view = await engine.connection("Notes")
            assert view.active_run is not None
            assert view.last_run is not None
            assert (view.active_run.id, view.last_run.id) == (second.id, first.id)
            await ended(engine, second)
            while (view := await engine.connection("Notes")).active_run is not None:
                await asyncio.sleep(0.01)
            assert view.last_run is not None
            assert view.last_run.id == first.id
        finally:
            await engine.close()

    asyncio.run(main())
