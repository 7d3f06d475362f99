from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path

import pytest
from aiohttp import web

from app.accounts import Secrets, authorizer
from app.network import Network, SystemClock
from connectors.sdk import AuthError, Authorization, ConfigError, SecretRef
from tests.network.loopback import Loopback, loopback
from tests.network.opened import opened
from tests.support.context import SETTINGS


def authorization(server: Loopback, kind: str, **params: str | SecretRef | None) -> Authorization:
    return Authorization(kind=kind, params=params, hosts=(f"127.0.0.1:{server.port}",))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "params", "header"),
    [
        ("basic", {"username": "jörg", "password": SecretRef("env:S")}, ("authorization", "Basic asO2cmc6czNjcmV0")),
        ("bearer", {"token": SecretRef("env:S")}, ("authorization", "Bearer s3cret")),
        ("header", {"name": "X-Api-Key", "value": SecretRef("env:S")}, ("x-api-key", "s3cret")),
    ],
)
def test_static_credentials(kind: str, params: dict[str, str | SecretRef], header: tuple[str, str]) -> None:
    async def run() -> None:
        async with loopback(_ok) as server:
            async with opened(
                [server.endpoint()], authorization=authorization(server, kind, **params), environ={"S": "s3cret"}
            ) as host:
                await host.http.get(server.url)
            assert server.requests[0].headers[header[0]] == header[1]

    asyncio.run(run())


def test_digest_answers_the_challenge_and_a_new_one_when_it_is_stale() -> None:
    nonces = iter(["first", "second"])
    current = [next(nonces)]

    async def answer(request: web.Request) -> web.Response:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("authorization", "")))
        ha1 = _md5("me:room:pässword")
        ha2 = _md5(f"GET:{request.raw_path}")
        proof = _md5(":".join([ha1, given.get("nonce", ""), given.get("nc", ""), given.get("cnonce", ""), "auth", ha2]))
        if given.get("nonce") == current[0] and given.get("response") == proof:
            return web.Response(text="in")
        stale = ", stale=true" if given.get("response") == proof else ""
        challenge = f'Digest realm="room", nonce="{current[0]}", qop="auth", algorithm=MD5{stale}'
        return web.Response(status=401, headers={"www-authenticate": challenge})

    async def run() -> None:
        async with loopback(answer) as server:
            asked = authorization(server, "digest", username="me", password=SecretRef("env:S"))
            async with opened([server.endpoint()], authorization=asked, environ={"S": "pässword"}) as host:
                assert (await host.http.get(f"{server.url}/a?b=1")).text() == "in"
                assert (await host.http.get(f"{server.url}/c")).text() == "in"
                assert len(server.requests) == 3, "the challenge is remembered"
                current[0] = next(nonces)
                assert (await host.http.get(f"{server.url}/d")).text() == "in"
            async with opened([server.endpoint()], authorization=asked, environ={"S": "wrong"}) as host:
                before = len(server.requests)
                with pytest.raises(AuthError):
                    await host.http.get(server.url)
                assert len(server.requests) - before == 2, "a wrong password is not tried for ever"

    asyncio.run(run())


def test_a_secret_that_was_replaced_meanwhile_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=200 if request.headers["authorization"] == "Bearer new" else 401)

    async def run() -> None:
        async with loopback(answer) as server:
            asked = authorization(server, "bearer", token=SecretRef(f"file:{file}"))
            async with opened([server.endpoint()], authorization=asked) as host:
                with pytest.raises(AuthError):
                    await host.http.get(server.url)
                assert len(server.requests) == 1
                file.write_text("new\n")
                assert (await host.http.get(server.url)).status == 200

    asyncio.run(run())


def test_what_can_not_be_authorised_says_why() -> None:
    async def run() -> None:
        async with loopback(_ok) as server:
            for params, code in (
                ({"token": SecretRef("env:MISSING")}, "secret_missing"),
                ({"token": None}, "secret_missing"),
                ({"token": SecretRef("env:BROKEN")}, "secret_invalid"),
                ({"token": SecretRef("keyring:1")}, "secret_reference_invalid"),
                ({"token": SecretRef("plain text")}, "secret_reference_invalid"),
            ):
                asked = authorization(server, "bearer", **params)
                async with opened([server.endpoint()], authorization=asked, environ={"BROKEN": "a\r\nX: y"}) as host:
                    with pytest.raises(ConfigError) as raised:
                        await host.http.get(server.url)
                    assert raised.value.code == code
                    assert raised.value.remedy
                    assert "plain text" not in repr(raised.value.info())
            assert server.requests == []

    asyncio.run(run())


def test_none_needs_no_authorizer() -> None:
    network = Network(SETTINGS, clock=SystemClock())
    assert authorizer(None, Secrets(), network) is None
    assert authorizer(Authorization(kind="none", params={}, hosts=()), Secrets(), network) is None


def test_one_credential_is_one_account_and_its_name_tells_nothing() -> None:
    network = Network(SETTINGS, clock=SystemClock())

    def account(user: str, secret: str) -> str:
        params: dict[str, str | SecretRef | None] = {"username": user, "password": SecretRef(secret)}
        made = authorizer(Authorization(kind="basic", params=params, hosts=("a",)), Secrets(), network)
        assert made is not None
        return made.account

    assert account("me", "env:A") == account("me", "env:A")
    assert len({account("me", "env:A"), account("you", "env:A"), account("me", "env:B")}) == 3
    assert "me" not in account("me", "env:A").split()


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
