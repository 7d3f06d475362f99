"""An S3 server in the test's own loop that checks signatures, keeps every request, and misbehaves when told to.

`rclone serve s3` is the real thing; this one can hold any key, change between two requests, refuse, and break off. It
listens on loopback. For the dialects of services that can't be reached from here, `proxied` puts it behind a forward
proxy, under any names: there it has their certificates, and sees which host a request was really meant for.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import threading
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from aiohttp import web
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class Asked(NamedTuple):
    """A request as it arrived. `what` is list, get or buckets; `sign_in` is the scheme of its credential."""

    what: str
    key: str
    query: dict[str, str]
    host: str
    path: str
    sign_in: str
    region: str
    headers: dict[str, str]


@dataclass
class Stored:
    """An object. `size` announces another size than the body's in the listing; `etag` "" is left out."""

    body: bytes = b""
    modified: float = 1_790_000_000.0
    storage_class: str = "STANDARD"
    size: int | None = None
    etag: str | None = None
    media_type: str = "application/octet-stream"

    @property
    def tag(self) -> str:
        return hashlib.md5(self.body).hexdigest() if self.etag is None else self.etag


Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass
class FakeS3:
    """One bucket. `refusals` answers in place of the next listings, `faults` in place of an object. An `old` server
    knows only the first version of the listing."""

    bucket: str = "files"
    region: str | None = None
    objects: dict[str, Stored] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, Answer] = field(default_factory=dict)
    refusals: list[Answer] = field(default_factory=list)
    before_list: Callable[[], None] | None = None
    bearer: str | None = None
    page_cap: int = 1000
    buckets_allowed: bool = True
    old: bool = False
    secrets: dict[str, str] = field(default_factory=lambda: {KEY_ID: SECRET})
    url: str = ""

    def put(self, *keys: str, body: bytes | None = None) -> None:
        """Objects whose body is told by their key."""
        for key in keys:
            self.objects[key] = Stored(key.encode() if body is None else body)

    def lists(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.what == "list"]

    def gets(self) -> list[str]:
        return [asked.key for asked in self.asked if asked.what == "get"]

    def expected(self) -> dict[str, str]:
        """What a catalog should hold: key and fingerprint."""
        return {key: stored.tag for key, stored in self.objects.items()}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if "://" in path:  # as a proxy is asked
            path = "/" + path.split("/", 3)[3]
        host = request.headers["Host"]
        name = unquote(path).removeprefix("/")
        in_host = host.startswith(f"{self.bucket}.")
        bucket, _, key = (self.bucket, "", name) if in_host else name.partition("/")
        query = dict(request.query)
        what = "buckets" if not bucket else "get" if key else "list"
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        scope = rest.partition("Credential=")[2].partition(",")[0].split("/")
        region = scope[2] if scheme.startswith("AWS4") else ""
        self.asked.append(Asked(what, key, query, host, path, scheme, region, dict(request.headers)))
        if (refused := self._refused(request, host, path, scheme, rest, scope)) is not None:
            return refused
        if self.region and region != self.region:
            return error(400, "AuthorizationHeaderMalformed", f"<Region>{self.region}</Region>")
        if what == "buckets" and not self.buckets_allowed:
            return error(403, "AccessDenied")
        if what == "buckets":
            return _xml(
                f"<ListAllMyBucketsResult><Buckets><Bucket><Name>{self.bucket}</Name></Bucket></Buckets></ListAllMyBucketsResult>"
            )
        if bucket != self.bucket:
            return error(404, "NoSuchBucket")
        if what == "get":
            return await self._get(request, key)
        if self.refusals:
            return await self.refusals.pop(0)(request)
        if self.before_list is not None:
            self.before_list()
        return _xml(self.listing(query))

    def _refused(
        self, request: web.BaseRequest, host: str, path: str, scheme: str, rest: str, scope: list[str]
    ) -> web.Response | None:
        if self.bearer is not None and scheme == "Bearer":
            return None if rest == self.bearer else error(401, "AuthenticationRequired")
        if not self.secrets:
            return None if not scheme else error(400, "InvalidRequest")
        if scheme != "AWS4-HMAC-SHA256":
            return error(403, "AccessDenied")
        if scope[0] not in self.secrets:
            return error(403, "InvalidAccessKeyId")
        signed = rest.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        signer = S3SigV4Auth(Credentials(scope[0], self.secrets[scope[0]]), "s3", scope[2])
        # As servers do: what was sent is decoded and written in the one canonical way.
        url = f"{request.scheme}://{host}{quote(unquote(path), safe='/~')}?{request.rel_url.raw_query_string}"
        headers = {name: request.headers[name] for name in signed}
        checked = AWSRequest(method=request.method, url=url.removesuffix("?"), headers=headers)
        checked.context["timestamp"] = request.headers["x-amz-date"]
        to_sign = signer.string_to_sign(checked, signer.canonical_request(checked))
        if signer.signature(to_sign, checked) != rest.rpartition("Signature=")[2]:
            return error(403, "SignatureDoesNotMatch")
        return None

    async def _get(self, request: web.BaseRequest, key: str) -> web.StreamResponse:
        if (fault := self.faults.get(key)) is not None:
            return await fault(request)
        if (stored := self.objects.get(key)) is None:
            return error(404, "NoSuchKey")
        headers = {"Content-Type": stored.media_type, "Last-Modified": "Tue, 22 Sep 2026 12:00:00 GMT"}
        if stored.tag:
            headers["ETag"] = f'"{stored.tag}"'
        return web.Response(body=stored.body, headers=headers)

    def listing(self, query: dict[str, str]) -> str:
        """The answer to ListObjectsV2 as of now."""
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        limit = min(int(query.get("max-keys", 1000)), self.page_cap)
        second = query.get("list-type") == "2" and not self.old
        after = (query.get("continuation-token") or query.get("start-after", "")) if second else query.get("marker", "")
        keys = sorted(self.objects)
        parts: list[str] = []
        last, truncated, written = after, False, _written(query)
        for key in keys[bisect_right(keys, after) if after else 0 :]:
            if not key.startswith(prefix) or (delimiter and last.endswith(delimiter) and key.startswith(last)):
                continue
            if len(parts) == limit:
                truncated = True
                break
            head, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            if cut:
                last = prefix + head + cut
                parts.append(f"<CommonPrefixes><Prefix>{written(last)}</Prefix></CommonPrefixes>")
            else:
                last = key
                parts.append(_contents(written(key), self.objects[key]))
        encoding = "<EncodingType>url</EncodingType>" if query.get("encoding-type") == "url" else ""
        token = ""
        if truncated and delimiter:
            token = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>"
            token = token if second else f"<NextMarker>{written(last)}</NextMarker>"
        return (
            f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{self.bucket}</Name>{encoding}'
            f"<IsTruncated>{str(truncated).lower()}</IsTruncated>{token}{''.join(parts)}"
            f"<RequestId>{len(self.asked)}</RequestId></ListBucketResult>"
        )


def error(status: int, code: str, more: str = "", **headers: str) -> web.Response:
    """An S3 error answer."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>As told by the test</Message>{more}</Error>"
    return web.Response(status=status, text=body, content_type="application/xml", headers=headers)


def refuse(status: int, code: str, more: str = "", **headers: str) -> Answer:
    """For `faults` and `refusals`: always this error."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return error(status, code, more, **headers)

    return answer


def break_off(promised: int, sent: bytes) -> Answer:
    """For `faults`: announces more than it sends."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(promised), "ETag": '"broken"'})
        await response.prepare(request)
        await response.write(sent)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


@asynccontextmanager
async def served(fake: FakeS3, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeS3]:
    """Serves it until the block ends; `fake.url` is its endpoint."""
    runner = web.ServerRunner(web.Server(fake.handle), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        fake.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        yield fake
    finally:
        await runner.cleanup()


@contextmanager
def apart(fake: FakeS3) -> Iterator[FakeS3]:
    """Serves it from a thread of its own, for tests that count the tasks of their loop."""
    ready, end = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with served(fake):
            ready.set()
            await end.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, name="fake S3")
    thread.start()
    ready.wait()
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


@asynccontextmanager
async def tunnel(port: int, hosts: list[str]) -> AsyncIterator[str]:
    """A forward proxy whose every tunnel ends at `port` on loopback; `hosts` notes where they were to lead."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = request.split(b" ", 2)
        assert method == b"CONNECT"
        hosts.append(target.decode())
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, back))
                both.create_task(_pump(there, writer))
        finally:
            writer.close()
            back.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.create_task(serve(reader, writer), name="tunnel"))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    target.close()


def _written(query: dict[str, str]) -> Callable[[str], str]:
    if query.get("encoding-type") == "url":
        return lambda key: quote(key, safe="/").replace("%20", "+")
    return escape


def _contents(key: str, stored: Stored) -> str:
    when = datetime.fromtimestamp(stored.modified, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    tag = f"<ETag>&quot;{stored.tag}&quot;</ETag>" if stored.tag else ""
    size = len(stored.body) if stored.size is None else stored.size
    return (
        f"<Contents><Key>{key}</Key><LastModified>{when}</LastModified>{tag}<Size>{size}</Size>"
        f"<StorageClass>{stored.storage_class}</StorageClass></Contents>"
    )


def _xml(body: str) -> web.Response:
    return web.Response(text=f"<?xml version='1.0' encoding='UTF-8'?>{body}", content_type="application/xml")


def keys(count: int) -> Iterable[str]:
    """So many keys in order."""
    return (f"doc{number:05}.md" for number in range(count))
