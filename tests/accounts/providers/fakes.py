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
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, unquote_plus, urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from app.accounts.oauth.provider import Provider
from tests.accounts.providers.description import Grant, Issued, Json, Vendor, Way
from tests.support.planted import plant, plant_request

CLIENT, SECRET = "client-1", "s3cret+:%"
MARK = "planted/by+the=fakes"


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
        self.pending = 0
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
            if url == vendor.device and request.method == "POST":
                return web.json_response(self._device(self._form(request, await request.text(), "form")))
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
        if vendor.scope_parameter == "user_scope" and not asked.get("user_scope"):
            raise Refused("no_scopes")
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
        code = f"code-{next(self._number)}-{MARK}"
        self.codes[code] = grant
        also = {name: self.here(value) for name, value in vendor.back.items()}
        return _sent_back(asked["redirect_uri"], {"code": code, **also, **back})

    def _device(self, form: dict[str, str]) -> Json:
        self._public(form)
        number = next(self._number)
        self.codes[f"device-{number}-{MARK}"] = Grant(tuple(form.get("scope", "").split()), offline=True)
        self.pending = 2
        where = {"user_code": "WDJB-MJHT", "verification_uri": self.here(f"https://{self.vendor.id}.com/login/device")}
        return {"device_code": f"device-{number}-{MARK}", **where, "expires_in": 900, "interval": 0.05}

    def _poll(self, form: dict[str, str]) -> Json:
        self._public(form)
        if self.pending:  # said with status 200
            self.pending -= 1
            return {"error": "authorization_pending", "error_description": "not yet"}
        grant = self.codes.pop(form.get("device_code", ""), None)
        if grant is None:
            return {"error": "incorrect_device_code"}
        return self.vendor.answer(self.vendor, self._issue(grant))

    def _public(self, form: dict[str, str]) -> None:
        if form.get("client_id") != CLIENT or "client_secret" in form:
            raise Refused("the client is another, or shows a secret")

    def _token(self, request: web.BaseRequest, text: str) -> Json:
        vendor, form = self.vendor, self._form(request, text, self.vendor.body)
        for name, value in vendor.headers.items():
            if not request.headers.get(name, "").startswith(value):
                raise Refused(f"the header {name} is not {value}")
        if vendor.device and str(form.get("grant_type")).endswith(":device_code"):
            return self._poll(form)
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
        pair = self.live.get(_bearer(request))
        if request.method != me.method or pair is None:
            raise Refused("no access", 401)
        if set(me.scopes) - set(pair.grant.scopes):
            raise Refused(f"{me.scopes} are needed", 403)
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
        issued = Issued(f"at-{number}-{MARK}", old or f"rt-{number}-{MARK}", grant, again)
        plant(access_token=issued.access, refresh_token=issued.refresh)
        self.live[issued.access] = issued
        if grant.offline and self.vendor.refresh != "none":
            self.live[issued.refresh] = issued
        return issued

    def _form(self, request: web.BaseRequest, text: str, kind: str) -> dict[str, str]:
        wanted = "application/json" if kind == "json" else "application/x-www-form-urlencoded"
        if request.content_type != wanted:
            raise Refused(f"{request.content_type} instead of {wanted}", 415)
        found: dict[str, str] = json.loads(text) if kind == "json" else dict(parse_qsl(text))
        plant_request(found, request.headers.get("authorization", ""))
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
