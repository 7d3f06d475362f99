"""A signed-in account as a connection's credential: its access is renewed ahead of its end, and once when refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from app.accounts.authorizers.credential import Credential
from connectors.sdk import Authorization, ConfigError, PermissionDenied

if TYPE_CHECKING:
    from app.accounts.oauth.accounts import Accounts
    from app.accounts.secrets import Secrets
    from app.network import Network


class SignedInAccount(Credential):
    """The access of an account, shared by all connections that use it."""

    def __init__(
        self, authorization: Authorization, secrets: Secrets, network: Network, accounts: Accounts | None
    ) -> None:
        super().__init__(authorization, secrets, network)
        self._accounts = accounts
        self._id = self._text("account")
        self._checked = False
        self.account = f"account {self._id}"

    async def authorize(self, request: httpx.Request) -> None:
        """Put a token on the request that is good now."""
        if self._accounts is None:
            raise ConfigError("No accounts are kept here", where=self._id, remedy="Use a profile with a vault.")
        if not self._checked:
            await self._check_scopes(self._accounts)
        request.headers["authorization"] = f"Bearer {await self._accounts.access_token(self._id)}"

    async def refused(self, response: httpx.Response) -> bool:
        """Renew once; another task may have done so."""
        if self._accounts is None:
            return False
        refused = response.request.headers.get("authorization", "").removeprefix("Bearer ")
        return bool(await self._accounts.access_token(self._id, refused=refused) != refused)

    async def _check_scopes(self, accounts: Accounts) -> None:
        """Name what is missing before a server says only that something is."""
        account = await accounts.store.find(self._id)
        missing = [scope for scope in self._text("scopes", "").split() if scope not in account.scopes]
        if missing:
            raise PermissionDenied(
                f"The account “{account.name}” was not allowed: {', '.join(missing)}",
                where=account.name,
                remedy="Sign in again, and allow it.",
                code="scope_missing",
            )
        self._checked = True
