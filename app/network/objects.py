"""Reading objects of a bucket fast: obstore where all goes well, the one HTTP client for everything else.

obstore needs half the time per small object. It is built to obey the same host: its proxy and certificate authorities
are ours, its credential comes from us alone, it neither retries nor reads the environment, and each operation passes
guard and limiter. Where it can't be right it is not used: it rewrites keys with empty or dotted parts, and refuses
control characters. And where it fails, the HTTP client asks again, which knows how to wait, retry, vet a redirect, and
say what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from app.network.authorize import AwsCredentials
from app.network.exchange import ExchangeRecord
from app.network.guard import Guard
from app.network.limits import Limiter
from app.network.settings import NetworkSettings
from connectors.sdk import (
    AuthError,
    Clock,
    ConfigError,
    Content,
    HeadwaterError,
    Http,
    NotFound,
    PermissionDenied,
    TransientError,
)

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig, S3Store

WHOLE = 1024 * 1024
"""Bodies up to this size are handed out whole, larger ones in chunks."""
CHUNK = 256 * 1024
"""Chunks hold at least this much, but the last. Larger ones double what many bodies at once hold, and are slower."""
_VETTED_FOR = 60.0
_NOWHERE = "http://127.0.0.1:9"
_UNFIT = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f]")
"""Keys that obstore changes or refuses: an empty, `.` or `..` part, control characters."""


def open_objects(
    bucket: str,
    *,
    endpoint: str,
    region: str,
    path_style: bool,
    credentials: Callable[[], Awaitable[AwsCredentials]] | None,
    settings: NetworkSettings,
    guard: Guard,
    limiter: Limiter,
    http: Http,
    clock: Clock,
    record: Callable[[ExchangeRecord], None] | None = None,
) -> BucketObjects:
    """The objects of a bucket. Without key pair (`credentials` None, or of another kind) all goes over `http`."""
    scheme, _, rest = endpoint.rstrip("/").partition("://")
    url = f"{scheme}://{rest}/{bucket}" if path_style else f"{scheme}://{bucket}.{rest}"
    over_http = HttpObjects(url, http)
    if credentials is None:
        return BucketObjects(over_http, None)
    fast = FastObjects(url, bucket, region, credentials, settings, guard, limiter, clock, record)
    return BucketObjects(over_http, fast)


class BucketObjects:
    """`connectors.sdk.Objects`: picks the way for each key."""

    def __init__(self, over_http: HttpObjects, fast: FastObjects | None) -> None:
        self._over_http = over_http
        self._fast = fast

    async def get(self, key: str, *, size: int | None = None) -> Content:
        """See `connectors.sdk.Objects.get`. The answer's own size decides on chunks, an object may have grown."""
        if self._fast is not None and not _UNFIT.search(key):
            try:
                content = await self._fast.get(key)
            except NoKeyPair:
                self._fast = None
            else:
                if content is not None:
                    return content
        return await self._over_http.get(key)


class NoKeyPair(Exception):
    """The connection signs its requests in another way than with a key pair."""


class FastObjects:
    """Objects through obstore. `get` answers None where the HTTP client should ask instead."""

    def __init__(
        self,
        url: str,
        bucket: str,
        region: str,
        credentials: Callable[[], Awaitable[AwsCredentials]],
        settings: NetworkSettings,
        guard: Guard,
        limiter: Limiter,
        clock: Clock,
        record: Callable[[ExchangeRecord], None] | None,
    ) -> None:
        self._url = url
        self._bucket = bucket
        self._region = region
        self._credentials = credentials
        self._settings = settings
        self._guard = guard
        self._limiter = limiter
        self._clock = clock
        self._record = record
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._proxy = settings.proxy_for(parts.scheme, self._host)
        self._store: S3Store | None = None
        self._vet_at = float("-inf")

    async def get(self, key: str) -> Content | None:
        """The object, None where asking over HTTP is better. Raises NotFound, PermissionDenied, AuthError."""
        import obstore
        from obstore.exceptions import BaseError

        store = self._store or await self._open()
        if self._clock.monotonic() >= self._vet_at:
            await self._vet()
        status = received = 0
        started = self._clock.monotonic()
        async with self._limiter:
            try:
                found = await obstore.get_async(store, key)
                meta, media_type = found.meta, found.attributes.get("Content-Type")
                size = meta["size"]
                body: bytes | AsyncIterator[bytes]
                body = bytes(await found.bytes_async()) if size <= WHOLE else _Chunks(found, where=key)
                status, received = 200, size
            except (BaseError, OSError) as error:  # a missing object is a FileNotFoundError
                if (refusal := _refusal(error, key)) is not None:
                    status, refused = refusal
                    raise refused from error
                return None
            finally:
                if self._record is not None:
                    ms = (self._clock.monotonic() - started) * 1000
                    self._record(ExchangeRecord(self._host, "GET", status, ms, received, 0))
            self._limiter.succeeded()
        return Content(body, fingerprint=fingerprint(meta["e_tag"]), media_type=media_type, size=size)

    async def _vet(self) -> None:
        """obstore resolves names by itself, so the guard looks first, and again every minute."""
        if self._proxy is None:
            await self._guard.addresses(self._host, self._port)
        else:
            self._guard.check_name(self._host, self._port)
        self._vet_at = self._clock.monotonic() + _VETTED_FOR

    async def _open(self) -> S3Store:
        from obstore.store import S3Store

        try:
            key = await self._credentials()
        except ConfigError as error:
            if error.code == "credential_kind":
                raise NoKeyPair from error
            raise
        credential = {
            "access_key_id": key.access_key_id,
            "secret_access_key": key.secret_access_key,
            "token": key.session_token,
            "expires_at": None,
        }
        # Each of these would otherwise be read from the environment, where anything may stand.
        options: dict[str, Any] = {
            "aws_endpoint_url_s3": self._url,
            "virtual_hosted_style_request": True,  # the URL names the bucket already, in the host or in the path
            "skip_signature": False,
            "unsigned_payload": False,
            "request_payer": False,
            "s3_express": False,
        }
        self._store = S3Store(
            self._bucket,
            endpoint=self._url,
            region=self._region,
            credential_provider=lambda: credential,  # type: ignore[arg-type]
            client_options=self._client_options(),
            retry_config={"max_retries": 0},
            **options,
        )
        return self._store

    def _client_options(self) -> ClientConfig:
        settings = self._settings
        options: ClientConfig = {
            "allow_http": self._url.startswith("http://"),
            "allow_invalid_certificates": False,
            "connect_timeout": f"{settings.connect_timeout}s",
            "read_timeout": f"{settings.read_timeout}s",
            "timeout": "1day",  # a large body may take its time as long as it moves
            "user_agent": settings.user_agent,
        }
        if self._proxy is not None:
            options["proxy_url"] = self._proxy
        else:
            # To name a proxy is the only way to keep obstore from the environment's. This one leads nowhere, and so do
            # redirects to other hosts, which the HTTP client then follows if the guard allows.
            options["proxy_url"], options["proxy_excludes"] = _NOWHERE, self._host
        if settings.ca_file is not None:
            options["root_certificate"] = settings.ca_file.read_bytes()
        return options


class HttpObjects:
    """Objects over the connection's HTTP client, for all keys and every kind of credential."""

    def __init__(self, url: str, http: Http) -> None:
        self._url = url
        self._http = http

    async def get(self, key: str) -> Content:
        """The object. Raises what `Http` raises."""
        # A dotted part would be resolved on the way, so its dots are written as what they stand for.
        path = "/".join(
            part.replace(".", "%2E") if part in (".", "..") else quote(part, safe="") for part in key.split("/")
        )
        try:
            return await self._read(f"{self._url}/{path}")
        except TransientError as error:
            if error.code != "truncated":
                raise
        return await self._read(f"{self._url}/{path}")  # the client repeats a request only until its answer begins

    async def _read(self, url: str) -> Content:
        async with AsyncExitStack() as stack:
            # No compression: the size and the ETag are those of the stored bytes.
            answer = await stack.enter_async_context(
                self._http.stream("GET", url, headers={"accept-encoding": "identity"})
            )
            chunks = answer.chunks()
            begun, length = await _gathered(chunks, WHOLE + 1)
            body: bytes | AsyncIterator[bytes] = begun
            if length > WHOLE:
                announced = answer.headers.get("content-length", "")
                size = int(announced) if announced.isdecimal() else None
                body = _Rest(begun, chunks, stack.pop_all())
            else:
                size = length
            tag, media_type = answer.headers.get("etag"), answer.headers.get("content-type")
        return Content(body, fingerprint=fingerprint(tag), media_type=media_type, size=size)


class _Chunks:
    """A large body on its way through obstore; a fault in the middle becomes one of the family."""

    def __init__(self, found: GetResult, *, where: str) -> None:
        self._stream = found.stream(min_chunk_size=CHUNK)
        self._where = where

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return bytes(await self._stream.__anext__())
        except StopAsyncIteration:
            raise
        except Exception as error:
            raise TransientError(
                "The object broke off in the middle",
                where=self._where,
                remedy="It is tried again.",
                detail=str(error)[:500],
                code="truncated",
            ) from error


class _Rest:
    """A large body over HTTP of which the beginning is here. Closes its exchange at the end, at a fault, or by hand."""

    def __init__(self, begun: bytes, chunks: AsyncIterator[bytes], exchange: AsyncExitStack) -> None:
        self._begun = begun
        self._chunks = chunks
        self._exchange = exchange

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._begun:
            begun, self._begun = self._begun, b""
            return begun
        try:
            chunk, length = await _gathered(self._chunks, CHUNK)
        except BaseException:
            await self.aclose()
            raise
        if not length:
            await self.aclose()
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        """For a reader that stops early."""
        await self._exchange.aclose()


async def _gathered(chunks: AsyncIterator[bytes], least: int) -> tuple[bytes, int]:
    """The next chunks as one of at least so many bytes, or what is left of them."""
    parts: list[bytes] = []
    length = 0
    async for chunk in chunks:
        parts.append(chunk)
        length += len(chunk)
        if length >= least:
            break
    return b"".join(parts), length


def fingerprint(tag: str | None) -> str | None:
    """An ETag as listings and answers agree on it: without quotes and the mark of a weak one."""
    return tag.removeprefix("W/").strip('"') or None if tag else None


def _refusal(error: Exception, key: str) -> tuple[int, HeadwaterError] | None:
    """The status and error where obstore's class is plain enough. Its text holds the server's answer."""
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    detail = str(error).partition("\n\nDebug source")[0][:2000]
    if isinstance(error, FileNotFoundError):
        remedy = "The next sync sees what became of it."
        return 404, NotFound("The object is not there", where=key, remedy=remedy, detail=detail)
    if isinstance(error, PermissionDeniedError):
        remedy = "Ask the bucket's owner for the right to read its objects."
        return 403, PermissionDenied("The credential may not read this object", where=key, remedy=remedy, detail=detail)
    if isinstance(error, UnauthenticatedError):
        remedy = "Check the access key and its secret."
        return 401, AuthError("The server does not accept the credential", where=key, remedy=remedy, detail=detail)
    return None
