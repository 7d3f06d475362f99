"""Signing in again where one stands: only the secrets, tested before they are saved, and the sync goes on."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.api import CheckTarget, ConnectionEdit, EditPreview
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FAILED_STEPS, FakeEngine, replace
from tests.widgets.window import idle, press, window
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.shell import Shell

CONFIG = {"bucket": "contracts", "access_key_id": "AKIADEMO"}
POINTER = "/secret_access_key"


async def prepared(engine: FakeEngine) -> None:
    handbook = await engine.connection("Handbook")
    engine.put(replace(handbook, type="s3", config=CONFIG, secrets={POINTER: "set in keyring"}))
    engine.preview = EditPreview(effect="tuning", changed=["Secret access key"])


def page_of(shell: Shell) -> ConnectionPage:
    return cast(ConnectionPage, shell.pages["connection"])


def focused(shell: Shell) -> QWidget:
    return shell.focusWidget() or shell


def inputs(page: ConnectionPage) -> list[str]:
    form = page.overview.sign_in.form
    assert form is not None
    return [
        one.objectName()
        for one in form.findChildren(QWidget)
        if one.objectName().startswith("field:/") and one.isVisible()
    ]


def test_the_new_password_is_tested_saved_and_used(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        await prepared(engine)
        async with window(engine, tmp_path, Place("connection", "Handbook")) as shell:
            page = page_of(shell)
            press(page, "act")
            await until(lambda: page.overview.sign_in.form is not None)
            await until(lambda: focused(shell).objectName() == f"field:{POINTER}")
            assert sorted(inputs(page)) == ["field:/access_key_id", f"field:{POINTER}"]
            QTest.keyClicks(focused(shell), "new-one")
            assert page.unsaved()
            press(page, "sign_in_save")
            await until(lambda: any(call[0] == "start_sync" for call in engine.calls))
            calls = dict(engine.calls)
            target, edit = cast(CheckTarget, calls["check"][0]), cast(ConnectionEdit, calls["edit_connection"])
            assert target.secrets == edit.secrets == {POINTER: "value:new-one"}
            assert edit.config == CONFIG
            await until(lambda: page.overview.sign_in.isHidden())
            assert not page.unsaved()
            await idle(shell)

    run(main())


def test_a_failed_test_saves_nothing(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        await prepared(engine)
        engine.steps = list(FAILED_STEPS)
        async with window(engine, tmp_path, Place("connection", "Handbook", "overview", "sign_in")) as shell:
            page = page_of(shell)
            await until(lambda: page.overview.sign_in.form is not None)
            press(page, "sign_in_save")
            await until(
                lambda: page.overview.sign_in.test.verdict.isVisible() and not page.overview.sign_in.test.running
            )
            assert page.overview.sign_in.isVisible()
            assert not any(call[0] == "edit_connection" for call in engine.calls)
            press(page, "sign_in_cancel")
            assert page.overview.sign_in.isHidden()
            await idle(shell)

    run(main())


def test_where_nothing_is_secret_the_settings_are_shown(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        press_ = await engine.connection("Press")
        engine.put(replace(press_, state="sign_in_again"))
        async with window(engine, tmp_path, Place("connection", "Press")) as shell:
            page = page_of(shell)
            press(page, "act")
            await until(lambda: page.stack.currentWidget() is page.settings)
            await idle(shell)

    run(main())


def test_a_change_of_scope_asks_first(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        await prepared(engine)
        engine.preview = EditPreview(effect="scope", changed=["Access key ID"], known=3)
        async with window(engine, tmp_path, Place("connection", "Handbook", "overview", "sign_in")) as shell:
            page = page_of(shell)
            await until(lambda: page.overview.sign_in.form is not None)
            press(page.overview.sign_in, "sign_in_save")
            await until(page.overview.sign_in.scope.isVisible)
            assert not any(call[0] == "edit_connection" for call in engine.calls)
            press(page.overview.sign_in, "scope_apply")
            await until(lambda: any(call[0] == "start_sync" for call in engine.calls))
            await idle(shell)

    run(main())
