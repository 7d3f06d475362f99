"""Renewal: one at a time, stored before it is used, immune to cancel, honest about what was lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from app.accounts.oauth.account import Account
from app.accounts.oauth.accounts import Accounts
from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.identity import Identity
from app.accounts.oauth.provider import provider as known
from app.accounts.oauth.sign_in import SignedIn, Wanted
from app.accounts.oauth.tokens import Tokens
from app.accounts.oauth.wire import Client
from app.accounts.secrets import Secrets
from app.accounts.vault import Vault
from connectors.sdk import AuthError, HeadwaterError, TransientError
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, at, network, rt

PASSPHRASE = {"HEADWATER_VAULT_PASSPHRASE": "p"}

RENEWER = """
import asyncio, sys
from pathlib import Path
from tests.accounts.oauth.test_renewal import opened

async def main():
    async with opened(Path(sys.argv[1])) as accounts:
        print("ready", flush=True)
        try:
            print(await accounts.access_token("a"), flush=True)
        except Exception as error:
            print(error.code, flush=True)

asyncio.run(main())
"""


class NoRing:
    """A machine without a keyring."""

    async def title(self) -> str:
        from app.accounts.keyring import NoKeyring

        raise NoKeyring

    async def unlocked(self) -> None: ...

    async def get(self, account: str, *, prompt: bool = True) -> str | None:
        from app.accounts.keyring import NoKeyring

        raise NoKeyring

    async def set(self, account: str, value: str) -> str:
        from app.accounts.keyring import NoKeyring

        raise NoKeyring

    async def delete(self, account: str) -> None: ...


class opened:
    """The accounts of a profile, for the time of a block."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile

    async def __aenter__(self) -> Accounts:
        self._network = network()
        self._vault = await Vault(
            self._profile / "vault.db", clock=self._network.clock, keyring=NoRing(), environ=PASSPHRASE
        ).open()
        self._accounts = Accounts(self._profile, self._vault, Secrets(self._vault), self._network)
        return self._accounts

    async def __aexit__(self, *_: object) -> None:
        await self._accounts.close()
        await self._network.close()
        await self._vault.close()


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


def stale(provider: HostileProvider, **more: Any) -> tuple[Account, Tokens]:
    """An account whose access has just ended."""
    account = Account(
        id="a",
        provider="oidc",
        name="Ines",
        issuer=provider.issuer,
        subject="ines",
        client_id=CLIENT,
        variables={"issuer": provider.issuer},
    )
    now = time.time()
    tokens = {"access_token": at(0), "refresh_token": rt(0), "expires_at": now - 1, "obtained_at": now - 100}
    return account, Tokens(**{**tokens, **more})


def with_account(
    profile: Path, provider: HostileProvider, work: Callable[[Accounts], Awaitable[None]], **more: Any
) -> None:
    async def main() -> None:
        async with opened(profile) as accounts:
            await accounts.store.put(*stale(provider, **more))
            await work(accounts)

    asyncio.run(main())


def refreshes(provider: HostileProvider) -> int:
    return provider.count("/token", grant_type="refresh_token")


def test_ten_tasks_make_one_renewal_and_send_no_scope(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        found = await asyncio.gather(*(accounts.access_token("a") for _ in range(10)))
        assert set(found) == {at(1)}
        assert (await accounts.store.get("a")).tokens.refresh_token == rt(1)

    with_account(profile, provider, work)
    assert refreshes(provider) == 1
    form = next(form for path, form in provider.requests if path == "/token")
    assert "scope" not in form


def test_an_answer_without_a_refresh_token_keeps_the_old(profile: Path, provider: HostileProvider) -> None:
    provider.token = lambda form: (200, {"access_token": at(9), "token_type": "Bearer", "expires_in": 3600})

    async def work(accounts: Accounts) -> None:
        assert await accounts.access_token("a") == at(9)
        assert (await accounts.store.get("a")).tokens.refresh_token == rt(0)

    with_account(profile, provider, work)


def test_a_cancelled_caller_does_not_cancel_the_renewal(profile: Path, provider: HostileProvider) -> None:
    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.4)
        return web.json_response(provider.good_tokens({})[1])

    provider.raw["/token"] = slow

    async def work(accounts: Accounts) -> None:
        caller = asyncio.create_task(accounts.access_token("a"))
        while not refreshes(provider):
            await asyncio.sleep(0.01)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert await accounts.access_token("a") == at(1)

    with_account(profile, provider, work)
    assert refreshes(provider) == 1


def test_the_provider_no_longer_accepts_it(profile: Path, provider: HostileProvider) -> None:
    provider.token = lambda form: (400, {"error": "invalid_grant", "error_description": "revoked"})

    async def work(accounts: Accounts) -> None:
        for _ in range(3):
            with pytest.raises(SignInError) as raised:
                await accounts.access_token("a")
            assert raised.value.code == "sign_in_again"
        found = await accounts.store.find("ines")
        assert (found.state, found.reason) == ("sign_in_again", "the provider no longer accepts it")

    with_account(profile, provider, work)
    assert refreshes(provider) == 1


def test_an_outage_signs_nobody_out(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        provider.raw["/token"] = lambda _: web.Response(status=503)
        for _ in range(5):
            with pytest.raises(TransientError):
                await accounts.access_token("a")
        assert refreshes(provider) == 1, "who is away is not asked by everybody"
        del provider.raw["/token"]
        provider.token = lambda form: (400, {"error": "temporarily_unavailable"})
        with pytest.raises(TransientError):
            await accounts.renew("a")
        assert (await accounts.store.find("a")).state == "ok"
        provider.token = provider.good_tokens
        await accounts.renew("a")
        assert await accounts.access_token("a") == at(1)

    with_account(profile, provider, work)


def test_an_access_that_is_good_for_a_moment_yet_is_used_while_the_provider_is_away(
    profile: Path, provider: HostileProvider
) -> None:
    async def work(accounts: Accounts) -> None:
        provider.raw["/token"] = lambda _: web.Response(status=503)
        assert await accounts.access_token("a") == at(0)
        with pytest.raises(TransientError):
            await accounts.access_token("a", refused=at(0))

    with_account(profile, provider, work, expires_at=time.time() + 30, obtained_at=time.time() - 3000)


def test_a_refused_token_is_renewed_once(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        assert await accounts.access_token("a") == at(0)
        assert await accounts.access_token("a", refused=at(0)) == at(1)
        assert await accounts.access_token("a", refused=at(0)) == at(1)

    with_account(profile, provider, work, expires_at=None)
    assert refreshes(provider) == 1


def test_without_a_refresh_token_it_says_so(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        with pytest.raises(SignInError) as raised:
            await accounts.access_token("a")
        assert raised.value.code == "sign_in_again"

    with_account(profile, provider, work, refresh_token="")
    assert refreshes(provider) == 0


def test_two_processes_make_one_renewal(profile: Path, provider: HostileProvider) -> None:
    with_account(profile, provider, _nothing)
    started = [_renewer(profile) for _ in range(3)]
    found = [process.communicate(timeout=60)[0].split() for process in started]
    assert found == [["ready", at(1)]] * 3
    assert refreshes(provider) == 1


def test_killed_between_the_answer_and_the_commit_it_says_plainly_that_it_must_sign_in_again(
    profile: Path, provider: HostileProvider
) -> None:
    """The provider has rotated, and nobody knows the new token any more."""
    with_account(profile, provider, _nothing)

    async def hangs(request: web.BaseRequest) -> web.StreamResponse:
        provider.token = lambda form: (400, {"error": "invalid_grant"})  # spent by this request
        await provider.hang()
        return web.Response()

    provider.raw["/token"] = hangs
    process = _renewer(profile)
    while not refreshes(provider):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    del provider.raw["/token"]

    async def again() -> None:
        async with opened(profile) as accounts:
            with pytest.raises(SignInError) as raised:
                await accounts.access_token("a")
            assert "a renewal of the access was cut off" in raised.value.remedy
            assert (await accounts.store.find("a")).state == "sign_in_again"

    asyncio.run(again())


def test_killed_after_the_commit_nothing_is_lost(profile: Path, provider: HostileProvider) -> None:
    with_account(profile, provider, _nothing)
    process = _renewer(profile)
    assert process.communicate(timeout=60)[0].split() == ["ready", at(1)]

    async def again() -> None:
        async with opened(profile) as accounts:
            kept = await accounts.store.get("a")
            assert (kept.tokens.access_token, kept.tokens.refresh_token, kept.renewing_since) == (at(1), rt(1), None)

    asyncio.run(again())


def test_sign_out_forgets_also_when_the_provider_is_down(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        provider.raw["/revoke"] = lambda _: web.Response(status=503)
        assert await accounts.sign_out(await accounts.store.find("a")) is False
        assert await accounts.store.all() == []

    with_account(profile, provider, work)


def test_tokens_moved_to_another_row_do_not_open(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        account, tokens = stale(provider)
        await accounts.store.put(msgspec.structs.replace(account, id="b", name="Jonas"), tokens)
        moved = "SELECT key_id, nonce, sealed FROM accounts WHERE id = 'a'"
        statement = f"UPDATE accounts SET (key_id, nonce, sealed) = ({moved}) WHERE id = 'b'"
        await accounts.store._vault.run(lambda db: db.execute(statement))
        with pytest.raises(AuthError) as raised:
            await accounts.access_token("b")
        assert raised.value.code == "secret_damaged"

    with_account(profile, provider, work)


def test_names_are_unique_and_the_same_person_is_the_same_account(profile: Path, provider: HostileProvider) -> None:
    async def work(accounts: Accounts) -> None:
        account, tokens = stale(provider)
        with pytest.raises(HeadwaterError) as raised:
            await accounts.store.put(msgspec.structs.replace(account, id="b", name="INES"), tokens)
        assert raised.value.code == "name_taken"
        assert len(await accounts.store.all()) == 1

    with_account(profile, provider, work)


def test_a_sign_out_while_a_renewal_is_under_way_is_for_good(profile: Path, provider: HostileProvider) -> None:
    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return web.json_response(provider.good_tokens({})[1])

    provider.raw["/token"] = slow

    async def work(accounts: Accounts) -> None:
        renewing = asyncio.create_task(accounts.renew("a"))
        while not refreshes(provider):
            await asyncio.sleep(0.01)
        assert await accounts.sign_out(await accounts.store.find("a"))
        await renewing
        assert await accounts.store.all() == []
        revoked = [form["token"] for path, form in provider.requests if path == "/revoke"]
        assert revoked == [rt(1), at(1)], "what is taken back is what the renewal brought"

    with_account(profile, provider, work)


def test_a_new_sign_in_is_not_overwritten_by_a_renewal_that_was_under_way(
    profile: Path, provider: HostileProvider
) -> None:
    async def refuses(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return web.json_response({"error": "invalid_grant"}, status=400)

    provider.raw["/token"] = refuses

    async def work(accounts: Accounts) -> None:
        renewing = asyncio.create_task(accounts.renew("a"))
        while not refreshes(provider):
            await asyncio.sleep(0.01)
        account, _ = stale(provider)
        found = SignedIn(
            Tokens(access_token="at-new", refresh_token="rt-new"), Identity(issuer=account.issuer, subject="ines")
        )
        wanted = Wanted(provider=known("oidc"), client=Client(CLIENT))
        kept = await accounts.keep(wanted, found, name="", variables=account.variables)
        with pytest.raises(SignInError):
            await renewing
        assert kept.id == "a"
        assert (await accounts.store.get("a")).account.state == "ok"
        assert await accounts.access_token("a") == "at-new"

    with_account(profile, provider, work)


def test_who_is_asked_again_with_renewed_access_and_never_made_up(profile: Path, provider: HostileProvider) -> None:
    def userinfo(request: web.BaseRequest) -> web.Response:
        good = request.headers["authorization"] == f"Bearer {at(1)}"
        return web.json_response({"sub": "ines"} if good else {"error": "invalid_token"}, status=200 if good else 401)

    provider.raw["/userinfo"] = userinfo

    async def work(accounts: Accounts) -> None:
        account = await accounts.store.find("a")
        assert await accounts.person(account) == {"sub": "ines"}
        provider.raw["/userinfo"] = lambda _: web.json_response({}, status=403)
        with pytest.raises(SignInError) as raised:
            await accounts.person(account)
        assert raised.value.code == "profile_unreadable"
        provider.raw["/userinfo"] = lambda _: web.json_response({"sub": "mallory"})
        with pytest.raises(SignInError) as raised:
            await accounts.person(account)
        assert raised.value.code == "userinfo_mismatch"

    with_account(profile, provider, work, expires_at=None)


async def _nothing(accounts: Accounts) -> None: ...


def _renewer(profile: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    return subprocess.Popen([sys.executable, "-c", RENEWER, str(profile)], stdout=subprocess.PIPE, text=True, env=env)
