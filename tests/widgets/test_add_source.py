"""Adding a source: find it, fill it in, test it step by step, save it; nothing typed is lost unasked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.api import ConnectionDraft
from app.forms import SecretSlot
from connectors.sdk import AuthError, ConfigError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import CONNECTORS, FAILED_STEPS, FakeEngine
from tests.widgets.window import find, idle, press, window
from widgets.pages.add_source import AddSourcePage
from widgets.pages.catalogue import CatalogueModel
from widgets.pages.draft import DraftView
from widgets.pages.page import Place
from widgets.shell import Shell

ADD = Place("add_source")
S3 = {"bucket": "contracts", "access_key_id": "AKIADEMO"}


async def choose(shell: Shell, text: str) -> DraftView:
    page = cast(AddSourcePage, shell.pages["add_source"])
    page.catalogue.search.clear()
    QTest.keyClicks(page.catalogue.search, text)
    QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
    await until(lambda: page.draft is not None)
    assert page.draft is not None
    return page.draft


def fill_s3(draft: DraftView) -> None:
    draft.form.set_value(dict(S3))
    path = draft.form.state.find("/secret_access_key")
    assert path is not None
    draft.form.state.set_secret(path, SecretSlot.typed("hunter2"))


def test_search_filters_as_typed_and_enter_opens_the_first_hit(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "minio")
            assert draft.connector.type == "s3"
            page = cast(AddSourcePage, shell.current)
            assert page.catalogue.model.rowCount() == 1

    run(main())


def test_a_search_without_hits_offers_to_show_all(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            page = cast(AddSourcePage, shell.current)
            QTest.keyClicks(page.catalogue.search, "no such thing")
            page.catalogue.search.flush()
            press(page.catalogue, "empty_action")
            page.catalogue.search.flush()
            assert page.catalogue.model.rowCount() > len(CONNECTORS)

    run(main())


def test_titles_come_before_summaries_and_the_unusable_last() -> None:
    model = CatalogueModel()
    model.show_connectors(CONNECTORS)
    model.narrow("r")
    titles = [model.index(row).data() for row in range(model.rowCount())]
    assert titles[:2] == ["REST API", "RSS or Atom feed"]
    assert titles[-1] == "gopher"


def test_an_unusable_type_says_why(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            page = cast(AddSourcePage, shell.current)
            QTest.keyClicks(page.catalogue.search, "gopher")
            QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
            words = [label.text() for label in page.stack.findChildren(QLabel) if label.isVisible()]
            assert "gopher can't be used" in words
            assert "It can't be loaded: ModuleNotFoundError: No module named 'gopherlib'" in words

    run(main())


def test_steps_unfold_live_and_the_deep_test_fetches(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    engine.gate = asyncio.Semaphore(0)

    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            fill_s3(draft)
            draft.test.deep.setChecked(True)
            press(draft, "test")
            rows = draft.test.steps.rows

            def states() -> list[str]:
                return [row.step.state for row in rows.values()]

            await until(lambda: "dns" in rows)
            assert states() == ["running"]
            assert "tcp" not in rows
            assert draft.test.button.text() == "Cancel"
            cast(asyncio.Semaphore, engine.gate).release()
            await until(lambda: "tcp" in rows)
            assert states() == ["ok", "running"]
            for _ in range(4):
                cast(asyncio.Semaphore, engine.gate).release()
            await until(lambda: "fetch" in rows and not draft.test.running)
            assert list(rows) == ["dns", "tcp", "tls", "auth", "list", "fetch"]
            assert draft.test.verdict.text() == "It works"
            assert rows["list"].accessibleName() == "List objects: OK. At least 1,000 documents"
            call = next(argument for name, argument in engine.calls if name == "check")
            assert call[0].draft.secrets == {"/secret_access_key": "value:hunter2"}
            assert "secret_access_key" not in call[0].draft.config

    run(main())


def test_a_test_is_cancelled_with_the_same_button(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    engine.gate = asyncio.Semaphore(0)

    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            fill_s3(draft)
            press(draft, "test")
            await until(lambda: "dns" in draft.test.steps.rows)
            press(draft, "test")
            await until(lambda: not draft.test.running)
            assert draft.test.verdict.text() == "Cancelled"
            assert draft.test.steps.rows == {}
            assert draft.test.button.text() == "Test"

    run(main())


def test_a_failed_step_tells_the_remedy_and_blames_its_field(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    engine.steps = list(FAILED_STEPS)

    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            fill_s3(draft)
            press(draft, "test")
            await until(lambda: "list" in draft.test.steps.rows and not draft.test.running)
            assert draft.test.verdict.text() == "The test failed at: Sign in and open the bucket"
            assert draft.test.steps.rows["auth"].accessibleDescription().startswith("Check the access key ID")
            assert draft.test.steps.rows["list"].step.state == "skipped"
            assert blamed(draft) == ["The server does not know the access key"], "at its field, and nowhere else"
            field = find(draft.form, QWidget, "field:/access_key_id")
            await until(lambda: in_sight(draft, field))
            assert not draft.test.steps.stale

    run(main())


def blamed(draft: DraftView) -> list[str]:
    """What the form says of the failed test."""
    texts = [one.text() for one in draft.form.findChildren(QLabel) if one.isVisible()]
    texts += [one.text() for one in draft.form.findChildren(QPushButton) if one.isVisible()]
    return [text for text in texts if "does not know" in text]


def in_sight(draft: DraftView, field: QWidget) -> bool:
    """The steps do not hide the field that they blame."""
    return field.visibleRegion().boundingRect().size() == field.size()


def test_what_no_field_is_to_blame_for_is_said_by_the_test_alone(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    engine.steps = list(FAILED_STEPS)

    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "folder")
            draft.form.set_value({"path": "/srv/handbook"})
            press(draft, "test")
            await until(lambda: draft.test.verdict.text() == "The test failed at: Sign in and open the bucket")
            assert blamed(draft) == []

    run(main())


def test_a_changed_field_makes_the_result_stale(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            fill_s3(draft)
            press(draft, "test")
            await until(lambda: draft.test.verdict.text() == "It works")
            draft.form.set_value({**S3, "bucket": "other"})
            assert draft.test.steps.stale
            assert draft.test.verdict.text() == "Tested before your last change"
            press(draft, "test")
            await until(lambda: draft.test.verdict.text() == "It works")
            assert not draft.test.steps.stale

    run(main())


def test_a_form_with_errors_is_neither_tested_nor_saved(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            press(draft, "test")
            press(draft, "save_and_sync")
            await asyncio.sleep(0)
            assert "3 fields need attention" in [label.text() for label in draft.findChildren(QLabel)]
            assert not [call for call in engine.calls if call[0] in ("check", "add_connection")]

    run(main())


def test_save_and_sync_hands_the_secret_over_and_opens_the_connection(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            draft.name.setText("Board papers")
            fill_s3(draft)
            press(draft, "save_and_sync")
            page = cast(AddSourcePage, shell.current)
            await until(lambda: page.stack.currentWidget() is page.first_run)
            press(page, "first_run_open")
            await until(lambda: shell.current is shell.pages.get("connection"))
            await idle(shell)
            added = cast(ConnectionDraft, next(argument for name, argument in engine.calls if name == "add_connection"))
            assert (added.type, added.name) == ("s3", "Board papers")
            assert added.secrets == {"/secret_access_key": "value:hunter2"}
            assert any(call[0] == "start_sync" for call in engine.calls)
            assert not shell.pages["add_source"].unsaved()

    run(main())


def test_a_name_that_is_taken_is_told_at_the_name(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            fill_s3(draft)
            engine.fail_next = ConfigError("There is a connection of this name already", pointer="/name")
            press(draft, "save")
            await until(lambda: draft.name.accessibleDescription() == "There is a connection of this name already")
            assert draft.save_button.isEnabled()
            assert shell.current is shell.pages["add_source"]

    run(main())


def test_another_type_in_between_loses_nothing(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            page = cast(AddSourcePage, shell.current)
            first = await choose(shell, "s3")
            fill_s3(first)
            QTest.keyClick(page.catalogue.search, Qt.Key.Key_Escape)
            QTest.keyClicks(page.catalogue.search, "folder")
            QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
            await until(lambda: page.draft is not None and page.draft.connector.type == "folder")
            page.open_type(first.connector)
            assert page.draft is first
            assert first.form.value()["bucket"] == "contracts"

    run(main())


def test_a_locked_vault_asks_for_its_passphrase_and_saving_goes_on(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ADD) as shell:
            draft = await choose(shell, "s3")
            fill_s3(draft)
            engine.vault_state = "passphrase"
            engine.fail_next = AuthError("This machine has no keyring that can keep secrets", code="vault_locked")
            press(draft, "save")
            await until(lambda: shell.vault_panel.isVisible())
            engine.fail_next = AuthError("The passphrase is wrong", remedy="Try again.", code="vault_passphrase")
            QTest.keyClicks(shell.vault_panel.field, "mistyped")
            QTest.keyClick(shell.vault_panel.field, Qt.Key.Key_Return)
            shown = shell.vault_panel.findChildren(QLabel)
            await until(lambda: any(label.text() == "The passphrase is wrong. Try again." for label in shown))
            QTest.keyClicks(shell.vault_panel.field, "correct horse")
            QTest.keyClick(shell.vault_panel.field, Qt.Key.Key_Return)
            await until(lambda: shell.current is shell.pages.get("connection"))
            await idle(shell)
            assert shell.vault_panel.isHidden()
            assert shell.vault_panel.field.text() == ""
            assert [name for name, _ in engine.calls].count("add_connection") == 2

    run(main())
