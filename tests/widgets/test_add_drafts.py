"""What is typed for a new source stays: over other pages, other types, and another start of the window. Real engine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.forms import SecretSlot
from tests.support.canary import Canary
from tests.widgets.conftest import Run, until
from tests.widgets.window import find, idle, press, real_window
from widgets.pages.add_source import AddSourcePage
from widgets.pages.draft import DraftView
from widgets.pages.page import Place
from widgets.shell import Shell

ADD = Place("add_source")


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def page_of(shell: Shell) -> AddSourcePage:
    return cast(AddSourcePage, shell.current)


async def choose(shell: Shell, text: str) -> DraftView:
    page = page_of(shell)
    page.catalogue.search.clear()
    QTest.keyClicks(page.catalogue.search, text)
    QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
    return await seen(page)


async def seen(page: AddSourcePage) -> DraftView:
    await until(lambda: page.draft is not None)
    assert page.draft is not None
    return page.draft


def type_into(draft: DraftView, pointer: str, text: str) -> None:
    field = find(draft.form, QLineEdit, f"field:{pointer}")
    field.selectAll()
    QTest.keyClicks(field, text)


def shown(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


async def fill_webdav(shell: Shell, secret: str) -> DraftView:
    draft = await choose(shell, "webdav")
    draft.name.setText("Ship's papers")
    draft.name.textEdited.emit("Ship's papers")
    type_into(draft, "/base_url", "https://files.example.org/dav")
    type_into(draft, "/username", "ines")
    type_into(draft, "/password", secret)
    return draft


@pytest.mark.point(13)
def test_another_page_and_back_loses_no_keystroke(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", ADD) as shell:
            draft = await fill_webdav(shell, "a secret that was typed")
            kept = draft.form.value(), draft.form.secrets()
            press(shell, "rail_library")
            assert shell.current is shell.pages["library"], "nothing is asked, for nothing is lost"
            press(shell, "rail_sources")
            shell.go(ADD)
            await idle(shell)
            assert page_of(shell).draft is draft
            assert (draft.form.value(), draft.form.secrets()) == kept
            assert draft.name.text() == "Ship's papers"

    run(main())


def test_pages_built_anew_for_another_language_lose_not_even_the_secret(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", ADD) as shell:
            before = await fill_webdav(shell, "a secret that was typed")
            kept = before.form.value(), before.form.secrets()
            shell.navigator.rebuild(language=True)
            await until(lambda: page_of(shell).draft is not None)
            after = await seen(page_of(shell))
            assert after is not before
            assert (after.form.value(), after.form.secrets(), after.name.text()) == (*kept, "Ship's papers")
            assert after.again.isHidden(), "nothing has to be entered again"

    run(main())


@pytest.mark.point(12)
@pytest.mark.point(13)
def test_another_start_of_the_window_goes_on_without_the_secrets(run: Run, tmp_path: Path, canary: Canary) -> None:
    profile = tmp_path / "profile"

    async def type_it() -> None:
        async with real_window(profile, ADD) as shell:
            draft = await choose(shell, "rest")
            state = draft.form.state
            type_into(draft, "/url", f"https://ines:{canary.value[7:19]}@api.example.org/notes")
            auth = state.find("/auth")
            assert auth is not None
            labels = [branch.label for branch in state.spec(auth).branches]
            password, token = labels.index("User name and password"), labels.index("Bearer token")
            state.choose(auth, password)
            state.set((*auth, ("@", password), "username"), "typed in a branch that is not chosen")
            state.set_secret((*auth, ("@", password), "password"), SecretSlot.typed(canary.value))
            state.choose(auth, token)
            state.set_secret((*auth, ("@", token), "token"), SecretSlot.typed(canary.value))
            draft.schedule.setCurrentIndex(2)
            draft.schedule.chosen.emit()

    async def come_back() -> None:
        async with real_window(profile, ADD) as shell:
            draft = await seen(page_of(shell))
            assert draft.connector.type == "rest_api"
            assert draft.form.value()["url"] == "https://ines@api.example.org/notes"
            assert draft.schedule.currentIndex() == 2
            assert not draft.form.secrets()
            told = shown(draft.again)
            assert "enter again" in told
            assert "Token" in told
            state = draft.form.state
            auth = state.find("/auth")
            assert auth is not None
            labels = [branch.label for branch in state.spec(auth).branches]
            state.choose(auth, labels.index("User name and password"))
            assert draft.form.value()["auth"]["username"] == "typed in a branch that is not chosen"

    run(type_it())
    assert json.loads((profile / "drafts.json").read_text())["current"] == "rest_api"
    assert (profile / "drafts.json").stat().st_mode & 0o077 == 0
    assert not canary.leaks(profile)
    assert canary.value[7:19] not in (profile / "drafts.json").read_text()
    run(come_back())


def test_several_are_listed_discarded_and_had_back(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", ADD) as shell:
            page = page_of(shell)
            await fill_webdav(shell, "a secret that was typed")
            folder = await choose(shell, "folder")
            type_into(folder, "/path", "/srv/papers")
            assert "Ship's papers" in [b.text() for b in page.unfinished.findChildren(type(folder.save_button))]
            press(page, "draft_discard_webdav")
            assert "webdav" not in page.drafts
            assert page.draft is folder
            await until(lambda: (tmp_path / "profile" / "drafts.json").exists())
            await until(lambda: "Ship" not in (tmp_path / "profile" / "drafts.json").read_text())
            press(shell, "banner_action")
            await until(lambda: page.draft is not None and page.draft.connector.type == "webdav")
            back = await seen(page)
            assert back.form.secrets() == {"/password": "value:a secret that was typed"}
            assert back.name.text() == "Ship's papers"
            press(back, "discard")
            await until(lambda: page.draft is None)
            press(page, "draft_open_folder")
            assert (await seen(page)).form.value()["path"] == "/srv/papers"

    run(main())


def test_what_was_typed_is_on_disk_before_the_window_ends(run: Run, tmp_path: Path) -> None:
    """A window that is killed has no time to write."""
    file = tmp_path / "profile" / "drafts.json"

    async def main() -> None:
        async with real_window(tmp_path / "profile", ADD) as shell:
            draft = await choose(shell, "folder")
            type_into(draft, "/path", "/srv/papers")
            await until(lambda: file.exists() and "/srv/papers" in file.read_text())
            draft.form.undo()
            await until(lambda: not file.exists())
            await asyncio.sleep(0)

    run(main())


def test_a_file_that_is_damaged_is_no_reason_to_stop(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "drafts.json").write_text('{"drafts": [{"type": 3}]')

    async def main() -> None:
        async with real_window(profile, ADD) as shell:
            assert page_of(shell).catalogue.model.rowCount() > 5
            assert page_of(shell).draft is None

    run(main())
