"""The vault as it is shown: where secrets are kept, whether they can be had now, and what was lost."""

from __future__ import annotations

from typing import Literal, TypeAlias

from app.api.view import View
from connectors.sdk import ErrorInfo

VaultKeeper: TypeAlias = Literal["keyring", "passphrase", "session"]
"""What keeps the key: the system's keyring, a passphrase, or only the memory of the engine."""

VaultState: TypeAlias = Literal["unused", "to_choose", "open", "session", "passphrase", "locked", "absent", "lost"]
"""`unused`: nothing was stored yet; `to_choose`: and there is no keyring, so a person must choose; `passphrase`: it
must be entered; `locked`: the keyring is, or does not answer; `absent`: the keyring with the key can't be reached from
here; `lost`: the keyring answers, and no longer has the key."""

WAITS_FOR_A_PERSON = frozenset({"vault_locked", "keyring_locked", "keyring_timeout"})
"""Codes of errors that end when a person unlocks the vault. A run waits for it."""
VAULT_TROUBLE = WAITS_FOR_A_PERSON | {"keyring_absent", "keyring_failed", "vault_key_lost", "session_over"}
"""Codes of errors that the vault's own panel helps with."""


class VaultView(View, frozen=True, kw_only=True):
    """`title` names what keeps the secrets, for people; `secrets` and `accounts` are how many are stored, `missing` how
    many of both can't be had any more, `old_key` how many a rotation that was cut off left under an older key.
    `kept_aside` names copies of the file from before a new key was made for a lost one; `problem`: why it can't be
    used now."""

    state: VaultState
    title: str
    keeper: VaultKeeper | None = None
    path: str = ""
    secrets: int = 0
    accounts: int = 0
    missing: int = 0
    old_key: int = 0
    kept_aside: list[str] = []
    problem: ErrorInfo | None = None


class VaultRotation(View, frozen=True, kw_only=True):
    """How far a change of the key is: `done` of `total` sealed anew; `skipped` could not be opened and stay as they
    are. The last one has `vault`: everything was put under the new key in one commit."""

    done: int
    total: int
    skipped: int = 0
    vault: VaultView | None = None
