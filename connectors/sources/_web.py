"""Web addresses that a person types into a form: checked once, the same way, wherever a source asks for one."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from connectors.sdk import Endpoint

PORTS = {"http": 80, "https": 443}


def _checked(text: str) -> str:
    """The address, or a ValueError that says what is wrong with it."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise ValueError("this is not a web address, such as https://example.com/feed") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("a web address begins with https:// or http:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not carry a user name or password")
    if any(character.isspace() for character in address):
        raise ValueError("an address has no spaces")
    return address


WebAddress = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": r"^\s*https?://[^\s]+$"}),
]
"""The type of a typed http(s) address in a config model."""


def endpoint(address: str, *, typed: bool = True) -> Endpoint:
    """Host, port and scheme of an address."""
    parts = urlsplit(address)
    return Endpoint(host=parts.hostname or "", port=parts.port or PORTS[parts.scheme], scheme=parts.scheme, typed=typed)


def authority(address: str) -> str:
    """`host:port` of an address, the port always named: a credential for 443 is not one for 80."""
    point = endpoint(address)
    host = f"[{point.host}]" if ":" in point.host else point.host
    return f"{host}:{point.port}"
