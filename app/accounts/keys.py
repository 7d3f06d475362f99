"""Where a vault's data key comes from: the system's keyring, a passphrase where there is none, or this process alone.
Chosen once per key and written beside it, so that a vault never changes its keeper silently, and never falls back to
clear text."""

from __future__ import annotations

import asyncio
import base64
import os
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.accounts.keyring import Keyring, NoKeyring
from app.api.vault import VaultKeeper
from connectors.sdk import N_, AuthError, Clock, ConfigError

PASSPHRASE_VARIABLE = "HEADWATER_VAULT_PASSPHRASE"
PASSPHRASE_VAULT = N_("passphrase vault")
SESSION_VAULT = N_("this session only")
SHORTEST = 8
"""Characters of a passphrase that a person chooses."""

_KDF = "argon2id 3 65536 1"  # passes, KiB, lanes: 0.3 s on a small machine
_PROOF = b"headwater vault"
_FREE_TRIES = 3
_LONGEST_PAUSE = 60.0
_given = ""


class KeyRow(NamedTuple):
    """What the vault's file knows of a key. `title` is its keeper's name for people; `kdf`, `salt` and `wrapped` belong
    to a passphrase; `proof` shows whether a key is the right one; `lost_at`: given up as lost."""

    id: str
    keeper: VaultKeeper
    title: str
    kdf: str
    salt: bytes
    wrapped: bytes
    proof: bytes
    created_at: float
    lost_at: float | None = None


class KeyLost(AuthError):
    """The keyring answers, and no longer has the key; or the key lived in a process that has ended."""

    default_code = "vault_key_lost"


def take_passphrase(given: str | None = None) -> str:
    """For the start of a program: remember the passphrase that the environment (or whoever started this) gave, and
    take it out of the environment, so that no process that is started from here inherits it."""
    global _given
    _given = given or os.environ.pop(PASSPHRASE_VARIABLE, "")
    return _given


class Keeper:
    """Makes and fetches data keys."""

    def __init__(self, keyring: Keyring, environ: Mapping[str, str] | None, clock: Clock) -> None:
        self.keyring = keyring
        self.passphrase: str | None = (
            environ.get(PASSPHRASE_VARIABLE) or None
            if environ is not None
            else _given or os.environ.get(PASSPHRASE_VARIABLE) or None
        )
        self.no_keyring = False
        self._clock = clock
        self._wrong = 0
        self._not_before = 0.0

    async def make(self, id: str, kind: VaultKeeper | None, passphrase: str = "") -> tuple[KeyRow, AESGCM]:
        """A new key. `kind` None: kept by the keyring if one can be used now, else under a passphrase that was given.
        Raises AuthError, ConfigError."""
        raw = AESGCM.generate_key(256)
        key = AESGCM(raw)
        proof = _seal(key, _PROOF, id)
        now = self._clock.now()
        if kind in (None, "keyring"):
            try:
                title = await self._keep(id, raw)
                return KeyRow(id, "keyring", title, "", b"", b"", proof, now), key
            except NoKeyring as error:
                self.no_keyring = True
                if kind == "keyring":
                    raise AuthError(
                        "This machine has no keyring that can keep secrets",
                        where="keyring",
                        remedy="Choose a passphrase, or keep the secrets for this session only.",
                        detail=str(error),
                        code="no_keyring",
                    ) from None
            except AuthError:
                if kind == "keyring" or self.passphrase is None:
                    raise
        if kind == "session":
            return KeyRow(id, "session", SESSION_VAULT, "", b"", b"", proof, now), key
        if passphrase:
            if len(passphrase) < SHORTEST:
                raise ConfigError(
                    "This passphrase is too short",
                    where=PASSPHRASE_VAULT,
                    remedy=f"Choose one of {SHORTEST} characters or more; four unrelated words are good.",
                    code="passphrase_short",
                )
            self.passphrase = passphrase
        if self.passphrase is None:
            raise _needs_passphrase("This machine has no keyring that can keep secrets")
        salt = os.urandom(16)
        wrapped = _seal(await _derive(self.passphrase, _KDF, salt), raw, id)
        return KeyRow(id, "passphrase", PASSPHRASE_VAULT, _KDF, salt, wrapped, proof, now), key

    async def fetch(self, row: KeyRow, *, prompt: bool = True) -> AESGCM:
        """The key of a row. Raises KeyLost, or AuthError when it can't be had now."""
        if row.keeper == "session":
            raise KeyLost(
                "The secrets were kept for one session, which has ended",
                where="vault",
                remedy="Enter them again, or sign in again. Nothing else is lost.",
                code="session_over",
            )
        raw = await (self._from_keyring(row, prompt) if row.keeper == "keyring" else self._from_passphrase(row))
        key = AESGCM(raw)
        try:
            _open(key, row.proof, row.id)
        except InvalidTag:
            raise _lost(f"The {row.title} holds another key than that of this vault") from None
        return key

    async def look(self) -> str:
        """The keyring's name, "" where there is none. Asks for nothing."""
        try:
            title = await self.keyring.title()
        except NoKeyring:
            title = ""
        except AuthError:
            return ""
        self.no_keyring = not title
        return title

    async def _keep(self, id: str, raw: bytes) -> str:
        encoded = base64.b64encode(raw).decode()
        title = await self.keyring.set(id, encoded)
        if await self.keyring.get(id) != encoded:
            raise AuthError(
                "The system's keyring did not keep the vault's key",
                where="keyring",
                remedy=f"Repair the keyring, or set {PASSPHRASE_VARIABLE} to use a passphrase instead.",
                code="keyring_failed",
            )
        return title

    async def _from_keyring(self, row: KeyRow, prompt: bool) -> bytes:
        try:
            encoded = await self.keyring.get(row.id, prompt=prompt)
        except NoKeyring as error:
            raise AuthError(
                f"The vault's key is in the {row.title}, which can't be reached from here",
                where="keyring",
                remedy="Run this in the desktop session in which the secrets were entered.",
                detail=str(error),
                code="keyring_absent",
            ) from None
        if encoded is None:
            raise _lost(f"The {row.title} no longer has the key of this vault")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise _lost(f"The {row.title} holds something else than the key of this vault")
        return raw

    async def _from_passphrase(self, row: KeyRow) -> bytes:
        if self.passphrase is None:
            raise _needs_passphrase("The vault is locked")
        left = self._not_before - self._clock.monotonic()
        if left > 0:
            self.passphrase = None
            raise AuthError(
                "Too many wrong passphrases",
                where=PASSPHRASE_VAULT,
                remedy=f"Try again in {left:.0f} s.",
                code="passphrase_throttled",
            )
        try:
            raw = _open(await _derive(self.passphrase, row.kdf, row.salt), row.wrapped, row.id)
        except InvalidTag:
            self.passphrase = None  # so that a person is asked for another
            self._wrong += 1
            if self._wrong >= _FREE_TRIES:
                pause = min(2.0 ** (self._wrong - _FREE_TRIES + 1), _LONGEST_PAUSE)
                self._not_before = self._clock.monotonic() + pause
            raise AuthError(
                "The passphrase does not open the vault",
                where=PASSPHRASE_VAULT,
                remedy="Enter the passphrase with which the vault was made.",
                code="passphrase_wrong",
            ) from None
        self._wrong = 0
        return raw


def _needs_passphrase(what: str) -> AuthError:
    return AuthError(
        what,
        where="vault",
        remedy=f"Enter a passphrase, or set {PASSPHRASE_VARIABLE}. Secrets given as env:NAME or file:PATH need none.",
        code="vault_locked",
    )


def _lost(what: str) -> KeyLost:
    return KeyLost(
        what,
        where="vault",
        remedy="Enter the secrets of your connections again, and sign in again. Nothing else is lost.",
    )


async def _derive(passphrase: str, kdf: str, salt: bytes) -> AESGCM:
    name, *numbers = kdf.split()
    assert name == "argon2id"
    passes, memory, lanes = map(int, numbers)
    # Keyboards differ in how they compose an accented letter.
    spelled = unicodedata.normalize("NFC", passphrase).encode()
    derived = await asyncio.to_thread(hash_secret_raw, spelled, salt, passes, memory, lanes, 32, Type.ID)
    return AESGCM(derived)


def _seal(key: AESGCM, plain: bytes, bound: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + key.encrypt(nonce, plain, bound.encode())


def _open(key: AESGCM, sealed: bytes, bound: str) -> bytes:
    return key.decrypt(sealed[:12], sealed[12:], bound.encode())
