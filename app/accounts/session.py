"""A vault that lives and dies with its process: for tests, demos, and a person who wants nothing kept."""

from __future__ import annotations

import secrets

from app.api.vault import VaultState, VaultView
from connectors.sdk import N_, AuthError


class SessionVault:
    """Secrets in memory only; used like a `Vault`."""

    state: VaultState = "session"

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def put(self, value: str, *, label: str = "") -> str:
        """Keep a secret; returns its reference."""
        ref = f"keyring:{secrets.token_hex(8)}"
        self._values[ref] = value
        return ref

    async def get(self, ref: str) -> str:
        """The secret. Raises AuthError when it is not here."""
        try:
            return self._values[ref]
        except KeyError:
            raise AuthError("This secret is gone", where=ref, remedy="Enter it again.", code="secret_gone") from None

    async def replace(self, ref: str, value: str) -> None:
        """Another value under the same reference."""
        self._values[ref] = value

    async def copy(self, ref: str) -> str:
        """The same secret under a new reference."""
        return await self.put(await self.get(ref))

    async def refs(self) -> list[str]:
        """The references of all secrets."""
        return sorted(self._values)

    async def readable(self) -> set[str]:
        """The same: what is here can be read."""
        return set(self._values)

    async def opened(self) -> None:
        """It always is."""

    async def view(self, *, look: bool = False) -> VaultView:
        """As it is shown."""
        return VaultView(state="session", title=self.describe(), keeper="session", secrets=len(self._values))

    async def delete(self, ref: str) -> None:
        """Forget a secret."""
        self._values.pop(ref, None)

    def describe(self) -> str:
        """What keeps the secrets, for the window."""
        return N_("this session")

    def __repr__(self) -> str:
        return f"SessionVault({len(self._values)} secrets)"
