"""Accounts whose tokens went with the vault's key: they stay, say why they must sign in again, and can."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.accounts import Vault
from app.accounts.oauth.account import Account, AccountStore
from app.accounts.oauth.tokens import Tokens
from app.engine.engine import Engine
from tests.accounts.test_vault import FakeKeyring
from tests.network.opened import FakeClock

ACCOUNT = Account(id="acc_1", provider="github", name="Ada", person="Ada", subject="7")


def test_an_account_whose_tokens_were_lost_must_sign_in_again_and_says_why(profile: Path) -> None:
    async def run() -> None:
        keyring, clock = FakeKeyring(), FakeClock()

        async def opened() -> Vault:
            return await Vault(profile / "vault.db", clock=clock, keyring=keyring, environ={}).open()

        vault = await opened()
        await AccountStore(vault, clock).put(ACCOUNT, Tokens(access_token="first", refresh_token="r"))
        await vault.close()
        kept, keyring.items = dict(keyring.items), {}
        vault = await opened()
        engine = await Engine.open(profile, vault=vault)
        view = await engine.vault(look=True)
        assert (view.state, view.accounts, view.missing) == ("lost", 1, 1)
        keyring.items = kept
        assert (await engine.vault(look=True)).state == "open", "the key came back, and nobody had to do anything"
        assert (await engine.account("Ada")).state == "ok"
        await engine.close()
        await vault.close()

        keyring.items = {}
        vault = await opened()
        engine = await Engine.open(profile, vault=vault)
        await engine.vault(look=True)
        started = await engine.start_vault("keyring")
        assert (started.state, started.missing) == ("open", 1)
        account = await engine.account("Ada")
        assert (account.state, account.person) == ("sign_in_again", "Ada")
        assert "vault" in account.reason
        store = AccountStore(vault, clock)
        await store.put(ACCOUNT, Tokens(access_token="second", refresh_token="r"))
        assert (await store.get("acc_1")).tokens.access_token == "second"
        assert ((await engine.account("Ada")).state, (await engine.vault()).missing) == ("ok", 0)
        await engine.close()
        await vault.close()

    asyncio.run(run())
