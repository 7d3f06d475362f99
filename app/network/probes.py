"""The steps of a connection test below any sign-in: the name, the port, the certificate."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from app.network.dial import open_connection
from app.network.guard import Guard, as_address, normal_host
from app.network.settings import NetworkSettings, public_proxy
from connectors.sdk import Clock, Endpoint, HeadwaterError, Probe, TransientError, Warn

if TYPE_CHECKING:
    from cryptography import x509

_WARN_DAYS = 14


def network_probes(
    endpoints: Sequence[Endpoint], settings: NetworkSettings, *, guard: Guard, tls: ssl.SSLContext, clock: Clock
) -> list[Probe]:
    """DNS, TCP and TLS of the first endpoint, those that apply. Behind a proxy, the way to the proxy instead."""
    if not endpoints:
        return []
    first = endpoints[0]
    proxy = settings.proxy_for(first.scheme, normal_host(first.host)) if first.scheme else None
    if proxy is not None:
        return [_proxy_probe(proxy, settings)]

    async def dns() -> str:
        found = await guard.addresses(first.host, first.port)
        return f"{first.host} is {', '.join(found[:3])}" + (f" and {len(found) - 3} more" if len(found) > 3 else "")

    async def tcp() -> str:
        _, writer = await open_connection(guard, first.host, first.port, tls=None, timeout=settings.connect_timeout)
        peer = writer.get_extra_info("peername")
        await _close(writer)
        return f"Connected to {peer[0]} port {peer[1]}"

    async def certificate() -> str:
        _, writer = await open_connection(guard, first.host, first.port, tls=tls, timeout=settings.connect_timeout)
        session = cast(ssl.SSLObject, writer.get_extra_info("ssl_object"))
        raw, version = session.getpeercert(binary_form=True), session.version()
        await _close(writer)
        return _describe(raw, version, clock.now())

    probes = [Probe("tcp", "Reach the server", tcp)]
    if as_address(normal_host(first.host)) is None:
        probes.insert(0, Probe("dns", "Find the server", dns))
    if first.scheme == "https":
        probes.append(Probe("tls", "Check the certificate", certificate))
    return probes


def _proxy_probe(proxy: str, settings: NetworkSettings) -> Probe:
    parts = urlsplit(proxy)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)

    async def run() -> str:
        guard = Guard([Endpoint(host=host, port=port, scheme="", typed=True)])
        try:
            _, writer = await open_connection(guard, host, port, tls=None, timeout=settings.connect_timeout)
        except HeadwaterError as error:
            raise TransientError(
                f"The proxy does not answer: {error.what}",
                where=public_proxy(proxy),
                remedy="Check the proxy's address in the settings, and whether it runs.",
                detail=error.detail,
                code="proxy_unreachable",
            ) from error
        await _close(writer)
        return f"Connected to the proxy {public_proxy(proxy)}"

    return Probe("proxy", "Reach the proxy", run)


def _describe(raw: bytes | None, version: str | None, now: float) -> str:
    if raw is None:
        return f"{version}"
    from cryptography import x509  # large, and few commands look at a certificate

    certificate = x509.load_der_x509_certificate(raw)
    expires = certificate.not_valid_after_utc
    days = int((expires.timestamp() - now) // 86_400)
    when = expires.astimezone(datetime.UTC).date().isoformat()
    if days < _WARN_DAYS:
        raise Warn(
            f"The certificate of {_name(certificate)} expires in {days} days, on {when}",
            remedy="Ask the server's owner to renew it.",
        )
    return f"{version}, certificate of {_name(certificate)}, valid until {when}"


def _name(certificate: x509.Certificate) -> str:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if names:
        return str(names[0].value)
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return certificate.subject.rfc4514_string()
    return ", ".join(alternatives.get_values_for_type(x509.DNSName)[:3])


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except OSError:  # the other side may be gone already; we have seen what we wanted
        pass
