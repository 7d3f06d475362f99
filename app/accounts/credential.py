"""One way to hold a credential, whether it stays as it was entered or changes while it is used.

async with provider as credential:      # acquire: nobody else changes it meanwhile
    value = await credential.get()
    await credential.set(renewed)       # only where `is_dynamic`
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

import filelock

from connectors.sdk import ConfigError, SecretRef, TransientError

if TYPE_CHECKING:
    from app.accounts.oauth.account import Account, AccountStore, Kept
    from app.accounts.oauth.tokens import Tokens
    from app.accounts.secrets import Secrets

V = TypeVar("V", covariant=True)
N = TypeVar("N", contravariant=True)

LOCK_SECONDS = 60.0


class CredentialProvider(Protocol, Generic[V, N]):
    """`tenant` is the profile it belongs to, `provider_key` what it is of and which one; neither is secret."""

    tenant: str
    provider_key: str
    is_dynamic: bool

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def get(self) -> V:
        """The credential as it is now. Raises AuthError, ConfigError."""
        ...

    async def set(self, value: N) -> None:
        """Store what it has become, before anybody uses that. Raises ConfigError where it does not change."""
        ...


class StaticCredential:
    """A secret by reference: a key, a password, a token that was entered."""

    is_dynamic = False

    def __init__(self, ref: SecretRef, secrets: Secrets) -> None:
        self.tenant = secrets.tenant
        self.provider_key = ref.ref
        self._ref = ref
        self._secrets = secrets

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def get(self) -> str:
        """The secret."""
        return await self._secrets.get(self._ref)

    async def set(self, value: str) -> None:
        """A secret that was entered is changed by who entered it."""
        raise ConfigError("This credential does not change by itself", where=self.provider_key, remedy="Enter it anew.")


class AccountCredential:
    """A signed-in account's tokens, locked across tasks and processes while somebody renews them."""

    is_dynamic = True

    def __init__(self, profile: Path, id: str, store: AccountStore) -> None:
        self.tenant = str(profile)
        self.provider_key = f"account {id}"
        self._id = id
        self._store = store
        self._folder = profile / "accounts"
        self._lock: filelock.AsyncFileLock | None = None

    async def __aenter__(self) -> Self:
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        lock = filelock.AsyncFileLock(self._folder / f"{self._id}.lock", timeout=LOCK_SECONDS, mode=0o600)
        try:
            await lock.acquire()
        except filelock.Timeout:
            raise TransientError(
                "Another program renews this account and does not finish",
                where=self._id,
                remedy="Try again.",
                code="account_locked",
            ) from None
        self._lock = lock
        return self

    async def __aexit__(self, *_: object) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            await lock.release()

    async def get(self) -> Kept:
        """The account with its tokens, as they are stored now."""
        return await self._store.get(self._id)

    async def set(self, value: tuple[Account, Tokens]) -> None:
        """Store new tokens: in one commit, which also ends the renewal."""
        await self._store.put(*value)
