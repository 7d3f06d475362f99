"""How this installation reaches the world: proxy, certificate authorities, timeouts. One frozen value for all."""

from __future__ import annotations

import ipaddress
import os
import ssl
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import truststore

from connectors.sdk import ConfigError


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`proxy` is "system" (the environment's or the desktop's), "none" or a URL; `no_proxy` the hosts that an explicit
    proxy is not used for, separated by commas. `ca_file` adds certificate authorities to those of the system. Times are
    seconds: `read_timeout` bounds silence, `total_timeout` the way to an answer's head and then its reading,
    `longest_wait` what a request may sleep before it hands the wait to its run. `attempts` counts the first one."""

    proxy: str = "system"
    no_proxy: str = ""
    ca_file: Path | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 300.0
    longest_wait: float = 30.0
    attempts: int = 4
    max_connections: int = 64
    user_agent: str = "Headwater/0.1"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> NetworkSettings:
        """The settings that HEADWATER_PROXY, HEADWATER_NO_PROXY and HEADWATER_CA_FILE ask for."""
        environ = os.environ if environ is None else environ
        ca_file = environ.get("HEADWATER_CA_FILE")
        return cls(
            proxy=environ.get("HEADWATER_PROXY") or "system",
            no_proxy=environ.get("HEADWATER_NO_PROXY", ""),
            ca_file=Path(ca_file) if ca_file else None,
        )

    def check(self) -> None:
        """Raises ConfigError for a proxy or authorities that can't be used."""
        if self.proxy not in ("system", "none"):
            _checked_proxy(self.proxy)
        if self.ca_file is not None:
            self.ssl_context()

    def proxy_for(self, scheme: str, host: str) -> str | None:
        """The proxy's URL for a host, None to go there directly. The system's proxy is never used for loopback."""
        if self.proxy == "none":
            return None
        if self.proxy == "system":
            if is_loopback(host) or urllib.request.proxy_bypass(host):
                return None
            proxies = urllib.request.getproxies()
            proxy = proxies.get(scheme) or proxies.get("all")
        elif urllib.request.proxy_bypass_environment(host, {"no": self.no_proxy}):  # type: ignore[attr-defined]
            return None
        else:
            proxy = self.proxy
        return _checked_proxy(proxy) if proxy else None

    def ssl_context(self) -> ssl.SSLContext:
        """A context that trusts the system's authorities and those of `ca_file`. Nothing switches verification off."""
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca_file is not None:
            try:
                context.load_verify_locations(cafile=str(self.ca_file))
            except (OSError, ssl.SSLError) as error:
                raise ConfigError(
                    "The certificate authority file can't be read",
                    where=str(self.ca_file),
                    remedy="Name a readable PEM file in the settings or as HEADWATER_CA_FILE, or name none.",
                    detail=str(error),
                    code="ca_file_unreadable",
                ) from error
        return context


def is_loopback(host: str) -> bool:
    """Whether a host, as written, is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def public_proxy(proxy: str) -> str:
    """A proxy's address without the user and password it may carry."""
    parts = urlsplit(proxy)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}"


def _checked_proxy(proxy: str) -> str:
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(proxy)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return proxy
    except ValueError:  # a broken port or address
        pass
    raise ConfigError(
        "The proxy of the settings is not an HTTP proxy",
        where="proxy",
        remedy="Write it as http://host:port. SOCKS proxies are not supported.",
        code="proxy_invalid",
    )
