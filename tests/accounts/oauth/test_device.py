"""Signing in by a code on another device (RFC 8628): the pace is the provider's, and a fault ends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.id_token import Keys
from app.accounts.oauth.metadata import Discovery
from app.accounts.oauth.provider import Provider
from app.accounts.oauth.sign_in import SignedIn, SignIn, Wanted
from app.accounts.oauth.wire import Client
from app.network import Network, NetworkSettings
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, at
from tests.network.opened import FakeClock


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


def by_code(provider: HostileProvider, answers: list[web.Response | None], **device: Any) -> tuple[SignedIn, FakeClock]:
    """A sign-in whose polls are answered with these, in order; None is the honest answer."""
    told = {"device_code": "device-code-1", "user_code": "ABCD-EFGH", "verification_uri": f"{provider.issuer}/device"}
    provider.raw["/device_authorization"] = lambda _: web.json_response({**told, "expires_in": 600, **device})

    def token(request: web.BaseRequest) -> web.StreamResponse:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            return web.json_response(provider.good_tokens({})[1])
        return web.Response(status=answer.status, body=answer.body, content_type="application/json")

    provider.raw["/token"] = token
    described = Provider(
        id="plain",
        title="Test",
        protocol="oauth2",
        authorize_url=f"{provider.issuer}/authorize",
        token_url=f"{provider.issuer}/token",
        device_url=f"{provider.issuer}/device_authorization",
    )

    async def main() -> tuple[SignedIn, FakeClock]:
        clock = FakeClock()
        network = Network(NetworkSettings(attempts=1), clock=clock)
        wanted = Wanted(provider=described, client=Client(CLIENT), device=True, timeout=300)
        try:
            async with SignIn(wanted, network, Discovery(network), Keys(clock)) as attempt:
                await attempt.begin()
                return await attempt.finish(), clock
        finally:
            await network.close()

    return asyncio.run(main())


def said(error: str, status: int = 400) -> web.Response:
    return web.Response(status=status, text=f'{{"error": "{error}"}}', content_type="application/json")


def test_the_provider_sets_the_pace(provider: HostileProvider) -> None:
    found, clock = by_code(provider, [said("authorization_pending"), said("slow_down"), said("slow_down"), None])
    assert found.tokens.access_token == at(1)
    assert clock.slept == [5, 5, 10, 15]


def test_an_outage_while_the_person_types_is_waited_out(provider: HostileProvider) -> None:
    answers = [web.Response(status=503), web.Response(status=429), said("temporarily_unavailable"), None]
    found, clock = by_code(provider, answers, interval=1)
    assert found.tokens.access_token == at(1)
    assert [clock.slept[place] for place in (0, 1, 2, -1)] == [1, 2, 4, 8], "twice as long each time"


@pytest.mark.parametrize(("answer", "code"), [("access_denied", "access_denied"), ("expired_token", "expired_token")])
def test_a_refusal_ends_it(provider: HostileProvider, answer: str, code: str) -> None:
    with pytest.raises(SignInError) as raised:
        by_code(provider, [said(answer)])
    assert raised.value.code == code
    assert provider.count("/token") == 1


@pytest.mark.parametrize("interval", [1, 86_000])
def test_it_ends_in_time_whatever_pace_the_provider_asks_for(provider: HostileProvider, interval: int) -> None:
    with pytest.raises(SignInError) as raised:
        by_code(provider, [said("authorization_pending")], interval=interval)
    assert raised.value.code == "expired_token"
