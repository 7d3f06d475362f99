"""Runs over a scripted source: what is fetched, what is kept, and what a stop, a fault or an edit may never cost."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from app import api
from app.engine.engine import Engine
from app.sync.schedule import AT_ONCE
from connectors.sdk import AuthError, ConfigError, NotFound, PermissionDenied, RateLimited, TooLarge, TransientError
from tests.support.canary import Canary
from tests.sync.scripted import Shelf, add, finished, problems, scripted_engine, stored, sync, until

Body = Callable[[Engine, Shelf], Coroutine[Any, Any, None]]


def with_engine(profile: Path, body: Body, shelf: Shelf | None = None) -> None:
    async def main() -> None:
        own = shelf or Shelf()
        async with scripted_engine(profile, own) as engine:
            await body(engine, own)

    asyncio.run(main())


def test_a_second_pass_fetches_nothing(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(25)
        await add(engine)
        first = await sync(engine)
        assert first.state == "done"
        assert (first.counts.new, first.counts.documents, first.counts.pages) == (25, 25, 3)
        shelf.fetched.clear()
        second = await sync(engine)
        assert shelf.fetched == []
        assert (second.counts.unchanged, second.counts.new) == (25, 0)
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)


def test_changed_and_vanished_documents(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        await add(engine)
        await sync(engine)
        shelf.fill(2, start=3, version="2")
        del shelf.documents["doc-00029"], shelf.documents["doc-00000"]
        shelf.fetched.clear()
        run = await sync(engine)
        assert sorted(shelf.fetched) == ["doc-00003", "doc-00004"]
        assert (run.counts.changed, run.counts.deleted, run.counts.unchanged) == (2, 2, 26)
        assert await stored(engine) == shelf.bodies()
        gone = await engine.documents(api.DocumentFilter(status="deleted"))
        assert sorted(view.source_id for view in gone.documents) == ["doc-00000", "doc-00029"]
        found = await engine.search(api.SearchQuery(text="version 2"))
        assert {hit.source_id for hit in found.hits} >= {"doc-00003", "doc-00004"}
        shelf.fill(1)
        again = await sync(engine)
        assert again.counts.new == 1
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)


@pytest.mark.parametrize("broken_page", range(5))
def test_a_run_that_breaks_at_any_page_goes_on_from_there(profile: Path, broken_page: int) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(45)
        shelf.page_error = lambda number: PermissionDenied("no") if number == broken_page else None
        await add(engine)
        first = await sync(engine)
        assert first.state == "failed"
        assert first.counts.pages == broken_page
        second = await sync(engine)
        assert second.resumed
        assert second.state == "done"
        assert await stored(engine) == shelf.bodies()
        assert len(shelf.fetched) == 45
        assert shelf.read_from[1] == (None if broken_page == 0 else {"after": f"doc-{broken_page * 10 - 1:05}"})

    with_engine(profile, body)


def test_a_cancelled_run_keeps_what_it_had_and_ends_within_a_second(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(100)
        stuck = asyncio.Event()

        async def slow(name: str) -> None:
            if name >= "doc-00050":
                await stuck.wait()

        shelf.before_fetch = slow
        await add(engine)
        run = await engine.start_sync("Shelf")
        await until(lambda: len(shelf.fetched) >= 50)
        while len(await stored(engine)) < 50:
            await asyncio.sleep(0.02)
        started = time.perf_counter()
        ended = await engine.cancel_run(run.id)
        assert time.perf_counter() - started < 1
        assert ended.state == "cancelled"
        assert len(await stored(engine)) == 50
        shelf.before_fetch = None
        shelf.fetched.clear()
        assert (await sync(engine)).state == "done"
        assert len(shelf.fetched) == 50
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)


def test_single_failures_do_not_stop_the_rest_and_are_tried_again(profile: Path) -> None:
    shelf = Shelf(unchanged_pages=True)

    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        shelf.fetch_error = {
            "doc-00001": PermissionDenied("You may not read this", where="doc-00001", remedy="Ask for the right."),
            "doc-00002": NotFound("gone"),
            "doc-00003": TooLarge("5 GB", where="doc-00003"),
            "doc-00004": ValueError("a defect"),
        }
        await add(engine)
        run = await sync(engine)
        assert run.state == "done_with_failures"
        assert (run.counts.new, run.counts.failed, run.counts.skipped) == (26, 3, 1)
        items = {item.source_id: item for item in await engine.run_items(run.id)}
        assert items["doc-00001"].error.remedy == "Ask for the right."
        assert "vanished between listing and fetching" in items["doc-00002"].error.what
        assert items["doc-00003"].kind == "skipped"
        assert items["doc-00004"].error.code == "internal_error"
        failing = await engine.failed_items("Shelf")
        assert [item.source_id for item in failing] == ["doc-00001", "doc-00002", "doc-00004"]
        shelf.fetch_error = {}
        shelf.fetched.clear()
        again = await sync(engine)
        assert sorted(shelf.fetched) == ["doc-00001", "doc-00002", "doc-00004"]
        assert again.state == "done"
        assert await engine.failed_items("Shelf") == []
        assert len(await stored(engine)) == 29

    with_engine(profile, body, shelf)


def test_a_listing_that_lost_most_documents_is_not_believed(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(40)
        await add(engine)
        await sync(engine)
        everything = shelf.bodies()
        for name in list(shelf.documents)[5:]:
            del shelf.documents[name]
        run = await sync(engine)
        assert run.state == "held_back"
        view = await engine.connection("Shelf")
        assert (view.state, view.held_back, view.documents) == ("held_back", 35, 40)
        assert await stored(engine) == everything
        assert await engine.keep_held_back("Shelf") == 35
        assert (await engine.connection("Shelf")).held_back == 0
        await sync(engine)
        assert await engine.apply_held_back("Shelf") == 35
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)


def test_what_was_held_back_and_comes_back_is_no_longer_held(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(40)
        await add(engine)
        await sync(engine)
        before = dict(shelf.documents)
        shelf.documents.clear()
        assert (await sync(engine)).state == "held_back"
        shelf.documents.update(before)
        assert (await sync(engine)).state == "done"
        assert (await engine.connection("Shelf")).held_back == 0

    with_engine(profile, body)


def test_deletions_that_were_held_are_judged_anew_by_the_next_pass(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(40)
        await add(engine)
        await sync(engine)
        before = dict(shelf.documents)
        shelf.documents.clear()
        assert (await sync(engine)).state == "held_back"
        shelf.documents.update(before)
        del shelf.documents["doc-00007"]
        run = await sync(engine)
        assert (run.state, run.counts.deleted) == ("done", 1)
        assert (await engine.connection("Shelf")).held_back == 0
        assert await stored(engine) == shelf.bodies()

    with_engine(profile, body)


def test_what_the_source_itself_could_not_read_is_forgotten_when_it_lists_it_no_more(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(5)
        shelf.unreadable = ["doc-00002"]
        await add(engine)
        assert (await sync(engine)).counts.failed == 1
        assert [item.source_id for item in await engine.failed_items("Shelf")] == ["doc-00002"]
        shelf.unreadable = []
        del shelf.documents["doc-00002"]
        assert (await sync(engine)).state == "done"
        assert await engine.failed_items("Shelf") == []

    with_engine(profile, body)


def test_a_body_that_is_given_up_is_closed_at_its_sender(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        closed: list[str] = []

        async def chunks() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 1_000_000
            finally:
                closed.append("closed")

        shelf.fill(1)
        shelf.chunks = chunks
        await add(engine)
        run = await sync(engine)
        assert (run.counts.skipped, closed) == (1, ["closed"])

    with_engine(profile, body)


def test_a_secret_that_a_server_echoes_is_not_recorded(profile: Path, canary: Canary) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        engine._network.redactor.remember(canary.value)
        shelf.fill(3)
        echo = f"the key {canary.value} is wrong"
        shelf.fetch_error = {"doc-00001": PermissionDenied(echo, where=echo, detail=echo)}
        await add(engine)
        run = await sync(engine)
        (item,) = await engine.run_items(run.id)
        assert canary.value not in str(item)
        assert "the key" in item.error.what
        shelf.fetch_error = {"doc-00001": AuthError(echo, detail=echo)}
        assert canary.value not in str(await sync(engine))

    with_engine(profile, body)
    canary.check(profile)


def test_a_tuning_change_goes_into_the_running_sync(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(50)

        async def slow(number: int) -> None:
            if number == 2:
                await engine.edit_connection("Shelf", api.ConnectionEdit(set={"pace": 9}))

        shelf.before_page = slow
        await add(engine)
        run = await sync(engine)
        assert run.state == "done"
        assert len(await engine.runs("Shelf")) == 1
        assert [getattr(config, "pace", None) for config in shelf.configs] == [1, 9]
        assert shelf.read_from[1] == {"after": "doc-00029"}
        assert len(shelf.fetched) == 50
        view = await engine.connection("Shelf")
        assert (view.epoch, view.revision) == (1, 2)

    with_engine(profile, body)


def test_a_change_of_scope_begins_a_new_epoch_under_the_same_run(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(50)
        preview: list[api.EditPreview] = []

        async def slow(number: int) -> None:
            if number == 3:
                edit = api.ConnectionEdit(set={"prefix": "doc-0001"})
                preview.append(await engine.preview_edit("Shelf", edit))
                await engine.edit_connection("Shelf", edit)

        shelf.before_page = slow
        await add(engine)
        run = await sync(engine)
        assert preview[0].effect == "scope"
        assert run.state in ("done", "held_back")
        assert len(await engine.runs("Shelf")) == 1
        assert shelf.read_from == [None, None]
        assert (await engine.connection("Shelf")).epoch == 2
        await engine.apply_held_back("Shelf")
        assert sorted(await stored(engine)) == [f"doc-{number:05}" for number in range(10, 20)]

    with_engine(profile, body)


def test_a_preview_counts_what_a_new_scope_would_change(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        await add(engine, prefix="doc-0000")
        await sync(engine)
        shelf.fetched.clear()
        preview = await engine.preview_edit("Shelf", api.ConnectionEdit(set={"prefix": "doc-0001"}), listing=True)
        assert (preview.known, preview.added, preview.kept, preview.removed) == (10, 10, 0, 10)
        assert shelf.fetched == []
        assert (await engine.connection("Shelf")).epoch == 1

    with_engine(profile, body)


def test_a_rate_limit_makes_the_run_wait_and_lose_nothing(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        limited = [True]

        async def limit(name: str) -> None:
            if name == "doc-00015" and limited.pop():
                raise RateLimited("Slow down", retry_at=time.time() + 0.1)

        limited.insert(0, False)
        shelf.before_fetch = limit
        await add(engine)
        run = await engine.start_sync("Shelf")
        states: list[str] = []
        async for event in engine.events(0):
            if event.fact is not None and event.fact.run_id == run.id and "state" in event.fact.data:
                states.append(str(event.fact.data["state"]))
                if event.fact.kind == "run_finished":
                    break
        assert states == ["queued", "running", "waiting", "running", "done"]
        assert await stored(engine) == shelf.bodies()

    with_engine(profile, body)


def test_runs_that_wait_let_others_work(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        names = ("a", "b", "c", "d", "free")
        for name in names:
            shelf.documents[f"{name}-1"] = ("1", b"text")
            await add(engine, name, prefix=name)

        async def limit(name: str) -> None:
            if not name.startswith("free"):
                raise RateLimited("Slow down", retry_at=time.time() + 3600)

        shelf.before_fetch = limit
        waiting = [(await engine.start_sync(name)).id for name in names[:4]]
        assert len(waiting) == AT_ONCE
        while any([(await engine.run(run)).state != "waiting" for run in waiting]):
            await asyncio.sleep(0.01)
        assert (await sync(engine, "free")).state == "done"
        shelf.before_fetch = None
        for run in waiting:
            await engine.cancel_run(run)
            assert (await engine.run(run)).state == "cancelled"

    with_engine(profile, body)


def test_what_a_broken_page_had_stored_already_is_counted_once(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.page_size = 20
        shelf.fill(20)
        await add(engine)
        others = asyncio.Event()
        refused: list[str] = []

        async def limit(name: str) -> None:
            if name == "doc-00019" and not refused:
                await others.wait()
                await asyncio.sleep(0.05)  # those that were fetched reach the batch
                refused.append(name)
                raise RateLimited("Slow down", retry_at=time.time())
            if len(shelf.fetched) >= 18:
                others.set()

        shelf.before_fetch = limit
        run = await sync(engine)
        assert refused == ["doc-00019"]
        assert len(shelf.fetched) == 20  # the page was read twice, each document fetched once
        assert (run.counts.documents, run.counts.new, run.counts.unchanged) == (20, 20, 0)

    with_engine(profile, body)


def test_an_unreachable_source_is_tried_again_then_the_run_fails_with_its_reason(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(10)
        shelf.page_error = lambda number: TransientError("The server answered 503", where="shelf", remedy="Wait.")
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(round(seconds))

        monkeypatch.setattr(engine._scheduler._clock, "sleep", sleep)
        await add(engine)
        run = await sync(engine)
        assert run.state == "failed"
        assert run.error is not None
        assert (run.error.what, run.error.remedy) == ("The server answered 503", "Wait.")
        assert slept == [2, 4, 8]
        shelf.page_error = lambda number: None
        assert (await sync(engine)).state == "done"

    with_engine(profile, body)


def test_many_failures_in_a_row_are_about_the_source_and_not_the_documents(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.page_size = 200
        shelf.fill(200)
        shelf.fetch_error = dict.fromkeys(shelf.documents, TransientError("Connection refused"))
        monkeypatch.setattr(engine._scheduler._clock, "sleep", lambda seconds: asyncio.sleep(0))
        await add(engine)
        run = await sync(engine)
        assert run.state == "failed"
        assert run.error is not None
        assert "in a row" in run.error.what
        shelf.fetch_error = {}
        assert (await sync(engine)).state == "done"
        assert await stored(engine) == shelf.bodies()

    with_engine(profile, body)


def test_a_refused_credential_fails_the_run_and_asks_to_sign_in(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(10)
        shelf.fetch_error = {"doc-00004": AuthError("The key was revoked", remedy="Enter a new one.")}
        await add(engine)
        run = await sync(engine)
        assert run.state == "failed"
        view = await engine.connection("Shelf")
        assert (view.state, view.sentence) == ("sign_in_again", "Sign in again: The key was revoked")

    with_engine(profile, body)


def test_a_checkpoint_of_another_version_means_comparing_not_fetching_again(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(20)
        await add(engine)
        await sync(engine)
        await engine._library.database.write(lambda db: db.execute("UPDATE checkpoint SET version = 1"))
        shelf.fetched.clear()
        run = await sync(engine)
        assert run.state == "done"
        assert shelf.fetched == []
        assert shelf.read_from[-1] is None
        lines = await engine.log(api.LogFilter(level="warning"))
        assert any("checkpoint is from another version" in line.message for line in lines)

    with_engine(profile, body)


def test_full_fetches_everything_again_and_reconcile_does_not(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(15)
        await add(engine)
        await sync(engine)
        shelf.fetched.clear()
        await sync(engine, mode="reconcile")
        assert shelf.fetched == []
        assert shelf.read_from[-1] is None
        run = await sync(engine, mode="full")
        assert len(shelf.fetched) == 15
        assert run.counts.unchanged == 15

    with_engine(profile, body)


def test_a_dry_run_tells_and_changes_nothing(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(15)
        await add(engine)
        await sync(engine)
        shelf.fill(3, version="2")
        shelf.fill(2, start=50)
        before = await stored(engine)
        shelf.fetched.clear()
        run = await sync(engine, mode="dry_run")
        assert (run.counts.new, run.counts.changed, run.counts.unchanged) == (2, 3, 12)
        assert shelf.fetched == []
        assert await stored(engine) == before
        assert (await sync(engine)).counts.new == 2

    with_engine(profile, body)


def test_partitions_each_have_their_own_checkpoint(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.partitions = ("doc-0000", "doc-0001")
        shelf.fill(20)
        await add(engine)
        assert (await sync(engine)).counts.new == 20
        del shelf.documents["doc-00003"]
        run = await sync(engine)
        assert (run.counts.deleted, run.counts.unchanged) == (1, 19)
        assert await stored(engine) == shelf.bodies()

    with_engine(profile, body)


def test_removing_a_connection_ends_its_run_and_can_be_undone(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        await add(engine)
        await sync(engine)
        shelf.fill(30, version="2")
        shelf.before_fetch = lambda name: asyncio.sleep(60)
        run = await engine.start_sync("Shelf")
        await until(lambda: shelf.pages > 3)
        await engine.remove_connection("Shelf")
        assert (await engine.run(run.id)).state == "cancelled"
        assert (await engine.search(api.SearchQuery(text="barometers"))).total == 0
        await engine.restore_connection("Shelf")
        assert (await engine.search(api.SearchQuery(text="barometers"))).total == 30
        await engine.remove_connection("Shelf")
        await engine.purge_connection("Shelf")
        assert await engine.connections(removed=True) == []
        assert await problems(engine) == []
        assert (await engine.library_stats()).contents == 0

    with_engine(profile, body)


def test_old_versions_are_given_back_and_the_rest_stays(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        shelf.documents["big"] = ("1", b"\x00\x01" * 1_000_000)
        await add(engine)
        await sync(engine)
        shelf.fill(20, version="2")
        shelf.documents["big"] = ("2", b"\x00\x02" * 1_000_000)
        await sync(engine)
        before = (await engine.library_stats()).contents
        freed = await engine._library.compact()
        assert freed > 2_000_000
        assert (await engine.library_stats()).contents == before - 21
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []
        shelf.fill(5, start=50)
        await sync(engine)
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)

    async def reopened(engine: Engine, shelf: Shelf) -> None:
        assert await problems(engine) == []
        assert (await engine.library_stats()).contents == 36

    with_engine(profile, reopened)


def test_a_full_disk_fails_the_run_keeps_the_library_and_the_next_run_goes_on(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(30)
        await add(engine)
        await sync(engine)
        kept = await stored(engine)
        shelf.fill(30, start=100)
        content = engine._library.content
        flush = content._flush

        def full() -> None:
            if content._pending:
                path = content._pack_path(content._number)
                with path.open("ab") as file:
                    file.write(b"half a record")
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(content, "_flush", full)
        run = await sync(engine)
        assert run.state == "failed"
        assert run.error is not None
        assert run.error.code == "disk_full"
        assert run.error.remedy
        assert await stored(engine) == kept
        monkeypatch.setattr(content, "_flush", flush)
        assert (await sync(engine)).state == "done"
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, body)


def test_large_documents_go_to_files_of_their_own(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.documents["big"] = ("1", b"\x00\x01" * 2_000_000)
        shelf.documents["small"] = ("1", b"small")
        await add(engine)
        assert (await sync(engine)).state == "done"
        assert await stored(engine) == shelf.bodies()
        files = list((profile / "library" / "files").glob("*/*"))
        assert [file.stat().st_size for file in files] == [4_000_000]
        assert list((profile / "library" / "incoming").iterdir()) == []
        assert await problems(engine) == []

    with_engine(profile, body)


def test_an_engine_that_was_closed_in_mid_run_goes_on_at_its_next_start(profile: Path) -> None:
    shelf = Shelf()
    shelf.fill(60)

    async def first(engine: Engine, shelf: Shelf) -> None:
        async def stick(name: str) -> None:
            if name >= "doc-00030":
                await asyncio.sleep(60)

        shelf.before_fetch = stick
        await add(engine)
        await engine.start_sync("Shelf")
        await until(lambda: len(shelf.fetched) >= 30)

    async def second(engine: Engine, shelf: Shelf) -> None:
        shelf.before_fetch = None
        (left,) = await engine.runs("Shelf")
        assert left.state == "interrupted"
        run = await sync(engine)
        assert (run.state, run.resumed) == ("done", True)
        assert await stored(engine) == shelf.bodies()
        assert await problems(engine) == []

    with_engine(profile, first, shelf)
    with_engine(profile, second, shelf)


def test_a_schedule_starts_runs_and_tells_the_next_one(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(3)
        await add(engine)
        await engine.edit_connection("Shelf", api.ConnectionEdit(schedule=api.Schedule(every=3600)))
        await until(lambda: len(shelf.fetched) == 3)
        (run,) = await engine.runs("Shelf")
        await finished(engine, run.id)
        assert run.trigger == "schedule"
        await until(lambda: (engine._scheduler.next_run(run.connection_id) or 0) > time.time() + 3000)

    with_engine(profile, body)


def test_a_disabled_connection_does_not_sync(profile: Path) -> None:
    async def body(engine: Engine, shelf: Shelf) -> None:
        await add(engine)
        await engine.edit_connection("Shelf", api.ConnectionEdit(enabled=False))
        with pytest.raises(ConfigError) as raised:
            await engine.start_sync("Shelf")
        assert "--enable" in raised.value.remedy

    with_engine(profile, body)
