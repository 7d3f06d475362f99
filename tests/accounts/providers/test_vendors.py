"""Each of the 17 vendors, from the first address to signing out, against a fake that does what its pages say."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from app.accounts.oauth import accounts as module
from app.accounts.oauth.account import Account
from app.accounts.oauth.accounts import Accounts
from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.provider import Provider, Redirect, provider
from app.accounts.oauth.sign_in import Wanted
from app.accounts.oauth.wire import Client
from tests.accounts.oauth.test_renewal import opened
from tests.accounts.providers import vendors
from tests.accounts.providers.description import Vendor
from tests.accounts.providers.fakes import CLIENT, SECRET, Fake

CLIENTS = [
    pytest.param((vendor, secret), id=f"{vendor.id}{'-secret' if secret and 'none' in vendor.auth else ''}")
    for vendor in vendors.VENDORS
    for secret in (False, True)
    if any((way != "none") == secret for way in vendor.auth)
]
FIRST = [case for case in CLIENTS if "-secret" not in str(case.id)]


class Desk:
    """A profile of ours and a vendor's fake; one sign-in after another."""

    def __init__(self, fake: Fake, described: Provider, accounts: Accounts) -> None:
        self.fake = fake
        self.vendor = fake.vendor
        self.described = described
        self.accounts = accounts

    async def sign_in_by_code(self) -> Account:
        described = self.described.filled(dict(self.vendor.variables))
        wanted = Wanted(provider=described, client=Client(CLIENT), scopes=("repo",), device=True, timeout=5.0)
        async with self.accounts.sign_in(wanted) as attempt:
            prompt = await attempt.begin()
            assert (prompt.user_code, prompt.redirect_uri) == ("WDJB-MJHT", "")
            found = await attempt.finish()
        return await self.accounts.keep(wanted, found, name="", variables=dict(self.vendor.variables))

    async def sign_in(self, *, timeout: float = 5.0, redirect: Redirect | None = None, scopes: int = 2) -> Account:
        described = self.described.filled(dict(self.vendor.variables))
        secret = SECRET if self.fake.way != "none" else ""
        wanted = Wanted(
            provider=described,
            client=Client(CLIENT, secret, described.client_auth if secret else "none"),
            scopes=tuple(scope.name for scope in described.scopes[:scopes]),
            redirect=redirect,
            timeout=timeout,
        )
        async with self.accounts.sign_in(wanted) as attempt:
            prompt = await attempt.begin()
            async with (
                aiohttp.ClientSession() as browser,
                browser.get(prompt.url, allow_redirects=False) as page,
            ):
                if page.status == 302:
                    async with browser.get(page.headers["location"]) as end:
                        assert end.status == 200
                elif page.status != 200:
                    raise AssertionError(await page.text())
            found = await attempt.finish()
            reference = "env:HEADWATER_TEST_SECRET" if secret else ""
            return await self.accounts.keep(
                wanted, found, name="", client_secret=reference, variables=dict(self.vendor.variables)
            )


Work = Callable[[Desk], Awaitable[None]]
At = Callable[[Work], Fake]


@pytest.fixture
def at(request: pytest.FixtureRequest, profile: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    """Do something at the desk of the vendor that the test is parametrised with."""
    vendor, secret = request.param
    original = provider(vendor.id)
    monkeypatch.setenv("HEADWATER_TEST_SECRET", SECRET)
    with Fake(vendor, registered=original.redirect.addresses[0], secret=secret) as fake:
        changes: dict[str, Any] = {}
        if original.redirect.ports != "any":  # the real one may be taken on the machine that tests
            port = free_port()
            fake.registered = fake.registered.replace(f":{original.redirect.ports[0]}", f":{port}")
            changes["redirect"] = original.redirect.model_copy(update={"ports": (port,)})
        described = fake.rewritten(original).model_copy(update=changes)
        monkeypatch.setattr(module, "provider", lambda _: described)

        def run(work: Work) -> Fake:
            async def main() -> None:
                async with opened(profile) as accounts:
                    await work(Desk(fake, described, accounts))

            asyncio.run(main())
            return fake

        yield run


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.mark.parametrize("vendor", vendors.VENDORS, ids=lambda vendor: vendor.id)
def test_the_address_to_register_is_one_that_the_vendor_takes(vendor: Vendor) -> None:
    addresses = provider(vendor.id).redirect.addresses
    assert addresses
    assert all(vendor.registrable(address) for address in addresses)


@pytest.mark.parametrize("at", CLIENTS, indirect=True)
def test_sign_in(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        assert (account.subject, account.person, account.email) == desk.vendor.who
        kept = await desk.accounts.store.get(account.id)
        grant = desk.fake.live[kept.tokens.access_token].grant
        assert kept.tokens.kept == desk.vendor.kept
        assert bool(grant.challenge) == (desk.vendor.pkce != "unknown")
        if desk.vendor.granted is not None:
            assert account.scopes == desk.vendor.granted
        if desk.vendor.scope_parameter:
            asked = {scope.name for scope in desk.described.scopes[:2]} | set(desk.described.base_scopes)
            assert set(account.scopes) == asked == set(grant.scopes)
        assert account.can_renew
        assert desk.fake.codes == {}

    assert at(work).refused == []


@pytest.mark.parametrize("at", FIRST, indirect=True)
def test_another_address_than_the_registered_is_refused_by_the_vendor(at: At) -> None:
    async def work(desk: Desk) -> None:
        ours = desk.described.redirect
        others = [ours.model_copy(update={"path": "/elsewhere"})]
        if ours.ports != "any":
            others.append(ours.model_copy(update={"ports": (free_port(),)}))
        other_host = "127.0.0.1" if ours.host == "localhost" else "localhost"
        others.append(ours.model_copy(update={"host": other_host}))
        for redirect in others:
            with pytest.raises(AssertionError, match="is not the registered"):
                await desk.sign_in(redirect=redirect)

    at(work)


@pytest.mark.parametrize("at", FIRST, indirect=True)
def test_deny(at: At) -> None:
    async def work(desk: Desk) -> None:
        desk.fake.decide = "deny"
        comes_back = desk.vendor.denied is not None
        with pytest.raises(SignInError) as raised:
            await desk.sign_in(timeout=5.0 if comes_back else 0.3)
        assert raised.value.code == ("access_denied" if comes_back else "timeout")
        assert await desk.accounts.store.all() == []

    fake = at(work)
    assert not any(fake.vendor.token in line for line in fake.log)


@pytest.mark.parametrize("at", CLIENTS, indirect=True)
def test_refresh(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in(scopes=0)  # the base is enough to tell who it is, and to renew
        first = (await desk.accounts.store.get(account.id)).tokens
        second = (await desk.accounts.renew(account.id)).tokens
        third = (await desk.accounts.renew(account.id)).tokens
        assert len({first.access_token, second.access_token, third.access_token}) == 3
        assert third.access_token in desk.fake.live
        assert third.scopes == first.scopes
        assert third.kept == first.kept
        rotates = desk.vendor.refresh == "rotating"
        assert (third.refresh_token != first.refresh_token) == rotates
        assert (desk.described.refresh == "rotating") == rotates

    assert at(work).refused == []


@pytest.mark.parametrize("at", FIRST, indirect=True)
def test_a_dead_refresh_token_asks_to_sign_in_again_in_the_vendors_own_words(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        desk.fake.live = {}
        with pytest.raises(SignInError) as raised:
            await desk.accounts.renew(account.id)
        assert raised.value.code == "sign_in_again"
        assert (await desk.accounts.store.find(account.id)).state == "sign_in_again"
        again = await desk.sign_in()
        assert (again.id, again.state) == (account.id, "ok")

    at(work)


@pytest.mark.parametrize("at", CLIENTS, indirect=True)
def test_sign_out(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        before = len(desk.fake.log)
        can = desk.vendor.revoke is not None
        assert await desk.accounts.sign_out(account) == can
        assert await desk.accounts.store.all() == []
        if can:
            assert desk.fake.live == {}
        else:
            assert desk.fake.log[before:] == []
            assert desk.described.revoke_note

    assert at(work).refused == []
