"""The requests to a provider's token endpoint: one function per grant, and taking a token back."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from app.accounts.oauth.errors import SignInError, refusal
from app.accounts.oauth.metadata import Discovery, Metadata
from app.accounts.oauth.provider import Provider, Revocation
from app.accounts.oauth.tokens import Tokens, at, read_tokens
from app.accounts.oauth.wire import Client, ProviderHttp, Reply
from connectors.sdk import TransientError

if TYPE_CHECKING:
    from app.accounts.oauth.assertion import Key
    from app.network import Network

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class Endpoints(NamedTuple):
    """The addresses of a provider, from its file or what it says of itself. `metadata`: only of OpenID providers."""

    authorize: str
    token: str
    device: str
    revoke: str
    metadata: Metadata | None

    @property
    def all(self) -> tuple[str, ...]:
        """Where requests may go."""
        found = (self.authorize, self.token, self.device, self.revoke)
        return (*filter(None, found), *(self.metadata.addresses if self.metadata is not None else ()))


class AppGrant(NamedTuple):
    """What an app asks for as itself, and how it shows who it is: by its secret, or with a key by its signed word."""

    client: Client
    key: Key | None
    act_for: str
    scopes: tuple[str, ...]


async def endpoints(provider: Provider, discovery: Discovery) -> Endpoints:
    """A provider's addresses; its file comes before its own description."""
    found = await discovery.get(provider.issuer, pattern=provider.issuer_pattern) if provider.issuer else None
    revoke = provider.revocation.url if provider.revocation is not None else ""
    device = provider.device_url if provider.device else ""
    if found is None:
        return Endpoints(provider.authorize_url, provider.token_url, device, revoke, None)
    return Endpoints(
        provider.authorize_url or found.authorization_endpoint,
        provider.token_url or found.token_endpoint,
        device or (found.device_authorization_endpoint if provider.device else ""),
        revoke or found.revocation_endpoint,
        found if provider.protocol == "oidc" else None,
    )


def open_http(network: Network, provider: Provider, addresses: Endpoints) -> ProviderHttp:
    """Requests to the provider's addresses and no others."""
    ours = [provider.issuer, provider.authorize_url, provider.token_url, provider.device_url]
    ours += [part.url for part in (provider.profile, provider.revocation) if part is not None]
    return ProviderHttp(network, tuple(ours), name=provider.id, told=addresses.all)


async def ask(
    http: ProviderHttp,
    provider: Provider,
    url: str,
    form: Mapping[str, str],
    client: Client | None,
    *,
    repeat: bool = False,
) -> Reply:
    """Send a grant. Raises SignInError for a refusal, TransientError where it may work later."""
    reply = await http.post(
        url, form, client=client, json=provider.body == "json", headers=provider.token_headers, repeat=repeat
    )
    error = _error(reply, provider)
    if error is None:
        return reply
    code = provider.errors.get(error, error)
    if code in _LATER:
        raise TransientError(
            "The provider can't answer now", where=provider.title, remedy="Try again later.", code=code
        )
    redact = http.redactor.redact  # before anything is cut: half a token would not be known
    raise refusal(redact(code), where=provider.title, detail=redact(_detail(reply))[:300])


async def exchange_code(
    http: ProviderHttp,
    provider: Provider,
    url: str,
    client: Client,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
    scopes: tuple[str, ...] = (),
) -> Reply:
    """The code for tokens (RFC 6749 4.1.3, RFC 7636 4.5). Sent once: the code is spent by it."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier:
        form["code_verifier"] = verifier
    if provider.exchange_scope and scopes:
        form["scope"] = provider.scope_separator.join(scopes)
    return await ask(http, provider, url, form, client)


async def refresh(
    http: ProviderHttp, provider: Provider, url: str, client: Client, tokens: Tokens, *, now: float
) -> Tokens:
    """New tokens for a refresh token. Without `scope`: some servers refuse what they would grant (RFC 6749 6)."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    reply = await ask(http, provider, url, form, client)
    return read_tokens(reply.data, provider, asked=tokens.scopes, now=now, before=tokens)


async def without_person(http: ProviderHttp, provider: Provider, url: str, wanted: AppGrant, *, now: float) -> Tokens:
    """A token for the app itself: by its secret (RFC 6749 4.4), or with a key by its signed word (RFC 7523), which is
    good once and so never sent twice."""
    how, client, scopes = provider.assertion, wanted.client, wanted.scopes
    known: Client | None = client
    if wanted.key is None or how is None:
        form = {"grant_type": "client_credentials"}
        if scopes:
            form["scope"] = provider.scope_separator.join(scopes)
    else:
        from app.accounts.oauth.assertion import grant_form, statement  # joserfc: nobody else needs it

        scopes = scopes or how.scopes
        signed = statement(
            provider, wanted.key, audience=url, client_id=client.id, act_for=wanted.act_for, scopes=scopes, now=now
        )
        form = grant_form(provider, http.redactor.remember(signed), scopes)
        if not how.with_client:
            known = Client(client.id) if how.use == "client" else None
    reply = await ask(http, provider, url, form, known)
    return read_tokens(reply.data, provider, asked=scopes, now=now)


async def revoke(http: ProviderHttp, provider: Provider, url: str, client: Client, tokens: Tokens) -> bool:
    """Take the sign-in back at the provider, the refresh token first: the others fall with it. Whether it was heard."""
    how = provider.revocation or Revocation()
    found = [(kind, token) for kind in how.kinds if (token := getattr(tokens, kind))]
    if how.client_auth == "basic":
        client = client._replace(auth="basic")
        if not client.secret:
            return False
    url = Template(url).safe_substitute(client_id=quote(client.id, safe=""))
    heard = bool(found)
    for kind, token in found if how.each else found[:1]:
        if how.send == "bearer":
            reply = await http.post(url, {}, headers={"authorization": f"Bearer {token}"}, method=how.method)
        else:
            form = {how.parameter: token}
            if how.send == "form":
                form["token_type_hint"] = kind
            reply = await http.post(
                url,
                form,
                client=client,
                json=how.send == "json",
                headers=provider.token_headers,
                repeat=True,
                method=how.method,
            )
        heard = heard and _error(reply, provider) is None
    return heard


def _error(reply: Reply, provider: Provider) -> str | None:
    """The provider's word for what went wrong, also where it says so in an answer with status 200."""
    for path in provider.error_paths:
        found = at(reply.data, path)
        if isinstance(found, str) and found:
            return found
    if reply.data.get("ok") is False:
        return "request_refused"
    return f"http_{reply.status}" if reply.status >= 400 else None


def _detail(reply: Reply) -> str:
    """The provider's own words. They may quote the token or code that was sent."""
    words = reply.data.get("error_description") or reply.data.get("message")
    return words if isinstance(words, str) else f"status {reply.status}"


__all__ = [
    "DEVICE_GRANT",
    "AppGrant",
    "Endpoints",
    "SignInError",
    "ask",
    "endpoints",
    "exchange_code",
    "open_http",
    "refresh",
    "revoke",
    "without_person",
]
