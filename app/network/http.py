"""The one HTTP client, as one connection has it (`connectors.sdk.Http`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from app.network.answers import Answer, StreamedAnswer, read_whole
from app.network.exchange import Exchange, Exchanges, Outgoing, Shared
from app.network.faults import FAULTS, bad_url
from app.network.redact import public_url
from app.network.retry import IDEMPOTENT, with_retries
from connectors.sdk import Explain, Json, Log, PermanentError, RateLimited

T = TypeVar("T")
_REFUSAL_BYTES = 64 * 1024


class HttpClient:
    """HTTP for one connection: `connectors.sdk.Http` over its `Exchanges`, with deadline and retries around each."""

    def __init__(self, shared: Shared, exchanges: Exchanges, log: Log) -> None:
        self._shared = shared
        self._exchanges = exchanges
        self._log = log
        self._headers = {
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "user-agent": shared.settings.user_agent,
        }

    def apply(self, shared: Shared) -> None:
        """Other settings, for what begins from now on."""
        self._shared = shared

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int | list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Json = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
        accept: frozenset[int] | set[int] = frozenset(),
        authorize: bool = True,
        idempotent: bool | None = None,
        max_bytes: int = 64 * 1024 * 1024,
        timeout: float | None = None,
        explain: Explain | None = None,
    ) -> Answer:
        """See `connectors.sdk.Http.request`."""
        content_type = None
        if json is not None:
            content, content_type = msgspec.json.encode(json), "application/json"
        elif data is not None:
            content, content_type = urlencode(data).encode(), "application/x-www-form-urlencoded"
        out = self._outgoing(method, url, params, headers, content or b"", content_type, accept, authorize, timeout)

        async def send() -> Answer:
            exchange = await self._exchanges.open(out)
            response = exchange.response
            try:
                async with asyncio.timeout(out.timeout):
                    body = b"" if out.method == "HEAD" else await read_whole(response, max_bytes)
                exchange.received = len(body)
                self._explain(exchange, body, explain)
                return Answer(response.status_code, response.headers, body, str(response.url))
            except FAULTS as error:
                raise self._exchanges.fault(error, exchange.request) from error
            finally:
                await exchange.close()

        return await self._repeat(send, out, idempotent)

    async def get(self, url: str, **options: Any) -> Answer:
        """`request("GET", ...)`."""
        return await self.request("GET", url, **options)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int | list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] | set[int] = frozenset(),
        authorize: bool = True,
        explain: Explain | None = None,
    ) -> AsyncIterator[StreamedAnswer]:
        """See `connectors.sdk.Http.stream`. Sent again only until the answer begins."""
        out = self._outgoing(method, url, params, headers, b"", None, accept, authorize, None)

        async def begin() -> Exchange:
            exchange = await self._exchanges.open(out)
            if explain is not None and exchange.response.status_code >= 400:
                try:
                    body = await read_whole(exchange.response, _REFUSAL_BYTES, cut=True)
                    self._explain(exchange, body, explain)
                except FAULTS as error:
                    raise self._exchanges.fault(error, exchange.request) from error
                finally:
                    await exchange.close()
            return exchange

        exchange = await self._repeat(begin, out, None)
        try:
            answer = StreamedAnswer(
                exchange.response,
                fault=lambda error: self._exchanges.fault(error, exchange.request),
                monotonic=self._shared.clock.monotonic,
            )
            try:
                yield answer
            finally:
                exchange.received = answer.received
        finally:
            await exchange.close()

    def _explain(self, exchange: Exchange, body: bytes, explain: Explain | None) -> None:
        """Raise what the connector reads in a refusal; one for too many requests holds the others back too."""
        response = exchange.response
        if explain is None or response.status_code < 400:
            return
        error = explain(response.status_code, body)
        if isinstance(error, RateLimited):
            exchange.limiter.pause(max(0.0, error.retry_at - self._shared.clock.now()))
        error.detail = self._shared.redactor.redact(error.detail)
        raise error

    async def _repeat(self, send: Callable[[], Awaitable[T]], out: Outgoing, idempotent: bool | None) -> T:
        settings = self._shared.settings
        return await with_retries(
            send,
            repeatable=out.method in IDEMPOTENT if idempotent is None else idempotent,
            attempts=settings.attempts,
            longest_wait=settings.longest_wait,
            clock=self._shared.clock,
            log=self._log,
        )

    def _outgoing(
        self,
        method: str,
        url: str,
        params: Mapping[str, str | int | list[str]] | None,
        headers: Mapping[str, str] | None,
        content: bytes,
        content_type: str | None,
        accept: frozenset[int] | set[int],
        authorize: bool,
        timeout: float | None,
    ) -> Outgoing:
        merged = self._headers
        if headers or content_type:
            merged = dict(merged)
            if content_type:
                merged["content-type"] = content_type
            for name, value in (headers or {}).items():
                merged[name.lower()] = _header(name, value)
        try:
            if params:  # a space as %20, never as +: a signature is over this very text
                query = urlencode(params, doseq=True, quote_via=quote, safe="")
                url = f"{url}{'&' if '?' in url else '?'}{query}"
            address = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise bad_url(public_url(url), str(error)) from error
        if address.userinfo:
            raise PermanentError(
                "An address must not hold a user name or password",
                where=public_url(url),
                remedy="Remove it from the address, and use the fields for signing in.",
                code="url_invalid",
            )
        wait = timeout or self._shared.settings.total_timeout
        return Outgoing(method.upper(), address, merged, content, accept, authorize, wait)


def _header(name: str, value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    raise PermanentError(
        f"The header {name} holds characters that can't be sent",
        where=name,
        remedy="Use plain letters, digits and signs, on one line.",
        code="header_invalid",
    )
