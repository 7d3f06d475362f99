"""The loopback listener: waits on this machine for the browser to come back from a provider (RFC 8252 7.3).

It listens before the browser opens, answers one path of one sign-in, and is gone with it. What does not belong to the
sign-in (a favicon, another page, another sign-in's answer) gets an answer and ends nothing.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import hmac
import re
import socket
import sys
from contextlib import suppress
from string import Template
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from app.accounts.oauth.errors import SignInError, refusal
from app.accounts.oauth.identity import one_line
from app.accounts.oauth.provider import Redirect
from app.language import chosen, translated
from connectors.sdk import ConfigError

LONGEST_TARGET = 16 * 1024
MOST_FIELDS = 64
LONGEST_STAY = 10.0
"""Seconds that a connection may take: a browser that opens one ahead of time and says nothing holds nobody up."""
TRIES = 20
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
_LIMITS: dict[str, Any] = {"access_log": None, "max_line_size": LONGEST_TARGET, "keepalive_timeout": 3.0}
_NAMES = ("code", "state", "iss", "error", "error_description", "error_uri")
_TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES, 10013, 10048})
"""In use, or in a range that Windows keeps for itself (WSAEACCES): another port will do."""

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:18vh auto;max-width:28rem;padding:0 1.5rem;text-align:center}"
    "h1{font-size:1.35rem;margin:0 0 .5rem}@media(prefers-color-scheme:dark){body{background:#14161a;color:#e8eaee}}"
)
_SCRIPT = "history.replaceState(null,'',location.pathname)"
_PAGE = Template(
    '<!doctype html><html lang="$language"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    f"<title>Headwater</title><style>{_STYLE}</style><h1>$title</h1><p>$text</p><script>{_SCRIPT}</script></html>"
)


class Callback(NamedTuple):
    """What the provider sent back with the right state."""

    code: str = ""
    issuer: str | None = None
    error: str = ""
    description: str = ""

    def __repr__(self) -> str:
        return f"Callback(error={self.error!r})"


def read_callback(query: str, state: str) -> Callback | None:
    """A provider's answer; None if it is none of this sign-in's. Raises SignInError for one that says a thing twice, or
    has neither code nor error."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in _NAMES:
            values.setdefault(name, []).append(value)
    if not any(hmac.compare_digest(given.encode(), state.encode()) for given in values.get("state", ())):
        return None
    if any(len(given) > 1 for given in values.values()):
        raise refusal("duplicate_parameter", where="callback")
    one = {name: given[0] for name, given in values.items()}
    if not one.get("code") and not one.get("error"):
        raise refusal("callback_invalid", where="callback")
    return Callback(one.get("code", ""), one.get("iss"), one.get("error", ""), one.get("error_description", ""))


class _Visit(web.RequestHandler):
    """One connection. What is no HTTP gets our page: the library's own quotes the request, with its code, and so does
    what it writes into the log."""

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        return _page(status, "Nothing is here", "This address belongs to a sign-in of Headwater.", request)


class _Server(web.Server):
    """One that shows each connection out after a while, whatever it was waiting for."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ends: dict[object, asyncio.TimerHandle] = {}

    def __call__(self) -> web.RequestHandler:
        return _Visit(self, loop=asyncio.get_running_loop(), **_LIMITS)

    def connection_made(self, handler: Any, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._ends[handler] = asyncio.get_running_loop().call_later(LONGEST_STAY, transport.abort)

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        if (end := self._ends.pop(handler, None)) is not None:
            end.cancel()
        super().connection_lost(handler, exc)


class Listener:
    """One sign-in's. `redirect_uri` is what the provider is told. Open it with `Listener.open`, and close it."""

    def __init__(
        self, redirect: Redirect, state: str, port: int, sockets: list[socket.socket], language: str = ""
    ) -> None:
        self.redirect_uri = f"http://{redirect.host}:{port}{redirect.path}"
        self._host = f"{redirect.host}:{port}"
        self._path = redirect.path
        self._state = state
        self._language = language
        self._sockets = sockets
        self._found: asyncio.Future[Callback] = asyncio.get_running_loop().create_future()
        self._runner: web.ServerRunner | None = None
        self.strangers = 0
        """How many answers came that belong to another sign-in, or to none."""

    @classmethod
    async def open(cls, redirect: Redirect, state: str, *, language: str = "") -> Listener:
        """Bind and listen; `language` is a setting's, "" that of the browser. Raises SignInError when the provider has
        no way back here, or no port is free."""
        if not redirect.supported:
            raise SignInError(
                "This provider can't send a browser back to this app",
                remedy=redirect.note or "Use another way to sign in.",
                code="redirect_unsupported",
            )
        if not _PATH.fullmatch(redirect.path):  # it could make another address of it
            raise ConfigError(
                "This is no path of a redirect address",
                where=one_line(redirect.path),
                remedy="Write it as it was registered, from its first slash on and without a question mark.",
                code="redirect_path_invalid",
            )
        ports = [0] * TRIES if redirect.ports == "any" else list(redirect.ports)
        for wanted in ports:
            sockets = _bind(redirect.host, wanted)
            if sockets:
                break
        else:
            raise refusal("port_unavailable", where=f"{redirect.host}, ports {ports}" if any(ports) else redirect.host)
        self = cls(redirect, state, sockets[0].getsockname()[1], sockets, language)
        try:
            self._runner = web.ServerRunner(
                _Server(self._answer),
                shutdown_timeout=1.0,
            )
            await self._runner.setup()
            for each in sockets:
                await web.SockSite(self._runner, each).start()
        except BaseException:
            await self.close()
            raise
        return self

    async def wait(self) -> Callback:
        """The provider's answer, when it comes. Raises SignInError for a broken one."""
        return await asyncio.shield(self._found)

    def paste(self, address: str) -> None:
        """The address that the browser ended at, from a browser that can't reach this machine. Raises SignInError."""
        try:
            query = urlsplit(address.strip()).query
        except ValueError:  # it is no address
            query = ""
        found = read_callback(query, self._state)
        if found is None:
            raise refusal("state_mismatch", where="pasted address")
        if not self._found.done():
            self._found.set_result(found)

    async def close(self) -> None:
        """Free the port, at once; an answer that is being sent is sent."""
        if self._runner is not None:
            await self._runner.cleanup()
        for each in self._sockets:
            each.close()
        if self._found.done() and not self._found.cancelled():
            self._found.exception()
        self._found.cancel()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        to = (request, self._language)
        if request.headers.get("host", "").lower() != self._host or request.rel_url.raw_path != self._path:
            return _page(404, "Nothing is here", "This address belongs to a sign-in of Headwater.", *to)
        if request.method != "GET":
            return _page(405, "Not like this", "This address only takes what a browser is sent back with.", *to)
        try:
            found = read_callback(request.rel_url.raw_query_string, self._state)
        except SignInError as error:
            if not self._found.done():
                self._found.set_exception(error)
            return _page(400, "That did not work", "Headwater says why. You can close this page.", *to)
        if found is None:
            self.strangers += 1
            return _page(400, "This is another sign-in's answer", "Go back to Headwater, and start from there.", *to)
        if not self._found.done():
            self._found.set_result(found)
        if found.error:
            return _page(200, "Not signed in", "Headwater says why. You can close this page.", *to)
        return _page(200, "Back to Headwater", "The rest happens there. You can close this page.", *to)


def _bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on one port of each address the host stands for; none if the port is not free."""
    families = {
        "127.0.0.1": ((socket.AF_INET, "127.0.0.1"),),
        "[::1]": ((socket.AF_INET6, "::1"),),
        # Some browsers try ::1 first for localhost: whoever listens there would get the code.
        "localhost": ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")),
    }[host]
    bound: list[socket.socket] = []
    try:
        for family, address in families:
            try:
                each = socket.socket(family, socket.SOCK_STREAM)
            except OSError:
                continue  # a machine without IPv6
            bound.append(each)
            if sys.platform == "win32":
                each.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            elif port:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                each.bind((address, port))
                each.listen(16)
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL and len(families) > 1 and len(bound) > 1:
                    bound.pop().close()
                    continue
                raise
            each.setblocking(False)
            port = bound[0].getsockname()[1]
    except OSError as error:
        for each in bound:
            with suppress(OSError):
                each.close()
        if error.errno in _TAKEN:
            return []
        raise
    return bound


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {_hash(_STYLE)}",
        f"script-src {_hash(_SCRIPT)}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def _page(status: int, title: str, text: str, request: web.BaseRequest, language: str = "") -> web.Response:
    """Self-contained, and takes the code out of the address bar."""
    speaks = chosen(language, request.headers.get("accept-language", ""))
    response = web.Response(
        status=status,
        text=_PAGE.substitute(
            title=translated(title, speaks), text=translated(text, speaks), language=speaks.replace("_", "-")
        ),
        content_type="text/html",
        charset="utf-8",
        headers={
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "content-security-policy": _POLICY,
            "x-content-type-options": "nosniff",
            "connection": "close",
        },
    )
    response.force_close()
    return response
