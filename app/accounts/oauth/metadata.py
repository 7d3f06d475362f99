"""What a provider says of itself: OpenID Connect Discovery, or RFC 8414 where it has only that. Kept for a day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from app.accounts.oauth.errors import SignInError, refusal
from app.accounts.oauth.wire import ProviderHttp, secure
from connectors.sdk import HeadwaterError, TransientError

if TYPE_CHECKING:
    from app.network import Network

GOOD_FOR = 24 * 3600.0
_ADDRESSES = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "revocation_endpoint",
    "device_authorization_endpoint",
    "jwks_uri",
    "pushed_authorization_request_endpoint",
)


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that are used. "" where the provider has none."""

    issuer: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    revocation_endpoint: str = ""
    device_authorization_endpoint: str = ""
    jwks_uri: str = ""
    authorization_response_iss_parameter_supported: bool = False
    require_pushed_authorization_requests: bool = False
    pushed_authorization_request_endpoint: str = ""
    code_challenge_methods_supported: tuple[str, ...] | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    scopes_supported: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where requests may go."""
        return tuple(filter(None, (self.issuer, *(getattr(self, name) for name in _ADDRESSES))))


class Discovery:
    """Reads and keeps the metadata of issuers."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[str, tuple[float, Metadata]] = {}

    async def get(self, issuer: str, *, pattern: str = "") -> Metadata:
        """The metadata of an issuer; an old one if the provider can't be reached now. `pattern`: what the
        issuer calls itself where it has a name for each organisation (`{tenantid}`). Raises SignInError,
        TransientError."""
        now = self._network.clock.now()
        known = self._known.get(issuer)
        if known is not None and now - known[0] < GOOD_FOR:
            return known[1]
        try:
            found = await self._read(issuer, pattern)
        except TransientError:
            if known is not None:
                return known[1]
            raise
        self._known[issuer] = (now, found)
        return found

    async def _read(self, issuer: str, pattern: str) -> Metadata:
        secure(issuer)
        async with ProviderHttp(self._network, (issuer,), name=urlsplit(issuer).netloc) as http:
            last: HeadwaterError | None = None
            for url in _well_known(issuer):
                try:
                    reply = await http.get(url)
                except TransientError:
                    raise
                except HeadwaterError as error:
                    last = error
                    continue
                if reply.status == 200:
                    return _checked(issuer, reply.data, pattern)
        raise refusal("discovery_failed", where=issuer, detail=last.what if last else "no description is there")


def _well_known(issuer: str) -> tuple[str, ...]:
    """OpenID Connect appends the well-known part, RFC 8414 puts it between host and path."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    inserted = urlunsplit((parts.scheme, parts.netloc, f"/.well-known/oauth-authorization-server{path}", "", ""))
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration", inserted


def fits(issuer: str, pattern: str) -> bool:
    """Whether an issuer is the pattern, or that of one organisation."""
    before, hole, after = pattern.partition("{tenantid}")
    name = issuer.removeprefix(before).removesuffix(after)
    return bool(hole) and issuer == before + name + after and (name == hole or is_tenant(name))


def is_tenant(name: object) -> bool:
    """Whether it can be the `tid` of an organisation: a UUID, and so nothing that leads elsewhere in an address."""
    return isinstance(name, str) and bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name))


def _checked(issuer: str, data: dict[str, Any], pattern: str) -> Metadata:
    if data.get("issuer") != issuer and not fits(str(data.get("issuer")), pattern):
        # Exactly: whoever answers for another issuer could take over its accounts (RFC 8414 3.3).
        raise SignInError(
            "The provider calls itself otherwise than the address that was entered",
            where=issuer,
            remedy="Enter the issuer exactly as the provider writes it, with or without the slash at its end.",
            detail=f"It says {str(data.get('issuer'))[:200]!r}",
            code="issuer_mismatch",
        )
    try:
        found = msgspec.convert({key: value for key, value in data.items() if value is not None}, Metadata)
    except msgspec.ValidationError as error:
        raise refusal("discovery_failed", where=issuer, detail=str(error)) from None
    for url in found.addresses:
        secure(url.replace("{tenantid}", "common"))
    if not found.token_endpoint:
        raise refusal("discovery_failed", where=issuer, detail="it names no token endpoint")
    return found
