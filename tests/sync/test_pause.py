"""Pause and resume as explicit states: paused at a page's end, kept over a restart, and gone on with exactly."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app import api
from app.engine.engine import Engine
from app.sync.schedule import AT_ONCE
from connectors.sdk import ConfigError, PermissionDenied, RateLimited
from tests.sync.scripted import Shelf, add, finished, problems, scripted_engine, stored, sync, until
from tests.sync.test_runs import with_engine


async def state(engine: Engine, run_id: str, wanted: api.RunState) -> api.RunView:
    """Wait until the run is in that state and its task has ended."""
    async with asyncio.timeout(20):
        while (view := await engine.run(run_id)).state != wanted or engine.active_runs:
            await asyncio.sleep(0.005)
    return view


async def paused_at(engine: Engine, shelf: Shelf, page: int, mode: api.SyncMode = "incremental") -> api.RunView:
    """A run that is told to pause while that page is read."""
    ask: list[api.RunView] = []

    async def before(number: int) -> None:
        if number == page:
            (active,) = [run for run in await engine.runs() if run.state == "running"]
            ask.append(await engine.pause_run(active.id))

    shelf.before_page = before
    run = await engine.start_sync("Shelf", mode)
    view = await state(engine, run.id, "paused")
    shelf.before_page = None
    assert ask[0].pausing
    return view


@pytest.mark.point(27)
@pytest.mark.parametrize("page", [0, 2, 5])
@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_a_paused_run_goes_on_exactly_under_the_same_id(profile: Path, page: int, mode: api.SyncMode) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(65)
        await add(engine)
        run = await paused_at(engine, shelf, page, mode)
        assert (run.counts.pages, run.finished_at, run.pausing) == (page + 1, None, False)
        view = await engine.connection("Shelf")
        assert (view.state, view.active_run) == ("paused", run)
        assert len(await stored(engine)) == 10 * (page + 1)

        await engine.resume_run(run.id)
        done = await finished(engine, run.id)
        assert (done.state, done.counts.new, done.counts.documents, done.counts.pages) == ("done", 65, 65, 7)
        assert sorted(shelf.fetched) == sorted(shelf.documents)
        assert [each.id for each in await engine.runs("Shelf")] == [run.id]
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)


@pytest.mark.point(27)
@pytest.mark.point(31)
def test_a_pause_outlives_the_engine_and_the_schedule(profile: Path) -> None:
    shelf = Shelf(partitions=("a", "b"))
    shelf.documents = {f"{part}{number:02}": ("1", b"text") for part in "ab" for number in range(25)}

    async def first(engine: Engine, shelf: Shelf) -> None:
        await add(engine)
        await paused_at(engine, shelf, 4, "full")  # in the second part; the first is read through

    async def second(engine: Engine, shelf: Shelf) -> None:
        (run,) = await engine.runs("Shelf")
        assert (run.state, run.counts.documents) == ("paused", 45)
        view = await engine.edit_connection("Shelf", api.ConnectionEdit(schedule=api.Schedule(every=1)))
        assert (view.state, view.next_run_at) == ("paused", None)
        await asyncio.sleep(1.2)  # the schedule would have come around
        assert [each.state for each in await engine.runs("Shelf")] == ["paused"]
        assert len(shelf.fetched) == 45
        await engine.edit_connection("Shelf", api.ConnectionEdit(schedule=api.Schedule()))

        goes_on = await engine.start_sync("Shelf")
        assert goes_on.id == run.id
        done = await finished(engine, run.id)
        assert (done.state, done.mode, done.counts.new) == ("done", "full", 50)
        assert sorted(shelf.fetched) == sorted(shelf.documents)
        assert await stored(engine) == shelf.bodies()

    with_engine(profile, first, shelf)
    with_engine(profile, second, shelf)


@pytest.mark.point(27)
def test_an_engine_that_ends_before_the_page_does_leaves_the_run_paused(profile: Path) -> None:
    shelf = Shelf()
    shelf.fill(30)
    stuck: list[str] = []

    async def stick(name: str) -> None:
        if name >= "doc-00015":
            stuck.append(name)
            await asyncio.sleep(60)

    async def main() -> None:
        async with scripted_engine(profile, shelf) as engine:
            await add(engine)
            shelf.before_fetch = stick
            run = await engine.start_sync("Shelf")
            await until(lambda: len(stuck) > 0)
            assert (await engine.pause_run(run.id)).pausing
            assert (await engine.connection("Shelf")).sentence == "Pausing at the end of this page"
        shelf.before_fetch = None
        async with scripted_engine(profile, shelf) as engine:
            assert (await engine.run(run.id)).state == "paused"
            await engine.resume_run(run.id)
            assert (await finished(engine, run.id)).state == "done"
            assert await stored(engine) == shelf.bodies()

    asyncio.run(main())


@pytest.mark.point(27)
def test_a_pause_can_be_taken_back_before_it_comes(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(40)

        async def before(number: int) -> None:
            if number == 1:
                (run,) = await engine.runs()
                assert (await engine.pause_run(run.id)).pausing
                assert not (await engine.resume_run(run.id)).pausing

        shelf.before_page = before
        await add(engine)
        assert (await sync(engine)).state == "done"
        assert len(shelf.fetched) == 40

    with_engine(profile, body)


@pytest.mark.point(27)
def test_a_waiting_run_pauses_at_once_and_a_queued_one_too(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(20)
        shelf.page_error = lambda number: RateLimited("Too many requests", retry_at=9e9) if number == 1 else None
        await add(engine)
        run = await engine.start_sync("Shelf")
        async with asyncio.timeout(20):
            while (await engine.run(run.id)).state != "waiting":
                await asyncio.sleep(0.005)
        await engine.pause_run(run.id)
        assert (await state(engine, run.id, "paused")).until is None

        gate = asyncio.Event()

        async def hold(_number: int) -> None:
            await gate.wait()

        shelf.before_page = hold
        busy = []
        for number in range(AT_ONCE):
            await add(engine, f"Busy {number}")
            busy.append(await engine.start_sync(f"Busy {number}"))
        await until(lambda: shelf.pages >= AT_ONCE + 2)
        await add(engine, "Other")
        queued = await engine.start_sync("Other")
        assert queued.state == "queued"
        assert (await engine.pause_run(queued.id)).state == "paused"
        gate.set()
        for each in busy:
            await finished(engine, each.id)
        for each in (run, queued):
            await engine.resume_run(each.id)
            assert (await finished(engine, each.id)).state == "done"

    with_engine(profile, body)


@pytest.mark.point(27)
def test_what_else_can_happen_to_a_paused_run(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(40)
        await add(engine)
        run = await paused_at(engine, shelf, 1)
        await engine.edit_connection("Shelf", api.ConnectionEdit(enabled=False))
        with pytest.raises(ConfigError, match="disabled"):
            await engine.resume_run(run.id)
        await engine.edit_connection("Shelf", api.ConnectionEdit(enabled=True))
        await engine.remove_connection("Shelf")
        assert (await engine.restore_connection("Shelf")).state == "paused"

        assert (await engine.cancel_run(run.id)).state == "cancelled"
        with pytest.raises(ConfigError, match="not paused"):
            await engine.resume_run(run.id)
        with pytest.raises(ConfigError, match="over"):
            await engine.pause_run(run.id)

        second = await paused_at(engine, shelf, shelf.pages)
        await engine.edit_connection("Shelf", api.ConnectionEdit(set={"prefix": "doc-0000"}))
        await engine.resume_run(second.id)
        assert (await finished(engine, second.id)).state in ("done", "held_back")

        shelf.page_size = 3
        third = await paused_at(engine, shelf, shelf.pages)
        other = await sync(engine, mode="full")
        assert other.id != third.id
        assert (await engine.run(third.id)).state == "cancelled"

    with_engine(profile, body)


@pytest.mark.point(29)
def test_only_what_failed_is_tried_again(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        refused = PermissionDenied("You may not read this", remedy="Ask for the right.")
        shelf.fetch_error = {f"doc-0000{number}": refused for number in (1, 2, 3)}
        await add(engine)
        await sync(engine)
        del shelf.documents["doc-00020"]  # a retry does not look at the source
        shelf.fetched.clear()
        pages = shelf.pages

        del shelf.fetch_error["doc-00001"]
        one = await finished(engine, (await engine.retry_items("Shelf", ["doc-00001"])).id)
        assert (one.mode, one.state, one.counts.new, shelf.fetched) == ("retry", "done", 1, ["doc-00001"])
        shelf.fetched.clear()
        del shelf.fetch_error["doc-00002"]
        rest = await finished(engine, (await engine.retry_items("Shelf", [])).id)
        assert (rest.state, rest.counts.new, rest.counts.failed) == ("done_with_failures", 1, 1)
        assert sorted(shelf.fetched) == ["doc-00002", "doc-00003"]
        assert shelf.pages == pages
        view = await engine.connection("Shelf")
        assert (view.failed_items, view.documents) == (1, 29)
        assert view.last_run is not None
        assert view.last_run.mode == "incremental"
        assert [item.source_id for item in await engine.failed_items("Shelf")] == ["doc-00003"]

        shelf.fetch_error.clear()
        await finished(engine, (await engine.start_sync("Shelf", "retry")).id)
        assert (await engine.connection("Shelf")).state == "up_to_date"
        with pytest.raises(ConfigError, match="Nothing fails"):
            await engine.retry_items("Shelf", [])

    with_engine(profile, body)


@pytest.mark.point(29)
def test_what_the_source_could_not_even_list_is_looked_for_by_a_sync(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(5)
        shelf.unreadable = ["doc-00002"]
        await add(engine)
        await sync(engine)
        shelf.unreadable = []
        run = await finished(engine, (await engine.retry_items("Shelf", ["doc-00002"])).id)
        assert (run.mode, run.state) == ("incremental", "done")
        assert await engine.failed_items("Shelf") == []

    with_engine(profile, body)


def test_deletions_that_are_held_back_can_be_listed(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(40)
        await add(engine)
        await sync(engine)
        gone = sorted(shelf.documents)[5:]
        for name in gone:
            del shelf.documents[name]
        assert (await sync(engine)).state == "held_back"
        listed = await engine.documents(api.DocumentFilter(connections=["Shelf"], status="held_back"))
        assert [view.source_id for view in listed.documents] == gone
        assert listed.total == (await engine.connection("Shelf")).held_back
        await engine.apply_held_back("Shelf")
        assert (await engine.documents(api.DocumentFilter(status="held_back"))).total == 0

    with_engine(profile, body)
