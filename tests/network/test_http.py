from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from aiohttp import web

from connectors.sdk import (
    AuthError,
    ConfigError,
    Endpoint,
    HeadwaterError,
    Http,
    NotFound,
    PermanentError,
    PermissionDenied,
    TooLarge,
    TransientError,
)
from tests.network.loopback import loopback
from tests.network.opened import FakeClock, bearer, opened
from tests.network.raw import answering, serving


def test_sends_the_url_exactly_as_it_was_written() -> None:
    async def run() -> None:
        async with loopback(_ok) as server, opened([server.endpoint()]) as host:
            await host.http.get(f"{server.url}/a%2Fb/%7Eu/c+d?x=%2B")
            await host.http.get(f"{server.url}/list?a=1", params={"prefix": "a b/ä+", "tag": ["1", "2"], "n": 5})
            assert [request.raw_path for request in server.requests] == [
                "/a%2Fb/%7Eu/c+d?x=%2B",
                "/list?a=1&prefix=a%20b%2F%C3%A4%2B&tag=1&tag=2&n=5",
            ]

    asyncio.run(run())


def test_sends_json_and_forms() -> None:
    async def run() -> None:
        async def echo(request: web.Request) -> web.Response:
            return web.Response(body=await request.read(), content_type=request.content_type)

        async with loopback(echo) as server, opened([server.endpoint()]) as host:
            answer = await host.http.request("POST", server.url, json={"a": ["ü", None, 1.5]})
            assert answer.json() == {"a": ["ü", None, 1.5]}
            assert answer.headers["Content-Type"] == "application/json"
            answer = await host.http.request("POST", server.url, data={"a b": "1&2"})
            assert answer.text() == "a+b=1%262"
            assert answer.headers["content-type"] == "application/x-www-form-urlencoded"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, PermanentError),
        (401, AuthError),
        (403, PermissionDenied),
        (404, NotFound),
        (410, NotFound),
        (500, TransientError),
        (501, PermanentError),
        (507, TransientError),
    ],
)
def test_a_bad_status_is_the_matching_error_unless_accepted(status: int, error: type[HeadwaterError]) -> None:
    async def run() -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=status, text="the server's own words")

        async with loopback(answer) as server, opened([server.endpoint()]) as host:
            with pytest.raises(error) as raised:
                await host.http.get(f"{server.url}/path?key=value")
            assert type(raised.value) is error
            assert raised.value.where == f"GET {server.url}/path"
            assert raised.value.detail == "the server's own words"
            assert raised.value.remedy
            accepted = await host.http.get(server.url, accept={status})
            assert (accepted.status, accepted.text()) == (status, "the server's own words")

    asyncio.run(run())


def test_not_modified_is_an_answer() -> None:
    async def run() -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=304, headers={"etag": request.headers["if-none-match"]})

        async with loopback(answer) as server, opened([server.endpoint()]) as host:
            unchanged = await host.http.get(server.url, headers={"If-None-Match": '"e"'})
            assert (unchanged.status, unchanged.headers["ETag"], unchanged.body) == (304, '"e"', b"")

    asyncio.run(run())


def test_a_page_instead_of_json_says_so() -> None:
    async def run() -> None:
        async def portal(request: web.Request) -> web.Response:
            return web.Response(text="<html>Sign in to the hotel", content_type="text/html")

        async with loopback(portal) as server, opened([server.endpoint()]) as host:
            answer = await host.http.get(f"{server.url}/api")
            with pytest.raises(PermanentError, match="not JSON but text/html") as raised:
                answer.json()
            assert "hotel" in raised.value.detail
            assert raised.value.where == f"{server.url}/api"

    asyncio.run(run())


def test_json_is_read_in_the_encodings_that_are_met() -> None:
    async def run() -> None:
        bodies = [b'{"a": 1}', b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16")]

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=bodies[int(request.path[1:])])

        async with loopback(answer) as server, opened([server.endpoint()]) as host:
            for number in range(len(bodies)):
                assert (await host.http.get(f"{server.url}/{number}")).json() == {"a": 1}

    asyncio.run(run())


def test_compressed_answers_are_unpacked_and_a_bomb_is_cut_at_the_cap() -> None:
    bomb = gzip.compress(bytes(50 * 1024 * 1024))

    async def run() -> None:
        async def answer(request: web.Request) -> web.Response:
            if request.path == "/bomb":
                return web.Response(body=bomb, headers={"content-encoding": "gzip"})
            if request.path == "/twice":
                return web.Response(body=gzip.compress(bomb), headers={"content-encoding": "gzip, gzip"})
            if request.path == "/deflate":
                return web.Response(body=zlib.compress(b"deflated"), headers={"content-encoding": "deflate"})
            return web.Response(body=gzip.compress(b"zipped"), headers={"content-encoding": "gzip"})

        async with loopback(answer) as server, opened([server.endpoint()]) as host:
            assert (await host.http.get(f"{server.url}/")).body == b"zipped"
            assert (await host.http.get(f"{server.url}/deflate")).body == b"deflated"
            with pytest.raises(TooLarge):
                await host.http.get(f"{server.url}/bomb", max_bytes=1024 * 1024)
            with pytest.raises(PermanentError, match="compressed more than once"):
                await host.http.get(f"{server.url}/twice")

    asyncio.run(run())


def test_an_answer_announced_too_large_is_not_read() -> None:
    async def run() -> None:
        async with (
            answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\nx") as port,
            opened([_endpoint(port)]) as host,
        ):
            with pytest.raises(TooLarge, match="larger than 1,000 bytes"):
                await host.http.get(f"http://127.0.0.1:{port}/", max_bytes=1000)

    asyncio.run(run())


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"",
    ],
    ids=["short", "no last chunk", "bad chunk", "no answer"],
)
def test_a_broken_answer_is_asked_for_again_and_never_taken_for_whole(broken: bytes) -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole"

    async def run() -> None:
        async with answering(broken, whole) as port, opened([_endpoint(port)]) as host:
            assert (await host.http.get(f"http://127.0.0.1:{port}/")).body == b"whole"
        async with answering(broken) as port, opened([_endpoint(port)]) as host:
            with pytest.raises(TransientError):
                await host.http.get(f"http://127.0.0.1:{port}/")
        async with answering(broken) as port, opened([_endpoint(port)]) as host:
            with pytest.raises(TransientError):
                await _read_stream(host.http, f"http://127.0.0.1:{port}/")

    asyncio.run(run())


def test_what_is_no_http_says_so() -> None:
    async def run() -> None:
        async with answering(b"220 mail.example ESMTP\r\n") as port, opened([_endpoint(port)]) as host:
            with pytest.raises(PermanentError, match="not HTTP"):
                await host.http.get(f"http://127.0.0.1:{port}/")

    asyncio.run(run())


def test_a_server_that_trickles_is_given_up_at_the_deadline() -> None:
    async def run() -> None:
        async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                writer.write(b".")
                await asyncio.sleep(0.01)

        async with serving(trickle) as port, opened([_endpoint(port)], attempts=1) as host:
            with pytest.raises(TransientError, match="did not answer in time"):
                await host.http.get(f"http://127.0.0.1:{port}/", timeout=0.1)

    asyncio.run(run())


def test_nothing_listens() -> None:
    async def run() -> None:
        async with answering(b"") as port:
            pass
        async with opened([_endpoint(port)]) as host:
            with pytest.raises(TransientError, match=r"127\.0\.0\.1 can't be reached") as raised:
                await host.http.request("POST", f"http://127.0.0.1:{port}/")
            assert raised.value.code == "connect_failed"
            assert "port" in raised.value.remedy
            assert [exchange.status for exchange in host.exchanges] == [0, 0], (
                "never sent, so a POST is tried again too"
            )

    asyncio.run(run())


def test_a_stream_that_all_but_stands_still_is_given_up_and_a_slow_reader_is_not() -> None:
    async def run() -> None:
        clock = FakeClock()

        async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                writer.write(b".")
                await writer.drain()
                clock.time += 10
                await asyncio.sleep(0.001)

        async with serving(trickle) as port, opened([_endpoint(port)], clock=clock) as host:
            with pytest.raises(TransientError, match="stands still"):
                await _read_stream(host.http, f"http://127.0.0.1:{port}/")

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=bytes(3_000_000))

        async with loopback(answer) as server, opened([server.endpoint()], clock=clock) as host:
            received = 0
            async with host.http.stream("GET", server.url) as stream:
                async for chunk in stream.chunks():
                    received += len(chunk)
                    clock.time += 3600
            assert received == 3_000_000

    asyncio.run(run())


def test_streams_in_chunks_and_counts() -> None:
    async def run() -> None:
        body = bytes(range(256)) * 4096

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=body)

        async with loopback(answer) as server, opened([server.endpoint()]) as host:
            async with host.http.stream("GET", server.url) as stream:
                chunks = [chunk async for chunk in stream.chunks()]
            assert b"".join(chunks) == body
            assert len(chunks) > 1
            assert (host.exchanges[-1].status, host.exchanges[-1].received) == (200, len(body))

    asyncio.run(run())


def test_a_stream_left_early_frees_its_place() -> None:
    async def run() -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=bytes(10_000_000))

        async with loopback(answer) as server, opened([server.endpoint()], max_connections=1) as host:
            for _ in range(3):
                async with host.http.stream("GET", server.url) as stream:
                    async for _ in stream.chunks():
                        break
            with pytest.raises(ZeroDivisionError):
                async with host.http.stream("GET", server.url):
                    raise ZeroDivisionError
            assert (await host.http.get(server.url)).status == 200

    asyncio.run(run())


def test_cancelling_frees_the_place_at_once() -> None:
    async def run() -> None:
        asked, over = asyncio.Event(), asyncio.Event()

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/slow":
                asked.set()
                await over.wait()
            return web.Response()

        async with loopback(answer) as server, opened([server.endpoint()], max_connections=1) as host:
            slow = asyncio.create_task(host.http.get(f"{server.url}/slow"))
            await asked.wait()
            waiting = asyncio.create_task(host.http.get(f"{server.url}/next"))
            slow.cancel()
            assert (await waiting).status == 200
            with pytest.raises(asyncio.CancelledError):
                await slow
            over.set()

    asyncio.run(run())


def test_cookies_are_not_kept() -> None:
    async def run() -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(headers={"set-cookie": "session=1"})

        async with loopback(answer) as server, opened([server.endpoint()]) as host:
            await host.http.get(server.url)
            await host.http.get(server.url)
            assert all("cookie" not in request.headers for request in server.requests)

    asyncio.run(run())


def test_an_error_never_shows_the_credential_that_a_server_echoes() -> None:
    async def run() -> None:
        async def echo(request: web.Request) -> web.Response:
            return web.Response(status=400, text=f"bad header {request.headers['authorization']}")

        async with (
            loopback(echo) as server,
            opened(
                [server.endpoint()],
                authorization=bearer(f"127.0.0.1:{server.port}"),
                environ={"TOKEN": "canary token 4711"},
            ) as host,
        ):
            with pytest.raises(PermanentError) as raised:
                await host.http.get(f"{server.url}/?token=canary")
            assert "canary" not in repr(raised.value.info()) + host.log.text()
            assert "bad header Bearer" in raised.value.detail

    asyncio.run(run())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "//127.0.0.1/", "127.0.0.1/x", "http://", "http://[::1", "", "\n"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    async def run() -> None:
        async with opened([]) as host:
            with pytest.raises((PermanentError, ConfigError)) as raised:
                await host.http.get(url)
            assert raised.value.code == "url_invalid"

    asyncio.run(run())


def test_what_can_not_be_sent_is_said() -> None:
    async def run() -> None:
        async with loopback(_ok) as server, opened([server.endpoint()]) as host:
            for value in ("ü", "a\r\nX-More: b", "a\0b"):
                with pytest.raises(PermanentError, match="header X-Key") as raised:
                    await host.http.get(server.url, headers={"X-Key": value})
                assert value not in repr(raised.value.info())
            with pytest.raises(PermanentError, match="must not hold a user name") as raised:
                await host.http.get(f"http://me:s3cret@127.0.0.1:{server.port}/")
            assert "s3cret" not in repr(raised.value.info())
            assert server.requests == []

    asyncio.run(run())


def test_waiting_for_its_turn_does_not_count_as_time_of_the_server() -> None:
    async def run() -> None:
        release = asyncio.Event()

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/first":
                await release.wait()
            return web.Response()

        async with loopback(answer) as server, opened([server.endpoint()], max_connections=1, attempts=1) as host:
            first = asyncio.create_task(host.http.get(f"{server.url}/first"))
            second = asyncio.create_task(host.http.get(f"{server.url}/second", timeout=0.2))
            await asyncio.sleep(0.4)
            release.set()
            assert (await second).status == 200
            await first

    asyncio.run(run())


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _read_stream(http: Http, url: str) -> None:
    async with http.stream("GET", url) as stream:
        async for _ in stream.chunks():
            pass


def _endpoint(port: int) -> Endpoint:
    return Endpoint(host="127.0.0.1", port=port, scheme="http", typed=True)
