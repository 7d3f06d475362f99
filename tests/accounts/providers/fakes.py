"""A small server that behaves as a vendor's sign-in does, driven by a description of that vendor.

    with Fake(vendors.SLACK, registered="http://localhost:27431/callback") as fake:
        fake.rewritten(provider)  # its file, with each https://HOST at the fake

It answers at the addresses that the vendor documents and nowhere else, and refuses what the vendor refuses: a wrong
address in a file, a secret sent in another way, a redirect that was not registered. The descriptions are written from
the vendors' documentation and know nothing of our files.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from app.accounts.oauth.provider import Provider

CLIENT, SECRET = "client-1", "s3cret+:%"
LIFE = 3600
Json = dict[str, Any]
Way = Literal["none", "post", "basic"]


@dataclass(frozen=True)
class Grant:
    """What a person allowed."""

    scopes: tuple[str, ...]
    offline: bool
    redirect: str = ""
    challenge: str = ""
    nonce: str = ""


@dataclass(frozen=True)
class Issued:
    """A pair of tokens. `again`: it came for a refresh token."""

    access: str
    refresh: str
    grant: Grant
    again: bool = False


@dataclass(frozen=True)
class Me:
    """Where the vendor says who a token belongs to, and what."""

    url: str
    answer: Json
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    """What the body has to hold; "" is none at all."""


@dataclass(frozen=True)
class Revoke:
    """How the vendor takes tokens back. `kinds`: the tokens it takes."""

    url: str
    method: str = "POST"
    send: Literal["form", "json", "bearer"] = "form"
    parameter: str = "token"
    kinds: tuple[str, ...] = ("refresh", "access")
    auth: tuple[Way, ...] | None = None
    """None: as at the token endpoint; (): not at all."""
    answer: tuple[int, Json | None] = (200, None)
    lenient: bool = False
    """Whether an unknown token is fine (RFC 7009 2.2)."""


def plain(vendor: Vendor, issued: Issued) -> Json:
    """The answer of RFC 6749 5.1."""
    found: Json = {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": LIFE,
        "scope": vendor.answer_separator.join(issued.grant.scopes),
    }
    if issued.grant.offline and vendor.refresh != "none" and (vendor.refresh == "rotating" or not issued.again):
        found["refresh_token"] = issued.refresh
    return found


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """A vendor as its documentation describes it. Addresses are the real ones."""

    id: str
    pages: tuple[str, ...]
    authorize: str
    token: str
    ports: Literal["any", "registered"]
    hosts: tuple[str, ...]
    """The hosts it takes without https."""
    pkce: Literal["required", "checked", "unknown"]
    auth: tuple[Way, ...]
    body: Literal["form", "json"] = "form"
    headers: Mapping[str, str] = field(default_factory=dict)
    scope_parameter: str = "scope"
    separator: str = " "
    answer_separator: str = " "
    needs: Mapping[str, str] = field(default_factory=dict)
    """What the page to sign in must be asked with."""
    offline: tuple[str, str] | None = None
    """The parameter, and what it must hold, for a refresh token."""
    exchange: tuple[str, ...] = ()
    """What else must come with the code."""
    answer: Callable[[Vendor, Issued], Json] = plain
    refresh: Literal["none", "static", "rotating"]
    dead: tuple[int, Json] = (400, {"error": "invalid_grant", "error_description": "The refresh token is not valid"})
    denied: Mapping[str, str] | None = field(default_factory=lambda: {"error": "access_denied"})
    me: Me
    who: tuple[str, str, str]
    """Subject, name and e-mail address that an account of it must show."""
    revoke: Revoke | None
    discovery: Mapping[str, str] | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def registrable(self, address: str) -> bool:
        """Whether the vendor's form takes a redirect address."""
        parts = urlsplit(address)
        fits = parts.port is None if self.ports == "any" else parts.port is not None
        return parts.scheme == "http" and (parts.hostname or "") in self.hosts and fits

    def matches(self, registered: str, asked: str) -> bool:
        """Whether it sends a browser there."""
        if self.ports == "registered":
            return registered == asked
        one, other = urlsplit(registered), urlsplit(asked)
        return (one.scheme, one.hostname, one.path) == (other.scheme, other.hostname, other.path)


class Refused(Exception):
    """A request that the vendor does not serve."""

    def __init__(self, why: str, status: int = 400, body: Json | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.body = body or {"error": "invalid_request", "error_description": why}


class Fake:
    """A context manager: the server runs within it. `decide` is what the person does on the vendor's page."""

    def __init__(self, vendor: Vendor, *, registered: str, secret: bool) -> None:
        self.vendor = vendor
        self.registered = registered
        self.way: Way = next(way for way in vendor.auth if (way != "none") == secret)
        self.decide: Literal["allow", "deny"] = "allow"
        self.live: dict[str, Issued] = {}
        self.codes: dict[str, Grant] = {}
        self.refused: list[str] = []
        self.log: list[str] = []
        self._number = itertools.count(1)
        self._key = RSAKey.generate_key(2048, {"kid": "k", "use": "sig"}) if vendor.discovery else None
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    def __enter__(self) -> Fake:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    def here(self, url: str) -> str:
        """One of the vendor's addresses, at the fake."""
        return url.replace("https://", self.base + "/")

    def rewritten(self, provider: Provider) -> Provider:
        """The provider with every address of the vendor's at the fake."""
        return Provider.model_validate(json.loads(self.here(provider.model_dump_json(exclude={"facts", "setup_url"}))))

    # --- the server

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        vendor = self.vendor
        url = "https:/" + request.path
        self.log.append(f"{request.method} {url}")
        discovery = vendor.discovery or {}
        try:
            if url == vendor.authorize and request.method == "GET":
                return self._page(dict(parse_qsl(request.query_string)))
            if url == vendor.token and request.method == "POST":
                return web.json_response(self._token(request, await request.text()))
            if url == vendor.me.url:
                return self._me(request, await request.text())
            if vendor.revoke is not None and url == vendor.revoke.url.replace("CLIENT", CLIENT):
                return self._revoke(request, await request.text())
            if discovery and url == discovery["where"]:
                return web.json_response(
                    {name: self.here(value) for name, value in discovery.items() if name != "where"}
                    | {"code_challenge_methods_supported": ["plain", "S256"]}
                )
            if discovery and url == discovery["jwks_uri"] and self._key is not None:
                return web.json_response(KeySet([self._key]).as_dict(private=False))
            raise Refused(f"{request.method} {url} is nothing of {vendor.id}", 404)
        except Refused as error:
            self.refused.append(str(error))
            return web.json_response(error.body, status=error.status)

    def _page(self, asked: dict[str, str]) -> web.StreamResponse:
        vendor = self.vendor
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code":
            raise Refused("unknown client or response type")
        if not vendor.matches(self.registered, asked.get("redirect_uri", "")):
            raise Refused(f"{asked.get('redirect_uri')} is not the registered {self.registered}")
        missing = {name: value for name, value in vendor.needs.items() if asked.get(name) != value}
        if missing:
            raise Refused(f"{missing} is missing")
        if vendor.pkce == "required" and asked.get("code_challenge_method") != "S256":
            raise Refused("PKCE with S256 is required")
        if vendor.scope_parameter != "scope" and "scope" in asked:
            raise Refused("a desktop app can't ask for bot scopes")
        scopes = tuple(filter(None, asked.get(vendor.scope_parameter, "").split(vendor.separator)))
        if any("," in scope or " " in scope for scope in scopes):
            raise Refused(f"{scopes} are separated in another way")
        back = {"state": asked["state"]}
        if self.decide == "deny":
            if vendor.denied is None:
                return web.json_response({"page": "You may close this window"})
            return _sent_back(asked["redirect_uri"], {**vendor.denied, **back})
        name, value = vendor.offline or ("", "")
        offline = vendor.offline is None or value in asked.get(name, "").split()
        grant = Grant(scopes, offline, asked["redirect_uri"], asked.get("code_challenge", ""), asked.get("nonce", ""))
        code = f"code-{next(self._number)}"
        self.codes[code] = grant
        return _sent_back(asked["redirect_uri"], {"code": code, **back})

    def _token(self, request: web.BaseRequest, text: str) -> Json:
        vendor, form = self.vendor, self._form(request, text, self.vendor.body)
        for name, value in vendor.headers.items():
            if not request.headers.get(name, "").startswith(value):
                raise Refused(f"the header {name} is not {value}")
        self._client(request, form, self.way)
        if form.get("grant_type") == "refresh_token":
            pair = self.live.get(form.get("refresh_token", ""))
            if pair is None:
                raise Refused("a dead refresh token", vendor.dead[0], vendor.dead[1])
            if vendor.refresh == "rotating":
                self.forget(pair)
            return vendor.answer(vendor, self._issue(pair.grant, keep=pair.refresh, again=True))
        grant = self.codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or grant is None:
            raise Refused("the code is not known")
        if form.get("redirect_uri") != grant.redirect:
            raise Refused("another redirect_uri than the page was asked with")
        if any(not form.get(name) for name in vendor.exchange):
            raise Refused(f"{vendor.exchange} have to come with the code")
        verifier = form.get("code_verifier", "")
        if vendor.pkce == "unknown" and verifier:
            raise Refused("body.code_verifier should not be there")
        if vendor.pkce != "unknown" and grant.challenge and _challenge(verifier) != grant.challenge:
            raise Refused("the code_verifier does not fit")
        found = vendor.answer(vendor, self._issue(grant))
        if self._key is not None and "openid" in grant.scopes:
            found["id_token"] = self._id_token(grant)
        return found

    def _me(self, request: web.BaseRequest, text: str) -> web.StreamResponse:
        me = self.vendor.me
        if request.method != me.method or _bearer(request) not in self.live:
            raise Refused("no access", 401)
        for name, value in me.headers.items():
            if request.headers.get(name) != value:
                raise Refused(f"the header {name} is not {value}")
        if (me.body not in text) if me.body else (bool(text) or "content-type" in request.headers):
            raise Refused(f"the body {text!r}")
        return web.json_response(me.answer)

    def _revoke(self, request: web.BaseRequest, text: str) -> web.StreamResponse:
        how = self.vendor.revoke
        assert how is not None
        if request.method != how.method:
            raise Refused(f"{request.method} instead of {how.method}", 405)
        if how.send == "bearer":
            token = _bearer(request)
        else:
            form = self._form(request, text, how.send)
            ways = (self.way,) if how.auth is None else how.auth
            if ways:
                self._client(request, form, ways[0])
            token = form.get(how.parameter, "")
        pair = self.live.get(token)
        if pair is None and how.lenient:
            return web.json_response({})
        if pair is None or ("access" if token == pair.access else "refresh") not in how.kinds:
            raise Refused("a token that can't be taken back", 400, {"error": "invalid_token"})
        self.forget(pair)
        status, body = how.answer
        return web.Response(status=status) if body is None else web.json_response(body, status=status)

    # --- parts

    def forget(self, pair: Issued) -> None:
        """Both tokens of a pair are dead."""
        self.live = {token: one for token, one in self.live.items() if one.grant is not pair.grant}

    def _issue(self, grant: Grant, *, keep: str = "", again: bool = False) -> Issued:
        number = next(self._number)
        old = keep if keep and self.vendor.refresh == "static" else ""
        issued = Issued(f"at-{number}", old or f"rt-{number}", grant, again)
        self.live[issued.access] = issued
        if grant.offline and self.vendor.refresh != "none":
            self.live[issued.refresh] = issued
        return issued

    def _form(self, request: web.BaseRequest, text: str, kind: str) -> dict[str, str]:
        wanted = "application/json" if kind == "json" else "application/x-www-form-urlencoded"
        if request.content_type != wanted:
            raise Refused(f"{request.content_type} instead of {wanted}", 415)
        found: dict[str, str] = json.loads(text) if kind == "json" else dict(parse_qsl(text))
        return found

    def _client(self, request: web.BaseRequest, form: dict[str, str], way: Way) -> None:
        header = request.headers.get("authorization", "")
        if way == "basic":
            pair = base64.b64decode(header.removeprefix("Basic ")).decode() if header.startswith("Basic ") else ""
            given = tuple(map(unquote_plus, pair.split(":"))) if pair else ()
            right = given == (CLIENT, SECRET) and "client_secret" not in form
        else:
            secret = SECRET if way == "post" else None
            right = form.get("client_id") == CLIENT and form.get("client_secret") == secret and not header
        if not right:
            raise Refused(f"the client does not show itself by {way}", 401, {"error": "invalid_client"})

    def _id_token(self, grant: Grant) -> str:
        assert self._key is not None
        now = int(time.time())
        claims = {"aud": CLIENT, "sub": self.vendor.who[0], "iat": now, "exp": now + 600, "nonce": grant.nonce}
        shown = {name: self.here(value) for name, value in self.vendor.claims.items()}
        return jwt.encode({"alg": "RS256", "kid": "k"}, {**claims, **shown}, self._key)


def _sent_back(address: str, pairs: Mapping[str, str]) -> web.StreamResponse:
    return web.Response(status=302, headers={"location": f"{address}?{urlencode(pairs)}"})


def _bearer(request: web.BaseRequest) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
