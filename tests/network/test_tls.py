from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.network import NetworkSettings
from connectors.sdk import ConfigError, Endpoint, Warn
from connectors.sdk.checks import run_probes
from tests.network.certificates import Authority
from tests.network.loopback import loopback
from tests.network.opened import FakeClock, opened


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


def test_an_authority_of_the_settings_is_trusted_and_no_other(authority: Authority) -> None:
    async def run() -> None:
        async with loopback(_ok, tls=authority.server()) as server:
            async with opened([server.endpoint()], ca_file=authority.file) as host:
                assert (await host.http.get(server.url)).text() == "ok"
                _, writer = await host.context.dial("127.0.0.1", server.port, tls=True)
                writer.close()
            async with opened([server.endpoint()]) as host:
                with pytest.raises(ConfigError, match="unknown authority") as raised:
                    await host.http.get(server.url)
                assert "HEADWATER_CA_FILE" in raised.value.remedy
                with pytest.raises(ConfigError, match="unknown authority"):
                    await host.context.dial("127.0.0.1", server.port, tls=True)
            assert len(server.requests) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        ({"self_signed": True}, "self-signed"),
        ({"days": -1}, "has expired"),
        ({"host": "other.example"}, "for another host"),
        ({"host": "127.0.0.2"}, "for another host"),
        ({"started": -1, "days": 90}, "not valid yet"),
    ],
    ids=["self-signed", "expired", "other name", "other address", "future"],
)
def test_a_wrong_certificate_is_refused_and_named(authority: Authority, certificate: dict[str, Any], says: str) -> None:
    async def run() -> None:
        tls = authority.server(**certificate)
        async with loopback(_ok, tls=tls) as server, opened([server.endpoint()], ca_file=authority.file) as host:
            with pytest.raises(ConfigError, match=says) as raised:
                await host.http.get(server.url)
            assert raised.value.code == "tls_failed"
            assert raised.value.remedy
            assert len(host.exchanges) == 1, "asking again would not help"
            assert server.requests == []

    asyncio.run(run())


def test_tls_where_there_is_none_says_so() -> None:
    async def run() -> None:
        async with loopback(_ok) as server, opened([server.endpoint()]) as host:
            with pytest.raises(ConfigError, match="does not speak TLS") as raised:
                await host.http.get(f"https://127.0.0.1:{server.port}/")
            assert "http://" in raised.value.remedy

    asyncio.run(run())


def test_https_is_not_left_by_a_redirect(authority: Authority) -> None:
    async def run() -> None:
        async with loopback(_ok) as plain:

            async def answer(request: web.Request) -> web.Response:
                return web.Response(status=301, headers={"location": plain.url})

            async with (
                loopback(answer, tls=authority.server()) as server,
                opened([server.endpoint(), plain.endpoint()], ca_file=authority.file) as host,
            ):
                with pytest.raises(Exception, match="from https to http") as raised:
                    await host.http.get(server.url)
                assert getattr(raised.value, "code", "") == "redirect_refused"
            assert plain.requests == []

    asyncio.run(run())


def test_the_settings_file_must_be_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(ConfigError, match="authority file") as raised:
            NetworkSettings(ca_file=path).ssl_context()
        assert raised.value.where == str(path)


def test_the_probes_find_and_describe_the_server(authority: Authority) -> None:
    async def run() -> None:
        tls = authority.server(days=90)
        async with loopback(_ok, tls=tls) as server, opened([], ca_file=authority.file) as host:
            steps = {step.name: step async for step in run_probes(host.network.probes([server.endpoint()]))}
            assert {name: step.state for name, step in steps.items()} == {"tcp": "ok", "tls": "ok"}
            assert "certificate of server 127.0.0.1, valid until" in steps["tls"].message

            unknown = Endpoint(host="no.example", port=443, typed=True)
            steps = {step.name: step async for step in run_probes(host.network.probes([unknown]))}
            assert {name: step.state for name, step in steps.items()} == {
                "dns": "failed",
                "tcp": "skipped",
                "tls": "skipped",
            }
            assert host.network.probes([]) == []

    asyncio.run(run())


def test_a_certificate_that_ends_soon_is_a_warning(authority: Authority) -> None:
    async def run() -> None:
        tls, clock = authority.server(days=5.5), FakeClock(time.time())
        async with loopback(_ok, tls=tls) as server, opened([], ca_file=authority.file, clock=clock) as host:
            with pytest.raises(Warn, match="expires in 5 days"):
                await host.network.probes([server.endpoint()])[-1].run()

    asyncio.run(run())


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")
