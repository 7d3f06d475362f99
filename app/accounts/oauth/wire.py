"""The one way requests go to a provider: through the host's network, capped, never redirected, and never logged."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, urlsplit

import msgspec

from app.accounts.oauth.errors import refusal
from app.accounts.oauth.identity import one_line
from app.network.redact import public_url
from connectors.sdk import ConfigError, Endpoint, Json, Response

if TYPE_CHECKING:
    from app.network import Network

LARGEST = 1024 * 1024
SECONDS = 20.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = frozenset({400, 401, 403, 404, 405, 422})
_SECRETS = {"code", "code_verifier", "device_code", "access_token", "refresh_token", "token"} | {
    "client_secret",
    "client_assertion",
    "assertion",
}
"""What of a form must show nowhere, also where a provider quotes it."""


class Client(NamedTuple):
    """The app as the provider knows it. `auth` says how the secret is sent."""

    id: str
    secret: str = ""
    auth: str = "none"

    def __repr__(self) -> str:
        return f"Client({self.id!r}, auth={self.auth!r})"


class Reply(NamedTuple):
    """A provider's answer: its status, and its JSON object."""

    status: int
    data: dict[str, Any]


class ProviderHttp:
    """Requests to the addresses of one provider. A context manager. `told` are those that the provider itself names:
    they may be on the hosts of the others or on the public internet, and nowhere else (RFC 8414 section 6.2)."""

    def __init__(self, network: Network, urls: tuple[str, ...], *, name: str, told: tuple[str, ...] = ()) -> None:
        self.redactor = network.redactor
        endpoints = {_endpoint(url) for url in urls if url}
        ours = {end.host for end in endpoints}
        named = {_endpoint(url) for url in told}
        endpoints |= {end if end.host in ours else msgspec.structs.replace(end, typed=False) for end in named}
        self._context = network.open(
            spec=None, endpoints=sorted(endpoints, key=str), authorizer=None, log=_Silent(), name=f"provider {name}"
        )

    async def __aenter__(self) -> ProviderHttp:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._context.close()

    async def get(self, url: str, *, token: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        """A JSON object, with the access token if one is given."""
        sent = {"accept": "application/json", **(headers or {})}
        if token:
            sent["authorization"] = "Bearer " + self.redactor.remember(token)
        return await self._send("GET", url, headers=sent)

    async def text(self, url: str, *, token: str) -> tuple[int, str, str]:
        """An answer that need not be JSON: its status, media type and text."""
        bearer = "Bearer " + self.redactor.remember(token)
        answer = await self._answer("GET", url, headers={"accept": "*/*", "authorization": bearer})
        return answer.status, answer.headers.get("content-type", "").partition(";")[0].strip().lower(), answer.text()

    async def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        client: Client | None = None,
        json: bool = False,
        headers: Mapping[str, str] | None = None,
        repeat: bool = False,
        method: str = "POST",
    ) -> Reply:
        """A form (or JSON) to the token endpoint and its like. `repeat`: sending it twice does no harm. A code or a
        refresh token is never sent twice: a server that rotates takes the second for theft."""
        sent = {"accept": "application/json", **(headers or {})}
        body = dict(form)
        if client is not None:
            if client.auth == "basic" and client.secret:
                pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"  # RFC 6749 2.3.1
                encoded = self.redactor.remember(base64.b64encode(pair.encode()).decode())
                sent["authorization"] = "Basic " + encoded
            else:
                body["client_id"] = client.id
                if client.secret:
                    body["client_secret"] = client.secret
        for name in _SECRETS & body.keys():
            self.redactor.remember(body[name])
        kind: dict[str, Any] = {"json": body} if json else {"data": body} if body else {}
        return await self._send(method, url, headers=sent, idempotent=repeat, **kind)

    async def _send(self, method: str, url: str, **options: Any) -> Reply:
        answer = await self._answer(method, url, **options)
        try:
            data = msgspec.json.decode(answer.body, type=dict[str, Any]) if answer.body.strip() else {}
        except (msgspec.DecodeError, RecursionError):
            # The body is not quoted: a confused server may echo the code, or answer a token in a page.
            what = "the answer is no JSON object"
            raise refusal("token_answer_invalid", where=urlsplit(url).netloc, detail=what) from None
        return Reply(answer.status, data)

    async def _answer(self, method: str, url: str, **options: Any) -> Response:
        answer = await self._context.http.request(
            method, url, accept=_REDIRECTS | _REFUSALS, max_bytes=LARGEST, timeout=SECONDS, **options
        )
        if answer.status in _REDIRECTS:
            raise refusal("redirect_refused", where=urlsplit(url).netloc, detail="the answer is a redirect")
        return answer


def secure(url: str) -> str:
    """An address that secrets may go to: https, or this machine. Raises ConfigError."""
    if _is_secure(url):
        return url
    raise ConfigError(
        "A sign-in address must begin with https://",
        where=one_line(public_url(url)),
        remedy="Enter it with https://.",
        code="url_invalid",
    )


def _is_secure(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    local = host in ("127.0.0.1", "::1", "localhost")
    plain = url.isprintable() and " " not in url and "@" not in parts.netloc and not parts.fragment
    return bool(host) and plain and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _endpoint(url: str) -> Endpoint:
    parts = urlsplit(secure(url))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Endpoint(host=parts.hostname or "", port=port, scheme=parts.scheme, typed=True)


class _Silent:
    """What goes to a provider is told by what fails, not by lines in a log."""

    def debug(self, message: str, **fields: Json) -> None: ...

    def info(self, message: str, **fields: Json) -> None: ...

    def warning(self, message: str, **fields: Json) -> None: ...
