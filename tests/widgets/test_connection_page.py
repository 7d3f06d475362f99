"""One connection: overview, documents, runs and settings, over the fake engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.api import ConnectionEdit, EditPreview, Gauge, RunCounts, Schedule
from connectors.sdk import ConfigError, TransientError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.window import find, idle, press, window
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.parts.tables import PagedTable
from widgets.shell import Shell


def page_of(shell: Shell) -> ConnectionPage:
    return cast(ConnectionPage, shell.pages["connection"])


def place(ref: str, tab: str = "") -> Place:
    return Place("connection", ref, tab)


def words(page: ConnectionPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_overview_of_a_running_sync(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            await until(lambda: page.overview.failures.table.rowCount() == 2)
            assert "4,122 of 9,800" in words(page)
            assert page.act.text() == "Pause"
            assert page.view is not None
            assert page.view.active_run is not None
            counts = RunCounts(documents=6000, new=200, failed=2)
            engine.emit(
                gauge=Gauge(run_id=page.view.active_run.id, connection_id="c2", counts=counts, total=9800, rate=800)
            )
            await until(lambda: "6,002 of 9,800" in words(page))
            assert find(page, QPushButton, "number_new").text() == "200"
            press(page, "act")
            await until(lambda: page.act.text() == "Resume")
            assert "Paused at 6,002 of 9,800" in words(page)
            press(page, "act")
            await until(lambda: page.act.text() == "Pause")
            press(page, "cancel")
            await until(lambda: page.act.text() == "Sync now")
            assert [call[0] for call in engine.calls if call[0].endswith("_run")] == [
                "pause_run",
                "resume_run",
                "cancel_run",
            ]

    run(main())


def test_a_waiting_run_says_why_and_what_happened_before(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        contracts = await engine.connection("Contracts")
        assert contracts.active_run is not None
        waiting = replace(
            contracts.active_run, state="waiting", reason="127.0.0.1 can't be reached", until=engine.now + 125
        )
        engine.put_run(waiting)
        engine.put(replace(contracts, state="waiting", active_run=waiting))
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            await until(lambda: "Synced 1 h ago: nothing new." in words(page))
            assert re.search(r"Tries again in 2:0\d min: 127.0.0.1 can't be reached", words(page))

    run(main())


def test_what_the_server_still_grants_is_told_while_it_holds(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        view = await engine.connection("Support tickets")
        async with window(engine, tmp_path, Place("connection", view.id)) as shell:
            facts = cast(ConnectionPage, shell.current).overview.facts
            assert any(one.text().startswith("12 of 700 left until ") for one in facts.findChildren(QLabel))
            assert view.budget is not None
            engine.put(replace(view, budget=replace(view.budget, resets_at=engine.now - 1)))
            engine.emit("connection_changed", connection_id=view.id)
            await until(lambda: not any("left until" in one.text() for one in facts.findChildren(QLabel)))

    run(main())


def test_a_number_leads_to_the_documents_it_counts(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            press(page, "number_new")
            await until(lambda: any(name == "documents" and arg.change == "new" for name, arg in engine.calls))
            assert page.stack.currentWidget() is page.documents

    run(main())


def test_an_error_shows_what_where_and_remedy_and_is_copied(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Handbook")) as shell:
            page = page_of(shell)
            assert "Check the access key ID, that the key is active" in words(page)
            press(page.overview, "error_copy")
            copied = QGuiApplication.clipboard().text()
            assert copied.splitlines()[0] == "The server does not know the access key"
            assert "Code: auth/auth_failed" in copied
            press(page.overview, "error_action")  # nothing secret to sign in with, so the settings are the place
            await until(lambda: page.stack.currentWidget() is page.settings)

    run(main())


def test_held_back_deletions_are_listed_and_kept(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Archive")) as shell:
            page = page_of(shell)
            assert "412 documents are no longer at the source." in words(page)
            press(page, "held_list")
            await until(lambda: page.overview.held._list.count() == 201)
            press(page, "held_keep")
            await until(lambda: page.overview.held.isHidden())
            assert ("keep_held_back", "c6") in engine.calls

    run(main())


def test_failing_items_are_retried(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        await engine.cancel_run(engine._connections["c2"].active_run.id)  # type: ignore[union-attr]
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            await until(lambda: page.overview.failures.table.rowCount() == 2)
            page.overview.failures.table.view.selectRow(0)
            assert find(page, QPushButton, "retry").text() == "Retry 1"
            press(page, "retry")
            await until(lambda: ("retry_items", ("c2", ["2024/board/minutes.pdf"])) in engine.calls)

    run(main())


def test_documents_are_read_page_by_page(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "documents")) as shell:
            page = page_of(shell)
            model = page.documents.model
            await until(lambda: model.rowCount() == 640)

            def offsets() -> list[int]:
                return [argument.offset for name, argument in engine.calls if name == "documents"]

            assert set(offsets()) == {0}
            page.documents.table.scrollToBottom()
            page.documents.table.grab()
            await until(lambda: model.record(639) is not None)
            assert 600 in offsets()
            assert 200 not in offsets()

    run(main())


def test_documents_are_sorted_and_searched_by_the_engine(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "documents")) as shell:
            page = page_of(shell)
            await until(lambda: page.documents.model.rowCount() == 640)
            page.documents.table.horizontalHeader().sectionClicked.emit(2)
            await until(
                lambda: any(name == "documents" and arg.sort == "size" and arg.descending for name, arg in engine.calls)
            )
            page.documents.search.setText("travel")
            page.documents.search.flush()
            await until(lambda: page.documents.model.rowCount() == 80)

    run(main())


def test_a_run_shows_what_it_could_not_bring(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "runs")) as shell:
            page = page_of(shell)
            await until(lambda: page.runs.items.rowCount() == 3)
            page.runs.items.view.selectRow(0)
            press(page.runs, "items_copy")
            assert QGuiApplication.clipboard().text().startswith("2024/board/minutes.pdf\nThe credential may not read")
            failed = next(n for n, r in enumerate(page.runs.model.records) if r.state == "failed")
            page.runs.table.selectRow(failed)
            await until(lambda: "The server does not know the access key" in words(page))
            assert page.runs.items.rowCount() == 0

    run(main())


def test_a_click_on_a_bar_opens_its_run(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            await until(lambda: page.overview.history.bars.isVisible())
            assert page.overview.history.bars.accessibleName() == "29 runs: 2 failed, 3 with failing items."
            bars = page.overview.history.bars
            QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(round(28.5 * bars._step()), 40))
            await until(lambda: page.stack.currentWidget() is page.runs)
            newest = max(
                (r for r in engine._runs.values() if r.connection_id == "c2" and r.finished_at),
                key=lambda r: r.queued_at,
            )
            await until(lambda: page.runs._chosen == newest.id)

    run(main())


async def settings(shell: Shell) -> ConnectionPage:
    page = page_of(shell)
    await until(lambda: page.settings.form is not None)
    return page


def test_a_scope_change_is_previewed_before_it_is_applied(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "settings")) as shell:
            page = await settings(shell)
            assert page.settings.form is not None
            assert not page.settings.save_button.isEnabled()
            page.settings.form.set_value({**page.settings.form.value(), "bucket": "other"})
            press(page.settings, "save")
            await until(lambda: "The next run would add 12 documents, remove 40 and keep 1,164." in words(page))
            assert not any(call[0] == "edit_connection" for call in engine.calls)
            press(page.settings, "scope_apply")
            await until(lambda: any(call[0] == "edit_connection" for call in engine.calls))
            await idle(shell)
            edit = cast(ConnectionEdit, next(arg for name, arg in engine.calls if name == "edit_connection"))
            assert edit.config is not None
            assert edit.config["bucket"] == "other"
            assert edit.secrets == {}
            await until(lambda: not page.settings.is_dirty())

    run(main())


def test_a_listing_that_fails_does_not_keep_anyone_from_applying(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "settings")) as shell:
            page = await settings(shell)
            assert page.settings.form is not None
            page.settings.form.set_value({**page.settings.form.value(), "bucket": "other"})
            original = engine.preview_edit

            async def preview(ref: str, edit: ConnectionEdit, listing: bool = False) -> EditPreview:
                if listing:
                    raise TransientError("The server does not answer", where="127.0.0.1:9000")
                return await original(ref, edit)

            engine.preview_edit = preview  # type: ignore[method-assign]
            press(page.settings, "save")
            await until(lambda: "It could not be counted: The server does not answer (127.0.0.1:9000)" in words(page))
            assert page.settings.scope.apply.isEnabled()

    run(main())


def test_a_tuning_change_is_stored_without_a_question(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    engine.preview = EditPreview(effect="tuning", changed=["Schedule"])

    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "settings")) as shell:
            page = await settings(shell)
            assert page.settings.schedule is not None
            page.settings.schedule.setCurrentIndex(0)
            page.settings.schedule.activated.emit(0)
            press(page.settings, "save")
            await until(lambda: any(call[0] == "edit_connection" for call in engine.calls))
            edit = cast(ConnectionEdit, next(arg for name, arg in engine.calls if name == "edit_connection"))
            assert edit.schedule == Schedule()
            assert page.settings.scope.isHidden()

    run(main())


def test_changed_settings_are_tested_as_they_stand(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "settings")) as shell:
            page = await settings(shell)
            assert page.settings.form is not None
            page.settings.form.set_value({**page.settings.form.value(), "bucket": "other"})
            press(page.settings, "test")
            await until(lambda: any(call[0] == "check" for call in engine.calls))
            target, _deep = next(arg for name, arg in engine.calls if name == "check")
            assert target.ref == "c2"
            assert target.set["/bucket"] == "other"
            assert target.draft is None

    run(main())


def test_leaving_changed_settings_asks_and_discarding_restores_them(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "settings")) as shell:
            page = await settings(shell)
            assert page.settings.form is not None
            page.settings.form.set_value({**page.settings.form.value(), "bucket": "other"})
            press(shell, "rail_sources")
            assert shell.current is page
            assert page.leave_panel.isVisible()
            press(page, "leave_discard")
            await until(lambda: shell.current is shell.pages["sources"])
            await until(lambda: not page.unsaved())

    run(main())


def test_another_connection_asks_too(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("c2", "settings")) as shell:
            page = await settings(shell)
            assert page.settings.form is not None
            page.settings.form.set_value({**page.settings.form.value(), "bucket": "other"})
            shell.go(place("c1"))
            assert page.leave_panel.isVisible()
            assert page.view is not None
            assert page.view.id == "c2"
            press(page, "leave_discard")
            await until(lambda: page.view is not None and page.view.id == "c1")

    run(main())


def test_rename_in_place(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            page.title.setText("Agreements")
            page.title.editingFinished.emit()
            await until(lambda: page.view is not None and page.view.name == "Agreements")
            assert page.title.text() == "Agreements"

    run(main())


def test_a_rename_that_fails_shows_the_old_name(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts")) as shell:
            page = page_of(shell)
            engine.fail_next = ConfigError("There is a connection of this name already", pointer="/name")
            page.title.setText("Handbook")
            loop_errors: list[str] = []
            import asyncio

            asyncio.get_running_loop().set_exception_handler(lambda _l, c: loop_errors.append(str(c["exception"])))
            page.title.editingFinished.emit()
            await until(lambda: page.title.text() == "Contracts")
            await until(lambda: loop_errors)
            assert loop_errors == ["There is a connection of this name already"]

    run(main())


def test_remove_goes_back_to_the_list_with_undo(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("Contracts", "settings")) as shell:
            page = await settings(shell)
            press(page.settings, "remove")
            await until(lambda: shell.current is shell.pages.get("sources"))
            press(shell, "banner_action")
            await until(lambda: ("restore_connection", "c2") in engine.calls)

    run(main())


def test_a_connection_that_is_not_there_is_told(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, place("nowhere")) as shell:
            assert "There is no such connection" in words(page_of(shell))

    run(main())


def test_a_page_that_was_let_go_is_asked_for_again() -> None:
    from widgets.parts.tables import Column

    model: PagedTable[str] = PagedTable([Column("Name", str)])
    wanted: list[int] = []
    model.wanted.connect(wanted.append)
    model.begin(200 * 60, ["0"] * 200)
    for page in range(1, 60):
        model.fill(page, [str(page)] * 200)
    assert model.record(59 * 200) == "59"
    assert model.record(0) is None
    assert model.record(1) is None
    assert wanted == [0]
