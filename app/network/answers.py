"""Answers as connectors see them (`Response`, `StreamedResponse`), and reading a body no further than it may be."""

from __future__ import annotations

import json as standard_json
from collections.abc import AsyncIterator, Callable, Mapping
from email.message import Message
from typing import cast

import httpx
import msgspec

from app.network.faults import FAULTS
from connectors.sdk import HeadwaterError, Json, PermanentError, TooLarge, TransientError

_json = msgspec.json.Decoder()
_SLOW_AFTER = 60.0  # seconds
_SLOWEST = 256.0  # bytes a second


class Answer:
    """An answer that was read whole."""

    __slots__ = ("body", "headers", "status", "url")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, url: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url

    def text(self) -> str:
        """The body decoded as the answer says, UTF-8 otherwise; what can't be decoded is marked, never an error."""
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        charset = message.get_content_charset("utf-8")
        try:
            return self.body.decode(charset, "replace").removeprefix("\ufeff")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Json:
        """The body as JSON. Raises PermanentError (what, where) when it is none."""
        try:
            return cast(Json, _json.decode(self.body))
        except (msgspec.DecodeError, RecursionError):
            pass
        try:  # slower, and knows UTF-16, a byte order mark and NaN
            return cast(Json, standard_json.loads(self.body))
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("content-type", "").partition(";")[0] or "an answer without a type"
            raise PermanentError(
                f"The answer is not JSON but {kind}",
                where=self.url.partition("?")[0],
                remedy="Check the address: a sign-in page or a proxy may have answered instead.",
                detail=self.text()[:500],
                code="not_json",
            ) from error

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes)"


class StreamedAnswer:
    """An answer whose body is read in chunks, once."""

    __slots__ = ("_fault", "_monotonic", "_response", "headers", "received", "status", "url")

    def __init__(
        self,
        response: httpx.Response,
        *,
        fault: Callable[[BaseException], HeadwaterError],
        monotonic: Callable[[], float],
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.url = str(response.url)
        self.received = 0
        self._response = response
        self._fault = fault
        self._monotonic = monotonic

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, decompressed. Raises TransientError when it breaks off or all but stands still."""
        waited = 0.0  # for the server; what the reader takes between two chunks is its own affair
        since = self._monotonic()
        try:
            async for chunk in decoded(self._response):
                self.received += len(chunk)
                waited += self._monotonic() - since
                if waited > _SLOW_AFTER and self.received < waited * _SLOWEST:
                    raise TransientError(
                        "The answer all but stands still",
                        where=self.url.partition("?")[0],
                        remedy="It is tried again.",
                        code="too_slow",
                    )
                yield chunk
                since = self._monotonic()
        except FAULTS as error:
            raise self._fault(error) from error


def decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body's chunks without their content encoding; one layer only, each more could multiply by a thousand."""
    encoding = response.headers.get("content-encoding", "")
    if "," in encoding:
        raise PermanentError(
            "The answer is compressed more than once",
            where=str(response.url).partition("?")[0],
            code="encoding_refused",
        )
    return response.aiter_bytes() if encoding else response.aiter_raw()


async def read_whole(response: httpx.Response, max_bytes: int, *, cut: bool = False) -> bytes:
    """The decompressed body. Above `max_bytes`: TooLarge, or with `cut` what was read so far."""
    length = response.headers.get("content-length", "")
    if not cut and length.isdecimal() and int(length) > max_bytes:
        raise _too_large(response, max_bytes)
    chunks: list[bytes] = []
    total = 0
    async for chunk in decoded(response):
        chunks.append(chunk)
        total += len(chunk)
        if total > max_bytes:
            if cut:
                break
            raise _too_large(response, max_bytes)
    return b"".join(chunks)


def _too_large(response: httpx.Response, max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The answer is larger than {max_bytes:,} bytes",
        where=str(response.url).partition("?")[0],
        remedy="Ask for smaller pages, or leave this item out.",
    )
