"""Commands on the vault, and what follows from them for accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import msgspec

from app.accounts import SessionVault, Vault
from app.accounts.oauth.accounts import Accounts
from app.api import VaultKeeper, VaultRotation, VaultView
from app.health import ActivityLog
from connectors.sdk import PermanentError


class VaultCommands:
    """`accounts` is None where the engine was given a vault of its own, which has none."""

    def __init__(self, vault: Vault | SessionVault, accounts: Accounts | None, activity: ActivityLog) -> None:
        self._vault = vault
        self._accounts = accounts
        self._activity = activity

    async def view(self, look: bool) -> VaultView:
        """As it is; with `look`, as it is found now."""
        return await self._vault.view(look=look)

    async def unlock(self, passphrase: str) -> VaultView:
        """Raises AuthError when it stays locked."""
        if isinstance(self._vault, Vault):
            await self._vault.unlock(passphrase)
        return await self.view(False)

    async def start(self, keeper: VaultKeeper, passphrase: str) -> VaultView:
        """A new key; connections and accounts say themselves what they miss."""
        aside = await self._real().start(keeper, passphrase)
        await self._tell_accounts()
        view = await self.view(False)
        if aside is not None:
            text = f"New vault, kept by: {view.title}. The old one is kept as {aside.name}"
            self._activity.add("warning", text, fields={"secrets missing": view.missing})
        else:
            self._activity.add("info", f"Vault set up, kept by: {view.title}")
        return view

    async def rotate(self, keeper: VaultKeeper | None, passphrase: str) -> AsyncIterator[VaultRotation]:
        """How far it is; the last one says how the vault is now."""
        async with aclosing(self._real().rotate(keeper, passphrase)) as steps:  # type: ignore[type-var]
            async for step in steps:
                if step.vault is not None:
                    self._activity.add("info", f"The vault has a new key, kept by: {step.vault.title}")
                yield step

    async def _tell_accounts(self) -> None:
        """An account whose tokens were given up as lost has to sign in again, and says so."""
        if self._accounts is None or not isinstance(self._vault, Vault):
            return
        lost = set(await self._vault.lost_accounts())
        if not lost:
            return
        for account in await self._accounts.store.all():
            if account.id in lost and account.state == "ok":
                reason = "its tokens could not be had from the vault any more"
                await self._accounts.store.change(
                    msgspec.structs.replace(account, state="sign_in_again", reason=reason)
                )

    def _real(self) -> Vault:
        if not isinstance(self._vault, Vault):
            raise PermanentError("This engine has a vault of its own", remedy="Use a profile with a vault.")
        return self._vault
