"""A form's field for an account: those of its provider, what it was not allowed, and signing in inside the form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.api import CheckTarget, EditPreview, SignInRequest
from connectors.sdk import AccountScope, ConnectorConfig, TransientError, option
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.forms import button, click, field
from tests.widgets.window import idle, press, window
from widgets.form import FormView
from widgets.form.account import AccountEditor
from widgets.pages.connection import ConnectionPage
from widgets.pages.form_services import EngineServices
from widgets.pages.page import Place

DRIVE = "https://www.googleapis.com/auth/drive.readonly"


class Config(ConnectorConfig):
    """What a connector of a provider's files asks for."""

    account: str = option(
        title="Account",
        account="google",
        scopes=(AccountScope(DRIVE, "Read the files of your Drive"), AccountScope("people", "Name who owns a file")),
    )
    other: str | None = option(None, title="Other", account="google")
    note: str = option("", title="Note")
    mail: bool = option(False, title="Mail", scopes=(AccountScope("mail", "Read the mail"),))


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in the browser, which is none."""
    found: list[str] = []

    def open_url(url: str) -> bool:
        found.append(url)
        return True

    monkeypatch.setattr("widgets.sign_in.panel.open_url", open_url)
    return found


@asynccontextmanager
async def shown(engine: FakeEngine, value: dict[str, Any]) -> AsyncIterator[FormView]:
    """The form in a window."""
    window = QWidget()
    services = EngineServices(cast(Any, engine), CheckTarget)
    form = FormView(Config.model_json_schema(), value=value, services=services)
    QVBoxLayout(window).addWidget(form)
    window.resize(700, 800)
    window.show()
    await until(lambda: not form.tasks.tasks())
    try:
        yield form
    finally:
        await form.shutdown()
        window.hide()
        window.deleteLater()


def editor(form: FormView, place: int = 0) -> AccountEditor:
    return form.findChildren(AccountEditor)[place]


def entries(form: FormView, pointer: str = "/account") -> list[str]:
    combo = cast(QComboBox, field(form, pointer))
    return [combo.itemText(place) for place in range(combo.count())]


def read(parent: QWidget) -> str:
    return "\n".join(one.text() for one in parent.findChildren(QLabel) if one.isVisible())


def requests(engine: FakeEngine) -> list[SignInRequest]:
    return [argument for name, argument in engine.calls if name == "sign_in"]


def pick(form: FormView, pointer: str, text: str) -> None:
    """Chooses an entry with the keys."""
    combo = cast(QComboBox, field(form, pointer))
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    if combo.currentIndex() < 0:
        QTest.keyClick(combo, Qt.Key.Key_Down)
    while combo.currentText() != text:
        before = combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() != before, f"{text} is not in the list"


def test_the_accounts_of_the_provider_are_listed(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        engine.put_account("acc_z", "zoe", email="zoe@example.com")
        async with shown(engine, {}) as form:
            assert entries(form) == ["ines@example.com", "zoe, zoe@example.com"]
            assert entries(form, "/other") == ["None", "ines@example.com", "zoe, zoe@example.com"]
            assert field(form, "/account").currentIndex() == -1
            assert form.value() == {}
            pick(form, "/account", "zoe, zoe@example.com")
            assert form.value() == {"account": "acc_z"}
            pick(form, "/other", "ines@example.com")
            assert form.value() == {"account": "acc_z", "other": "acc_a1"}
            pick(form, "/other", "None")
            assert form.value().get("other") is None

    run(main())


def test_an_option_that_is_switched_on_asks_for_its_own_permission_and_no_other(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        known = engine.put_account("acc_a1", "ines", scopes=[DRIVE, "people"])
        async with shown(engine, {"account": "acc_a1"}) as form:
            assert "Read the mail" not in read(editor(form))
            QTest.keyClick(field(form, "/mail"), Qt.Key.Key_Space)
            assert form.value()["mail"] is True
            told = read(editor(form))
            assert "Read the mail" in told
            assert "Name who owns a file" not in told
            click(button(form, "Allow them"))
            await until(lambda: engine.open_sign_ins)
            assert requests(engine)[-1].scopes == [DRIVE, "people", "mail"]
            engine.end_sign_in(replace(known, scopes=[DRIVE, "people", "mail"]))
            await until(lambda: "Read the mail" not in read(editor(form)))

    run(main())


def test_what_it_was_not_allowed_is_named_and_asked_for(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        async with shown(engine, {"account": "acc_a1"}) as form:
            told = read(editor(form))
            assert "Name who owns a file" in told
            assert "Read the files of your Drive" not in told
            click(button(form, "Allow them"))
            await until(lambda: engine.open_sign_ins)
            known = engine.account_list["acc_a1"]
            assert requests(engine) == [
                SignInRequest(provider="google", client_of="acc_a1", scopes=[*known.scopes, "people"])
            ]
            engine.end_sign_in(replace(known, scopes=[*known.scopes, "people"]))
            panel = editor(form).panel
            assert panel is not None
            await until(panel.isHidden)
            assert "Name who owns a file" not in read(editor(form))
            assert form.value() == {"account": "acc_a1"}
            assert not form.is_dirty()

    run(main())


def test_what_is_still_not_allowed_stays_named(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        async with shown(engine, {"account": "acc_a1"}) as form:
            click(button(form, "Allow them"))
            await until(lambda: engine.open_sign_ins)
            engine.end_sign_in(engine.account_list["acc_a1"])
            panel = editor(form).panel
            assert panel is not None
            await until(panel.ended.isVisible)
            assert "Not allowed: Name who owns a file." in read(panel)
            click(button(form, "Done"))
            assert "Name who owns a file" in read(editor(form))

    run(main())


def test_signing_in_inside_the_form_chooses_the_account(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        engine.account_list.clear()
        async with shown(engine, {}) as form:
            assert "Nobody is signed in there yet." in read(editor(form))
            click(button(form, "Sign in to another account for Account"))
            panel = editor(form).panel
            assert panel is not None
            await until(panel.client_step.isVisible)
            assert "Read the files of your Drive" in read(panel)
            for name, text in (("client_id", "c"), ("client_secret", "s")):
                line = panel.findChild(QLineEdit, name)
                assert line is not None
                QTest.keyClicks(line, text)
            click(button(form, "Sign in with your browser"))
            await until(lambda: engine.open_sign_ins)
            assert requests(engine)[0].scopes == [DRIVE, "people"]
            made = engine.put_account("acc_new", "new@example.com", scopes=[DRIVE, "people"])
            engine.end_sign_in(made)
            await until(panel.isHidden)
            assert form.value() == {"account": "acc_new"}
            assert field(form, "/account").currentText() == "new@example.com"
            await until(lambda: not form.tasks.tasks())

    run(main())


def test_an_account_that_must_sign_in_again_does_so_here(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        known = engine.put_account("acc_a1", "ines", scopes=[DRIVE, "people"], state="sign_in_again", reason="revoked")
        async with shown(engine, {"account": "acc_a1"}) as form:
            assert "“ines” must sign in again: revoked." in read(editor(form))
            click(button(form, "Sign in again"))
            await until(lambda: engine.open_sign_ins)
            other = engine.put_account("acc_x", "mallory", person="Mallory", scopes=[DRIVE, "people"])
            engine.end_sign_in(other)
            panel = editor(form).panel
            assert panel is not None
            await until(panel.ended.isVisible)
            assert "another person" in read(panel)
            assert form.value() == {"account": "acc_a1"}, "nobody is put in another's place unasked"
            click(button(form, "Done"))
            click(button(form, "Sign in again"))
            await until(lambda: engine.open_sign_ins)
            engine.end_sign_in(replace(known, state="ok", reason=""))
            await until(panel.isHidden)
            assert "must sign in again" not in read(editor(form))

    run(main())


def test_a_connection_signs_in_again_where_it_says_so(
    run: Run, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def schema(_type: str) -> dict[str, Any]:
        return Config.model_json_schema()

    monkeypatch.setattr(engine, "connector_schema", schema)

    async def main() -> None:
        known = engine.put_account("acc_a1", "ines", scopes=[DRIVE, "people"], state="sign_in_again", reason="revoked")
        engine.put(replace(await engine.connection("Handbook"), config={"account": "acc_a1"}, secrets={}))
        engine.preview = EditPreview(effect="none")
        async with window(engine, tmp_path, Place("connection", "Handbook")) as shell:
            page = cast(ConnectionPage, shell.current)
            press(page, "act")
            await until(lambda: page.overview.sign_in.form is not None)
            form = page.overview.sign_in.form
            assert form is not None
            await until(lambda: "“ines” must sign in again: revoked." in read(form))
            click(editor(form).action)
            await until(lambda: engine.open_sign_ins)
            engine.end_sign_in(replace(known, state="ok", reason=""))
            await until(lambda: "must sign in again" not in read(form))
            press(page, "sign_in_save")
            await until(lambda: any(name == "start_sync" for name, _ in engine.calls))
            await idle(shell)

    run(main())


def test_an_account_that_is_gone_is_kept_and_said(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        async with shown(engine, {"account": "acc_gone"}) as form:
            assert field(form, "/account").currentText() == "acc_gone (no longer here)"
            assert "This account was signed out." in read(editor(form))
            assert form.value() == {"account": "acc_gone"}

    run(main())


def test_accounts_that_can_not_be_listed(run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async def fails() -> Any:
            raise TransientError("The vault does not answer", remedy="Unlock it.")

        with monkeypatch.context() as patch:
            patch.setattr(engine, "accounts", fails)
            async with shown(engine, {"account": "acc_a1"}) as form:
                assert "The vault does not answer. Unlock it." in read(editor(form))
                assert field(form, "/account").currentText() == "acc_a1"
                patch.undo()
                click(editor(form).action)
                await until(lambda: field(form, "/account").currentText() == "ines@example.com")

    run(main())


def test_throwing_the_form_away_ends_its_sign_in(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        async with shown(engine, {"account": "acc_a1"}) as form:
            click(button(form, "Allow them"))
            await until(lambda: engine.open_sign_ins)
        assert not engine.open_sign_ins

    run(main())


def test_dropping_the_field_ends_its_sign_in(run: Run, engine: FakeEngine) -> None:
    async def main() -> None:
        async with shown(engine, {"account": "acc_a1"}) as form:
            click(button(form, "Allow them"))
            await until(lambda: engine.open_sign_ins)
            editor(form).deleteLater()
            await until(lambda: not engine.open_sign_ins)

    run(main())


def test_without_an_engine_the_id_can_be_typed(themed: Any) -> None:
    window = QWidget()
    form = FormView(Config.model_json_schema(), value={})
    QVBoxLayout(window).addWidget(form)
    window.show()
    QTest.keyClicks(field(form, "/account"), "acc_1")
    assert form.value() == {"account": "acc_1"}
    window.hide()
    window.deleteLater()
