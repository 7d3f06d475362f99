"""What a description of a vendor's sign-in holds: how its documentation says that it behaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

LIFE = 3600
Json = dict[str, Any]
Way = Literal["none", "post", "basic"]


@dataclass(frozen=True)
class Grant:
    """What a person allowed."""

    scopes: tuple[str, ...]
    offline: bool
    redirect: str = ""
    challenge: str = ""
    nonce: str = ""


@dataclass(frozen=True)
class Issued:
    """A pair of tokens. `again`: it came for a refresh token."""

    access: str
    refresh: str
    grant: Grant
    again: bool = False


@dataclass(frozen=True)
class Me:
    """Where the vendor says who a token belongs to, and what."""

    url: str
    answer: Json
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    """What the body has to hold; "" is none at all."""
    scopes: tuple[str, ...] = ()
    """Without these it does not say (all of) it."""


@dataclass(frozen=True)
class Revoke:
    """How the vendor takes tokens back. `kinds`: the tokens it takes."""

    url: str
    method: str = "POST"
    send: Literal["form", "json", "bearer"] = "form"
    parameter: str = "token"
    kinds: tuple[str, ...] = ("refresh", "access")
    auth: tuple[Way, ...] | None = None
    """None: as at the token endpoint; (): not at all."""
    answer: tuple[int, Json | None] = (200, None)
    lenient: bool = False
    """Whether an unknown token is fine (RFC 7009 2.2)."""


def plain(vendor: Vendor, issued: Issued) -> Json:
    """The answer of RFC 6749 5.1."""
    found: Json = {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": LIFE,
        "scope": vendor.answer_separator.join(issued.grant.scopes),
    }
    if issued.grant.offline and vendor.refresh != "none" and (vendor.refresh == "rotating" or not issued.again):
        found["refresh_token"] = issued.refresh
    return found


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """A vendor as its documentation describes it. Addresses are the real ones."""

    id: str
    pages: tuple[str, ...]
    authorize: str
    token: str
    ports: Literal["any", "registered"]
    hosts: tuple[str, ...]
    """The hosts it takes without https."""
    pkce: Literal["required", "checked", "unknown"]
    auth: tuple[Way, ...]
    body: Literal["form", "json"] = "form"
    headers: Mapping[str, str] = field(default_factory=dict)
    scope_parameter: str = "scope"
    separator: str = " "
    answer_separator: str = " "
    needs: Mapping[str, str] = field(default_factory=dict)
    """What the page to sign in must be asked with."""
    offline: tuple[str, str] | None = None
    """The parameter, and what it must hold, for a refresh token."""
    exchange: tuple[str, ...] = ()
    """What else must come with the code."""
    answer: Callable[[Vendor, Issued], Json] = plain
    kept: Mapping[str, str] = field(default_factory=dict)
    """What of its answer a caller needs besides the tokens."""
    granted: tuple[str, ...] | None = None
    """What the answer says was granted, where the request can't ask."""
    refresh: Literal["none", "static", "rotating"]
    dead: tuple[int, Json] = (400, {"error": "invalid_grant", "error_description": "The refresh token is not valid"})
    denied: Mapping[str, str] | None = field(default_factory=lambda: {"error": "access_denied"})
    me: Me
    who: tuple[str, str, str]
    """Subject, name and e-mail address that an account of it must show."""
    revoke: Revoke | None
    discovery: Mapping[str, str] | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    back: Mapping[str, str] = field(default_factory=dict)
    """What else the browser comes back with."""
    device: str = ""
    """Where a code for another device is had. The client shows no secret there, nor with what came of it."""
    variables: Mapping[str, str] = field(default_factory=dict)

    def registrable(self, address: str) -> bool:
        """Whether the vendor's form takes a redirect address."""
        parts = urlsplit(address)
        fits = parts.port is None if self.ports == "any" else parts.port is not None
        return parts.scheme == "http" and (parts.hostname or "") in self.hosts and fits

    def matches(self, registered: str, asked: str) -> bool:
        """Whether it sends a browser there."""
        if self.ports == "registered":
            return registered == asked
        one, other = urlsplit(registered), urlsplit(asked)
        return (one.scheme, one.hostname, one.path) == (other.scheme, other.hostname, other.path)
