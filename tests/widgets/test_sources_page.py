"""The list of connections: attention first, filters, live progress, acts, undo."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.api import Gauge, RunCounts
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.window import find, idle, press, window
from widgets.pages.connection import ConnectionPage
from widgets.pages.connection_list import ROW_ROLE, ConnectionsModel
from widgets.pages.sources import SourcesPage
from widgets.parts import Banner, Chip
from widgets.parts.progress import Progress
from widgets.shell import Shell


def names(page: SourcesPage) -> list[str]:
    return [page.model.index(row).data() for row in range(page.model.rowCount())]


def page_of(shell: Shell) -> SourcesPage:
    return cast(SourcesPage, shell.pages["sources"])


def test_what_needs_a_person_comes_first(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            assert names(page_of(shell))[:4] == ["Handbook", "Invoices", "Archive", "Contracts"]
            assert names(page_of(shell))[-1] == "Old intranet"

    run(main())


def test_search_and_state_narrow_the_list_together(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            page.search.setText("rss")
            page.search.flush()
            assert names(page) == ["Press", "Release notes"]
            press(page, "chip_up_to_date")
            assert names(page) == ["Release notes"]
            page.search.setText("nothing like it")
            page.search.flush()
            assert page.model.rowCount() == 0
            press(page, "empty_action")
            assert len(names(page)) == 9

    run(main())


def test_enter_in_the_search_opens_the_first_hit(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            QTest.keyClicks(page.search, "company")
            QTest.keyClick(page.search, Qt.Key.Key_Return)
            await idle(shell)
            opened = cast(ConnectionPage, shell.current)
            assert opened is shell.pages["connection"]
            assert opened.view is not None
            assert opened.view.name == "Company drive"

    run(main())


def test_counts_of_the_chips_follow_the_connections(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            assert find(page, Chip, "chip_needs_attention").text() == "Needs attention  3"
            engine.put(replace(await engine.connection("Invoices"), state="up_to_date", sentence="Up to date"))
            engine.emit("connection_changed", connection_id="c7")
            await until(lambda: find(page, Chip, "chip_needs_attention").text() == "Needs attention  2")

    run(main())


def test_a_running_sync_shows_its_progress_live(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            contracts = await engine.connection("Contracts")
            assert contracts.active_run is not None
            counts = RunCounts(documents=5000)
            engine.emit(
                gauge=Gauge(
                    run_id=contracts.active_run.id, connection_id=contracts.id, counts=counts, total=9800, rate=1240
                )
            )

            def words() -> str:
                row = page.model.row_of(contracts.id)
                assert row is not None
                return str(page.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole))

            await until(lambda: "5,000 of 9,800" in words())
            assert "1,200/s" in words()

    run(main())


def test_space_syncs_and_pauses(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            row = page.model.row_of("c5")
            assert row is not None
            page.list.setCurrentIndex(page.model.index(row))
            QTest.keyClick(page.list, Qt.Key.Key_Space)
            await until(lambda: ("start_sync", ("c5", "incremental")) in engine.calls)
            await until(lambda: page.model.index(page.model.row_of("c5") or 0).data(ROW_ROLE).view.state == "running")
            QTest.keyClick(page.list, Qt.Key.Key_Space)
            await until(lambda: any(call[0] == "pause_run" for call in engine.calls))

    run(main())


def test_remove_is_undone_from_the_bar(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            row = page.model.row_of("c5")
            assert row is not None
            page.list.setCurrentIndex(page.model.index(row))
            QTest.keyClick(page.list, Qt.Key.Key_Delete)
            await until(lambda: "Release notes" not in names(page))
            assert find(shell, Banner, "banner").text() == "Release notes and its documents were removed."
            press(shell, "banner_action")
            await until(lambda: "Release notes" in names(page))
            assert not any(call[0] == "purge_connection" for call in engine.calls)

    run(main())


def test_a_dismissed_undo_bar_removes_for_good(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = page_of(shell)
            page.actions_.remove(await engine.connection("Press"))
            await until(lambda: shell.findChild(Banner, "banner") is not None)
            press(shell, "banner_close")
            await until(lambda: ("purge_connection", "c9") in engine.calls)

    run(main())


def test_an_empty_headwater_has_three_doors(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(FakeEngine(empty=True), tmp_path) as shell:
            for door in ("door_demo", "door_add", "door_import"):
                assert find(shell, QPushButton, door).isVisible()
            press(shell, "door_add")
            await idle(shell)
            assert shell.current is shell.pages["add_source"]

    run(main())


def test_import_tells_what_it_made(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "connections.json"
    file.write_text('{"kind": "connections", "connections": []}')

    async def main() -> None:
        async with window(FakeEngine(empty=True), tmp_path) as shell:
            await page_of(shell).actions_.import_file(file)
            text = find(shell, Banner, "banner").text()
            assert text == "Imported: Handbook. Secrets are missing in: Handbook."

    run(main())


def test_rows_that_stay_keep_the_cursor_when_the_order_changes(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        from PySide6.QtCore import QPersistentModelIndex

        model = ConnectionsModel()
        views = await engine.connections()
        model.show_connections(views)
        row = model.row_of("c4")
        assert row is not None
        kept = QPersistentModelIndex(model.index(row))
        reset: list[bool] = []
        model.modelReset.connect(lambda: reset.append(True))
        model.show_connections([replace(v, state="failed" if v.id == "c4" else v.state) for v in views if v.id != "c1"])
        assert kept.isValid()
        assert model.at(kept).view.id == "c4"  # type: ignore[union-attr]
        assert not reset

    run(main())


def test_an_unchanged_list_repaints_nothing(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        model = ConnectionsModel()
        model.show_connections(await engine.connections())
        changes: list[QModelIndex] = []
        model.dataChanged.connect(lambda *_: changes.append(QModelIndex()))
        model.layoutChanged.connect(lambda *_: changes.append(QModelIndex()))
        model.show_connections(await engine.connections())
        assert changes == []

    run(main())


def test_progress_never_goes_back_and_waits_with_the_time_left(engine: FakeEngine) -> None:
    now = [0.0]
    contracts = engine._connections["c2"]
    assert contracts.active_run is not None
    fresh = replace(contracts.active_run, started_at=None, counts=RunCounts(documents=10), total=1000)
    progress = Progress(fresh, clock=lambda: now[0])

    def gauge(seen: int, rate: float) -> Gauge:
        return Gauge(run_id=fresh.id, connection_id="c2", counts=RunCounts(documents=seen), total=1000, rate=rate)

    progress.take(gauge(100, 50))
    assert progress.remaining is None
    now[0] = 5.0
    progress.take(gauge(60, 50))
    assert progress.seen == 100
    assert progress.remaining == 900 / progress.rate
    progress.take(gauge(1000, 50))
    assert progress.fraction is not None
    assert progress.fraction < 1.0
