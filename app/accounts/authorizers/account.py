"""A signed-in account as a connection's credential: its access is renewed ahead of its end, and once when refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from app.accounts.authorizers.credential import Credential
from app.accounts.authorizers.token_header import put_token, token_on
from app.accounts.oauth.provider import providers
from connectors.sdk import AccountScope, Authorization, ConfigError, PermissionDenied, RateLimited, TransientError

if TYPE_CHECKING:
    from app.accounts.oauth.account import Account
    from app.accounts.oauth.accounts import Accounts
    from app.accounts.secrets import Secrets
    from app.network import Network


OUTAGE_PAUSE = 10.0
"""Seconds until a provider that is down is asked again."""


class SignedInAccount(Credential):
    """The access of an account, shared by all connections that use it."""

    def __init__(
        self, authorization: Authorization, secrets: Secrets, network: Network, accounts: Accounts | None
    ) -> None:
        super().__init__(authorization, secrets, network)
        self._accounts = accounts
        self._id = self._text("account")
        self._git_user = self._text("git_user", "")
        self._scopes = authorization.scopes
        self._clock = network.clock
        self._checked = False
        self.account = f"account {self._id}"

    async def authorize(self, request: httpx.Request) -> None:
        """Put a token on the request that is good now."""
        if self._accounts is None:
            raise ConfigError("No accounts are kept here", where=self._id, remedy="Use a profile with a vault.")
        if not self._checked:
            await self._check_scopes(self._accounts)
        put_token(request, await self._token(self._accounts), self._git_user, self._remember)

    async def refused(self, response: httpx.Response) -> bool:
        """Renew once; another task may have done so."""
        if self._accounts is None:
            return False
        refused = token_on(response.request)
        return bool(await self._token(self._accounts, refused) != refused)

    async def _token(self, accounts: Accounts, refused: str = "") -> str:
        try:
            return await accounts.access_token(self._id, refused=refused)
        except TransientError as error:
            # It concerns everything that the account is used for, and no single document.
            raise RateLimited(
                "The provider can't renew the account's access now",
                retry_at=self._clock.now() + OUTAGE_PAUSE,
                where=error.where,
                remedy="Nothing to do: it goes on by itself when the provider is back.",
                detail=error.what,
            ) from error

    async def _check_scopes(self, accounts: Accounts) -> None:
        """Name what is missing, and what wants it, before a server says only that something is."""
        account = await accounts.store.find(self._id)
        has = allowed(account)
        missing = [scope for scope in self._scopes if scope.needed and scope.name not in has]
        if missing:
            options = list(dict.fromkeys(scope.option for scope in missing))
            if not all(options):
                remedy = "Sign in again, and allow it."
            elif len(options) == 1:
                remedy = f"Sign in again, and allow it, or switch “{options[0]}” off."
            else:
                remedy = f"Sign in again, and allow it, or switch these off: {'; '.join(options)}."
            raise PermissionDenied(
                f"The account “{account.name}” was not allowed: {'; '.join(map(_told, missing))}",
                where=account.name,
                remedy=remedy,
                code="scope_missing",
            )
        self._checked = True


def allowed(account: Account) -> set[str]:
    """What an account may do: what it was allowed, and what that includes."""
    known = providers().get(account.provider)
    includes = {scope.name: scope.includes for scope in known.scopes} if known is not None else {}
    return {name for scope in account.scopes for name in (scope, *includes.get(scope, ()))}


def _told(scope: AccountScope) -> str:
    return f"{scope.name} ({scope.purpose.rstrip('.')})" if scope.purpose else scope.name
