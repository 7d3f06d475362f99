"""The accounts of a profile: sign in, keep the access fresh for everybody who needs it, sign out.

A renewal is one at a time per account, across tasks and processes; what it brings is stored before anybody uses it; it
is a task of its own, so that whoever waits may be cancelled and the renewal is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.accounts.credential import AccountCredential
from app.accounts.oauth.account import Account, AccountStore, Kept, new_id
from app.accounts.oauth.errors import SignInError, refusal
from app.accounts.oauth.grant import AppGrant, Endpoints, endpoints, open_http, refresh, revoke, without_person
from app.accounts.oauth.metadata import Discovery
from app.accounts.oauth.profile import read_profile
from app.accounts.oauth.provider import Provider, provider
from app.accounts.oauth.tokens import Tokens
from app.accounts.oauth.wire import Client
from app.accounts.secrets import Secrets
from connectors.sdk import ConfigError, HeadwaterError, SecretRef, TransientError

if TYPE_CHECKING:
    from app.accounts.oauth.assertion import Key
    from app.accounts.oauth.id_token import Keys
    from app.accounts.oauth.sign_in import SignedIn, SignIn, Wanted
    from app.accounts.vault import Vault
    from app.network import Network

EARLY = 60.0
"""Seconds before its end from which on a token is renewed."""
PAUSE = 5.0
"""Seconds until a provider is asked again that was not there for a renewal."""
REVOKE_SECONDS = 5.0
_SPENT = frozenset({"invalid_grant", "invalid_token", "unauthorized_client"})
"""What a dead refresh token is called; the last by Atlassian at times, and for a client that was given one it is about
that."""


class Accounts:
    """All accounts. One per process and profile."""

    def __init__(self, profile: Path, vault: Vault, secrets: Secrets, network: Network) -> None:
        self.store = AccountStore(vault, network.clock)
        self._profile = profile
        self._secrets = secrets
        self._network = network
        self._discovery = Discovery(network)
        self._keys: Keys | None = None
        self._renewing: dict[str, asyncio.Task[Kept]] = {}
        self._not_before: dict[str, float] = {}

    async def close(self) -> None:
        """Let renewals that are under way end: their tokens would be lost."""
        await asyncio.gather(*self._renewing.values(), return_exceptions=True)

    # --- signing in and out

    def sign_in(self, wanted: Wanted) -> SignIn:
        """An attempt to sign in; `keep` what comes of it."""
        from app.accounts.oauth.sign_in import SignIn

        return SignIn(wanted, self._network, self._discovery, self._signing_keys())

    def _signing_keys(self) -> Keys:
        from app.accounts.oauth.id_token import Keys  # joserfc: only who asks for a person needs it

        self._keys = self._keys or Keys(self._network.clock)
        return self._keys

    async def keep(
        self, wanted: Wanted, found: SignedIn, *, name: str, client_secret: str = "", variables: Mapping[str, str]
    ) -> Account:
        """Store a sign-in. The same person at the same provider and client is the same account, signed in again."""
        account = Account(
            id="",
            provider=wanted.provider.id,
            name=name,
            issuer=found.identity.issuer,
            subject=found.identity.subject,
            person=found.identity.name,
            email=found.identity.email,
            client_id=wanted.client.id,
            client_secret=client_secret,
            client_auth=wanted.client.auth,
            variables=dict(variables),
        )
        return await self._store(account, found.tokens, wanted.provider)

    async def add(self, account: Account) -> Account:
        """Store an app's own identity, once its provider has given it access. Raises SignInError, ConfigError."""
        described, addresses, client, key = await self._reach(account)
        account = msgspec.structs.replace(
            account,
            client_id=client.id,
            issuer=described.issuer or described.token_url,
            subject=account.act_for or (key.subject if key is not None else "") or client.id,
        )
        async with open_http(self._network, described, addresses) as http:
            wanted = AppGrant(client, key, account.act_for, account.scopes)
            now = self._network.clock.now()
            tokens = await without_person(http, described, addresses.token, wanted, now=now)
        for secret in (tokens.access_token, tokens.refresh_token):
            self._network.redactor.remember(secret)
        return await self._store(account, msgspec.structs.replace(tokens, refresh_token=""), described)

    async def _store(self, account: Account, tokens: Tokens, described: Provider) -> Account:
        known = await self.store.all()
        same = [one for one in known if account.subject and _identity(one) == _identity(account)]
        same = [one for one in same if account.name.casefold() in ("", one.name.casefold())]
        taken = {one.name.casefold() for one in known}
        account = msgspec.structs.replace(
            account,
            id=same[0].id if same else new_id(),
            name=same[0].name if same else account.name or _free_name(account, described, taken),
            signed_in_at=self._network.clock.now(),
        )
        async with self._held(account.id):  # a renewal that is under way would put its tokens over the new ones
            return await self.store.put(account, tokens)

    async def sign_out(self, account: Account) -> bool:
        """Take the access back at the provider, and forget it here whatever the provider says. Whether it was heard."""
        async with AsyncExitStack() as stack:
            with suppress(TransientError):  # whoever holds it does not finish
                await stack.enter_async_context(self._held(account.id))
            heard = False
            try:
                async with asyncio.timeout(REVOKE_SECONDS):
                    heard = await self._revoke(account, (await self.store.get(account.id)).tokens)
            except (HeadwaterError, TimeoutError):
                heard = False
            await self.store.delete(account.id)
        return heard

    async def _revoke(self, account: Account, tokens: Tokens) -> bool:
        described, addresses, client, _ = await self._reach(account)
        if not addresses.revoke:
            return False
        async with open_http(self._network, described, addresses) as http:
            return await revoke(http, described, addresses.revoke, client, tokens)

    async def person(self, account: Account) -> dict[str, object]:
        """What the provider says of the person now: its userinfo, or the parts of its profile."""
        token = await self.access_token(account.id)
        try:
            return await self._person(account, token)
        except SignInError as error:
            if error.code != "profile_unreadable":
                raise
        return await self._person(account, await self.access_token(account.id, refused=token))

    async def _person(self, account: Account, token: str) -> dict[str, object]:
        from app.accounts.oauth.id_token import userinfo

        described, addresses, client, _ = await self._reach(account)
        if account.grant != "person":
            return {"sub": account.subject}
        async with open_http(self._network, described, addresses) as http:
            metadata = addresses.metadata
            if metadata is not None and metadata.userinfo_endpoint:
                keys = self._signing_keys()
                found = await userinfo(metadata, client_id=client.id, access_token=token, keys=keys, http=http)
                if found is None:
                    raise refusal("profile_unreadable", where=described.title)
                if account.subject and found.get("sub") != account.subject:
                    raise refusal("userinfo_mismatch", where=described.title)
                return found
            person = await read_profile(http, described, Tokens(access_token=token))
        return {"sub": person.subject, "name": person.name, "email": person.email}

    # --- access

    async def access_token(self, id: str, *, refused: str = "") -> str:
        """A token that is good now. `refused`: one that a server did not accept. Raises SignInError, TransientError."""
        kept = await self.store.get(id)
        if kept.account.state != "ok":
            raise _again(kept.account)
        if kept.tokens.access_token == refused or self._ends_soon(kept.tokens):
            good_yet = kept.tokens.access_token != refused and not self._has_ended(kept.tokens)
            try:
                kept = await self._renew_sparingly(kept)
            except TransientError:
                if not good_yet:
                    raise
        self._network.redactor.remember(kept.tokens.access_token)
        return kept.tokens.access_token

    async def _renew_sparingly(self, kept: Kept) -> Kept:
        """A provider that was not there a moment ago is not asked again by everybody who waits for it."""
        id, clock = kept.account.id, self._network.clock
        if clock.monotonic() < self._not_before.get(id, float("-inf")):
            raise TransientError(
                "The provider was not there a moment ago",
                where=kept.account.name,
                remedy="It is tried again.",
                code="provider_away",
            )
        try:
            found = await self.renew(id, seen=kept.revision)
        except TransientError:
            self._not_before[id] = clock.monotonic() + PAUSE
            raise
        self._not_before.pop(id, None)
        return found

    async def renew(self, id: str, *, seen: int | None = None, since: float | None = None) -> Kept:
        """New tokens, unless somebody has got newer ones than `seen`, or since the time `since`. Many callers make one
        renewal."""
        task = self._renewing.get(id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._renew(id, seen, since), name=f"renew {id}")
            self._renewing[id] = task
            task.add_done_callback(lambda _: self._renewing.pop(id, None))
        return await asyncio.shield(task)

    def _held(self, id: str) -> AccountCredential:
        return AccountCredential(self._profile, id, self.store)

    async def _renew(self, id: str, seen: int | None, since: float | None) -> Kept:
        async with self._held(id) as held:
            kept = await held.get()
            newer = seen is not None and kept.revision != seen
            recent = since is not None and (kept.account.renewed_at or 0.0) >= since
            if (newer or recent) and kept.account.state == "ok":
                return kept  # another process was first
            return await self._renew_alone(held, kept)

    async def _renew_alone(self, held: AccountCredential, kept: Kept) -> Kept:
        account, tokens = kept.account, kept.tokens
        person = account.grant == "person"
        if person and not tokens.refresh_token:
            raise await self._give_up(account, "the provider gave no way to renew the access")
        described, addresses, client, key = await self._reach(account)
        lost = kept.renewing_since is not None
        if person and described.refresh == "rotating":
            await self.store.begin_renewal(account.id)
        now = self._network.clock.now()
        try:
            async with open_http(self._network, described, addresses) as http:
                if person:
                    found = await refresh(http, described, addresses.token, client, tokens, now=now)
                else:
                    wanted = AppGrant(client, key, account.act_for, tokens.scopes)
                    found = await without_person(http, described, addresses.token, wanted, now=now)
        except SignInError as error:
            if person and error.code in _SPENT:
                now_kept = await held.get()
                if now_kept.revision != kept.revision:  # somebody who could not be locked out was first
                    return now_kept
                why = "a renewal of the access was cut off" if lost else "the provider no longer accepts it"
                raise await self._give_up(account, why) from error
            await self.store.end_renewal(account.id)
            raise
        for secret in (found.access_token, found.refresh_token):
            self._network.redactor.remember(secret)
        renewed = msgspec.structs.replace(account, renewed_at=now, state="ok", reason="")
        await held.set((renewed, found))
        return await held.get()

    async def _give_up(self, account: Account, why: str) -> SignInError:
        changed = msgspec.structs.replace(account, state="sign_in_again", reason=why)
        await self.store.change(changed)
        return _again(changed)

    async def _reach(self, account: Account) -> tuple[Provider, Endpoints, Client, Key | None]:
        described, key = provider(account.provider), None
        if account.grant != "person":
            described = described.unattended()
        described = described.filled(account.variables)
        secret = await self._secret(account.client_secret)
        if account.grant == "assertion":
            from app.accounts.oauth.assertion import read_key  # joserfc, and cryptography's certificates

            key = read_key(await self._secret(account.key), described)
            for each in key.secrets:
                self._network.redactor.remember(each)
            if account.key_id:
                key = key._replace(key_id=account.key_id)
        client_id = account.client_id or (key.client_id if key is not None else "")
        if not client_id:
            raise ConfigError(
                f"{described.title} needs the id of a client of your own",
                where=described.id,
                remedy="Enter the client id.",
                code="client_missing",
            )
        secret = secret or (key.client_secret if key is not None else "")
        client = Client(client_id, secret, account.client_auth if account.client_secret else described.client_auth)
        return described, await endpoints(described, self._discovery), client, key

    async def _secret(self, reference: str) -> str:
        if not reference:
            return ""
        return self._network.redactor.remember(await self._secrets.get(SecretRef(reference)))

    def _has_ended(self, tokens: Tokens) -> bool:
        return tokens.expires_at is not None and tokens.expires_at <= self._network.clock.now()

    def _ends_soon(self, tokens: Tokens) -> bool:
        if tokens.expires_at is None:
            return False
        early = min(EARLY, (tokens.expires_at - tokens.obtained_at) / 5)  # short lives are used for the most part
        return tokens.expires_at - early <= self._network.clock.now()


def _again(account: Account) -> SignInError:
    return SignInError(
        f"“{account.name}” must sign in again",
        where=account.name,
        remedy=f"Sign in again: {account.reason}.",
        code="sign_in_again",
    )


def _identity(account: Account) -> tuple[str, ...]:
    return account.provider, account.issuer, account.subject, account.client_id, account.grant


def _free_name(account: Account, described: Provider, taken: set[str]) -> str:
    alone = account.subject if account.grant != "person" else described.title
    base = account.email or account.person or alone
    names = (base, *(f"{base} ({number})" for number in range(2, 1000)))
    return next(name for name in names if name.casefold() not in taken)
