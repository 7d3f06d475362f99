"""Where a vault's data key comes from: the system's keyring, or a passphrase where there is none. Chosen once per key
and written beside it, so that a vault never changes its keeper silently, and never falls back to clear text."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.accounts.keyring import Keyring, NoKeyring
from connectors.sdk import AuthError

PASSPHRASE_VARIABLE = "HEADWATER_VAULT_PASSPHRASE"
PASSPHRASE_VAULT = "passphrase vault"

_KDF = "argon2id 3 65536 1"  # passes, KiB, lanes: 0.3 s on a small machine
_PROOF = b"headwater vault"


class KeyRow(NamedTuple):
    """What the vault's file knows of a key. `keeper` is "keyring" or "passphrase", `title` its name for people; `kdf`,
    `salt` and `wrapped` belong to a passphrase; `proof` shows whether a key is the right one."""

    id: str
    keeper: str
    title: str
    kdf: str
    salt: bytes
    wrapped: bytes
    proof: bytes
    created_at: float


class KeyLost(AuthError):
    """The keyring answers, and no longer has the key."""

    default_code = "vault_key_lost"


class Keeper:
    """Makes and fetches data keys."""

    def __init__(self, keyring: Keyring, environ: Mapping[str, str]) -> None:
        self._keyring = keyring
        self.passphrase: str | None = environ.get(PASSPHRASE_VARIABLE) or None
        self.no_keyring = False

    async def make(self) -> tuple[KeyRow, AESGCM]:
        """A new key, kept by the keyring if one can be used now, else under the passphrase."""
        identity, raw = secrets.token_hex(8), AESGCM.generate_key(256)
        key = AESGCM(raw)
        proof = _seal(key, _PROOF, identity)
        try:
            encoded = base64.b64encode(raw).decode()
            title = await self._keyring.set(identity, encoded)
            if await self._keyring.get(identity) != encoded:
                raise AuthError(
                    "The system's keyring did not keep the vault's key",
                    where="keyring",
                    remedy=f"Repair the keyring, or set {PASSPHRASE_VARIABLE} to use a passphrase instead.",
                    code="keyring_failed",
                )
            return KeyRow(identity, "keyring", title, "", b"", b"", proof, 0.0), key
        except NoKeyring:
            self.no_keyring = True
        except AuthError:
            if self.passphrase is None:
                raise
        if self.passphrase is None:
            raise _needs_passphrase("This machine has no keyring that can keep secrets")
        salt = os.urandom(16)
        wrapped = _seal(await _derive(self.passphrase, _KDF, salt), raw, identity)
        return KeyRow(identity, "passphrase", PASSPHRASE_VAULT, _KDF, salt, wrapped, proof, 0.0), key

    async def fetch(self, row: KeyRow) -> AESGCM:
        """The key of a row. Raises KeyLost, or AuthError when it can't be had now."""
        raw = await (self._from_keyring(row) if row.keeper == "keyring" else self._from_passphrase(row))
        key = AESGCM(raw)
        try:
            _open(key, row.proof, row.id)
        except InvalidTag:
            raise _lost(row, "holds another key than that of this vault") from None
        return key

    async def discard(self, row: KeyRow) -> None:
        """Remove a key that was made for nothing."""
        if row.keeper == "keyring":
            await self._keyring.delete(row.id)

    async def _from_keyring(self, row: KeyRow) -> bytes:
        try:
            encoded = await self._keyring.get(row.id)
        except NoKeyring as error:
            raise AuthError(
                f"The vault's key is in the {row.title}, which can't be reached from here",
                where="keyring",
                remedy="Run this in the desktop session in which the secrets were entered.",
                detail=str(error),
                code="keyring_absent",
            ) from None
        if encoded is None:
            raise _lost(row, "no longer has the key of this vault")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raw = b""
        if len(raw) != 32:
            raise _lost(row, "holds something else than the key of this vault")
        return raw

    async def _from_passphrase(self, row: KeyRow) -> bytes:
        if self.passphrase is None:
            raise _needs_passphrase("The vault is locked")
        try:
            return _open(await _derive(self.passphrase, row.kdf, row.salt), row.wrapped, row.id)
        except InvalidTag:
            self.passphrase = None  # so that a person is asked for another
            raise AuthError(
                "The passphrase does not open the vault",
                where=PASSPHRASE_VAULT,
                remedy="Enter the passphrase with which the vault was made.",
                code="passphrase_wrong",
            ) from None


def _needs_passphrase(what: str) -> AuthError:
    return AuthError(
        what,
        where="vault",
        remedy=f"Enter a passphrase, or set {PASSPHRASE_VARIABLE}. Secrets given as env:NAME or file:PATH need none.",
        code="vault_locked",
    )


def _lost(row: KeyRow, what: str) -> KeyLost:
    return KeyLost(
        f"The {row.title} {what}",
        where="vault",
        remedy="Enter the secrets of your connections again. Nothing else is lost.",
    )


async def _derive(passphrase: str, kdf: str, salt: bytes) -> AESGCM:
    name, *numbers = kdf.split()
    assert name == "argon2id"
    passes, memory, lanes = map(int, numbers)
    derived = await asyncio.to_thread(hash_secret_raw, passphrase.encode(), salt, passes, memory, lanes, 32, Type.ID)
    return AESGCM(derived)


def _seal(key: AESGCM, plain: bytes, bound: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + key.encrypt(nonce, plain, bound.encode())


def _open(key: AESGCM, sealed: bytes, bound: str) -> bytes:
    return key.decrypt(sealed[:12], sealed[12:], bound.encode())
