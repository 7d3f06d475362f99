from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.sdk import AuthError, Authorization, ConfigError, HeadwaterError, RateLimited, SecretRef, TransientError
from tests.network.loopback import Loopback, loopback
from tests.network.opened import FakeClock, opened

CLIENT, SECRET = "the client", "s:e/c+r&e t"


class TokenServer:
    """A token endpoint at /token, and an API that takes only its latest token. `answer` misbehaves in its place."""

    def __init__(self) -> None:
        self.issued = 0
        self.expires_in: Any = 3600
        self.answer: tuple[int, str] | None = None
        self.forms: list[dict[str, str]] = []
        self.logins: list[str] = []

    async def __call__(self, request: web.Request) -> web.Response:
        if request.path != "/token":
            good = request.headers.get("authorization") == f"Bearer token-{self.issued}"
            return web.Response(status=200 if good else 401)
        self.forms.append({name: values[0] for name, values in parse_qs((await request.read()).decode()).items()})
        self.logins.append(request.headers.get("authorization", ""))
        if self.answer is not None:
            status, text = self.answer
            return web.Response(status=status, text=text, headers={"retry-after": "3600"} if status == 429 else {})
        self.issued += 1
        token = {"access_token": f"token-{self.issued}", "token_type": "Bearer", "expires_in": self.expires_in}
        return web.json_response({name: value for name, value in token.items() if value is not None})


def asked(server: Loopback, **changes: str) -> Authorization:
    params: dict[str, str | SecretRef | None] = {
        "token_url": f"{server.url}/token",
        "client_id": CLIENT,
        "client_secret": SecretRef("env:S"),
        "scope": "read all",
        "client_auth": "basic",
        **changes,
    }
    return Authorization(kind="oauth2_client_credentials", params=params, hosts=(f"127.0.0.1:{server.port}",))


def test_one_token_for_many_tasks_until_it_ends() -> None:
    async def run() -> None:
        tokens, clock = TokenServer(), FakeClock()
        async with (
            loopback(tokens) as server,
            opened([server.endpoint()], authorization=asked(server), environ={"S": SECRET}, clock=clock) as host,
        ):
            await asyncio.gather(*(host.http.get(server.url) for _ in range(20)))
            assert tokens.issued == 1
            assert tokens.forms == [{"grant_type": "client_credentials", "scope": "read all"}]
            login = base64.b64decode(tokens.logins[0].removeprefix("Basic ")).decode()
            assert [unquote_plus(part) for part in login.split(":")] == [CLIENT, SECRET]
            clock.time += 3600 - 61
            await host.http.get(server.url)
            assert tokens.issued == 1
            clock.time += 2
            await asyncio.gather(*(host.http.get(server.url) for _ in range(20)))
            assert tokens.issued == 2, "fetched again before it ends, not after"

    asyncio.run(run())


def test_the_secret_in_the_form() -> None:
    async def run() -> None:
        tokens = TokenServer()
        async with loopback(tokens) as server:
            changed = asked(server, client_auth="post", audience="https://api.example")
            async with opened([server.endpoint()], authorization=changed, environ={"S": SECRET}) as host:
                await host.http.get(server.url)
        assert tokens.logins == [""]
        assert tokens.forms == [
            {
                "grant_type": "client_credentials",
                "scope": "read all",
                "audience": "https://api.example",
                "client_id": CLIENT,
                "client_secret": SECRET,
            }
        ]

    asyncio.run(run())


@pytest.mark.parametrize("expires_in", [3600, None, "3600", "soon"])
def test_a_token_that_is_refused_is_replaced_once(expires_in: Any) -> None:
    async def run() -> None:
        tokens = TokenServer()
        tokens.expires_in = expires_in
        async with (
            loopback(tokens) as server,
            opened([server.endpoint()], authorization=asked(server), environ={"S": SECRET}) as host,
        ):
            await host.http.get(server.url)
            tokens.issued += 1  # the server forgets what it has issued
            await asyncio.gather(*(host.http.get(server.url) for _ in range(10)))
            assert len(tokens.forms) == 2, "ten tasks, one new token"
            tokens.answer = (200, '{"access_token": "never-good", "token_type": "bearer"}')
            tokens.issued += 1
            before = len(server.requests)
            with pytest.raises(AuthError):
                await host.http.get(server.url)
            assert len(server.requests) - before == 3, "refused, a new one, refused: no loop"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (401, {"error": "invalid_client"}, AuthError, "invalid_client"),
        (400, {"error": "invalid_client", "error_description": "unknown"}, AuthError, "invalid_client"),
        (400, {"error": "unauthorized_client"}, AuthError, "unauthorized_client"),
        (400, {"error": "invalid_scope"}, ConfigError, "invalid_scope"),
        (200, {"error": "bad_verification"}, AuthError, "bad_verification"),
        (403, {}, AuthError, "http_403"),
        (200, {"token_type": "bearer"}, ConfigError, "token_endpoint_invalid"),
        (200, {"access_token": "x", "token_type": "mac"}, ConfigError, "token_endpoint_invalid"),
        (200, {"access_token": 5}, ConfigError, "token_endpoint_invalid"),
        (200, ["x"], ConfigError, "token_endpoint_invalid"),
        (200, "<html>", ConfigError, "token_endpoint_invalid"),
        (404, "<html>", ConfigError, "token_endpoint_invalid"),
        (500, "", TransientError, "http_500"),
        (429, "", RateLimited, "rate_limited"),
    ],
)
def test_a_token_server_that_does_not_give_one(status: int, body: Any, error: type[HeadwaterError], code: str) -> None:
    async def run() -> None:
        tokens = TokenServer()
        text = body if isinstance(body, str) else json.dumps(body)
        async with loopback(tokens) as server:
            tokens.answer = (status, text)
            async with opened([server.endpoint()], authorization=asked(server), environ={"S": SECRET}) as host:
                with pytest.raises(error) as raised:
                    await host.http.get(f"{server.url}/api")
                assert type(raised.value) is error
                assert raised.value.code == code
                assert "/token" in raised.value.where or error is RateLimited
                assert raised.value.remedy
                assert SECRET not in repr(raised.value.info())
            assert all(request.path == "/token" for request in server.requests)

    asyncio.run(run())


def test_a_secret_is_not_sent_in_clear_text_to_another_machine() -> None:
    async def run() -> None:
        async with loopback(TokenServer()) as server:
            changed = asked(server, token_url="http://login.example/token")
            async with opened([server.endpoint()], authorization=changed, environ={"S": SECRET}) as host:
                with pytest.raises(ConfigError, match="must begin with https"):
                    await host.http.get(server.url)

    asyncio.run(run())


@pytest.fixture(scope="module")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def service_account(server: Loopback, pem: str, **changes: Any) -> str:
    key = {
        "type": "service_account",
        "client_email": "robot@project.example",
        "private_key": pem,
        "private_key_id": "k1",
        "token_uri": f"{server.url}/token",
        "project_id": "project",
    }
    return json.dumps({**key, **changes})


def for_google(server: Loopback, subject: str | None = None) -> Authorization:
    params: dict[str, str | SecretRef | None] = {"key": SecretRef("env:KEY"), "scope": "https://scope.example/read"}
    params["subject"] = subject
    return Authorization(kind="google_service_account", params=params, hosts=(f"127.0.0.1:{server.port}",))


@pytest.mark.parametrize("subject", [None, "person@project.example"])
def test_a_service_account_signs_a_statement_about_itself(pem: str, subject: str | None) -> None:
    async def run() -> None:
        tokens, clock = TokenServer(), FakeClock()
        async with loopback(tokens) as server:
            environ = {"KEY": service_account(server, pem)}
            async with opened(
                [server.endpoint()], authorization=for_google(server, subject), environ=environ, clock=clock
            ) as host:
                await host.http.get(server.url)
            [form] = tokens.forms
            assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            statement = jwt.decode(form["assertion"], RSAKey.import_key(pem), algorithms=["RS256"])
            assert statement.header == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
            expected = {
                "iss": "robot@project.example",
                "scope": "https://scope.example/read",
                "aud": f"{server.url}/token",
                "iat": int(clock.time),
                "exp": int(clock.time) + 3600,
            }
            assert len(statement.claims.pop("jti")) > 20
            assert statement.claims == (expected | {"sub": subject} if subject else expected)

    asyncio.run(run())


def test_what_is_no_key_of_a_service_account(pem: str) -> None:
    async def run() -> None:
        async with loopback(TokenServer()) as server:
            for key, says in (
                ("not json", "neither a private key"),
                ("[]", "neither a private key"),
                ('{"installed": {}}', "another file"),
                (service_account(server, pem, type="authorized_user"), "another file"),
                (pem, "the whole file"),
                (service_account(server, "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"), "damaged"),
                (service_account(server, pem, token_uri="http://token.example/"), "must begin with https"),
            ):
                async with opened([server.endpoint()], authorization=for_google(server), environ={"KEY": key}) as host:
                    with pytest.raises(ConfigError, match=says) as raised:
                        await host.http.get(server.url)
                    assert pem[50:100] not in repr(raised.value.info())
            assert server.requests == []

    asyncio.run(run())
