from __future__ import annotations

import asyncio
import random

import aiohttp
import pytest
from aiohttp import web

from app.accounts import Secrets, authorizer
from app.network import Network
from connectors.sdk import Endpoint, RateLimit, RateLimited, SourceSpec
from tests.network.loopback import loopback
from tests.network.opened import FakeClock, bearer, opened
from tests.support.context import SETTINGS, RecordingLog

SPEC = SourceSpec(type="t", title="T", summary="", group="", icon="", rate_limits=(RateLimit(requests=3, seconds=10),))


def test_connections_with_one_credential_share_its_rate_limit() -> None:
    async def run() -> None:
        async with loopback(_ok) as server:
            clock = FakeClock()
            network = Network(SETTINGS, clock=clock)
            secrets = Secrets(environ={"TOKEN": "t", "OTHER": "o"})

            def connection(name: str, host: str) -> object:
                return network.open(
                    spec=SPEC,
                    endpoints=[server.endpoint()],
                    authorizer=authorizer(bearer(host), secrets, network),
                    log=RecordingLog(),
                    name=name,
                ).http

            mine = f"127.0.0.1:{server.port}"
            one, two, without = connection("one", mine), connection("two", mine), connection("three", "a.example")
            for http in (one, two, one):
                await http.get(server.url)  # type: ignore[attr-defined]
            assert clock.slept == []
            await without.get(server.url)  # type: ignore[attr-defined]
            assert clock.slept == [], "another account has its own"
            await two.get(server.url)  # type: ignore[attr-defined]
            assert clock.slept == [10]
            await network.close()

    asyncio.run(run())


def test_a_used_up_limit_of_hours_is_handed_to_the_run() -> None:
    async def run() -> None:
        async with loopback(_ok) as server:
            clock = FakeClock(1000)
            network = Network(SETTINGS, clock=clock)
            hourly = SourceSpec(
                type="t", title="T", summary="", group="", icon="", rate_limits=(RateLimit(requests=1, seconds=3600),)
            )
            context = network.open(
                spec=hourly, endpoints=[server.endpoint()], authorizer=None, log=RecordingLog(), name="n"
            )
            await context.http.get(server.url)
            with pytest.raises(RateLimited) as raised:
                await context.http.get(server.url)
            assert raised.value.retry_at == 4600
            assert raised.value.where == "127.0.0.1"
            await network.close()

    asyncio.run(run())


def test_closing_the_network_closes_every_socket_also_those_in_use() -> None:
    async def run() -> None:
        arrived, over = asyncio.Event(), asyncio.Event()

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/slow":
                arrived.set()
                await over.wait()
            return web.Response()

        async with loopback(answer) as server:
            network = Network(SETTINGS, clock=FakeClock())
            contexts = [
                network.open(spec=None, endpoints=[server.endpoint()], authorizer=None, log=RecordingLog(), name=name)
                for name in ("a", "b")
            ]
            for context in contexts:
                await context.http.get(server.url)
            slow = asyncio.create_task(contexts[0].http.get(f"{server.url}/slow"))
            await arrived.wait()
            await contexts[1].close()
            await network.close()
            result = await asyncio.gather(slow, return_exceptions=True)
            assert isinstance(result[0], Exception)
            over.set()

    asyncio.run(run())


def test_tasks_that_are_cancelled_at_any_moment_leave_nothing_behind() -> None:
    async def run() -> None:
        chance = random.Random(7)

        async def answer(request: web.Request) -> web.Response:
            await asyncio.sleep(chance.choice([0, 0.001, 0.02]))
            return web.Response(status=chance.choice([200, 200, 200, 503, 429]), body=bytes(chance.randrange(300_000)))

        async with loopback(answer) as server, opened([server.endpoint()], max_connections=4) as host:

            async def one() -> None:
                async with host.http.stream("GET", server.url) as stream:
                    async for _ in stream.chunks():
                        if chance.random() < 0.2:
                            break

            for _ in range(5):
                tasks = [asyncio.create_task(one()) for _ in range(40)]
                await asyncio.sleep(chance.random() * 0.1)
                for task in tasks:
                    if chance.random() < 0.5:
                        task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            client = host.context._transport.client
            assert isinstance(client, aiohttp.ClientSession)
            assert not client.connector._acquired, "every socket is back in the pool or closed"  # type: ignore[union-attr]
            async with asyncio.timeout(5):
                await asyncio.gather(*(host.http.get(server.url, accept={429, 503}) for _ in range(8)))

    asyncio.run(run())


def test_dial_connects_raw() -> None:
    async def run() -> None:
        async with loopback(_ok) as server:
            network = Network(SETTINGS, clock=FakeClock())
            context = network.open(
                spec=None, endpoints=[server.endpoint()], authorizer=None, log=RecordingLog(), name="n"
            )
            reader, writer = await context.dial("127.0.0.1", server.port)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.0 200")
            writer.close()
            await writer.wait_closed()
            [tcp] = network.probes([Endpoint(host="127.0.0.1", port=server.port, scheme="", typed=True)])
            assert await tcp.run() == f"Connected to 127.0.0.1 port {server.port}"
            await network.close()

    asyncio.run(run())


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")
