"""Signing in through the engine's commands: what is kept of a client's secret, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from app import api
from app.accounts.vault import Vault
from app.engine.engine import Engine
from app.network import SystemClock
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, query_of
from tests.accounts.oauth.test_renewal import PASSPHRASE, NoRing


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


async def sign_in(engine: Engine, provider: HostileProvider, **more: Any) -> api.AccountView:
    request = api.SignInRequest(
        **{"provider": "oidc", "client_id": CLIENT, "variables": {"issuer": provider.issuer}, **more}
    )
    async with aclosing(engine.sign_in(request)) as steps:  # type: ignore[type-var]
        async for step in steps:
            if step.kind == "authorize":
                asked = query_of(step.url)
                provider.nonce = asked["nonce"]
                back = {"code": "c", "state": asked["state"], "iss": provider.issuer}
                async with aiohttp.ClientSession() as browser:
                    await (await browser.get(asked["redirect_uri"], params=back)).read()
            elif step.account is not None:
                return step.account
    raise AssertionError("no account came of it")


def test_a_client_secret_lives_as_long_as_an_account_that_uses_it(profile: Path, provider: HostileProvider) -> None:
    async def main() -> None:
        profile.mkdir()
        vault = await Vault(profile / "vault.db", clock=SystemClock(), keyring=NoRing(), environ=PASSPHRASE).open()
        engine = await Engine.open(profile, vault=vault)
        try:
            first = await sign_in(engine, provider, client_secret="value:one")
            (kept,) = await vault.refs()
            again = await sign_in(engine, provider, client_of=first.id, client_id="")
            assert again.id == first.id
            assert await vault.refs() == [kept]
            await sign_in(engine, provider, client_secret="value:two")
            (newer,) = await vault.refs()
            assert newer != kept
            assert await vault.get(newer) == "two"
            assert (await engine.sign_out(first.id)).account == first.name
            assert await vault.refs() == []
            assert await engine.accounts() == []
        finally:
            await engine.close()
            await vault.close()

    asyncio.run(main())


def test_a_refused_sign_in_leaves_no_secret(profile: Path, provider: HostileProvider) -> None:
    async def main() -> None:
        profile.mkdir()
        vault = await Vault(profile / "vault.db", clock=SystemClock(), keyring=NoRing(), environ=PASSPHRASE).open()
        engine = await Engine.open(profile, vault=vault)
        provider.token = lambda form: (400, {"error": "invalid_grant"})
        try:
            with pytest.raises(Exception, match="no longer accepts"):
                await sign_in(engine, provider, client_secret="value:one")
            assert await vault.refs() == []
        finally:
            await engine.close()
            await vault.close()

    asyncio.run(main())


def test_the_browser_ends_on_a_page_in_the_language_of_the_settings(profile: Path, provider: HostileProvider) -> None:
    async def main() -> str:
        profile.mkdir()
        vault = await Vault(profile / "vault.db", clock=SystemClock(), keyring=NoRing(), environ=PASSPHRASE).open()
        engine = await Engine.open(profile, vault=vault)
        try:
            await engine.edit_settings(api.SettingsEdit(values={"/language/language": "de"}))
            request = api.SignInRequest(
                provider="oidc", client_id=CLIENT, variables={"issuer": provider.issuer}, timeout=20
            )
            async with aclosing(engine.sign_in(request)) as steps:  # type: ignore[type-var]
                step = await anext(steps)
                stray = query_of(step.url)["redirect_uri"]
                async with aiohttp.ClientSession() as browser:
                    return await (await browser.get(stray)).text()
        finally:
            await engine.close()
            await vault.close()

    assert "Das ist die Antwort einer anderen Anmeldung" in asyncio.run(main())
