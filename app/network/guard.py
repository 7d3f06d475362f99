"""Where a connection may connect to. Every socket of the app passes here, and connects to the very address vetted.

An address that the person typed is consent for exactly that host and port, this machine and the local network
included. Everything else, a link in a feed or a redirect, must lead to the public internet, however its name resolves.
The address under which clouds hand out machine credentials is never connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

import idna

from connectors.sdk import ConfigError, Endpoint, HeadwaterError, PermanentError, TransientError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]

_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)
_METADATA = tuple(
    ipaddress.ip_network(net)
    for net in (
        "169.254.0.0/16",  # AWS, Azure, Google and most others; all link-local
        "fe80::/10",
        "fd00:ec2::/32",  # AWS over IPv6
        "fd20:ce::/32",  # Google over IPv6
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure's host agent
        "192.0.0.192/32",  # Oracle
    )
)
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


async def system_resolve(host: str, port: int) -> list[str]:
    """The operating system's answer, in its order of preference."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class Guard:
    """The consent of one connection. `endpoints` are what its config names, typed or fixed."""

    def __init__(
        self, endpoints: Iterable[Endpoint] = (), *, resolve: Resolve = system_resolve, timeout: float = 10.0
    ) -> None:
        self._endpoints = frozenset((normal_host(end.host), end.port) for end in endpoints)
        self._typed = frozenset((normal_host(end.host), end.port) for end in endpoints if end.typed)
        self._resolve = resolve
        self._timeout = timeout
        self._proxied: set[tuple[str, int]] = set()

    def is_endpoint(self, host: str, port: int) -> bool:
        """Whether the connection's own config names this address: then a fault is the config's, not a link's."""
        return (normal_host(host), port) in self._endpoints

    def check_name(self, host: str, port: int) -> None:
        """Refuse what can be refused without asking DNS; an address literal is decided here."""
        name = normal_host(host)
        if name in _METADATA_NAMES:
            raise self._refusal(host, port, "it is a cloud's metadata service")
        address = as_address(name)
        if address is not None:
            self._vet(host, port, [address])
        elif (name == "localhost" or name.endswith(".localhost")) and (name, port) not in self._typed:
            raise self._refusal(host, port, "it is this machine")

    async def addresses(self, host: str, port: int) -> list[str]:
        """The vetted addresses of a host. All must be allowed: a name that mixes public and private ones is refused."""
        self.check_name(host, port)
        name = normal_host(host)
        literal = as_address(name)
        if literal is not None:
            return [str(literal)]
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._resolve(name, port)
        except (socket.gaierror, UnicodeError) as error:
            raise self._unresolved(host, port, error) from error
        except (TimeoutError, OSError) as error:
            raise _no_dns_answer(host, error) from error
        addresses = [address for address in map(as_address, found) if address is not None]
        if not addresses:
            raise self._unresolved(host, port, None)
        self._vet(host, port, addresses)
        return [str(address) for address in addresses]

    async def check_behind_proxy(self, host: str, port: int) -> None:
        """Refuse what our own DNS already tells to be refused; the proxy may know names that we don't."""
        if (host, port) not in self._proxied:
            try:
                await self.addresses(host, port)
            except HeadwaterError as error:
                if error.code == "address_refused":
                    raise
            self._proxied.add((host, port))

    def _vet(self, host: str, port: int, addresses: list[Address]) -> None:
        consent = (normal_host(host), port) in self._typed
        for address in addresses:
            inner = embedded(address)
            for candidate in (address, inner) if inner is not None else (address,):
                if any(candidate in net for net in _METADATA if net.version == candidate.version):
                    raise self._refusal(host, port, f"{address} is a link-local or cloud metadata address")
                if candidate.is_multicast or (candidate.is_unspecified and candidate is address):
                    raise self._refusal(host, port, f"{address} is not the address of one machine")
            if not consent and not is_public(address):
                raise self._refusal(host, port, f"{address} is not on the public internet")

    def _refusal(self, host: str, port: int, why: str) -> HeadwaterError:
        where = f"{host}:{port}"
        if self.is_endpoint(host, port):
            return ConfigError(
                f"This address is never connected to: {why}",
                where=where,
                remedy="Enter the address of the server itself.",
                code="address_refused",
            )
        return PermanentError(
            f"A link or redirect to this address is not followed: {why}",
            where=where,
            remedy="Only addresses that were entered in a connection's form may lie outside the public internet. "
            "If it belongs to this source, enter it there.",
            code="address_refused",
        )

    def _unresolved(self, host: str, port: int, error: Exception | None) -> HeadwaterError:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            return _no_dns_answer(host, error)
        what, detail = f"There is no server named {host}", str(error or "")
        if self.is_endpoint(host, port):
            return ConfigError(
                what,
                where=f"{host}:{port}",
                remedy="Check the spelling, and whether this machine needs a VPN to know the name.",
                detail=detail,
                code="host_unknown",
            )
        return PermanentError(what, where=f"{host}:{port}", detail=detail, code="host_unknown")


def _no_dns_answer(host: str, error: Exception) -> TransientError:
    return TransientError(
        f"The name {host} could not be looked up now",
        where=host,
        remedy="Check this machine's network connection; it is tried again.",
        detail=str(error) or type(error).__name__,
        code="dns_unavailable",
    )


def normal_host(host: str) -> str:
    """A host as it is compared: lower case, no brackets, no final dot, other scripts in their ASCII form."""
    host = host.strip("[]").rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:  # then it resolves to nothing, which is said later
        return host


def as_address(text: str) -> Address | None:
    """The address that a text is, or None."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet; so must be the IPv4 address that an IPv6 one may embed."""
    inner = embedded(address)
    if inner is not None:
        return is_public(inner)
    if isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address in _LOCAL_NAT64):
        return False
    return address.is_global and not address.is_multicast


def embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, Teredo, NAT64 or compatible IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in net for net in _NAT64) and int(address) > 1:  # ::1 and :: stand for themselves
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
