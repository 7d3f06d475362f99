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
from app.accounts.oauth.grant import Endpoints, endpoints, open_http, refresh, revoke
from app.accounts.oauth.identity import Identity
from app.accounts.oauth.metadata import Discovery
from app.accounts.oauth.profile import read_profile
from app.accounts.oauth.provider import Provider, provider
from app.accounts.oauth.tokens import Tokens
from app.accounts.oauth.wire import Client
from app.accounts.secrets import Secrets
from connectors.sdk import HeadwaterError, SecretRef, TransientError

if TYPE_CHECKING:
    from app.accounts.oauth.id_token import Keys
    from app.accounts.oauth.sign_in import SignedIn, SignIn, Wanted
    from app.accounts.vault import Vault
    from app.network import Network

EARLY = 60.0
"""Seconds before its end from which on a token is renewed."""
REVOKE_SECONDS = 5.0
_SPENT = frozenset({"invalid_grant", "invalid_token"})


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
        known = await self.store.all()
        same = [
            account
            for account in known
            if (account.provider, account.issuer, account.subject, account.client_id)
            == (wanted.provider.id, found.identity.issuer, found.identity.subject, wanted.client.id)
            and account.subject
            and name.casefold() in ("", account.name.casefold())
        ]
        taken = {account.name.casefold() for account in known}
        account = Account(
            id=same[0].id if same else new_id(),
            provider=wanted.provider.id,
            name=same[0].name if same else name or _free_name(wanted.provider, found.identity, taken),
            issuer=found.identity.issuer,
            subject=found.identity.subject,
            person=found.identity.name,
            email=found.identity.email,
            client_id=wanted.client.id,
            client_secret=client_secret,
            client_auth=wanted.client.auth,
            variables=dict(variables),
            signed_in_at=self._network.clock.now(),
        )
        async with self._held(account.id):  # a renewal that is under way would put its tokens over the new ones
            return await self.store.put(account, found.tokens)

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
        described, addresses, client = await self._reach(account)
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

        described, addresses, client = await self._reach(account)
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
            kept = await self.renew(id, seen=kept.revision)
        self._network.redactor.remember(kept.tokens.access_token)
        return kept.tokens.access_token

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
        if not tokens.refresh_token:
            raise await self._give_up(account, "the provider gave no way to renew the access")
        described, addresses, client = await self._reach(account)
        lost = kept.renewing_since is not None
        if described.refresh == "rotating":
            await self.store.begin_renewal(account.id)
        try:
            async with open_http(self._network, described, addresses) as http:
                now = self._network.clock.now()
                found = await refresh(http, described, addresses.token, client, tokens, now=now)
        except SignInError as error:
            if error.code in _SPENT:
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

    async def _reach(self, account: Account) -> tuple[Provider, Endpoints, Client]:
        described = provider(account.provider).filled(account.variables)
        secret = ""
        if account.client_secret:
            secret = self._network.redactor.remember(await self._secrets.get(SecretRef(account.client_secret)))
        client = Client(account.client_id, secret, account.client_auth)
        return described, await endpoints(described, self._discovery), client

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


def _free_name(described: Provider, identity: Identity, taken: set[str]) -> str:
    base = identity.email or identity.name or described.title
    names = (base, *(f"{base} ({number})" for number in range(2, 1000)))
    return next(name for name in names if name.casefold() not in taken)
