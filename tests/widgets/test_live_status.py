"""The window over a real engine: what a sync does is what list and page say, and acts on many are undone as one."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app import api
from app.engine.engine import Engine
from connectors.sdk import HeadwaterError, PermissionDenied, RateLimited
from tests.sync.scripted import Shelf, add, finished, scripted_engine, sync
from tests.widgets.conftest import Run, until
from tests.widgets.window import find, idle, press, settings
from widgets.pages.connection import ConnectionPage
from widgets.pages.connection_list import GROUP
from widgets.pages.page import Place
from widgets.pages.sources import SourcesPage
from widgets.parts import Banner, Chip
from widgets.shell import Shell
from widgets.watch import ATTENTION

Made = Callable[[Engine, Shelf], Coroutine[Any, Any, Any]]


@asynccontextmanager
async def live(
    tmp_path: Path, shelf: Shelf, before: Made | None = None, place: Place | None = None
) -> AsyncIterator[tuple[Shell, Engine]]:
    """A shown window on an engine that knows the scripted source; `before` furnishes it."""
    async with scripted_engine(tmp_path / "profile", shelf) as engine:
        if before is not None:
            await before(engine, shelf)
        shell = Shell(settings(tmp_path))
        shell.show()
        shell.attach(cast(Any, engine))
        if place is not None:
            shell.go(place)
        await idle(shell)
        try:
            yield shell, engine
        finally:
            await shell.detach()
            shell.finish()
            shell.deleteLater()


def page_of(shell: Shell) -> ConnectionPage:
    return cast(ConnectionPage, shell.current)


def sources(shell: Shell) -> SourcesPage:
    return cast(SourcesPage, shell.current)


def number(page: ConnectionPage, name: str) -> int:
    return int(find(page, QPushButton, f"number_{name}").text().replace(",", ""))


def _has_rows(page: ConnectionPage, count: int) -> bool:
    return page.documents.model.rowCount() == count


def banners(shell: Shell) -> list[str]:
    return [banner.text() for banner in shell.findChildren(Banner) if not banner.isHidden()]


def state_in_words(page: ConnectionPage) -> str:
    return page.head.state.text()


@pytest.mark.point(27)
@pytest.mark.point(25)
def test_a_sync_is_paused_and_resumed_by_hand_and_its_bar_never_goes_back(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.fill(60)
    gate = asyncio.Event()

    async def slow(number: int) -> None:
        if number == 3:
            await gate.wait()

    async def made(engine: Engine, shelf: Shelf) -> None:
        shelf.before_page = slow
        await add(engine)

    async def main() -> None:
        async with live(tmp_path, shelf, made, Place("connection", "Shelf")) as (shell, engine):
            page = page_of(shell)
            assert state_in_words(page) == "Not synced yet"
            press(page, "act")
            await until(lambda: page.act.text() == "Pause")
            await until(lambda: number(page, "new") == 30)
            press(page, "act")
            await until(lambda: "Pausing as soon as" in page.overview.card.counted.text())
            gate.set()
            await until(lambda: page.overview.card.counted.text().startswith("Paused"))
            assert page.act.text() == "Resume"
            assert page.overview.card.counted.text() == f"Paused at {number(page, 'documents')} documents"
            seen = number(page, "new")
            assert 30 <= seen < 60
            progress = page.overview.progress
            assert progress is not None
            press(page, "act")
            await until(lambda: page.act.text() == "Sync now")
            assert progress.seen >= seen
            await until(lambda: number(page, "documents") == 60)
            assert sorted(shelf.fetched) == sorted(shelf.documents)
            assert len(await engine.runs("Shelf")) == 1

    run(main())


@pytest.mark.point(29)
def test_failing_items_are_listed_with_their_cause_and_retried_alone(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.fill(12)

    async def made(engine: Engine, shelf: Shelf) -> None:
        for name in ("doc-00003", "doc-00007"):
            shelf.fetch_error[name] = PermissionDenied("You may not read this", remedy="Ask for the right.")
        await add(engine)
        await sync(engine)

    async def main() -> None:
        async with live(tmp_path, shelf, made, Place("connection", "Shelf")) as (shell, engine):
            page = page_of(shell)
            table = page.overview.failures.table
            await until(lambda: table.rowCount() == 2)
            assert state_in_words(page) == "2 items fail"
            assert [table.index(0, column).data() for column in range(3)] == [
                *("doc-00003", "You may not read this", "Ask for the right.")
            ]
            assert number(page, "failed") == table.rowCount()
            shelf.fetch_error.clear()
            shelf.fetched.clear()
            table.view.selectRow(1)
            assert find(page, QPushButton, "retry").text() == "Retry 1"
            press(page, "retry")
            await until(lambda: table.rowCount() == 1)
            assert shelf.fetched == ["doc-00007"]
            table.view.clearSelection()
            await until(find(page, QPushButton, "retry").isEnabled)
            press(page, "retry")
            await until(lambda: page.overview.failures.isHidden())
            assert sorted(shelf.fetched) == ["doc-00003", "doc-00007"]
            await until(lambda: state_in_words(page) == "Up to date, 12 documents")
            assert [each.mode for each in await engine.runs("Shelf")] == ["retry", "retry", "incremental"]

    run(main())


@pytest.mark.point(34)
def test_each_number_counts_the_documents_that_it_leads_to(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.fill(40)

    async def made(engine: Engine, shelf: Shelf) -> None:
        await add(engine)
        await sync(engine)
        shelf.fill(3, version="2")
        shelf.fill(5, start=40)
        for name in ("doc-00010", "doc-00011"):
            del shelf.documents[name]
        await sync(engine)

    async def main() -> None:
        async with live(tmp_path, shelf, made, Place("connection", "Shelf")) as (shell, _engine):
            page = page_of(shell)
            said = {name: number(page, name) for name in ("documents", "new", "changed", "deleted")}
            assert said == {"documents": 43, "new": 5, "changed": 3, "deleted": 2}
            for name, count in said.items():
                page.show_tab("overview")
                press(page, f"number_{name}")
                await until(partial(_has_rows, page, count))
                assert page.stack.currentWidget() is page.documents

    run(main())


@pytest.mark.point(33)
def test_the_bars_are_walked_by_keys_and_say_what_they_show(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()

    async def made(engine: Engine, shelf: Shelf) -> None:
        shelf.fill(4)
        await add(engine)
        await sync(engine)
        shelf.page_error = lambda _number: PermissionDenied("The shelf is locked")
        await sync(engine)
        shelf.page_error = lambda _number: None
        await sync(engine)

    async def main() -> None:
        async with live(tmp_path, shelf, made, Place("connection", "Shelf")) as (shell, engine):
            page = page_of(shell)
            bars = page.overview.history.bars
            await until(bars.isVisible)
            assert bars.accessibleName() == "3 runs: 1 failed."
            bars.setFocus(Qt.FocusReason.TabFocusReason)
            assert "Done" in bars.accessibleName()
            assert "nothing new" in bars.accessibleName()
            QTest.keyClick(bars, Qt.Key.Key_Left)
            assert bars.accessibleName().endswith("The shelf is locked")
            assert page.overview.history._told.text() == bars.accessibleName()
            QTest.keyClick(bars, Qt.Key.Key_Home)
            assert bars.accessibleName().endswith("4 new")
            QTest.keyClick(bars, Qt.Key.Key_Return)
            first = (await engine.runs("Shelf"))[-1]
            await until(lambda: page.runs._chosen == first.id)
            assert page.stack.currentWidget() is page.runs

    run(main())


@pytest.mark.point(32)
def test_a_wait_counts_down_each_second_and_nothing_ticks_without_one(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.fill(20)
    limited = RateLimited("Too many requests", retry_at=time.time() + 3600)

    async def made(engine: Engine, shelf: Shelf) -> None:
        shelf.page_error = lambda number: limited if number == 1 else None
        await add(engine)

    async def main() -> None:
        async with live(tmp_path, shelf, made) as (shell, engine):
            page = sources(shell)
            assert page.clock.interval == 30_000
            await engine.start_sync("Shelf")
            await until(lambda: page.clock.interval == 1_000)
            told = []

            def words() -> str:
                return str(page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole))

            page.clock.ticked.connect(lambda: told.append(words()))
            await until(lambda: len(told) == 2)
            assert re.search(r"Tries again in (1 h|59:\d\d min): Too many requests", told[0])
            assert told[0] != told[1]
            shell.go(Place("connection", "Shelf"))
            await idle(shell)
            assert page.clock.interval == 0
            assert page_of(shell).clock.interval == 1_000
            press(page_of(shell), "act")
            await until(lambda: page_of(shell).clock.interval == 30_000)
            assert page_of(shell).act.text() == "Resume"

    run(main())


async def five(engine: Engine, shelf: Shelf) -> None:
    """Five connections: one refused, one disabled."""
    shelf.fill(5)
    for name in ("A", "B", "C", "D", "E"):
        await add(engine, name)
        await sync(engine, name)
    await engine.edit_connection("E", api.ConnectionEdit(enabled=False))


def choose(page: SourcesPage, *names: str) -> None:
    page.list.selectionModel().clear()
    for row in range(page.model.rowCount()):
        if page.model.index(row).data() in names:
            page.list.selectionModel().select(page.model.index(row), QItemSelectionModel.SelectionFlag.Select)


@pytest.mark.point(36)
@pytest.mark.point(38)
def test_several_are_chosen_by_keys_removed_at_once_and_undone_as_one(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with live(tmp_path, Shelf(), five) as (shell, engine):
            page = sources(shell)
            page.list.setFocus()
            page.list.setCurrentIndex(page.model.index(0))
            assert page.selection_bar.isHidden()
            QTest.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
            QTest.keyClick(page.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
            assert page.selection_bar.accessibleName() == "3 sources chosen"
            before = {view.id: view for view in await engine.connections()}
            QTest.keyClick(page.list, Qt.Key.Key_Delete)
            await until(lambda: page.model.rowCount() == 2)
            assert banners(shell) == ["3 sources and their documents were removed."]
            press(shell, "banner_action")
            await until(lambda: page.model.rowCount() == 5)
            assert {view.id: view for view in await engine.connections()} == before
            assert await engine.connections(removed=True) == []
            QTest.keyClick(page.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            assert page.selection_bar.accessibleName() == "5 sources chosen"
            QTest.keyClick(page.list, Qt.Key.Key_Escape)
            assert page.selection_bar.isHidden()

    run(main())


def test_a_click_with_ctrl_or_shift_chooses_and_a_plain_one_opens(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with live(tmp_path, Shelf(), five) as (shell, _engine):
            page = sources(shell)

            def click(row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
                place = page.list.visualRect(page.model.index(row)).topLeft() + QPoint(80, 20)
                QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, keys, place)

            click(1, Qt.KeyboardModifier.ControlModifier)
            click(3, Qt.KeyboardModifier.ControlModifier)
            assert page.selection_bar.accessibleName() == "2 sources chosen"
            click(4, Qt.KeyboardModifier.ShiftModifier)
            assert [view.name for view in page.selection()] == ["B", "D", "E"]
            assert not find(page, QPushButton, "bulk_resume").isEnabled()
            assert find(page, QPushButton, "bulk_resume").toolTip() == "None of them is paused"
            assert shell.current is page
            click(0)
            await idle(shell)
            assert isinstance(shell.current, ConnectionPage)

    run(main())


@pytest.mark.point(36)
def test_what_was_removed_goes_for_good_with_its_secrets_when_the_offer_is_over(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with live(tmp_path, Shelf(), five) as (shell, engine):
            page = sources(shell)
            b = await engine.edit_connection("B", api.ConnectionEdit(secrets={"/key": "value:hush"}))
            secret = (await engine._connections.get("B")).config["key"]
            assert isinstance(secret, dict)
            assert await engine._vault.get(str(secret["$secret"])) == "hush"
            page.actions_.do("remove", [await engine.connection(name) for name in ("A", "B")])
            await until(lambda: bool(banners(shell)))
            assert await engine._vault.get(str(secret["$secret"])) == "hush"  # there is still the offer to undo
            banner = next(each for each in shell.findChildren(Banner) if not each.isHidden())
            assert banner._timer.interval() == 10_000
            banner.expire()

            async def gone() -> bool:
                return await engine.connections(removed=True) == []

            async with asyncio.timeout(10):
                while not await gone():
                    await asyncio.sleep(0.01)
            assert b.id not in {view.id for view in await engine.connections()}
            with pytest.raises(HeadwaterError):
                await engine._vault.get(str(secret["$secret"]))
            page.actions_.do("remove", [await engine.connection("C")])
            await until(lambda: bool(banners(shell)))
            await page.close_tasks()  # the window closes: the offer is over
            assert await engine.connections(removed=True) == []

    run(main())


def test_an_act_on_several_is_told_in_one_line(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    gate = asyncio.Event()

    async def hold(_number: int) -> None:
        await gate.wait()

    async def main() -> None:
        async with live(tmp_path, shelf, five) as (shell, engine):
            page = sources(shell)
            shelf.before_page = hold
            choose(page, "A", "B", "E")
            press(page, "bulk_sync")
            await until(lambda: bool(banners(shell)))
            (told,) = banners(shell)  # a run may have begun by the time it is told
            assert re.fullmatch(r"(2 queued|2 syncing|1 (queued|syncing), 1 (queued|syncing)), 1 disabled\.", told)
            await until(lambda: page.model.counts()["running"] == 2)
            choose(page, "A", "B", "C")
            await until(find(page, QPushButton, "bulk_pause").isEnabled)
            press(page, "bulk_pause")
            await until(lambda: any("1 not syncing" in text for text in banners(shell)))
            gate.set()

            def paused_or_done() -> bool:
                return page.model.counts()["running"] == 0

            await until(paused_or_done)
            choose(page, "A", "B", "C", "D")
            press(page, "bulk_test")
            await until(lambda: "All 4 work." in banners(shell))
            assert await engine.connections() != []

    run(main())


@pytest.mark.point(34)
def test_a_chip_counts_the_rows_that_it_shows(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()

    async def made(engine: Engine, shelf: Shelf) -> None:
        await five(engine, shelf)
        shelf.page_error = lambda _number: PermissionDenied("The shelf is locked")
        for name in ("B", "D"):
            await finished(engine, (await engine.start_sync(name)).id)

    async def main() -> None:
        async with live(tmp_path, shelf, made) as (shell, _engine):
            page = sources(shell)
            assert {state for state, group in GROUP.items() if group == "needs_attention"} == ATTENTION
            shown = [str(page.model.index(row).data()) for row in range(page.model.rowCount())]
            assert shown == ["B", "D", "A", "C", "E"]
            for text in ("", "d", "zzz"):
                page.model.narrow(text, "")
                page._show_counts()
                for state in set(GROUP.values()):
                    count = page.model.counts()[state]
                    page.model.narrow(state=state)
                    assert page.model.rowCount() == count
                    assert find(page, Chip, f"chip_{state}").text().endswith(f"  {count}")
                    page.model.narrow(state="")

    run(main())


@pytest.mark.point(28)
def test_a_fast_sync_reaches_the_window_thirty_times_a_second_at_most(run: Run, tmp_path: Path) -> None:
    shelf = Shelf(page_size=500)
    shelf.fill(5_000)
    times: list[float] = []
    told: list[str] = []

    async def made(engine: Engine, shelf: Shelf) -> None:
        await add(engine)

    async def main() -> None:
        async with live(tmp_path, shelf, made) as (shell, engine):
            assert shell.feed is not None
            shell.feed.batch.connect(lambda: times.append(time.monotonic()))
            shell.feed.fact.connect(lambda fact: told.append(fact.kind))
            started = await engine.start_sync("Shelf")
            await finished(engine, started.id)
            await until(lambda: "run_finished" in told)

    run(main())
    assert told.count("run_started") == 1
    assert all(later - earlier >= 1 / 30 for earlier, later in pairwise(times))
