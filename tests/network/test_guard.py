from __future__ import annotations

import asyncio
import ipaddress
import socket
from functools import partial
from typing import NoReturn

import pytest
from aiohttp import web

from app.network.guard import Guard
from connectors.sdk import ConfigError, Endpoint, HeadwaterError, PermanentError, TransientError
from tests.network.loopback import loopback
from tests.network.opened import opened, resolves_to

PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "8.8.8.8"]
PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "198.18.0.1",
    "::1",
    "fc00::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
]
NEVER = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.1.1",
    "fe80::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
]


def addresses(guard: Guard, host: str, port: int = 443) -> list[str]:
    return asyncio.run(guard.addresses(host, port))


def typed(host: str, port: int = 443) -> Endpoint:
    return Endpoint(host=host, port=port, typed=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open_to_links(address: str) -> None:
    assert addresses(Guard(), address) == [address]
    assert addresses(Guard(resolve=partial(resolves_to, {"a.example": [address]})), "a.example") == [address]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_to_be_typed(address: str) -> None:
    by_name = partial(resolves_to, {"a.example": [address]})
    with pytest.raises(PermanentError, match="not on the public internet"):
        addresses(Guard(), address)
    with pytest.raises(PermanentError, match="not on the public internet"):
        addresses(Guard(resolve=by_name), "a.example")
    itself = [str(ipaddress.ip_address(address))]
    assert addresses(Guard([typed(address)]), address) == itself
    assert addresses(Guard([typed("a.example")], resolve=by_name), "A.Example.") == itself


@pytest.mark.parametrize("address", NEVER)
def test_metadata_and_the_like_are_refused_even_when_typed(address: str) -> None:
    with pytest.raises(ConfigError) as raised:
        addresses(Guard([typed(address)]), address)
    assert raised.value.code == "address_refused"
    assert raised.value.remedy
    with pytest.raises(ConfigError):
        addresses(Guard([typed("a.example")], resolve=partial(resolves_to, {"a.example": [address]})), "a.example")
    with pytest.raises(PermanentError):
        addresses(Guard(), address)


@pytest.mark.parametrize("name", ["metadata.google.internal", "Metadata.Google.Internal.", "instance-data"])
def test_metadata_names_are_refused_without_asking_dns(name: str) -> None:
    with pytest.raises(ConfigError):
        addresses(Guard([typed(name)], resolve=_never), name)


def test_consent_is_for_that_port_only() -> None:
    guard = Guard([typed("192.168.1.1", 8443)])
    assert addresses(guard, "192.168.1.1", 8443) == ["192.168.1.1"]
    for port in (80, 443, 8080):
        with pytest.raises(PermanentError):
            addresses(guard, "192.168.1.1", port)


def test_a_fixed_host_of_the_source_must_be_public() -> None:
    endpoint = Endpoint(host="api.example", port=443)
    with pytest.raises(ConfigError, match=r"10\.0\.0\.1 is not on the public internet"):
        addresses(Guard([endpoint], resolve=partial(resolves_to, {"api.example": ["10.0.0.1"]})), "api.example")


def test_a_name_with_one_private_address_is_refused_whole() -> None:
    mixed = partial(resolves_to, {"a.example": ["93.184.216.34", "127.0.0.1"]})
    with pytest.raises(PermanentError):
        addresses(Guard(resolve=mixed), "a.example")


@pytest.mark.parametrize("number", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_addresses_in_disguise_are_seen_through(number: str) -> None:
    with pytest.raises(HeadwaterError):
        addresses(Guard(), number)


def test_a_name_in_another_script_is_one_name_however_it_is_written() -> None:
    names = partial(resolves_to, {"xn--bcher-kva.example": ["192.168.1.1"]})
    for written, asked in (("Bücher.example", "xn--bcher-kva.example"), ("xn--bcher-kva.example", "bücher.example")):
        assert addresses(Guard([typed(written)], resolve=names), asked) == ["192.168.1.1"]


@pytest.mark.parametrize(
    ("error", "of_endpoint", "of_link"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), ConfigError, PermanentError),
        (socket.gaierror(socket.EAI_AGAIN, "later"), TransientError, TransientError),
        (TimeoutError(), TransientError, TransientError),
        (UnicodeError("label too long"), ConfigError, PermanentError),
    ],
)
def test_dns_faults_are_told_apart(
    error: Exception, of_endpoint: type[HeadwaterError], of_link: type[HeadwaterError]
) -> None:
    async def fail(host: str, port: int) -> NoReturn:
        raise error

    with pytest.raises(of_endpoint) as raised:
        addresses(Guard([typed("a.example")], resolve=fail), "a.example")
    assert "a.example" in raised.value.what
    with pytest.raises(of_link):
        addresses(Guard(resolve=fail), "a.example")


def test_a_dns_that_hangs_is_given_up() -> None:
    async def hang(host: str, port: int) -> NoReturn:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(TransientError):
        addresses(Guard(resolve=hang, timeout=0.01), "a.example")


def test_the_address_vetted_is_the_address_connected() -> None:
    """A name that answers with another address each time (rebinding) can't get past the check to the second one."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async def run() -> None:
        async with loopback(_ok) as server:
            endpoint = Endpoint(host="own.example", port=server.port, scheme="http", typed=True)
            async with opened([endpoint], resolve=rebinding) as host:
                answer = await host.http.get(f"http://own.example:{server.port}/")
                assert answer.status == 200
                assert server.requests[0].headers["host"] == f"own.example:{server.port}"
                assert asked == ["own.example"]

    asyncio.run(run())


def test_no_socket_is_opened_for_a_link_to_this_machine() -> None:
    async def run() -> None:
        async with loopback(_ok) as server:
            names = partial(resolves_to, {"evil.example": ["127.0.0.1"]})
            async with opened([typed("93.184.216.34")], resolve=names) as host:
                for target in ("127.0.0.1", "localhost", "evil.example", "[::ffff:127.0.0.1]", "0.0.0.0"):
                    with pytest.raises(PermanentError):
                        await host.http.get(f"http://{target}:{server.port}/")
                    with pytest.raises(PermanentError):
                        await host.context.dial(target, server.port)
            assert server.requests == []

    asyncio.run(run())


async def _ok(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _never(host: str, port: int) -> NoReturn:
    raise AssertionError("DNS was asked")
