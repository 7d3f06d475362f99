"""What the host lends a connector: HTTP, raw connections, objects, a log, a clock, a keyed state.

No connector opens a socket of its own. Behind these protocols stand the host's guard, proxy, certificate authorities,
rate limiter, retry, cancellation and metrics, and the credential, which a connector never sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

from connectors.sdk.documents import Content, Json
from connectors.sdk.errors import HeadwaterError


class Response(Protocol):
    """An answer that was read whole. Header names compare without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def text(self) -> str:
        """The body decoded as the answer says, UTF-8 otherwise."""
        ...

    def json(self) -> Json:
        """The body as JSON. Raises PermanentError (what, where) when it is none."""
        ...


class StreamedResponse(Protocol):
    """An answer whose body is read in chunks, once."""

    status: int
    headers: Mapping[str, str]
    url: str

    def chunks(self) -> AsyncIterator[bytes]: ...


Explain: TypeAlias = Callable[[int, bytes], HeadwaterError]
"""What a refusal means, by its status and body."""


class Http(Protocol):
    """The one HTTP client, bound to this connection.

    An answer of 4xx or 5xx raises the matching error of the family (401 AuthError, 403 PermissionDenied, 404 and 410
    NotFound, 429 RateLimited once the host will not wait longer, 5xx TransientError after its retries) unless its
    status is in `accept`. Transport faults raise TransientError, TLS and address faults ConfigError. Redirects are
    followed for GET and HEAD, each hop vetted, credentials dropped across origins. `params` extend the URL's own query.
    `explain` reads the refusals among `accept` (400 and above) and answers the error that each means; the host treats
    a RateLimited like its own: it holds back who shares the credential, and tries again ever more slowly.
    """

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
    ) -> Response:
        """Send and read whole. `idempotent` says whether the host may repeat it (default: by method, RFC 9110 9.2.2).

        Raises TooLarge when the answer is above `max_bytes`, and what the class says."""
        ...

    async def get(self, url: str, **options: Any) -> Response:
        """`request("GET", ...)`."""
        ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int | list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] | set[int] = frozenset(),
        authorize: bool = True,
        explain: Explain | None = None,
    ) -> AbstractAsyncContextManager[StreamedResponse]:
        """Send and hand out the body in chunks. A truncated body raises TransientError from `chunks()`."""
        ...


class Objects(Protocol):
    """A bucket that the host has opened (see `Context.objects`): reading objects, nothing else."""

    async def get(self, key: str, *, size: int | None = None) -> Content:
        """The object's content with its ETag as fingerprint; chunks above ~1 MB (`size`, if known, decides).

        Raises NotFound, PermissionDenied, AuthError, TransientError."""
        ...


class State(Protocol):
    """A keyed store per partition that lasts between runs. Writes made before a page is yielded commit with it."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes) -> None: ...

    def delete(self, key: str) -> None: ...

    def keys(self, prefix: str = "") -> Iterator[str]: ...


class Log(Protocol):
    """The connection's log. Messages are sentences, `fields` stand beside them; the host redacts secrets."""

    def debug(self, message: str, **fields: Json) -> None: ...

    def info(self, message: str, **fields: Json) -> None: ...

    def warning(self, message: str, **fields: Json) -> None: ...


class Clock(Protocol):
    """Time, injected so that tests own it."""

    def now(self) -> float:
        """UTC epoch seconds, for display and protocol windows."""
        ...

    def monotonic(self) -> float:
        """Seconds for measuring."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class Context(Protocol):
    """Everything a connector gets from its host."""

    http: Http
    log: Log
    clock: Clock

    async def dial(
        self, host: str, port: int, *, tls: bool = False, timeout: float = 10.0
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A vetted connection for what is not HTTP. Raises ConfigError, TransientError."""
        ...

    def objects(self, bucket: str, *, endpoint: str, region: str, path_style: bool) -> Objects:
        """A client for the objects of an S3-dialect bucket, built by the host with the connection's authorization."""
        ...
