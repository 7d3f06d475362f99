from __future__ import annotations

import asyncio
from email.utils import formatdate

import httpx
import pytest
from aiohttp import web

from app.network.faults import DEFAULT_PAUSE, wait_asked_for
from connectors.sdk import AuthError, HeadwaterError, PermissionDenied, RateLimited, TransientError
from tests.network.loopback import Answering, loopback
from tests.network.opened import FakeClock, bearer, opened

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry-after": "7"}, 7.0),
        (429, {"retry-after": "1.5"}, 1.5),
        (429, {"retry-after": "0"}, 0.0),
        (429, {"retry-after": "-3"}, 0.0),
        (429, {"retry-after": formatdate(NOW + 9)}, 9.0),
        (429, {"retry-after": formatdate(NOW + 9), "date": formatdate(NOW + 4)}, 5.0),
        (429, {"retry-after": formatdate(NOW - 9)}, 0.0),
        (429, {"retry-after": "soon"}, DEFAULT_PAUSE),
        (429, {"retry-after": "inf"}, DEFAULT_PAUSE),
        (429, {}, DEFAULT_PAUSE),
        (503, {"retry-after": "7"}, 7.0),
        (503, {}, None),
        (403, {}, None),
        (403, {"retry-after": "60"}, 60.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 30)}, 30.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30.0),
        (403, {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "30"}, None),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30.0),
    ],
)
def test_how_long_a_refusal_asks_us_to_wait(status: int, headers: dict[str, str], wait: float | None) -> None:
    assert wait_asked_for(httpx.Response(status, headers=headers), NOW) == wait


def test_a_busy_source_is_asked_again_when_it_says() -> None:
    async def run() -> None:
        clock = FakeClock(NOW)
        async with (
            loopback(_sequence(_refuse(429, "7"), _ok)) as server,
            opened([server.endpoint()], clock=clock) as host,
        ):
            assert (await host.http.request("POST", server.url)).status == 200
            assert clock.time >= NOW + 7
            assert len(server.requests) == 2
            assert "asks for fewer requests" in host.log.text()

    asyncio.run(run())


def test_one_refusal_stops_all_tasks_until_its_end() -> None:
    async def run() -> None:
        clock = FakeClock(NOW)
        times: list[float] = []

        async def answer(request: web.Request) -> web.Response:
            times.append(clock.time)
            return web.Response(status=429, headers={"retry-after": "20"}) if len(times) == 1 else web.Response()

        async with loopback(answer) as server, opened([server.endpoint()], clock=clock, max_connections=1) as host:
            await asyncio.gather(*(host.http.get(server.url) for _ in range(5)))
            assert times[0] == NOW
            assert all(time >= NOW + 20 for time in times[1:])

    asyncio.run(run())


@pytest.mark.parametrize("status", [429, 503, 403])
def test_a_wait_that_is_too_long_is_handed_to_the_run(status: int) -> None:
    async def run() -> None:
        clock = FakeClock(NOW)
        async with (
            loopback(_sequence(_refuse(status, "3600"))) as server,
            opened([server.endpoint()], clock=clock) as host,
        ):
            with pytest.raises(RateLimited) as raised:
                await host.http.get(server.url)
            assert (raised.value.retry_at, clock.slept) == (NOW + 3600, [])
            with pytest.raises(RateLimited) as raised:  # and the server is left in peace meanwhile
                await host.http.get(server.url)
            assert raised.value.retry_at == NOW + 3600
            assert len(server.requests) == 1

    asyncio.run(run())


def test_a_source_that_stays_busy_is_given_up_with_a_time_to_come_back() -> None:
    async def run() -> None:
        clock = FakeClock(NOW)
        async with (
            loopback(_sequence(_refuse(429, "2"))) as server,
            opened([server.endpoint()], clock=clock, attempts=4) as host,
        ):
            with pytest.raises(RateLimited) as raised:
                await host.http.get(server.url)
            assert len(server.requests) == 12
            assert raised.value.retry_at == clock.time + 2

    asyncio.run(run())


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_fault_that_passes_is_waited_out_with_growing_pauses(status: int) -> None:
    async def run() -> None:
        clock = FakeClock(NOW)
        failing = _refuse(status)
        async with (
            loopback(_sequence(failing, failing, failing, _ok)) as server,
            opened([server.endpoint()], clock=clock, attempts=4) as host,
        ):
            assert (await host.http.get(server.url)).status == 200
            assert len(clock.slept) == 3
            assert all(0 <= pause <= 0.5 * 2**number for number, pause in enumerate(clock.slept, start=0))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "idempotent", "requests"),
    [
        ("GET", None, 2),
        ("PUT", None, 2),
        ("PROPFIND", None, 2),
        ("POST", None, 1),
        ("PATCH", None, 1),
        ("POST", True, 2),
        ("GET", False, 1),
    ],
)
def test_only_what_may_be_repeated_is_repeated(method: str, idempotent: bool | None, requests: int) -> None:
    async def run() -> None:
        async with loopback(_sequence(_refuse(500))) as server, opened([server.endpoint()], attempts=2) as host:
            with pytest.raises(TransientError):
                await host.http.request(method, server.url, content=b"x", idempotent=idempotent)
            assert len(server.requests) == requests

    asyncio.run(run())


@pytest.mark.parametrize(("status", "error"), [(401, AuthError), (403, PermissionDenied), (501, HeadwaterError)])
def test_what_waiting_does_not_mend_is_not_repeated(status: int, error: type[HeadwaterError]) -> None:
    async def run() -> None:
        clock = FakeClock(NOW)
        async with (
            loopback(_sequence(_refuse(status))) as server,
            opened(
                [server.endpoint()], clock=clock, authorization=bearer("127.0.0.1"), environ={"TOKEN": "t"}, attempts=4
            ) as host,
        ):
            with pytest.raises(error):
                await host.http.get(server.url)
            assert (len(server.requests), clock.slept) == (1, [])

    asyncio.run(run())


def test_a_stream_is_repeated_until_it_begins() -> None:
    async def run() -> None:
        async with (
            loopback(_sequence(_refuse(502), _refuse(429, "1"), _ok)) as server,
            opened([server.endpoint()], attempts=3) as host,
        ):
            async with host.http.stream("GET", server.url) as stream:
                assert b"".join([chunk async for chunk in stream.chunks()]) == b"ok"
            assert [exchange.status for exchange in host.exchanges] == [502, 429, 200]

    asyncio.run(run())


def _sequence(*answers: Answering) -> Answering:
    """The n-th answer to the n-th request, the last one from then on."""
    left = list(answers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return answer


def _refuse(status: int, retry_after: str = "") -> Answering:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"retry-after": retry_after} if retry_after else {})

    return answer


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")
