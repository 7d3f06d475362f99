"""Scopes are asked for step by step: each option its own, the account keeps what it has, and what lacks is named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from app import api
from app.accounts.authorizers.account import allowed
from app.accounts.oauth.account import Account
from app.accounts.vault import Vault
from app.engine.engine import Engine
from app.network import SystemClock
from connectors.sdk import AccountScope, ConnectorConfig, option, wanted_scopes
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, query_of
from tests.accounts.oauth.test_renewal import PASSPHRASE, NoRing

FILES, MAIL = AccountScope("files", "Read the files."), AccountScope("mail", "Read the mail.")


class More(ConnectorConfig):
    mail: bool = option(False, title="Mail", scopes=(MAIL,))
    again: bool = option(False, title="Files again", scopes=(FILES,))


class Config(ConnectorConfig):
    account: str = option("", title="Account", account="", scopes=(AccountScope("files", needed=False),))
    labels: list[str] = option([], title="Labels", scopes=(AccountScope("labels"),))
    more: More = option(More(), title="More")


def wanted(**values: Any) -> dict[str, tuple[str, bool]]:
    return {scope.name: (scope.option, scope.needed) for scope in wanted_scopes(Config.model_validate(values))}


def test_each_option_wants_its_own_as_long_as_it_is_chosen() -> None:
    assert wanted() == {}
    assert wanted(account="a") == {"files": ("", False)}
    assert wanted(account="a", labels=["x"], more={"mail": True}) == {
        "files": ("", False),
        "labels": ("Labels", True),
        "mail": ("Mail", True),
    }
    assert wanted(account="a", more={"again": True}) == {"files": ("Files again", True)}, "what one needs is needed"


def test_what_includes_another_permission_is_enough() -> None:
    assert allowed(Account(id="a", provider="github", name="x", scopes=("repo",))) == {"repo", "public_repo"}
    assert allowed(Account(id="a", provider="gone", name="x", scopes=("repo",))) == {"repo"}


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


def _granting(provider: HostileProvider, scope: str, form: dict[str, str]) -> tuple[int, Any]:
    return 200, {**provider.good_tokens(form)[1], "scope": scope}


async def sign_in(
    engine: Engine, provider: HostileProvider, request: api.SignInRequest, refuse: str = ""
) -> tuple[list[str], api.AccountView]:
    """What was asked for, and the account; all of it is granted but `refuse`."""
    async with aclosing(engine.sign_in(request)) as steps:  # type: ignore[type-var]
        async for step in steps:
            if step.kind == "authorize":
                asked = query_of(step.url)
                provider.nonce, scopes = asked["nonce"], asked["scope"].split()
                granted = " ".join(scope for scope in scopes if scope != refuse)
                provider.token = partial(_granting, provider, granted)
                back = {"code": "c", "state": asked["state"], "iss": provider.issuer}
                async with aiohttp.ClientSession() as browser:
                    await (await browser.get(asked["redirect_uri"], params=back)).read()
            elif step.account is not None:
                return scopes, step.account
    raise AssertionError("no account came of it")


def test_signing_in_again_asks_for_exactly_the_union_and_keeps_what_there_was(
    profile: Path, provider: HostileProvider
) -> None:
    base = {"openid", "profile", "email", "offline_access"}

    async def main() -> None:
        profile.mkdir()
        vault = await Vault(profile / "vault.db", clock=SystemClock(), keyring=NoRing(), environ=PASSPHRASE).open()
        engine = await Engine.open(profile, vault=vault)
        where = {"issuer": provider.issuer}
        try:
            request = api.SignInRequest(
                provider="oidc", client_id=CLIENT, variables=where, scopes=["files"], name="Ines"
            )
            asked, first = await sign_in(engine, provider, request)
            assert set(asked) == set(first.scopes) == base | {"files"}
            request = api.SignInRequest(provider="oidc", scopes=["mail"], name="ines")
            asked, second = await sign_in(engine, provider, request)
            assert len(asked) == len(set(asked))
            assert set(asked) == set(second.scopes) == base | {"files", "mail"}
            assert second.id == first.id
            asked, third = await sign_in(engine, provider, request, refuse="files")
            assert set(third.scopes) == base | {"mail"}, "what the person takes away is gone"
            assert len(await engine.accounts()) == 1
        finally:
            await engine.close()
            await vault.close()

    asyncio.run(main())
