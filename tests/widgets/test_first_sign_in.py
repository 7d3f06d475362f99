"""From nothing to a running first sync of a source that wants a sign-in by OAuth: every action counted.

The real window on the real engine, which meets Google at its real addresses, behind a proxy; Google is the fakes' own.
"""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget

from app.api import SignInRequest
from tests.accounts.providers.fakes import CLIENT, SECRET, Fake
from tests.accounts.providers.openid_vendors import GOOGLE
from tests.connectors.google_drive.fake import FakeDrive
from tests.support.outside import outside
from tests.widgets.conftest import Run, until
from tests.widgets.person import Person
from tests.widgets.window import idle, real_window
from widgets.pages.add_source import AddSourcePage
from widgets.pages.connection import ConnectionPage
from widgets.shell import Shell

CONTROL = Qt.KeyboardModifier.ControlModifier


class Google(Fake):
    """Google's sign-in at its own addresses."""

    def __init__(self) -> None:
        super().__init__(GOOGLE, registered="http://127.0.0.1:1/callback", secret=True)
        self.urls: list[str] = []

    def here(self, url: str) -> str:
        """They stay what they are."""
        return url

    def open(self, url: str) -> bool:
        """The browser."""
        self.urls.append(url)
        return True

    async def allow(self) -> None:
        """What the person does there."""
        await until(lambda: self.urls)
        url = self.urls.pop().replace("https://", f"{self.base}/")
        await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=20).read())


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    running = Google()
    with running:
        monkeypatch.setattr("widgets.sign_in.panel.open_url", running.open)
        yield running


@asynccontextmanager
async def drive(
    google: Google, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Shell, FakeDrive]]:
    """A window whose engine reaches Google, and Ada's Drive there."""
    fake = FakeDrive()
    hosts = ("accounts.google.com", "oauth2.googleapis.com", "openidconnect.googleapis.com")
    routes = {host: (lambda _path, host=host: f"{google.base}/{host}") for host in hosts}

    def api(path: str) -> str:
        return f"{google.base}/www.googleapis.com" if path.startswith("/oauth2") else fake.address

    async with fake.serving(), outside(folder, {**routes, "www.googleapis.com": api}) as environment:
        fake.tokens = cast(set[str], google.live)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        async with real_window(folder / "profile") as shell:
            yield shell, fake


async def add(person: Person, shell: Shell) -> AddSourcePage:
    """To the form of Google Drive: two actions."""
    await person.click("add_source" if shell.watch.connections else "door_add")
    await until(lambda: isinstance(shell.current, AddSourcePage))
    page = cast(AddSourcePage, shell.current)
    await until(page.catalogue.search.hasFocus)
    await person.click_row(page.catalogue.list, "Google Drive")
    await until(lambda: page.draft is not None)
    return page


async def synced(shell: Shell, documents: int) -> None:
    await until(lambda: isinstance(shell.current, ConnectionPage))
    await idle(shell)
    assert shell.client is not None
    run = (await shell.client.runs())[0]
    assert (run.state, run.trigger, run.counts.new) == ("done", "first", documents), run


def test_the_very_first_sign_in_with_a_client_of_ones_own(
    run: Run, tmp_path: Path, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with drive(google, tmp_path, monkeypatch) as (shell, fake):
            fake.put("plan.md", "The plan")
            fake.put("notes.md", "Notes")
            person = Person(shell)
            await add(person, shell)
            await until(lambda: person.focus_name() == "Client ID")
            await person.type(CLIENT, into="Client ID")
            await person.chord(Qt.Key.Key_Tab)
            await person.type(SECRET, into="Client secret")
            await person.chord(Qt.Key.Key_Return)
            person.actions.append("allow in the browser")
            await google.allow()
            await until(lambda: person.focus_name() == "My Drive")
            await person.chord(Qt.Key.Key_Return, CONTROL)
            assert len(person.actions) <= 8, person.actions
            await synced(shell, 2)

    run(main())


async def signed_in(shell: Shell, google: Google) -> None:
    """Somebody has signed in before; not counted."""
    assert shell.client is not None

    async def steps() -> None:
        assert shell.client is not None
        wanted = SignInRequest(
            provider="google",
            client_id=CLIENT,
            client_secret=f"value:{SECRET}",
            scopes=["https://www.googleapis.com/auth/drive.readonly"],
        )
        async for step in shell.client.sign_in(wanted):
            if step.kind == "authorize":
                google.open(step.url)

    running = asyncio.ensure_future(steps())
    await google.allow()
    await running


def test_another_person_signs_in_with_the_client_that_is_known_and_picks_a_folder(
    run: Run, tmp_path: Path, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with drive(google, tmp_path, monkeypatch) as (shell, fake):
            fake.put("private.md", "Not this")
            folder = fake.folder("Contracts")
            fake.put("lease.md", "The lease", parent=folder)
            await signed_in(shell, google)
            person = Person(shell)
            page = await add(person, shell)
            await person.click_named("Sign in to another account for Account")
            await until(lambda: person.focus_name() == "Sign in with your browser")
            await person.chord(Qt.Key.Key_Return)
            person.actions.append("allow in the browser")
            await google.allow()
            await until(lambda: person.focus_name() == "My Drive")
            await person.click_named("Choose Only these folders")
            await until(lambda: page.findChildren(QTreeWidget))
            (tree,) = page.findChildren(QTreeWidget)
            await until(lambda: tree.findItems("Contracts", Qt.MatchFlag.MatchRecursive))
            await person.tick(tree, "Contracts")
            await person.chord(Qt.Key.Key_Return, CONTROL)
            assert len(person.actions) <= 8, person.actions
            await synced(shell, 1)

    run(main())


def test_the_only_account_is_chosen_by_itself(
    run: Run, tmp_path: Path, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with drive(google, tmp_path, monkeypatch) as (shell, fake):
            fake.put("plan.md", "The plan")
            await signed_in(shell, google)
            person = Person(shell)
            page = await add(person, shell)
            assert page.draft is not None
            draft = page.draft
            await until(lambda: draft.form.value()["auth"].get("account"))
            assert not draft.is_dirty(), "nobody has typed anything"
            await person.chord(Qt.Key.Key_Return, CONTROL)
            assert len(person.actions) <= 3, person.actions
            await synced(shell, 1)

    run(main())
