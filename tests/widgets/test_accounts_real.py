"""The accounts page on the real engine, at a real provider, with a real browser: as a person goes through it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.support.provider import RealProvider, serve
from tests.widgets.conftest import Run, until
from tests.widgets.test_accounts_page import choose, enter_client, over, read, waiting
from tests.widgets.window import find, idle, press, settings
from widgets import session as entry
from widgets.pages.accounts import AccountsPage
from widgets.pages.page import Place
from widgets.shell import Shell


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with serve(lifetime=3600) as running:
        yield running


class Browser:
    """Opens nothing by itself: `go` is the person who decides."""

    def __init__(self, provider: RealProvider) -> None:
        self.urls: list[str] = []
        self._provider = provider

    def open(self, url: str) -> bool:
        self.urls.append(url)
        return True

    async def go(self, decision: str = "allow", login: str = "ines") -> None:
        await asyncio.to_thread(self._provider.browse, self.urls[-1], decision, login)

    @property
    def port(self) -> int:
        redirect = parse_qs(urlsplit(self.urls[-1]).query)["redirect_uri"][0]
        return urlsplit(redirect).port or 0


@pytest.fixture
def browser(provider: RealProvider, monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser(provider)
    monkeypatch.setattr("widgets.sign_in.panel.open_url", made.open)
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return made


@asynccontextmanager
async def accounts(profile: Path) -> AsyncIterator[AccountsPage]:
    """The page in the real window, on an engine of its own."""
    shell = Shell(settings(profile))
    ended = asyncio.ensure_future(entry.session(shell, profile))
    await until(lambda: shell.client is not None)
    shell.go(Place("accounts"))
    await idle(shell)
    try:
        yield cast(AccountsPage, shell.current)
    finally:
        shell.quit_requested.emit()
        await ended
        shell.deleteLater()


async def begin(page: AccountsPage, issuer: str) -> None:
    if page.cards:
        await choose(page, "openid")
    else:
        press(page, "empty_action")
        await until(page.panel.chooser.isVisible)
        page.panel.chooser.chosen.emit("oidc")
    await enter_client(page, need_issuer=issuer, client_id="native")
    press(page.panel, "sign_in_browser")
    await waiting(page)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.point(19)
def test_sign_in_again_and_out(run: Run, tmp_path: Path, provider: RealProvider, browser: Browser) -> None:
    async def main() -> None:
        async with accounts(tmp_path / "profile") as page:
            await begin(page, provider.issuer)
            await browser.go()
            await over(page)
            assert "Signed in as Person ines" in read(page.panel)
            press(page.panel, "sign_in_done")
            await until(lambda: len(page.cards) == 1)
            (card,) = page.cards.values()
            assert "Person ines · ines@example.org" in read(card)

            press(card, "again_below")
            await waiting(page)
            await browser.go()
            await over(page)
            assert "Signed in as Person ines" in read(page.panel), read(page.panel)
            press(page.panel, "sign_in_done")
            await until(lambda: list(page.cards.values()) == [card])

            revoked = provider.count("refresh_token_destroyed")
            press(card, "sign_out")
            press(card, "sign_out_confirm")
            await until(lambda: not page.cards)
            await until(lambda: provider.count("refresh_token_destroyed") > revoked)

    run(main())


@pytest.mark.point(17, 18)
def test_refused_cancelled_and_pasted(run: Run, tmp_path: Path, provider: RealProvider, browser: Browser) -> None:
    async def main() -> None:
        async with accounts(tmp_path / "profile") as page:
            await begin(page, provider.issuer)
            await browser.go("deny")
            await over(page)
            assert "The sign-in was refused on the provider's page" in read(page.panel)
            press(page.panel, "sign_in_retry")
            await waiting(page)
            assert answers(browser.port)
            press(page.panel, "sign_in_cancel_wait")
            await until(lambda: not answers(browser.port))
            assert find(page.panel, QLineEdit, "need_issuer").text() == provider.issuer

            press(page.panel, "sign_in_browser")
            await waiting(page)
            QTest.keyClicks(page.panel.waiting.address, "http://127.0.0.1/callback?code=1&state=2")
            press(page.panel, "landed_finish")
            await until(lambda: "The answer belongs to another sign-in" in read(page.panel))
            assert not page.cards

    run(main())
