"""The Accounts page and its sign-in panel, driven with mouse and keys: every state, its text, and its way out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from app.accounts.oauth.errors import refusal
from app.api import SignInRequest
from connectors.sdk import AuthError, HeadwaterError, TransientError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.window import find, idle, press, window
from widgets.pages.accounts import AccountsPage
from widgets.pages.page import Place
from widgets.parts import Banner
from widgets.shell import Shell
from widgets.sign_in import ScopeWanted, SignInWanted

ACCOUNTS = Place("accounts")


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was opened in the browser, which is none."""
    found: list[str] = []

    def open_url(url: str) -> bool:
        found.append(url)
        return True

    monkeypatch.setattr("widgets.sign_in.panel.open_url", open_url)
    return found


def page_of(shell: Shell) -> AccountsPage:
    return cast(AccountsPage, shell.pages["accounts"])


def requests(engine: FakeEngine) -> list[SignInRequest]:
    return [argument for name, argument in engine.calls if name == "sign_in"]


def read(parent: QWidget) -> str:
    """Everything that can be read in it."""
    return "\n".join(one.text() for one in parent.findChildren(QLabel) if one.isVisible())


def shown(parent: QWidget, name: str) -> bool:
    return find(parent, QAbstractButton, name).isVisible()


def focused(shell: Shell) -> str:
    """The name of what the next key goes to."""
    widget = shell.focusWidget()
    return widget.objectName() if widget is not None else ""


async def choose(page: AccountsPage, provider: str) -> None:
    """Opens the panel and picks a provider by typing."""
    press(page, "sign_in")
    await until(page.panel.chooser.isVisible)
    QTest.keyClicks(page.panel.chooser.search, provider)
    QTest.keyClick(page.panel.chooser.search, Qt.Key.Key_Return)
    await until(page.panel.client_step.isVisible)


async def enter_client(page: AccountsPage, **fields: str) -> None:
    step = page.panel.client_step
    step.choose_own()
    for name, text in fields.items():
        line = find(step, QLineEdit, name)
        line.clear()
        QTest.keyClicks(line, text)


async def waiting(page: AccountsPage) -> None:
    await until(lambda: page.panel.waiting.isVisible() and page.panel.waiting.copy_link.isVisible())


async def over(page: AccountsPage) -> None:
    await until(page.panel.ended.isVisible)


def test_what_needs_a_person_comes_first_and_all_is_told(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        contracts = await engine.connection("Contracts")
        engine.put(replace(contracts, config={"nested": [{"who": "acc_a1"}]}))
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            order = sorted(page.cards.values(), key=lambda card: card.y())
            assert [card.view.id for card in order if card.view] == ["acc_b2", "acc_a1", "acc_c3"]
            refused, good, short = order
            assert "the provider no longer accepts it" in read(refused)
            assert shown(refused, "again")
            assert good.body.isHidden()
            press(good, "fold")
            for words in (
                "Ines Ferreira · ines@example.com",
                "See and download the files of your Drive",
                "then renewed by itself",
                "25 min ago",
            ):
                assert words in read(good)
            assert "used by Contracts" in read(good)
            press(short, "fold")
            assert "then sign in again" in read(short)
            assert not shown(short, "renew")
            press(good, f"use_{contracts.id}")
            await idle(shell)
            assert shell.current is shell.pages["connection"]

    run(main())


def test_without_accounts_there_is_one_thing_to_do(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(FakeEngine(empty=True), tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            assert "No account yet" in read(page)
            assert not shown(page, "sign_in")
            press(page, "empty_action")
            await until(page.panel.chooser.isVisible)
            assert "No account yet" not in read(page)
            QTest.keyClick(page.panel.chooser.search, Qt.Key.Key_Escape)
            assert "No account yet" in read(page)

    run(main())


def test_sign_in_with_a_client_of_ones_own(run: Run, engine: FakeEngine, tmp_path: Path, opened: list[str]) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            await choose(page, "notion")
            step = page.panel.client_step
            step.choose_own()
            assert find(step, QLineEdit, "redirect_address").text() == "http://localhost:53682/callback"
            press(step, "redirect_address_copy")
            assert QGuiApplication.clipboard().text() == "http://localhost:53682/callback"
            press(step, "setup_page")
            assert opened == ["https://www.notion.so/profile/integrations"]
            press(step, "sign_in_browser")
            assert "Client ID is missing." in read(step)
            assert focused(shell) == "client_id"
            await enter_client(page, client_id="client-1")
            press(step, "sign_in_browser")
            assert "Client secret is missing." in read(step)
            await enter_client(page, client_secret="hush-hush")
            assert find(step, QLineEdit, "client_secret").echoMode() is QLineEdit.EchoMode.Password
            press(step, "sign_in_browser")
            await waiting(page)
            assert opened[1:] == ["https://login.example.com/authorize?state=s1"]
            assert requests(engine) == [
                SignInRequest(provider="notion", client_id="client-1", client_secret="value:hush-hush")
            ]
            assert "Waiting for your browser" in read(page.panel)
            assert find(page, QLabel, "time_left").text() == "5:00 left"
            press(page.panel, "open_again")
            assert opened[1] == opened[2]
            press(page.panel, "copy_link")
            assert QGuiApplication.clipboard().text() == opened[1]
            made = engine.put_account("acc_n", "tomas", provider="notion", provider_title="Notion", person="Tomás")
            engine.end_sign_in(made)
            await over(page)
            assert "Signed in as Tomás" in read(page.panel)
            assert find(step, QLineEdit, "client_secret").text() == ""
            await until(lambda: "acc_n" in page.cards)
            press(page.panel, "sign_in_done")
            assert page.panel.isHidden()
            assert not engine.open_sign_ins

    run(main())


def test_a_server_of_ones_own(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            await choose(page, "gitlab")
            assert "The port counts." in read(page.panel)
            assert focused(shell) == "client_id"
            assert find(page.panel, QLineEdit, "need_host").text() == "gitlab.com"
            await enter_client(page, client_id="c", need_host="git.example.com")
            press(page.panel, "sign_in_browser")
            await waiting(page)
            assert requests(engine)[0].variables == {"host": "git.example.com"}

    run(main())


def test_cancel_frees_the_port_and_keeps_what_was_typed(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            await choose(page, "openid")
            await enter_client(page, need_issuer="https://id.example.com", client_id="c")
            press(page.panel, "sign_in_browser")
            await waiting(page)
            press(page.panel, "sign_in_cancel_wait")
            await until(lambda: not engine.open_sign_ins)
            assert page.panel.client_step.isVisible()
            page.panel.client_step.choose_own()
            assert find(page.panel, QLineEdit, "need_issuer").text() == "https://id.example.com"
            assert find(page.panel, QLineEdit, "client_id").text() == "c"
            QTest.keyClick(page.panel, Qt.Key.Key_Escape)
            assert page.panel.isHidden()
            assert find(page.panel, QLineEdit, "client_id").text() == ""

    run(main())


def test_cancel_works_while_the_provider_does_not_answer(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        engine.begin_gate = asyncio.Event()
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_b2"], "again")
            await until(lambda: engine.open_sign_ins)
            assert "Asking Notion …" in read(page.panel)
            assert not shown(page.panel, "open_again")
            QTest.keyClick(page.panel.waiting.cancel, Qt.Key.Key_Space)
            await until(lambda: not engine.open_sign_ins)
            assert page.panel.isHidden()

    run(main())


def test_closing_the_window_ends_a_sign_in(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_b2"], "again")
            await waiting(page)
            shell.go(Place("sources"))
            await idle(shell)
            assert engine.open_sign_ins, "it goes on while another page is looked at"
        assert not engine.open_sign_ins

    run(main())


def test_sign_in_again_is_one_click_with_what_was_allowed(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        account = engine.put_account("acc_a1", "ines@example.com", state="sign_in_again", reason="it was revoked")
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_a1"], "again")
            await waiting(page)
            assert requests(engine) == [
                SignInRequest(provider="google", client_of="acc_a1", scopes=list(account.scopes))
            ]
            engine.end_sign_in(replace(account, state="ok", reason=""))
            await over(page)
            await until(lambda: not shown(page.cards["acc_a1"], "again"))
            assert "it was revoked" not in read(page)

    run(main())


def test_another_person_than_was_meant_is_said(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("accounts", "acc_b2", "sign_in")) as shell:
            page = page_of(shell)
            await waiting(page)
            engine.end_sign_in(engine.put_account("acc_x", "mallory", person="Mallory"))
            await over(page)
            assert "This is another person than “Handbook editors”, which still has to sign in." in read(page.panel)

    run(main())


ENDS = [
    (refusal("access_denied", where="Notion"), "The sign-in was refused on the provider's page", False, False),
    (refusal("timeout", where="Notion"), "Nobody finished the sign-in in the browser in time", False, False),
    (refusal("invalid_client", where="Notion"), "does not accept the client or its secret", True, True),
    (refusal("id_token_invalid", where="Notion"), "can't be trusted", False, True),
    (
        TransientError("The provider does not answer", where="Notion", remedy="Try later."),
        "does not answer",
        False,
        True,
    ),
]


@pytest.mark.parametrize(("error", "words", "client", "copies"), ENDS)
def test_every_refusal_has_its_words_and_its_remedy(
    run: Run, engine: FakeEngine, tmp_path: Path, error: HeadwaterError, words: str, client: bool, copies: bool
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_b2"], "again")
            await waiting(page)
            engine.end_sign_in(error)
            await over(page)
            assert words in read(page.panel)
            assert error.remedy in read(page.panel)
            assert shown(page.panel, "ended_client") is client
            assert shown(page.panel, "ended_copy") is copies
            if copies:
                press(page.panel, "ended_copy")
                assert error.code in QGuiApplication.clipboard().text()
            if client:
                press(page.panel, "ended_client")
                await until(find(page.panel, QLineEdit, "client_id").isVisible)
            else:
                press(page.panel, "sign_in_retry")
                await waiting(page)
                assert len(requests(engine)) == 2
                assert requests(engine)[0] == requests(engine)[1]

    run(main())


def test_a_code_stands_in_for_the_browser(run: Run, engine: FakeEngine, tmp_path: Path, opened: list[str]) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            await choose(page, "google")
            press(page.panel, "sign_in_browser")
            await waiting(page)
            press(page.panel, "other_way")
            await until(page.panel.waiting.code.isVisible)
            assert [request.device for request in requests(engine)] == [False, True]
            assert len(engine.open_sign_ins) == 1, "the browser's port is free"
            assert page.panel.waiting.code.text() == "WDJB-MJHT"
            assert len(opened) == 1, "nobody is sent to enter a code without asking for it"
            press(page.panel, "copy_code")
            assert QGuiApplication.clipboard().text() == "WDJB-MJHT"
            press(page.panel, "open_again")
            assert opened[1:] == ["https://www.example.com/device"]
            assert page.panel.waiting.address.isHidden() or not page.panel.waiting.address.isVisible()
            press(page.panel, "other_way")
            await until(page.panel.waiting.address.isVisible)
            assert requests(engine)[-1].device is False

    run(main())


def test_a_provider_without_a_way_back_offers_only_a_code(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            await choose(page, "hubspot")
            assert not shown(page.panel, "sign_in_browser")
            await enter_client(page, client_id="c")
            QTest.keyClick(find(page.panel, QLineEdit, "client_id"), Qt.Key.Key_Return)
            await until(page.panel.waiting.code.isVisible)
            assert not shown(page.panel, "other_way")

    run(main())


def test_the_address_from_another_machine(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_b2"], "again")
            await waiting(page)
            line = page.panel.waiting.address
            engine.fail_next = refusal("state_mismatch", where="pasted address")
            QTest.keyClicks(line, "http://127.0.0.1:9/callback?code=1")
            QTest.keyClick(line, Qt.Key.Key_Return)
            wrong = find(page.panel, QLabel, "landed_wrong")
            await until(wrong.isVisible)
            assert "belongs to another sign-in" in wrong.text()
            QTest.keyClicks(line, "http://127.0.0.1:9/callback?code=2")
            assert not wrong.isVisible()
            press(page.panel, "landed_finish")
            await until(lambda: ("finish_sign_in", ("s1", "http://127.0.0.1:9/callback?code=2")) in engine.calls)

    run(main())


def test_a_browser_that_does_not_open_is_said(
    run: Run, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.sign_in.panel.open_url", lambda _url: False)

    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_b2"], "again")
            await waiting(page)
            assert "The browser could not be opened." in find(page.panel, QLabel, "browser_hint").text()
            assert find(page.panel, QLabel, "browser_hint").isVisible()

    run(main())


def test_a_locked_vault_is_asked_for_and_the_sign_in_goes_on(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _loop, context: shell.report(context["exception"]))
            engine.vault_state = "passphrase"
            engine.fail_next = AuthError("The vault is locked", remedy="Unlock it.", code="vault_locked")
            press(page.cards["acc_b2"], "again")
            await over(page)
            await until(shell.vault_panel.isVisible)
            assert "The vault is locked" in read(page.panel)
            press(page.panel, "sign_in_retry")
            await waiting(page)
            assert requests(engine)[0].client_of == "acc_b2"

    run(main())


def test_the_keyboard_alone_is_enough(run: Run, engine: FakeEngine, tmp_path: Path, opened: list[str]) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            shell.activateWindow()
            await until(shell.isActiveWindow)
            QTest.keyClick(shell, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            await until(page.panel.chooser.isVisible)
            QTest.keyClicks(shell.focusWidget(), "notion")
            QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Return)
            await until(lambda: focused(shell) == "sign_in_browser")  # with the client one has
            QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Space)
            await until(lambda: focused(shell) == "open_again")
            seen = []
            for _ in range(5):
                seen.append(focused(shell))
                QTest.keyClick(shell.focusWidget(), Qt.Key.Key_Tab)
            assert seen == ["open_again", "copy_link", "sign_in_cancel_wait", "landed", "landed_finish"]
            QTest.keyClick(page.panel, Qt.Key.Key_Escape)
            await until(lambda: not engine.open_sign_ins)
            await until(lambda: focused(shell) == "sign_in_browser")

    run(main())


def test_what_was_not_allowed_is_named_and_can_be_asked_again(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            wanted = SignInWanted("google", (ScopeWanted("files", "See your files"), ScopeWanted("openid", "Know you")))
            page.panel.open(wanted)
            await until(page.panel.client_step.isVisible)
            assert "See your files" in read(page.panel)
            press(page.panel, "sign_in_browser")
            await waiting(page)
            assert requests(engine) == [
                SignInRequest(provider="google", client_of="acc_a1", scopes=["files", "openid"])
            ]
            engine.end_sign_in(engine.account_list["acc_a1"])
            await over(page)
            assert "Not allowed: See your files." in read(page.panel)
            assert shown(page.panel, "sign_in_retry")

    run(main())


def test_the_window_comes_to_the_front(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            press(page.cards["acc_b2"], "again")
            await waiting(page)
            browser = QWidget()
            browser.show()
            await until(browser.isActiveWindow)
            shell.hide()
            engine.end_sign_in(replace(engine.account_list["acc_b2"], state="ok"))
            await until(shell.isVisible)
            await until(shell.isActiveWindow)
            assert focused(shell) == "sign_in_done"
            browser.deleteLater()

    run(main())


def test_renewing_by_hand(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            card = page.cards["acc_a1"]
            card.unfold(True)
            press(card, "renew")
            await until(lambda: "just now" in read(card))
            await until(card.renew_button.isEnabled)
            engine.fail_next = refusal("sign_in_again")
            engine.account_list["acc_a1"] = replace(
                engine.account_list["acc_a1"], state="sign_in_again", reason="it was revoked"
            )
            press(card, "renew")
            await until(lambda: "It must sign in again: it was revoked." in read(card))

    run(main())


@pytest.mark.parametrize("confirmed", [True, False])
def test_signing_out_asks_in_place_and_tells_how_it_went(
    run: Run, engine: FakeEngine, tmp_path: Path, confirmed: bool
) -> None:
    async def main() -> None:
        engine.revokes = confirmed
        contracts = await engine.connection("Contracts")
        engine.put(replace(contracts, config={"account": "acc_a1"}))
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            card = page.cards["acc_a1"]
            card.unfold(True)
            press(card, "sign_out")
            assert "Until another account is chosen, this stops syncing: Contracts." in read(card)
            assert focused(shell) == "sign_out_keep", "the harmless answer is the next one"
            QTest.keyClick(card, Qt.Key.Key_Escape)
            assert card.question.isHidden()
            assert not any(name == "sign_out" for name, _ in engine.calls)
            press(card, "sign_out")
            press(card, "sign_out_confirm")
            await until(lambda: "acc_a1" not in page.cards)
            assert ("sign_out", "acc_a1") in engine.calls
            banner = shell.findChildren(Banner)[-1]
            assert ("confirmed it" if confirmed else "did not confirm it") in banner.text()

    run(main())


def test_a_sign_out_that_fails_can_be_tried_again(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            card = page.cards["acc_a1"]
            card.unfold(True)
            told: list[object] = []
            asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
            engine.fail_next = TransientError("The vault does not answer")
            press(card, "sign_out")
            press(card, "sign_out_confirm")
            await until(lambda: told)
            assert card.leave.isVisible()
            assert "acc_a1" in page.cards

    run(main())


def test_every_control_has_a_name(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, ACCOUNTS) as shell:
            page = page_of(shell)
            await choose(page, "notion")
            for card in page.cards.values():
                card.unfold(True)
            kinds = (QAbstractButton, QLineEdit)
            nameless = [
                one
                for kind in kinds
                for one in page.findChildren(kind)
                if one.isVisible() and not one.accessibleName() and one.focusPolicy() is not Qt.FocusPolicy.NoFocus
            ]
            assert nameless == []
            names = [one.accessibleName() for one in page.findChildren(QAbstractButton) if one.isVisible()]
            assert len(names) == len(set(names)), sorted(names)

    run(main())
