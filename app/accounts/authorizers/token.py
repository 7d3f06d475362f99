"""Access tokens that this app fetches for itself, without a person: the grant is another per kind, the rest is here.

A token is fetched once for all tasks that need it, used until shortly before it expires, and fetched again once when a
server refuses it.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, urlsplit

import httpx

from app.accounts.authorizers.credential import Credential
from connectors.sdk import AuthError, Authorization, ConfigError, Endpoint, Json, PermanentError

if TYPE_CHECKING:
    from app.accounts.secrets import Secrets
    from app.network import Network

_EARLY = 60.0  # seconds before its end at which a token is no longer used
_LARGEST = 1024 * 1024
_REFUSALS = frozenset({400, 401, 403, 404, 405})


class Grant(NamedTuple):
    """What is sent to which token endpoint."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


class TokenCredential(Credential):
    """Base of the grants. Subclasses say what to send (`_grant`)."""

    def __init__(self, authorization: Authorization, secrets: Secrets, network: Network) -> None:
        super().__init__(authorization, secrets, network)
        self._network = network
        self._one_at_a_time = asyncio.Lock()
        self._token = ""
        self._good_until = float("-inf")

    async def _grant(self) -> Grant:
        raise NotImplementedError

    async def authorize(self, request: httpx.Request) -> None:
        """Put a current token on the request."""
        if self._clock.now() >= self._good_until:
            async with self._one_at_a_time:
                if self._clock.now() >= self._good_until:
                    await self._fetch()
        request.headers["authorization"] = f"Bearer {self._token}"

    async def refused(self, response: httpx.Response) -> bool:
        """Stop using the token that was refused, unless another task has done so already."""
        if response.request.headers.get("authorization") == f"Bearer {self._token}":
            self._good_until = float("-inf")
            self._read.clear()
        return True

    async def _fetch(self) -> None:
        grant = await self._grant()
        answer = await self._post(grant)
        token, kind = answer.get("access_token"), answer.get("token_type", "bearer")
        if not isinstance(token, str) or not token or str(kind).lower() != "bearer":
            raise _not_a_token_endpoint(grant.url, "it has no bearer token")
        try:
            lifetime = float(str(answer["expires_in"]))
        except (KeyError, ValueError):
            lifetime = float("inf")  # then a refusal tells
        self._token = self._remember(token)
        self._good_until = self._clock.now() + max(lifetime - _EARLY, lifetime / 2)

    async def _post(self, grant: Grant) -> dict[str, Json]:
        parts = urlsplit(grant.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        endpoint = Endpoint(host=parts.hostname or "", port=port, scheme=parts.scheme, typed=True)
        context = self._network.open(
            spec=None, endpoints=[endpoint], authorizer=None, log=_Silent(), name=f"token endpoint {parts.hostname}"
        )
        try:
            response = await context.http.request(
                "POST",
                grant.url,
                headers={"accept": "application/json", **grant.headers},
                data=grant.form,
                accept=_REFUSALS,
                idempotent=True,
                max_bytes=_LARGEST,
            )
        finally:
            await context.close()
        try:
            answer = response.json()
        except PermanentError as error:
            raise _not_a_token_endpoint(grant.url, error.what) from error
        if not isinstance(answer, dict):
            raise _not_a_token_endpoint(grant.url, "its answer is not a JSON object")
        if "error" in answer or response.status in _REFUSALS:
            raise _refusal(answer, grant.url, response.status)
        return answer

    @property
    def _clock(self) -> Any:
        return self._network.clock


class ClientCredentials(TokenCredential):
    """An app that signs in as itself (RFC 6749 4.4)."""

    async def _grant(self) -> Grant:
        url = secure_url(self._text("token_url"))
        identity, secret = self._text("client_id"), await self._secret("client_secret")
        extra = {name: self._text(name) for name in ("scope", "audience") if self._params.get(name)}
        headers = {}
        if self._text("client_auth", "basic") == "basic":
            pair = f"{quote_plus(identity)}:{quote_plus(secret)}"  # each form-encoded first, RFC 6749 2.3.1
            headers["authorization"] = "Basic " + self._remember(base64.b64encode(pair.encode()).decode())
        else:
            extra |= {"client_id": identity, "client_secret": secret}
        return Grant(url, {"grant_type": "client_credentials", **extra}, headers)


def secure_url(url: str) -> str:
    """A token endpoint's address: secrets go there, so only by https, or to this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")):
        return url
    raise ConfigError(
        "A token address must begin with https://", where=url, remedy="Enter it with https://.", code="url_invalid"
    )


def _refusal(answer: dict[str, Json], url: str, status: int) -> Exception:
    code = str(answer.get("error", f"http_{status}"))
    detail = str(answer.get("error_description", ""))[:500]
    if code == "invalid_scope":
        return ConfigError(
            "The token server does not know the scope, or does not grant it",
            where=url,
            remedy="Check the scope, and what the client may ask for.",
            detail=detail,
            code=code,
        )
    if code in ("invalid_client", "unauthorized_client", "invalid_grant"):
        return AuthError(
            "The token server does not accept the client or its secret",
            where=url,
            remedy="Check the client id and the secret, and how they are sent (basic or post).",
            detail=f"{code} {detail}".strip(),
            code=code,
        )
    return AuthError(
        f"The token server refuses: {code}",
        where=url,
        remedy="Check the token address and the client's settings there.",
        detail=detail,
        code=code,
    )


def _not_a_token_endpoint(url: str, why: str) -> ConfigError:
    return ConfigError(
        "The token address does not answer like a token server",
        where=url,
        remedy="Check the token address.",
        detail=why,
        code="token_endpoint_invalid",
    )


class _Silent:
    """Token requests are told by what fails, not by lines in a connection's log."""

    def debug(self, message: str, **fields: Json) -> None: ...

    def info(self, message: str, **fields: Json) -> None: ...

    def warning(self, message: str, **fields: Json) -> None: ...
