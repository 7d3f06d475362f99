"""What a provider says back of what it was sent is told without the secrets in it; the fixture searches every error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from connectors.sdk import HeadwaterError
from tests.accounts.oauth.hostile import CODE, HostileProvider, network, rt, sign_in
from tests.accounts.oauth.test_renewal import opened, stale
from tests.support.planted import Planted


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


async def sent(request: web.BaseRequest) -> tuple[str, str]:
    """The secret that was sent, and everything that was."""
    form = dict(parse_qsl((await request.read()).decode()))
    return form.get("refresh_token") or form["code"], " ".join(form.values())


async def as_words(request: web.BaseRequest) -> web.Response:
    """The standard's error; its words quote what was sent."""
    return web.json_response({"error": "odd", "error_description": f"xxx {(await sent(request))[1]}"}, status=400)


async def as_long_words(request: web.BaseRequest) -> web.Response:
    """The same, and they end within the secret as far as they are shown."""
    secret, _ = await sent(request)
    words = "x" * (300 - len(secret) // 2) + " " + secret
    return web.json_response({"error": "odd", "error_description": words}, status=400)


async def as_fault(request: web.BaseRequest) -> web.Response:
    """A fault whose page shows what was sent, decoded, and ends within the secret as far as it is shown."""
    secret, _ = await sent(request)
    return web.Response(status=500, text="x" * (2000 - len(secret) // 2) + secret)


ANSWERS = [as_words, as_long_words, as_fault]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_code_that_is_quoted_shows_nowhere(provider: HostileProvider, planted: Planted, answer: object) -> None:
    provider.raw["/token"] = answer  # type: ignore[assignment]
    with pytest.raises(HeadwaterError) as raised:
        asyncio.run(sign_in(provider))
    assert CODE[: len(CODE) // 2] not in raised.value.detail
    assert "xxx" in raised.value.detail


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_refresh_token_that_is_quoted_shows_nowhere(
    provider: HostileProvider, profile: Path, planted: Planted, answer: object
) -> None:
    async def run() -> HeadwaterError:
        async with opened(profile) as accounts:
            await accounts.store.put(*stale(provider))
        async with opened(profile) as accounts:  # as a process that has seen none of its tokens yet
            provider.raw["/token"] = answer  # type: ignore[assignment]
            with pytest.raises(HeadwaterError) as raised:
                await accounts.renew("a")
            return raised.value

    error = asyncio.run(run())
    assert rt(0)[: len(rt(0)) // 2] not in error.detail
    assert "xxx" in error.detail


def test_a_callback_that_quotes_the_state_is_told_without_it(provider: HostileProvider) -> None:
    async def run() -> None:
        net = network()
        states = []

        def callback(asked: dict[str, str]) -> dict[str, str]:
            states.append(asked["state"])
            words = f"session {asked['state']} is over"
            return {
                "error": "login_required",
                "error_description": words,
                "state": asked["state"],
                "iss": provider.issuer,
            }

        with pytest.raises(HeadwaterError) as raised:
            await sign_in(provider, callback, on=net)
        await net.close()
        assert states[0] not in raised.value.detail
        assert "is over" in raised.value.detail

    asyncio.run(run())


def test_a_secret_in_json_is_known_as_json_spells_it() -> None:
    redactor = network().redactor
    redactor.remember('quo"ted\\secret')
    assert "ted" not in redactor.redact('{"password":"quo\\"ted\\\\secret"}')
