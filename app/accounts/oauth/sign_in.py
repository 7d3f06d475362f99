"""A person's sign-in from its first address to its tokens: in the browser with PKCE, or by a code on another device.

`SignIn` is one attempt: `begin` answers what to show, `finish` waits for its end, `close` frees everything. State,
verifier and nonce belong to the attempt and are never used again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.accounts.oauth.errors import SignInError, refusal
from app.accounts.oauth.grant import DEVICE_GRANT, Endpoints, ask, endpoints, exchange_code, open_http
from app.accounts.oauth.id_token import Keys, identify
from app.accounts.oauth.identity import Identity
from app.accounts.oauth.listener import Callback, Listener
from app.accounts.oauth.metadata import Discovery, fits
from app.accounts.oauth.profile import read_profile
from app.accounts.oauth.provider import Provider, Redirect
from app.accounts.oauth.tokens import Tokens, read_tokens
from app.accounts.oauth.wire import Client, ProviderHttp, Reply, secure
from connectors.sdk import RateLimited, TransientError

if TYPE_CHECKING:
    from app.network import Network

TIMEOUT = 300.0
PATIENCE = 60.0
"""Seconds for what the provider has to do before the person and after, however often a request is repeated."""
_STEP = 5.0
"""How much slower to ask after "slow_down"; twice as slow after a fault (RFC 8628 3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to sign in to, and for what. `scopes` come on top of the provider's base; `timeout` in seconds; `language`
    is that of the page on which the browser ends."""

    provider: Provider
    client: Client
    scopes: tuple[str, ...] = ()
    device: bool = False
    redirect: Redirect | None = None
    timeout: float = TIMEOUT
    language: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the person needs. In the browser: open `url`. By code: enter `user_code` at `url`."""

    url: str
    redirect_uri: str = ""
    user_code: str = ""
    expires_in: float = TIMEOUT


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of it."""

    tokens: Tokens
    identity: Identity


@dataclass(slots=True)
class _Device:
    code: str = field(repr=False)
    interval: float


class SignIn:
    """One attempt. An asynchronous context manager."""

    def __init__(self, wanted: Wanted, network: Network, discovery: Discovery, keys: Keys) -> None:
        self._wanted = wanted
        self._network = network
        self._discovery = discovery
        self._keys = keys
        self._state = secrets.token_urlsafe(32)
        self._nonce = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(48)
        self._addresses: Endpoints | None = None
        self._http: ProviderHttp | None = None
        self._listener: Listener | None = None
        self._device: _Device | None = None
        self._deadline = 0.0

    async def __aenter__(self) -> SignIn:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def begin(self) -> Prompt:
        """Ask the provider for its addresses, listen, and answer what to show. Raises SignInError, ConfigError."""
        async with self._patience(min(self._wanted.timeout, PATIENCE)):
            return await self._begin()

    async def _begin(self) -> Prompt:
        provider, network = self._wanted.provider, self._network
        self._addresses = await endpoints(provider, self._discovery)
        for url in self._addresses.all:
            secure(url.replace("{tenantid}", "common"))
        self._http = open_http(network, provider, self._addresses)
        for secret in (self._state, self._nonce, self._verifier, self._wanted.client.secret):
            network.redactor.remember(secret)
        self._deadline = network.clock.monotonic() + self._wanted.timeout
        return await (self._begin_device() if self._wanted.device else self._begin_browser())

    async def finish(self) -> SignedIn:
        """Wait for the person, then get and check the tokens. Raises SignInError, TransientError."""
        assert self._http is not None
        if self._device is not None:
            async with self._patience(self._deadline - self._network.clock.monotonic() + PATIENCE):
                reply = await self._poll()
        else:
            redirect_uri, callback = await self._callback()
            async with self._patience(PATIENCE):
                reply = await self._exchange(callback, redirect_uri)
        provider, now = self._wanted.provider, self._network.clock.now()
        tokens = read_tokens(reply.data, provider, asked=self._scopes, now=now)
        for secret in (tokens.access_token, tokens.refresh_token):
            self._network.redactor.remember(secret)
        async with self._patience(PATIENCE):
            return SignedIn(tokens, await self._identify(reply, tokens))

    def paste(self, address: str) -> None:
        """The address the browser ended at, from another machine. Raises SignInError."""
        if self._listener is None:
            raise refusal("callback_invalid", where="pasted address")
        self._listener.paste(address)

    async def close(self) -> None:
        """Free the port and the connections."""
        if self._listener is not None:
            await self._listener.close()
            self._listener = None
        if self._http is not None:
            await self._http.__aexit__(None, None, None)
            self._http = None

    @asynccontextmanager
    async def _patience(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise TransientError(
                "The provider does not answer in time",
                where=self._wanted.provider.title,
                remedy="Start the sign-in again later.",
                code="provider_slow",
            ) from None

    @property
    def _scopes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._wanted.provider.base_scopes, *self._wanted.scopes)))

    # --- in the browser

    async def _begin_browser(self) -> Prompt:
        provider, addresses = self._wanted.provider, self._addresses
        assert addresses is not None
        methods = addresses.metadata.code_challenge_methods_supported if addresses.metadata is not None else None
        if provider.pkce == "required" and methods is not None and "S256" not in methods:
            raise refusal("pkce_unsupported", where=provider.title)
        if not addresses.authorize:
            raise refusal("discovery_failed", where=provider.title, detail="it has no page to sign in at")
        redirect = self._wanted.redirect or provider.redirect
        self._listener = await Listener.open(redirect, self._state, language=self._wanted.language)
        asked = dict(provider.authorize_params)
        if provider.protocol == "oidc":
            asked["nonce"] = self._nonce
        if provider.pkce != "none":
            asked |= {
                "code_challenge": str(create_s256_code_challenge(self._verifier)),  # type: ignore[no-untyped-call]
                "code_challenge_method": "S256",
            }
        asked |= {"response_type": "code", "redirect_uri": self._listener.redirect_uri, "state": self._state}
        if self._scopes and provider.scope_parameter:
            asked[provider.scope_parameter] = provider.scope_separator.join(self._scopes)
        if addresses.metadata is not None and addresses.metadata.require_pushed_authorization_requests:
            asked = await self._push(asked)
        url = add_params_to_uri(addresses.authorize, [("client_id", self._wanted.client.id), *asked.items()])
        return Prompt(url, self._listener.redirect_uri, expires_in=self._wanted.timeout)

    async def _push(self, asked: dict[str, str]) -> dict[str, str]:
        """Tell the provider directly what is asked, and carry only a name for it through the browser (RFC 9126)."""
        http, provider, addresses = self._http, self._wanted.provider, self._addresses
        assert http is not None
        assert addresses is not None
        assert addresses.metadata is not None
        url = secure(addresses.metadata.pushed_authorization_request_endpoint)
        answer = (await ask(http, provider, url, asked, self._wanted.client, repeat=True)).data
        name = answer.get("request_uri")
        if not isinstance(name, str) or not name:
            raise refusal("token_answer_invalid", where=provider.title, detail="the pushed request got no name")
        return {"request_uri": name}

    async def _callback(self) -> tuple[str, Callback]:
        """The redirect address, and what came back there."""
        listener = self._listener
        assert listener is not None
        try:
            async with asyncio.timeout(self._wanted.timeout):
                callback = await listener.wait()
        except TimeoutError:
            code = "state_mismatch" if listener.strangers else "timeout"
            raise refusal(code, where=self._wanted.provider.title) from None
        finally:
            redirect_uri = listener.redirect_uri
            await listener.close()
        self._check_issuer(callback)
        self._network.redactor.remember(callback.code)
        if callback.error:
            detail = self._network.redactor.redact(callback.description)
            raise refusal(callback.error, where=self._wanted.provider.title, detail=detail)
        return redirect_uri, callback

    async def _exchange(self, callback: Callback, redirect_uri: str) -> Reply:
        http, addresses = self._http, self._addresses
        assert http is not None
        assert addresses is not None
        return await exchange_code(
            http,
            self._wanted.provider,
            addresses.token,
            self._wanted.client,
            code=callback.code,
            verifier=self._verifier if self._wanted.provider.pkce != "none" else "",
            redirect_uri=redirect_uri,
            scopes=self._scopes,
        )

    def _check_issuer(self, callback: Callback) -> None:
        """RFC 9207: before the code goes anywhere, also for a refusal."""
        metadata = self._addresses.metadata if self._addresses is not None else None
        if metadata is None:
            return
        missing = callback.issuer is None and metadata.authorization_response_iss_parameter_supported
        found = callback.issuer
        if missing or (found is not None and found != metadata.issuer and not fits(found, metadata.issuer)):
            raise refusal("issuer_mismatch", where=self._wanted.provider.title)

    # --- by a code

    async def _begin_device(self) -> Prompt:
        provider, http, addresses = self._wanted.provider, self._http, self._addresses
        assert http is not None
        assert addresses is not None
        if not addresses.device:
            raise refusal("device_unsupported", where=provider.title)
        form = {"scope": provider.scope_separator.join(self._scopes)} if self._scopes else {}
        answer = (await ask(http, provider, addresses.device, form, self._wanted.client, repeat=True)).data
        code, user_code = answer.get("device_code"), answer.get("user_code")
        url = answer.get("verification_uri") or answer.get("verification_url")
        if not all(isinstance(value, str) and value for value in (code, user_code, url)):
            raise refusal("token_answer_invalid", where=provider.title, detail="the code for the device is missing")
        self._network.redactor.remember(str(code))
        self._device = _Device(str(code), _seconds(answer.get("interval"), 5.0))
        expires = min(_seconds(answer.get("expires_in"), TIMEOUT), self._wanted.timeout)
        self._deadline = self._network.clock.monotonic() + expires
        return Prompt(secure(str(url)), user_code=str(user_code), expires_in=expires)

    async def _poll(self) -> Reply:
        device, http, addresses, clock = self._device, self._http, self._addresses, self._network.clock
        assert device is not None
        assert http is not None
        assert addresses is not None
        while True:
            await clock.sleep(min(device.interval, self._deadline - clock.monotonic()))
            if clock.monotonic() >= self._deadline:
                raise refusal("expired_token", where=self._wanted.provider.title)
            form = {"grant_type": DEVICE_GRANT, "device_code": device.code}
            try:
                return await ask(http, self._wanted.provider, addresses.token, form, self._wanted.client, repeat=True)
            except SignInError as error:
                if error.code != "authorization_pending":
                    raise
            except (TransientError, RateLimited) as error:  # the person is not done; a provider that is down comes back
                device.interval = device.interval + _STEP if error.code == "slow_down" else device.interval * 2

    # --- who it was

    async def _identify(self, reply: Reply, tokens: Tokens) -> Identity:
        provider, http, addresses = self._wanted.provider, self._http, self._addresses
        assert http is not None
        assert addresses is not None
        if addresses.metadata is None:
            return await read_profile(http, provider, tokens)
        token = reply.data.get("id_token")
        if not isinstance(token, str) or not token:
            if "openid" not in self._scopes:
                return await read_profile(http, provider, tokens)
            raise refusal("id_token_missing", where=provider.title)
        return await identify(
            token,
            metadata=addresses.metadata,
            client_id=self._wanted.client.id,
            nonce=self._nonce if self._device is None else "",
            access_token=tokens.access_token,
            keys=self._keys,
            http=http,
            clock=self._network.clock,
        )


def _seconds(value: object, default: float) -> float:
    try:
        found = float(str(value))
    except ValueError:
        return default
    return found if 0 < found < 86400 else default
