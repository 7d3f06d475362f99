"""Signing in and out as commands: attempts that are under way, and accounts as they are shown."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, cast

import msgspec

from app import api
from app.accounts.oauth.account import Account, GrantKind
from app.accounts.oauth.accounts import Accounts
from app.accounts.oauth.errors import refusal
from app.accounts.oauth.provider import Provider, Redirect, provider, providers
from app.accounts.oauth.wire import Client
from app.accounts.secrets import Secrets
from app.accounts.vault import Vault
from connectors.sdk import ConfigError, Json, SecretRef

if TYPE_CHECKING:
    from app.accounts.oauth.sign_in import SignIn, Wanted


class SignIns:
    """The account commands of one engine. `language` tells the one that was chosen in the settings."""

    def __init__(
        self, accounts: Accounts, vault: Vault, secrets: Secrets, language: Callable[[], str] = lambda: ""
    ) -> None:
        self._accounts = accounts
        self._vault = vault
        self._secrets = secrets
        self._language = language
        self._open: dict[str, SignIn] = {}

    async def all(self) -> list[api.AccountView]:
        return [account_view(account) for account in await self._accounts.store.all()]

    async def one(self, ref: str) -> api.AccountView:
        return account_view(await self._accounts.store.find(ref))

    async def sign_in(self, request: api.SignInRequest) -> AsyncIterator[api.SignInStep]:
        """The steps of an attempt; nothing of one that does not succeed is kept."""
        request = await self._with_client(await self._again(request))
        described = provider(request.provider).filled(request.variables)
        stored: list[str] = []
        try:
            reference = await self._reference(request.client_secret, f"{described.title}: client", stored)
            wanted = await self._wanted(request, described, reference)
            name = secrets.token_hex(8)
            async with self._accounts.sign_in(wanted) as attempt:
                prompt = await attempt.begin()
                self._open[name] = attempt
                try:
                    yield api.SignInStep(
                        kind="authorize",
                        sign_in=name,
                        url=prompt.url,
                        redirect_uri=prompt.redirect_uri,
                        user_code=prompt.user_code,
                        expires_in=prompt.expires_in,
                    )
                    found = await attempt.finish()
                finally:
                    del self._open[name]
            before = await self._used()
            account = await self._accounts.keep(
                wanted, found, name=request.name, client_secret=reference, variables=request.variables
            )
            stored.clear()
            await self._forget(before)
            yield api.SignInStep(kind="signed_in", sign_in=name, account=account_view(account))
        finally:
            for kept in stored:
                await self._vault.delete(kept)

    async def add(self, request: api.AccountRequest) -> api.AccountView:
        """An app's own identity; nothing of one that its provider refuses is kept."""
        described = provider(request.provider)
        grant: GrantKind = "assertion" if request.key else "client_credentials"
        if grant not in described.without_person:
            raise _not_without_person(described, grant)
        stored: list[str] = []
        try:
            account = Account(
                id="",
                provider=described.id,
                name=request.name,
                scopes=tuple(request.scopes),
                client_id=request.client_id,
                client_secret=await self._reference(request.client_secret, f"{described.title}: client", stored),
                client_auth=described.client_auth,
                variables=dict(request.variables),
                grant=grant,
                key=await self._reference(request.key, f"{described.title}: key", stored),
                key_id=request.key_id,
                act_for=request.act_for,
            )
            before = await self._used()
            kept = await self._accounts.add(account)
            stored.clear()
            await self._forget(before)
            return account_view(kept)
        finally:
            for reference in stored:
                await self._vault.delete(reference)

    async def _reference(self, given: str, label: str, stored: list[str]) -> str:
        """What an account keeps of a secret that was given: a reference, into the vault for a value."""
        if not given.startswith("value:"):
            return given
        stored.append(await self._vault.put(given.removeprefix("value:"), label=label))
        return stored[-1]

    def finish(self, sign_in: str, address: str) -> None:
        """Hand a pasted address to its attempt. Raises SignInError."""
        if sign_in not in self._open:
            raise refusal("timeout", where="pasted address")
        self._open[sign_in].paste(address)

    async def person(self, ref: str) -> dict[str, Json]:
        return cast(dict[str, Json], await self._accounts.person(await self._accounts.store.find(ref)))

    async def renew(self, ref: str, since: float | None) -> api.AccountView:
        """Renew if it ends soon; with `since` in any case, unless that was done since then. Raises SignInError when the
        account must sign in again."""
        account = await self._accounts.store.find(ref)
        if since is not None:
            await self._accounts.renew(account.id, since=since)
        else:
            await self._accounts.access_token(account.id)
        return await self.one(account.id)

    async def sign_out(self, ref: str) -> api.SignedOut:
        account = await self._accounts.store.find(ref)
        revoked = await self._accounts.sign_out(account)
        await self._forget({account.client_secret, account.key})
        return api.SignedOut(account=account.name, revoked=revoked)

    async def _forget(self, references: set[str]) -> None:
        """Delete the clients' secrets and keys among these that are in the vault and no account uses any more."""
        for reference in references - await self._used():
            if reference.startswith("keyring:"):
                await self._vault.delete(reference)

    async def _used(self) -> set[str]:
        known = await self._accounts.store.all()
        return {reference for each in known for reference in (each.client_secret, each.key)}

    async def _again(self, request: api.SignInRequest) -> api.SignInRequest:
        """A sign-in under the name of an account is to that one once more: it keeps what it was allowed."""
        known = [one for one in await self._accounts.store.all() if one.name.casefold() == request.name.casefold()]
        if not request.name or not known or known[0].provider != request.provider:
            return request
        scopes = list(dict.fromkeys((*known[0].scopes, *request.scopes)))
        owner = request.client_of or ("" if request.client_id else known[0].id)
        return msgspec.structs.replace(request, scopes=scopes, client_of=owner)

    async def _with_client(self, request: api.SignInRequest) -> api.SignInRequest:
        """With the client of an account, if it asks for that."""
        if not request.client_of:
            return request
        owner = await self._accounts.store.find(request.client_of)
        return msgspec.structs.replace(
            request,
            provider=owner.provider,
            client_id=owner.client_id,
            client_secret=owner.client_secret,
            variables=owner.variables,
        )

    async def _wanted(self, request: api.SignInRequest, described: Provider, reference: str) -> Wanted:
        if not request.client_id:
            setup = described.setup or "Register an application at the provider and enter its client id."
            address = next(iter(described.redirect.addresses), "")
            raise ConfigError(
                f"{described.title} needs the id of a client of your own",
                where=described.id,
                remedy=f"{setup} The redirect address is {address}" if address else setup,
                code="client_missing",
            )
        secret = await self._secrets.get(SecretRef(reference)) if reference else ""
        if described.needs_secret(device=request.device) and not secret:
            raise ConfigError(
                f"{described.title} needs the client's secret",
                where=described.id,
                remedy="Enter it.",
                code="client_missing",
            )
        changes: dict[str, Any] = {}
        if request.redirect_host:
            changes["host"] = "[::1]" if request.redirect_host == "::1" else request.redirect_host
        if request.redirect_path:
            changes["path"] = request.redirect_path
        if request.redirect_port:
            changes["ports"] = (request.redirect_port,)
        redirect = Redirect.model_validate({**described.redirect.model_dump(), **changes})
        from app.accounts.oauth.sign_in import Wanted

        return Wanted(
            provider=described,
            client=Client(request.client_id, secret, described.client_auth if secret else "none"),
            scopes=tuple(request.scopes),
            device=request.device,
            redirect=redirect,
            timeout=request.timeout,
            language=self._language(),
        )


def _not_without_person(described: Provider, grant: GrantKind) -> ConfigError:
    if "assertion" in described.without_person:
        remedy = "Let the app sign in by its key."
    elif described.without_person:
        remedy = "Let the app sign in by its secret, without a key."
    else:
        remedy = "Sign in as a person."
    if grant == "assertion":
        what = f"At {described.title} no app signs in by the key that it signs with"
    else:
        what = f"At {described.title} no app signs in by its secret alone"
    return ConfigError(
        what,
        where=described.id,
        remedy=remedy,
        code=f"{grant}_unsupported",
    )


def provider_views() -> list[api.ProviderView]:
    """Every provider that is known."""
    return [
        api.ProviderView(
            id=each.id,
            title=each.title,
            protocol=each.protocol,
            needs=list(each.needs),
            defaults=dict(each.variables),
            scopes={scope.name: scope.purpose for scope in each.scopes},
            secret=each.secret,
            device=each.by_device,
            without_person=list(each.without_person),
            redirect_uri=next(iter(each.redirect.addresses), ""),
            redirect_note=each.redirect.note,
            revoke_note=each.revoke_note,
            setup=each.setup,
            setup_url=each.setup_url,
        )
        for each in providers().values()
    ]


def account_view(account: Account) -> api.AccountView:
    """An account as it is shown."""
    shown = msgspec.to_builtins(account)
    known = providers().get(account.provider)
    fields = {name: shown[name] for name in api.AccountView.__struct_fields__ if name in shown}
    return msgspec.convert({**fields, "provider_title": known.title if known else account.provider}, api.AccountView)
