"""Objects of a bucket: whole or in chunks, under guard, limiter and proxy, whichever client reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connectors.sdk import (
    Authorization,
    ConfigError,
    Content,
    Endpoint,
    HeadwaterError,
    NotFound,
    Objects,
    PermanentError,
    SecretRef,
    TransientError,
)
from tests.network.certificates import Authority
from tests.network.opened import Opened, opened
from tests.support.s3 import KEY_ID, SECRET, FakeS3, Stored, break_off, served

LARGE = bytes(range(256)) * 4096 * 3  # 3 MB
FAST_AND_HTTP = pytest.mark.parametrize("key", ["large.bin", "large//odd.bin"], ids=["obstore", "http"])


class Rig(Opened):
    objects: Objects


@asynccontextmanager
async def rig(fake: FakeS3, *, typed: bool = True, **options: Any) -> AsyncIterator[Rig]:
    """The fake's bucket, opened as a connection with its key pair would."""
    scheme, _, rest = fake.url.partition("://")
    end = Endpoint(host=rest.partition(":")[0], port=int(rest.partition(":")[2]), scheme=scheme, typed=typed)
    params: dict[str, str | SecretRef | None] = {
        "access_key_id": KEY_ID,
        "secret_access_key": SecretRef("env:S3"),
        "region": "us-east-1",
    }
    signed = Authorization(kind="aws_sigv4", params=params, hosts=(f"{end.host}:{end.port}",))
    async with opened([end], authorization=signed, environ={"S3": SECRET}, **options) as made:
        made.__class__ = Rig
        assert isinstance(made, Rig)
        made.objects = made.context.objects(fake.bucket, endpoint=fake.url, region="us-east-1", path_style=True)
        yield made


def run(fake: FakeS3, work: Callable[[Rig], Awaitable[Any]], *, tls: Any = None, **options: Any) -> Any:
    async def inner() -> Any:
        async with served(fake, tls=tls), rig(fake, **options) as made:
            return await work(made)

    return asyncio.run(inner())


async def whole(content: Content) -> bytes:
    return content.body if isinstance(content.body, bytes) else b"".join([chunk async for chunk in content.body])


def test_a_small_object_comes_whole_with_what_is_known_of_it() -> None:
    fake = FakeS3(objects={"a.md": Stored(b"hello", media_type="text/markdown")})

    content = run(fake, lambda made: made.objects.get("a.md", size=5))

    assert content == Content(b"hello", fingerprint=fake.objects["a.md"].tag, media_type="text/markdown", size=5)


@FAST_AND_HTTP
def test_a_large_object_comes_in_chunks_whatever_size_was_expected(key: str) -> None:
    fake = FakeS3(objects={key: Stored(LARGE)})

    async def work(made: Rig) -> None:
        content = await made.objects.get(key, size=10)
        assert not isinstance(content.body, bytes)
        chunks = [chunk async for chunk in content.body]
        assert b"".join(chunks) == LARGE
        assert max(map(len, chunks)) < 2 * 1024 * 1024
        assert len(chunks) >= 2
        assert (content.size, content.fingerprint) == (len(LARGE), fake.objects[key].tag)

    run(fake, work)
    assert fake.gets() == [key]


def test_small_objects_take_one_request_each() -> None:
    fake = FakeS3()
    names = [f"doc{number}" for number in range(100)]
    fake.put(*names)

    async def work(made: Rig) -> int:
        contents = await asyncio.gather(*(made.objects.get(name) for name in names))
        assert [content.body for content in contents] == [name.encode() for name in names]
        return len(made.exchanges)

    assert run(fake, work) == 100  # metrics see each
    assert sorted(fake.gets()) == sorted(names)


@FAST_AND_HTTP
def test_a_large_object_that_breaks_off_is_told_and_never_passes_for_whole(key: str) -> None:
    fake = FakeS3(faults={key: break_off(len(LARGE), LARGE[: 2 * 1024 * 1024])})

    async def work(made: Rig) -> None:
        await whole(await made.objects.get(key))

    with pytest.raises(TransientError):
        run(fake, work)


@pytest.mark.parametrize("key", ["small.txt", "small//odd.txt"])
def test_a_small_object_that_broke_off_once_is_read_again(key: str) -> None:
    broken = break_off(100, b"half")
    fake = FakeS3()

    async def once(request: web.BaseRequest) -> web.StreamResponse:
        fake.faults.clear()
        return await broken(request)

    fake.put(key)
    fake.faults[key] = once

    assert run(fake, lambda made: made.objects.get(key)).body == key.encode()


def test_an_answer_without_length_is_read_too() -> None:
    async def chunked(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"ETag": '"1"'})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b"in chunks")
        return response

    content = run(FakeS3(faults={"a": chunked}), lambda made: made.objects.get("a"))

    assert (content.body, content.fingerprint) == (b"in chunks", "1")


def test_stopping_early_frees_the_connection_and_the_limiter() -> None:
    fake = FakeS3(objects={"large//odd.bin": Stored(LARGE), "b": Stored(b"b")})

    async def work(made: Rig) -> bytes:
        content = await made.objects.get("large//odd.bin")
        await content.body.aclose()  # type: ignore[union-attr]
        async with asyncio.timeout(5):
            return (await made.objects.get("b")).body  # type: ignore[return-value]

    assert run(fake, work, max_connections=1) == b"b"


def test_no_more_requests_at_once_than_the_limiter_allows() -> None:
    at_once = [0, 0]

    async def count(request: web.BaseRequest) -> web.StreamResponse:
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0.001)
        at_once[0] -= 1
        return web.Response(body=b"x", headers={"ETag": '"1"'})

    names = [f"doc{number}" for number in range(30)]

    async def work(made: Rig) -> None:
        await asyncio.gather(*(made.objects.get(name) for name in names))

    run(FakeS3(faults=dict.fromkeys(names, count)), work, max_connections=3)

    assert at_once[1] == 3


def test_cancelling_ends_a_read_at_once() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def hang(request: web.BaseRequest) -> web.StreamResponse:
        started.set()
        await ended.wait()
        return web.Response()

    async def work(made: Rig) -> None:
        task = asyncio.create_task(made.objects.get("a"))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(1):
                await task
        ended.set()

    run(FakeS3(faults={"a": hang}), work)


def test_a_missing_object_is_told_in_the_servers_words() -> None:
    with pytest.raises(NotFound) as caught:
        run(FakeS3(), lambda made: made.objects.get("nope"))

    assert "<Code>NoSuchKey</Code>" in caught.value.detail
    assert caught.value.where == "nope"


# --- the host's rules hold -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data", "http://localhost:{port}/files/b"])
def test_a_redirect_to_a_private_address_is_not_followed(target: str) -> None:
    """`localhost` leads to the very same server, but nobody typed it."""
    fake = FakeS3()
    fake.put("b")

    async def elsewhere(request: web.BaseRequest) -> web.StreamResponse:
        where = target.format(port=fake.url.rpartition(":")[2])
        return web.Response(status=307, headers={"Location": where})

    fake.faults["a"] = elsewhere

    with pytest.raises(PermanentError) as caught:
        run(fake, lambda made: made.objects.get("a"))

    assert caught.value.code == "address_refused"
    assert "b" not in fake.gets()


def test_an_endpoint_that_was_not_typed_must_be_public() -> None:
    fake = FakeS3()
    fake.put("a")

    with pytest.raises(HeadwaterError) as caught:
        run(fake, lambda made: made.objects.get("a"), typed=False)

    assert caught.value.code == "address_refused"
    assert fake.asked == []


def test_a_name_that_now_leads_to_a_metadata_address_is_refused() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["169.254.169.254"]

    fake = FakeS3(url="http://storage.test:9000")

    async def work() -> None:
        async with rig(fake, resolve=resolve) as made:
            await made.objects.get("a")

    with pytest.raises(ConfigError) as caught:
        asyncio.run(work())
    assert caught.value.code == "address_refused"


def test_an_unknown_certificate_is_refused_and_a_known_authority_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ALLOW_INVALID_CERTIFICATES", "true")
    authority = Authority.make(tmp_path)
    fake = FakeS3()
    fake.put("a", "b//odd")

    async def both(made: Rig) -> list[bytes | AsyncIterator[bytes]]:
        return [(await made.objects.get(key)).body for key in ("a", "b//odd")]

    with pytest.raises(ConfigError) as caught:
        run(fake, both, tls=authority.server())
    assert caught.value.code == "tls_failed"
    assert fake.asked == []

    assert run(fake, both, tls=authority.server(), ca_file=authority.file) == [b"a", b"b//odd"]


def test_a_dead_proxy_is_told_and_nothing_goes_around_it() -> None:
    fake = FakeS3()
    fake.put("a")

    with pytest.raises(TransientError) as caught:
        run(fake, lambda made: made.objects.get("a"), proxy="http://127.0.0.1:9")

    assert caught.value.code == "proxy_unreachable"
    assert fake.asked == []


def test_a_proxy_is_used_for_every_object() -> None:
    """To a server without TLS a proxy gets the whole address; the fake stands in for it."""
    fake = FakeS3()
    fake.put("a", "b//odd")

    async def work() -> list[Any]:
        async with served(fake) as proxy:
            there = FakeS3(bucket=fake.bucket, url="http://storage.example:9000")
            async with rig(there, proxy=proxy.url) as made:
                return [(await made.objects.get(key)).body for key in ("a", "b//odd")]

    assert asyncio.run(work()) == [b"a", b"b//odd"]
    assert {asked.host for asked in fake.asked} == {"storage.example:9000"}


def test_a_missing_secret_is_the_configs_fault_and_asks_nobody() -> None:
    fake = FakeS3()

    async def work() -> None:
        async with served(fake), rig(fake) as made:
            made.context._authorizer._secrets._environ.clear()  # type: ignore[union-attr]
            await made.objects.get("a")

    with pytest.raises(ConfigError) as caught:
        asyncio.run(work())
    assert caught.value.code == "secret_missing"
    assert fake.asked == []
