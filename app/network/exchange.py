"""One request and its answer: guard, limiter, credential, redirects, and the error that a refusal means."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx

from app.network.answers import decoded
from app.network.authorize import Authorizer
from app.network.budget import budget_told
from app.network.faults import (
    FAULTS,
    MORE_REQUESTS_LATER,
    bad_url,
    proxy_refusal,
    status_error,
    transport_fault,
    wait_asked_for,
)
from app.network.guard import Guard, normal_host
from app.network.limits import Limiter
from app.network.redact import Redactor, public_url
from app.network.settings import NetworkSettings
from connectors.sdk import Clock, ConfigError, Endpoint, HeadwaterError, PermanentError, PermissionDenied, RateLimited

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 10
_CARRIED = frozenset(  # the headers that go along to another origin: any other may hold a credential
    {"accept", "accept-encoding", "accept-language", "if-modified-since", "if-none-match", "range", "user-agent"}
)
_DETAIL_BYTES = 16 * 1024
_DETAIL = 2000
_DEFAULT_PORTS = {"http": 80, "https": 443}


class ExchangeRecord(NamedTuple):
    """What an exchange was, for metrics. `status` 0: no answer came. Bytes are those of bodies."""

    host: str
    method: str
    status: int
    ms: float
    received: int
    sent: int


class Shared(NamedTuple):
    """What the clients of all connections have in common."""

    settings: NetworkSettings
    clock: Clock
    redactor: Redactor
    on_exchange: Callable[[ExchangeRecord], None] | None


class Outgoing(NamedTuple):
    """What a connector wants sent. `headers` have lower-case names; `timeout` bounds the wait for the answer's head."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes
    accept: frozenset[int] | set[int]
    authorize: bool
    timeout: float


class _Origin(NamedTuple):
    """What is the same for all requests to one scheme, host and port. `extensions` tell the transport how to send."""

    limiter: Limiter
    credential: bool
    proxy: str | None
    extensions: dict[str, object]


class Exchange:
    """A request that holds a place of its limiter, and its answer. `close` it whatever happens."""

    __slots__ = ("_response", "_shared", "_started", "limiter", "received", "request")

    def __init__(self, request: httpx.Request, limiter: Limiter, shared: Shared) -> None:
        self.request = request
        self.received = 0
        self.limiter = limiter
        self._response: httpx.Response | None = None
        self._shared = shared
        self._started = shared.clock.monotonic()

    @property
    def response(self) -> httpx.Response:
        """The answer, once it has begun."""
        assert self._response is not None
        return self._response

    async def begin(self, transport: httpx.AsyncBaseTransport) -> httpx.Response:
        """Send; the answer's head is here when this returns."""
        self._response = await transport.handle_async_request(self.request)
        self._response.request = self.request
        return self._response

    async def close(self) -> None:
        """Free the socket and the place, and count."""
        try:
            if self._response is not None:
                with contextlib.suppress(*FAULTS):
                    await self._response.aclose()
        finally:
            await self.limiter.__aexit__()
            if self._shared.on_exchange is not None:
                self._shared.on_exchange(
                    ExchangeRecord(
                        self.request.url.host,
                        self.request.method,
                        self._response.status_code if self._response is not None else 0,
                        (self._shared.clock.monotonic() - self._started) * 1000,
                        self.received,
                        len(self.request.content),
                    )
                )


class Exchanges:
    """Opens the exchanges of one connection."""

    def __init__(
        self,
        shared: Shared,
        *,
        transport: httpx.AsyncBaseTransport,
        guard: Guard,
        endpoints: tuple[Endpoint, ...],
        authorizer: Authorizer | None,
        limiter: Callable[[str, bool], Limiter],
        proxy_for: Callable[[str, str], str | None],
    ) -> None:
        self._shared = shared
        self._transport = transport
        self._guard = guard
        self._authorizer = authorizer
        self._endpoints = endpoints
        self._limiter = limiter
        self._proxy_for = proxy_for
        self._origins: dict[tuple[str, str, int], _Origin] = {}

    def apply(self, shared: Shared) -> None:
        """Other settings: what was worked out for an origin is worked out anew."""
        self._shared = shared
        self._origins.clear()

    async def open(self, out: Outgoing) -> Exchange:
        """Send, follow redirects, and hand out the answer once its head is here and its status is a wanted one."""
        url, first, at_home = out.url, _origin_key(out.url), True
        for _ in range(_MOST_REDIRECTS + 1):
            exchange = await self._send(out, url, at_home=at_home)
            try:
                target = _redirect(out, exchange.response)
                if target is None:
                    await self._refuse_bad_status(out, exchange)
                    return exchange
            except BaseException:
                await exchange.close()
                raise
            await exchange.close()
            if url.scheme == "https" and target.scheme == "http":
                raise PermanentError(
                    "A redirect from https to http is not followed",
                    where=f"{public_url(str(url))} to {public_url(str(target))}",
                    remedy="Enter the address that it leads to, if you trust it.",
                    code="redirect_refused",
                )
            url = target
            at_home = at_home and _origin_key(url) == first  # who has left does not come back with a credential
        raise PermanentError(
            f"More than {_MOST_REDIRECTS} redirects", where=_where(out.method, out.url), code="redirect_loop"
        )

    def fault(self, error: BaseException, request: httpx.Request) -> HeadwaterError:
        """The error that an exception of the network means for this request."""
        _, host, port = key = _origin_key(request.url)
        where = _where(request.method, request.url)
        found = transport_fault(error, where=where, host=host, proxy=self._origins[key].proxy)
        if isinstance(found, ConfigError) and found.code == "tls_failed" and not self._guard.is_endpoint(host, port):
            return PermanentError(found.what, where=where, remedy=found.remedy, detail=found.detail, code=found.code)
        return found

    async def _send(self, out: Outgoing, url: httpx.URL, *, at_home: bool) -> Exchange:
        origin = self._origin(url)
        if origin.proxy is not None:
            await self._guard.check_behind_proxy(url.host, _origin_key(url)[2])
        authorizer = self._authorizer if out.authorize and at_home and origin.credential else None
        headers = out.headers if at_home else {k: v for k, v in out.headers.items() if k in _CARRIED}
        for again in (True, False):
            request = httpx.Request(out.method, url, headers=headers, content=out.content, extensions=origin.extensions)
            await origin.limiter.__aenter__()
            exchange = Exchange(request, origin.limiter, self._shared)
            try:
                if authorizer is not None:
                    await authorizer.authorize(request)
                async with asyncio.timeout(out.timeout):  # not before: waiting for the limiter is no fault
                    response = await exchange.begin(self._transport)
                told = budget_told(response.headers, self._shared.clock.now())
                if told is not None:
                    origin.limiter.budgets[told.resource] = told
                if response.status_code == 401 and again and authorizer is not None:
                    if await authorizer.refused(response):
                        await exchange.close()
                        continue
                elif response.status_code < 400:
                    origin.limiter.succeeded()
            except FAULTS as error:
                await exchange.close()
                raise self.fault(error, request) from error
            except BaseException:
                await exchange.close()
                raise
            return exchange
        raise AssertionError("unreachable")

    def _origin(self, url: httpx.URL) -> _Origin:
        key = _origin_key(url)
        origin = self._origins.get(key)
        if origin is None:
            scheme, host, port = key
            if scheme not in _DEFAULT_PORTS or not host:
                raise bad_url(public_url(str(url)), scheme)
            self._guard.check_name(host, port)
            credential = self._authorizer is not None and may_send_credential(
                self._authorizer.hosts, self._endpoints, scheme, host, port
            )
            proxy = self._proxy_for(scheme, host)
            settings = self._shared.settings
            timeout = {"connect": settings.connect_timeout, "read": settings.read_timeout}
            origin = self._origins[key] = _Origin(
                self._limiter(host, credential), credential, proxy, {"timeout": timeout, "proxy": proxy}
            )
        return origin

    async def _refuse_bad_status(self, out: Outgoing, exchange: Exchange) -> None:
        response = exchange.response
        status = response.status_code
        if status < 400 and status not in _REDIRECTS:
            return
        now = self._shared.clock.now()
        wait = wait_asked_for(response, now) if status in MORE_REQUESTS_LATER else None
        if wait is not None:
            exchange.limiter.pause(wait)
        if status in out.accept:
            return
        where = _where(out.method, response.url)
        _, host, port = key = _origin_key(response.url)
        origin = self._origins[key]
        if status == 407 and origin.proxy:
            raise proxy_refusal(status, where=where, proxy=origin.proxy)
        # Cut afterwards: half a secret would not be known.
        detail = self._shared.redactor.redact(await _start_of_body(response))[:_DETAIL]
        if wait is not None and (status != 503 or wait > self._shared.settings.longest_wait):
            raise RateLimited(
                "The source asks for fewer requests",
                retry_at=now + wait,
                where=where,
                remedy="Nothing to do: it goes on by itself.",
                detail=detail,
            )
        if status == 401 and not origin.credential and not self._guard.is_endpoint(host, port):
            # A link's page: the connection's own sign-in is not to blame.
            raise PermissionDenied("This page asks for a sign-in", where=where, detail=detail, code="sign_in_needed")
        raise status_error(status, where=where, detail=detail)


def may_send_credential(
    hosts: tuple[str, ...], endpoints: tuple[Endpoint, ...], scheme: str, host: str, port: int
) -> bool:
    """Whether a credential may go there. A host without a port stands for its standard ports and those of the config's
    endpoints on it; without TLS only where the config itself names the address without TLS."""
    name = normal_host(host)
    ports = {443, 80} | {end.port for end in endpoints if normal_host(end.host) == name}
    plain_wanted = any(normal_host(end.host) == name and end.port == port and end.scheme == "http" for end in endpoints)
    if scheme == "http" and not plain_wanted:
        return False
    for pattern in hosts:
        want, _, want_port = pattern.rpartition(":") if _has_port(pattern) else (pattern, "", "")
        if (want_port and int(want_port) != port) or (not want_port and port not in ports):
            continue
        want = normal_host(want)
        if want == name or (want.startswith("*.") and name.endswith(want[1:])):
            return True
    return False


def _has_port(pattern: str) -> bool:
    head, colon, tail = pattern.rpartition(":")
    return bool(colon) and tail.isdecimal() and (":" not in head or head.endswith("]"))


def _origin_key(url: httpx.URL) -> tuple[str, str, int]:
    scheme = url.scheme
    return scheme, url.host, url.port or _DEFAULT_PORTS.get(scheme, 0)


def _redirect(out: Outgoing, response: httpx.Response) -> httpx.URL | None:
    if response.status_code not in _REDIRECTS or response.status_code in out.accept:
        return None
    location = response.headers.get("location")
    if location is None or out.method not in ("GET", "HEAD"):
        return None
    try:
        target = response.url.join(location)
        return target.copy_with(userinfo=b"") if target.userinfo else target
    except httpx.InvalidURL as error:
        raise bad_url(public_url(location), str(error)) from error


async def _start_of_body(response: httpx.Response) -> str:
    """The beginning of an error's body, for the person to read. A body that breaks off is no further error."""
    body = b""
    try:
        async for chunk in decoded(response):
            body += chunk
            if len(body) >= _DETAIL_BYTES:
                break
    except (*FAULTS, PermanentError):
        pass
    return body[:_DETAIL_BYTES].decode("utf-8", "replace").strip()


def _where(method: str, url: httpx.URL) -> str:
    return f"{method} {public_url(str(url))}"
