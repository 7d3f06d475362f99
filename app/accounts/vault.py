"""The vault: the only place where this app stores secrets.

Each secret is a row of a small SQLite file, sealed with AES-256-GCM; the key to all rows is kept by the operating
system's keyring, sealed under a passphrase where there is no keyring, or in this process alone (`keys`). A key that is
lost costs its rows and nothing else: the file is kept aside, new secrets are sealed with a new key, and the old rows
wait in case the old one comes back.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import apsw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.accounts.keyring import Keyring, SystemKeyring
from app.accounts.keys import Keeper, KeyRow
from app.accounts.vault_file import Sealed, SealedRow, VaultFile, end_sessions, has_key, reseal, sealed_rows
from app.accounts.vault_keys import VaultKeys
from app.api.vault import VaultKeeper, VaultRotation, VaultState, VaultView
from connectors.sdk import N_, AuthError, Clock, ConfigError, error_info

__all__ = ["Sealed", "Vault"]

T = TypeVar("T")

_PREFIX = "keyring:"
_AAD = "1"
"""The version of what a sealed value is bound to: this, its key, and its row."""
_CHUNK = 200
_PASSES = 5


class Vault:
    """Secrets by reference. Several processes may use one file at once."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        keyring: Keyring | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._clock = clock
        self._file = VaultFile(path)
        self._keys = VaultKeys(self._file, Keeper(keyring or SystemKeyring(), environ, clock), clock)

    async def open(self) -> Vault:
        """Open the file, making it if need be. Neither asks the keyring nor for a passphrase yet."""
        await self._file.run(end_sessions)
        await self._keys.read()
        return self

    async def close(self) -> None:
        """Close the file and forget the keys."""
        await self._keys.close()
        await self._file.close()

    # --- as it stands

    @property
    def state(self) -> VaultState:
        """Whether secrets can be read and stored, as far as it is known without asking anybody."""
        return self._keys.state

    def describe(self) -> str:
        """What keeps the secrets, for people: "Secret Service", "passphrase vault", ... or "locked"."""
        newest = self._keys.newest
        if self.state == "passphrase":
            return N_("locked")
        return newest.title if newest is not None else self._keys.title_found or N_("not set up yet")

    async def view(self, *, look: bool = False) -> VaultView:
        """The vault as it is shown. With `look` the keyring is asked first, which may ask the person."""
        if look:
            await self._keys.look()
        counts = await self._file.sql(
            "SELECT key_id, count(*) FILTER (WHERE kind = 's'), count(*) FILTER (WHERE kind = 'a') FROM "
            "(SELECT key_id, 's' AS kind FROM secrets UNION ALL SELECT key_id, 'a' FROM accounts) GROUP BY key_id"
        )
        newest, lost, problem = self._keys.newest, self._keys.lost, self._keys.problem
        older = {row.id for row in self._keys.rows[:-1]} - lost
        return VaultView(
            state=self.state,
            title=newest.title if newest is not None else self._keys.title_found,
            keeper=newest.keeper if newest is not None else None,
            path=str(self._file.path),
            secrets=sum(row[1] for row in counts),
            accounts=sum(row[2] for row in counts),
            missing=sum(row[1] + row[2] for row in counts if row[0] in lost),
            old_key=sum(row[1] + row[2] for row in counts if row[0] in older),
            kept_aside=self._file.aside(),
            problem=error_info(problem) if problem is not None else None,
        )

    async def readable(self) -> set[str]:
        """The references of secrets that are there and whose key is not known to be lost."""
        lost = self._keys.lost
        return {
            _PREFIX + row[0] for row in await self._file.sql("SELECT id, key_id FROM secrets") if row[1] not in lost
        }

    async def lost_accounts(self) -> list[str]:
        """The ids of accounts whose tokens can't be had any more."""
        lost = self._keys.lost
        return [row[0] for row in await self._file.sql("SELECT id, key_id FROM accounts") if row[1] in lost]

    # --- opening it

    async def unlock(self, passphrase: str = "") -> None:
        """A person is there. For a passphrase vault: the passphrase; for a keyring: it may ask now. Where nothing is
        stored yet a passphrase is taken for the case that there is no keyring. Raises AuthError."""
        await self._keys.unlock(passphrase)

    async def opened(self) -> None:
        """Wait until a person has unlocked the vault."""
        await self._keys.opened()

    async def start(self, kind: VaultKeeper, passphrase: str = "") -> Path | None:
        """A new key with a keeper that a person has chosen: the first one, or in the place of one that can't be had.
        Then the file as it was is kept aside, where the answer says. Raises ConfigError if the vault works."""
        await self._keys.look()
        if self.state in ("open", "session") and self._keys.newest is not None:
            raise ConfigError(
                f"The vault works, and is kept by: {self.describe()}",
                where="vault",
                remedy="To change what keeps it, give it a new key: headwaterctl vault rotate --keeper ...",
                code="vault_in_use",
            )
        given_up = [row for row in self._keys.rows if row.lost_at is None and row.keeper != "session"]
        made = await self._keys.make(kind, passphrase)
        return await self._keys.give_up([row for row in given_up if row.id != made.id])

    async def rotate(self, kind: VaultKeeper | None = None, passphrase: str = "") -> AsyncIterator[VaultRotation]:
        """Seal everything anew under a new key, in one commit, and forget the old ones. `kind` and `passphrase` change
        what keeps it. A process that dies on the way leaves every secret readable; the next rotation finishes."""
        newest = await self._keys.open_all()
        new = await self._keys.make(kind or (newest.keeper if newest is not None else None), passphrase)
        done = 0
        skipped: set[bytes] = set()
        for _ in range(_PASSES):  # again for what another process stored meanwhile under an old key
            new = await self._keys.open_all() or new  # another rotation's, if that began later
            rows = [row for row in await self._under_others(new) if row.sealed.nonce not in skipped]
            if not rows:
                break
            key, changed = await self._keys.get(new), list[tuple[SealedRow, Sealed]]()
            for start in range(0, len(rows), _CHUNK):
                for row in rows[start : start + _CHUNK]:
                    if (plain := await self._readable(row)) is not None:
                        changed.append((row, _sealed(key, new, plain, row.bound)))
                    else:
                        skipped.add(row.sealed.nonce)
                yield VaultRotation(done=done + len(changed), total=done + len(rows), skipped=len(skipped))
            if await self._file.run(lambda database: reseal(database, changed, new.id)):  # noqa: B023
                done += len(changed)
        await self._keys.drop_unused()
        left = len(await self._under_others(self._keys.rows[-1]))
        yield VaultRotation(done=done, total=done + left, skipped=left, vault=await self.view())

    async def _under_others(self, new: KeyRow) -> list[SealedRow]:
        return [row for row in await self._file.run(sealed_rows) if row.sealed.key_id != new.id]

    async def _readable(self, row: SealedRow) -> bytes | None:
        if row.sealed.key_id not in self._keys.lost:
            try:
                return await self.unseal(row.sealed, row.bound)
            except AuthError as error:
                if error.code not in ("secret_damaged", "vault_key_lost", "session_over"):
                    raise
        return None

    # --- secrets

    async def put(self, value: str, *, label: str = "") -> str:
        """Store a secret; returns its reference. `label` says what it is for and is not secret."""
        identity = secrets.token_hex(8)
        await self._write(identity, value, label)
        return _PREFIX + identity

    async def replace(self, ref: str, value: str) -> None:
        """Another value under the same reference."""
        row = await self._row(ref)
        await self._write(_identity(ref), value, row[1])

    async def get(self, ref: str) -> str:
        """The secret. Raises AuthError when it is gone, or the vault can't be opened."""

        async def read() -> tuple[Sealed, str, None]:
            key_id, _, nonce, sealed = await self._row(ref)
            return Sealed(key_id, nonce, sealed), f"secret|{_identity(ref)}", None

        return (await self.fetch(read))[0].decode()

    async def copy(self, ref: str) -> str:
        """The same secret under a new reference, for a duplicated connection."""
        row = await self._row(ref)
        return await self.put(await self.get(ref), label=row[1])

    async def delete(self, ref: str) -> None:
        """Forget a secret; nothing happens if it is not there."""
        await self._file.sql("DELETE FROM secrets WHERE id = ?", (_identity(ref),))

    async def refs(self) -> list[str]:
        """The references of all secrets, to find those that no connection uses any more."""
        return [_PREFIX + str(row[0]) for row in await self._file.sql("SELECT id FROM secrets ORDER BY id")]

    # --- sealing rows of this file

    async def store(self, value: bytes, bound: str, write: Callable[[apsw.Connection, Sealed], object]) -> None:
        """Encrypt for a row of this file and let `write` put it there, in one transaction in which the key is still one
        of the vault's: a rotation in another process may forget a key at any time. `bound` says which row."""

        def work(database: apsw.Connection, sealed: Sealed) -> bool:
            known = has_key(database, sealed.key_id)
            if known:
                write(database, sealed)
            return known

        while True:
            row, _ = await self._keys.current()
            sealed = await self._seal(value, bound, row)
            if await self._file.run(lambda database, sealed=sealed: work(database, sealed)):  # type: ignore[misc]
                return

    async def fetch(self, read: Callable[[], Awaitable[tuple[Sealed, str, T]]]) -> tuple[bytes, T]:
        """What was sealed in the row that `read` finds, and what else that found. Another process may seal the row anew
        before this one has the key of the old: then it is read again. Raises AuthError as `unseal` does."""
        sealed, bound, more = await read()
        while True:
            try:
                return await self.unseal(sealed, bound), more
            except AuthError:
                before = sealed
                sealed, bound, more = await read()
                if sealed == before:
                    raise

    async def unseal(self, sealed: Sealed, bound: str) -> bytes:
        """What was sealed. Raises AuthError when it was changed or moved, or the vault can't be opened."""
        row = self._key_row(sealed)
        if row is None:
            await self._keys.read()  # another process has made a new key since
            row = self._key_row(sealed)
        try:
            if row is None:
                raise InvalidTag
            key = await self._keys.get(row)
            return key.decrypt(sealed.nonce, sealed.data, _bound(sealed.key_id, bound))
        except InvalidTag:
            raise AuthError(
                "A secret in the vault is damaged",
                where=bound,
                remedy="Enter this secret again, or sign in again. Nothing else is lost.",
                code="secret_damaged",
            ) from None

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        """Work on the vault's own database, in one transaction, on its thread."""
        return await self._file.run(work)

    async def _seal(self, value: bytes, bound: str, row: KeyRow) -> Sealed:
        return _sealed(await self._keys.get(row), row, value, bound)

    def _key_row(self, sealed: Sealed) -> KeyRow | None:
        return next((row for row in self._keys.rows if row.id == sealed.key_id), None)

    async def _write(self, identity: str, value: str, label: str) -> None:
        now = self._clock.now()
        await self.store(
            value.encode(),
            f"secret|{identity}",
            lambda database, sealed: database.execute(
                "INSERT OR REPLACE INTO secrets (id, key_id, label, nonce, sealed, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (identity, sealed.key_id, label, sealed.nonce, sealed.data, now),
            ),
        )

    async def _row(self, ref: str) -> tuple[str, str, bytes, bytes]:
        found = await self._file.sql("SELECT key_id, label, nonce, sealed FROM secrets WHERE id = ?", (_identity(ref),))
        if not found:
            raise AuthError(
                "This secret is no longer in the vault",
                where=ref,
                remedy="Enter it again in the connection's settings.",
                code="secret_gone",
            )
        row: tuple[str, str, bytes, bytes] = found[0]
        return row


def _sealed(key: AESGCM, row: KeyRow, value: bytes, bound: str) -> Sealed:
    nonce = os.urandom(12)
    return Sealed(row.id, nonce, key.encrypt(nonce, value, _bound(row.id, bound)))


def _bound(key_id: str, bound: str) -> bytes:
    return f"{_AAD}|{key_id}|{bound}".encode()


def _identity(ref: str) -> str:
    return ref.removeprefix(_PREFIX)
