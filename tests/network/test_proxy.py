from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from app.network import NetworkSettings
from app.network.settings import public_proxy
from connectors.sdk import ConfigError, Endpoint, PermanentError, TransientError
from connectors.sdk.checks import run_probes
from tests.network.certificates import Authority
from tests.network.loopback import loopback
from tests.network.opened import opened
from tests.network.raw import answering, forward_proxy


def test_requests_go_through_the_proxy_of_the_settings(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)

    async def run() -> None:
        async with (
            forward_proxy() as proxy,
            loopback(_ok) as plain,
            loopback(_ok, tls=authority.server()) as secure,
            opened([plain.endpoint(), secure.endpoint()], proxy=proxy.url, ca_file=authority.file) as host,
        ):
            assert (await host.http.get(f"{plain.url}/a?b=%2F")).text() == "ok"
            assert (await host.http.get(f"{secure.url}/a")).text() == "ok"
            assert proxy.lines == [
                f"GET {plain.url}/a?b=%2F HTTP/1.1",
                f"CONNECT 127.0.0.1:{secure.port} HTTP/1.1",
            ]

    asyncio.run(run())


def test_a_proxy_that_wants_a_password() -> None:
    async def run() -> None:
        async with forward_proxy(user="me:p@ss wörd") as proxy, loopback(_ok) as server:
            endpoints = [server.endpoint(), Endpoint(host="127.0.0.1", port=1, typed=True)]
            right = f"http://me:p%40ss%20w%C3%B6rd@127.0.0.1:{proxy.port}"
            async with opened(endpoints, proxy=right) as host:
                assert (await host.http.get(server.url)).text() == "ok"
            async with opened(endpoints, proxy=f"http://me:secret@127.0.0.1:{proxy.port}") as host:
                for url in (server.url, "https://127.0.0.1:1/"):
                    with pytest.raises(ConfigError, match="user name and password") as raised:
                        await host.http.get(url)
                    assert raised.value.where == proxy.url
                    assert "secret" not in repr(raised.value.info())

    asyncio.run(run())


def test_a_dead_proxy_is_never_passed_by() -> None:
    async def run() -> None:
        async with answering(b"") as port:
            pass
        dead = f"http://127.0.0.1:{port}"
        async with loopback(_ok) as server, opened([server.endpoint()], proxy=dead) as host:
            for url in (server.url, server.url.replace("http", "https")):
                with pytest.raises(TransientError, match="proxy does not answer") as raised:
                    await host.http.get(url)
                assert raised.value.where == dead
            assert server.requests == []
            [step] = [s async for s in run_probes(host.network.probes([server.endpoint()])) if s.state != "running"]
            assert (step.name, step.state) == ("proxy", "failed")

    asyncio.run(run())


def test_a_proxy_that_can_not_reach_the_server() -> None:
    async def run() -> None:
        async with forward_proxy(refuse=502) as proxy:
            endpoint = Endpoint(host="127.0.0.1", port=1, typed=True)
            async with opened([endpoint], proxy=proxy.url) as host:
                with pytest.raises(TransientError, match="it answered 502") as raised:
                    await host.http.get("https://127.0.0.1:1/")
                assert proxy.url in raised.value.where

    asyncio.run(run())


def test_a_proxy_is_no_way_around_the_guard() -> None:
    async def names(host: str, port: int) -> list[str]:
        if host == "unknown.example":
            raise OSError("only the proxy knows this name")
        return ["10.0.0.1"]

    async def run() -> None:
        async with forward_proxy() as proxy, opened([], proxy=proxy.url, resolve=names) as host:
            for target in ("127.0.0.1", "localhost", "169.254.169.254", "inner.example"):
                with pytest.raises(PermanentError) as raised:
                    await host.http.get(f"http://{target}/")
                assert raised.value.code == "address_refused"
            assert proxy.lines == []
            with pytest.raises(TransientError):  # our proxy hangs up on it; that it was asked is the point
                await host.http.get("http://unknown.example/")
            assert proxy.lines[0] == "GET http://unknown.example/ HTTP/1.1"

    asyncio.run(run())


def test_the_probe_reaches_the_proxy() -> None:
    async def run() -> None:
        async with forward_proxy() as proxy, opened([], proxy=f"http://me:secret@127.0.0.1:{proxy.port}") as host:
            [probe] = host.network.probes([Endpoint(host="api.example", port=443)])
            assert await probe.run() == f"Connected to the proxy {proxy.url}"

    asyncio.run(run())


def test_which_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    system = NetworkSettings()
    for name, value in {"http_proxy": "http://p:1", "https_proxy": "q:2", "no_proxy": "inner.example,10.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    assert system.proxy_for("http", "a.example") == "http://p:1"
    assert system.proxy_for("https", "a.example") == "http://q:2"
    assert system.proxy_for("https", "inner.example") is None
    assert system.proxy_for("https", "127.0.0.1") is None, "a system's proxy is not for this machine"
    assert NetworkSettings(proxy="none").proxy_for("https", "a.example") is None

    chosen = NetworkSettings.from_environment(
        {"HEADWATER_PROXY": "http://r:3", "HEADWATER_NO_PROXY": "inner.example", "HEADWATER_CA_FILE": "/ca.pem"}
    )
    assert chosen.ca_file == Path("/ca.pem")
    assert chosen.proxy_for("https", "a.example") == "http://r:3"
    assert chosen.proxy_for("http", "127.0.0.1") == "http://r:3", "one that was chosen is for all but its exceptions"
    assert chosen.proxy_for("https", "inner.example") is None
    assert NetworkSettings.from_environment({}) == NetworkSettings()


@pytest.mark.parametrize("proxy", ["socks5://p:1", "http://", "ftp://p", "http://p:0", "http://p:99999", "::"])
def test_what_is_no_proxy(proxy: str) -> None:
    with pytest.raises(ConfigError, match="is not an HTTP proxy"):
        NetworkSettings(proxy=proxy).proxy_for("https", "a.example")


def test_a_proxy_is_shown_without_its_password() -> None:
    assert public_proxy("http://me:secret@proxy.example:3128") == "http://proxy.example:3128"
    assert public_proxy("http://me:secret@[::1]:3128") == "http://[::1]:3128"
    with pytest.raises(ConfigError) as raised:
        NetworkSettings(proxy="socks5://me:secret@p:1").proxy_for("https", "a.example")
    assert "secret" not in repr(raised.value.info())


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")
