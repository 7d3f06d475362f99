"""A provider of our own that lies, breaks off and mixes up on demand, and the attempt of a sign-in at it.

    with HostileProvider() as provider:
        provider.metadata["issuer"] = "https://another.example"
        provider.claims["nonce"] = "another"
        provider.token = lambda form: (200, {...})

Whatever is not changed behaves as the standards say, so that a test shows one lie at a time.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from aiohttp import web
from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey
from joserfc.registry import HeaderParameter

from app.accounts.oauth.id_token import Keys
from app.accounts.oauth.metadata import Discovery
from app.accounts.oauth.provider import Provider
from app.accounts.oauth.sign_in import SignedIn, SignIn, Wanted
from app.accounts.oauth.wire import Client
from app.network import Network, NetworkSettings, SystemClock
from tests.support.planted import plant_answer, plant_request

__all__ = ["CLIENT", "CODE", "HostileProvider", "at", "network", "query_of", "rt", "sign_in"]

CLIENT = "client-of-the-tests"
CODE = "authorization-code/of+the=tests"
Answer = tuple[int, Any]


class HostileProvider:
    """A context manager: the server runs within it, on a loop and thread of its own."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.keys: list[Any] = [self.key]
        self.signing_key: Any = self.key
        self.header: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {"sub": "ines", "name": "Ines"}
        self.nonce = ""
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.token: Callable[[dict[str, str]], Answer] = self.good_tokens
        self.raw: dict[str, Callable[[web.BaseRequest], Any]] = {}
        self.issued = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="hostile provider")

    def __enter__(self) -> HostileProvider:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def count(self, path: str, **form: str) -> int:
        """How often a path was asked, with these values in its form."""
        return sum(
            asked == path and all(given.get(name) == value for name, value in form.items())
            for asked, given in self.requests
        )

    def id_token(self, access_token: str) -> str:
        """The token as its settings say; `claims` with None are left out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "ines",
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonce,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "first", **self.header}
        header = {name: value for name, value in header.items() if value is not None}
        if self.algorithm == "none":
            return b".".join((*_parts(header, claims), b"")).decode()
        if self.algorithm == "HS256":  # the old trick: the public key as the secret; joserfc would not help with it
            parts = _parts(header, claims)
            secret = self.key.as_pem(private=False)
            parts.append(urlsafe_b64encode(hmac.digest(secret, b".".join(parts), "sha256")).rstrip(b"="))
            return b".".join(parts).decode()
        known = {"x": HeaderParameter("A parameter for tests", "int")}
        registry = jws.JWSRegistry(known, [self.algorithm], strict_check_header=False)
        registry.max_header_length = 64 * 1024
        return jwt.encode(header, claims, self.signing_key, algorithms=[self.algorithm], registry=registry)

    def good_tokens(self, form: dict[str, str]) -> Answer:
        """What an honest provider answers."""
        self.issued += 1
        found = {
            "access_token": at(self.issued),
            "refresh_token": rt(self.issued),
            "token_type": "Bearer",
            "expires_in": 3600,
        }
        if form.get("grant_type") == "authorization_code":
            found["id_token"] = self.id_token(str(found["access_token"]))
        return 200, found

    async def hang(self) -> None:
        """Answer nothing until the server ends."""
        await self._stop.wait()

    # --- the server

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.issuer = f"http://127.0.0.1:{port}"
        self.metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "revocation_endpoint": f"{self.issuer}/revoke",
            "jwks_uri": f"{self.issuer}/jwks",
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        self.requests.append((request.path, form))
        plant_request(form, request.headers.get("authorization", ""))
        if request.path in self.raw:
            found = self.raw[request.path](request)
            answer: web.StreamResponse = await found if asyncio.iscoroutine(found) else found
            return answer
        if request.path == "/.well-known/openid-configuration":
            return web.json_response(self.metadata)
        if request.path == "/jwks":
            return web.json_response(KeySet(self.keys).as_dict(private=False))
        if request.path == "/userinfo":
            return web.json_response(self.userinfo)
        if request.path == "/token":
            status, body = self.token(form)
            plant_answer(body)
            return web.json_response(body, status=status)
        if request.path == "/revoke":
            return web.json_response({})
        return web.json_response({"error": "not_found"}, status=404)


def at(number: int) -> str:
    """The access token of this number."""
    return f"hostile-access-token-{number}."


def rt(number: int) -> str:
    """The refresh token of this number."""
    return f"hostile-refresh-token-{number}."


def _parts(*values: dict[str, Any]) -> list[bytes]:
    return [urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=") for value in values]


def network() -> Network:
    """A network without a proxy, that does not repeat what fails."""
    return Network(NetworkSettings(attempts=1), clock=SystemClock())


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query))


async def sign_in(
    provider: HostileProvider,
    callback: Callable[[dict[str, str]], Any] | None = None,
    *,
    described: Provider | None = None,
    timeout: float = 5.0,
    keys: Keys | None = None,
    discovery: Discovery | None = None,
    on: Network | None = None,
) -> SignedIn:
    """A whole attempt. `callback` takes the address's parameters and answers the pairs the browser comes back with, or
    does something else with the redirect address and answers None."""
    net = on or network()
    wanted = Wanted(
        provider=described
        or Provider(id="oidc", title="Test", protocol="oidc", issuer=provider.issuer, base_scopes=("openid",)),
        client=Client(CLIENT),
        timeout=timeout,
    )
    try:
        async with SignIn(wanted, net, discovery or Discovery(net), keys or Keys(net.clock)) as attempt:
            prompt = await attempt.begin()
            asked = query_of(prompt.url)
            provider.nonce = asked.get("nonce", "")
            found = callback(asked) if callback else {"code": CODE, "state": asked["state"], "iss": provider.issuer}
            if asyncio.iscoroutine(found):
                found = await found
            if found is not None:
                pairs = list(found.items()) if isinstance(found, dict) else found
                async with aiohttp.ClientSession() as browser:
                    await (await browser.get(f"{asked['redirect_uri']}?{urlencode(pairs)}")).read()
            return await attempt.finish()
    finally:
        if on is None:
            await net.close()
