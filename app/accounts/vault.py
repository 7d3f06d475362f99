"""The vault: the only place where this app stores secrets.

Each secret is a row of a small SQLite file, sealed with AES-256-GCM; the key to all rows is kept by the operating
system's keyring, or sealed under a passphrase where there is no keyring (`keys`). A key that is lost costs its rows
and nothing else: new secrets are then sealed with a new key, and the old rows wait in case the old one comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import apsw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.accounts.keyring import Keyring, SystemKeyring
from app.accounts.keys import Keeper, KeyLost, KeyRow
from connectors.sdk import AuthError, Clock, PermanentError

T = TypeVar("T")

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, keeper TEXT NOT NULL, title TEXT NOT NULL, kdf TEXT NOT NULL, salt BLOB NOT NULL,
    wrapped BLOB NOT NULL, proof BLOB NOT NULL, created_at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS secrets (
    id TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id), label TEXT NOT NULL, nonce BLOB NOT NULL,
    sealed BLOB NOT NULL, updated_at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY, provider TEXT NOT NULL, name TEXT NOT NULL UNIQUE COLLATE NOCASE, public TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES keys (id), nonce BLOB NOT NULL, sealed BLOB NOT NULL, revision INTEGER NOT NULL,
    renewing_since REAL, updated_at REAL NOT NULL
) STRICT;
"""
_PREFIX = "keyring:"
_AAD = "1"
"""The version of what a sealed value is bound to: this, its key, and its row."""


class Sealed(NamedTuple):
    """A sealed value: under which key, and bound to its row by the data that is authenticated with it."""

    key_id: str
    nonce: bytes
    data: bytes


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
        self._path = path
        self._clock = clock
        self._keeper = Keeper(keyring or SystemKeyring(), os.environ if environ is None else environ)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vault")
        self._keys: dict[str, AESGCM] = {}
        self._rows: list[KeyRow] = []
        self._one_key_at_a_time = asyncio.Lock()
        self._database: apsw.Connection | None = None

    async def open(self) -> Vault:
        """Open the file, making it if need be. Neither asks the keyring nor for a passphrase yet."""
        await self._read_keys()
        return self

    async def close(self) -> None:
        """Close the file and forget the keys."""
        self._keys.clear()
        if self._database is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
            self._database = None
        self._thread.shutdown()

    @property
    def locked(self) -> bool:
        """Whether a passphrase is needed (`unlock`) before a secret can be read or stored."""
        if self._keys or self._keeper.passphrase is not None:
            return False
        return self._rows[-1].keeper == "passphrase" if self._rows else self._keeper.no_keyring

    def describe(self) -> str:
        """What keeps the secrets, for people: "Secret Service", "passphrase vault", ... or "locked"."""
        if self.locked:
            return "locked"
        return self._rows[-1].title if self._rows else "not set up yet"

    async def unlock(self, passphrase: str) -> None:
        """Give the passphrase; for a vault without a key yet, choose it. Raises AuthError when it is wrong."""
        if self._rows and self._rows[-1].id in self._keys:
            return
        self._keeper.passphrase = passphrase
        if self._rows and self._rows[-1].keeper == "passphrase":
            await self._key(self._rows[-1])

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
        key_id, _, nonce, sealed = await self._row(ref)
        return (await self.unseal(Sealed(key_id, nonce, sealed), f"secret|{_identity(ref)}")).decode()

    async def copy(self, ref: str) -> str:
        """The same secret under a new reference, for a duplicated connection."""
        row = await self._row(ref)
        return await self.put(await self.get(ref), label=row[1])

    async def delete(self, ref: str) -> None:
        """Forget a secret; nothing happens if it is not there."""
        await self._sql("DELETE FROM secrets WHERE id = ?", (_identity(ref),))

    async def refs(self) -> list[str]:
        """The references of all secrets, to find those that no connection uses any more."""
        return [_PREFIX + str(row[0]) for row in await self._sql("SELECT id FROM secrets ORDER BY id")]

    async def seal(self, value: bytes, bound: str) -> Sealed:
        """Encrypt for a row of this file; `bound` says which, and the same must be said to open it."""
        row, key = await self._current_key()
        nonce = os.urandom(12)
        return Sealed(row.id, nonce, key.encrypt(nonce, value, f"{_AAD}|{row.id}|{bound}".encode()))

    async def unseal(self, sealed: Sealed, bound: str) -> bytes:
        """What was sealed. Raises AuthError when it was changed or moved, or the vault can't be opened."""
        if all(row.id != sealed.key_id for row in self._rows):
            await self._read_keys()  # another process has made a new key since
        key = await self._key(next(row for row in self._rows if row.id == sealed.key_id))
        try:
            return key.decrypt(sealed.nonce, sealed.data, f"{_AAD}|{sealed.key_id}|{bound}".encode())
        except InvalidTag:
            raise AuthError(
                "A secret in the vault is damaged",
                where=bound,
                remedy="Enter this secret again, or sign in again. Nothing else is lost.",
                code="secret_damaged",
            ) from None

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        """Work on the vault's own database, in one transaction, on its thread."""

        def whole(database: apsw.Connection) -> T:
            with _transaction(database):
                return work(database)

        return await self._run(whole)

    async def rotate(self) -> int:
        """Seal everything anew under a new key, in one commit, and forget the old ones. How many rows that were."""
        await self._read_keys()
        old = [row.id for row in self._rows]
        await self._make_key(self._rows[-1] if self._rows else None)
        new, count = self._rows[-1], 0
        key = await self._key(new)
        for _ in range(2):  # again for what another process stored meanwhile under an old key
            rows = await self._run(_sealed_rows)
            changed: list[tuple[str, str, Sealed, bytes]] = []
            for table, id, bound, sealed in rows:
                if sealed.key_id != new.id:
                    plain = await self.unseal(sealed, bound)
                    nonce = os.urandom(12)
                    data = key.encrypt(nonce, plain, f"{_AAD}|{new.id}|{bound}".encode())
                    changed.append((table, id, Sealed(new.id, nonce, data), sealed.nonce))
            count += len(changed)
            await self.run(lambda database, changed=changed: _reseal(database, changed))  # type: ignore[misc]
        for row in [row for row in self._rows if row.id in old]:
            if await self.run(lambda database, row=row: _drop_key(database, row.id)):  # type: ignore[misc]
                await self._keeper.discard(row)
        await self._read_keys()
        return count

    async def _write(self, identity: str, value: str, label: str) -> None:
        sealed = await self.seal(value.encode(), f"secret|{identity}")
        await self._sql(
            "INSERT OR REPLACE INTO secrets (id, key_id, label, nonce, sealed, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
            (identity, sealed.key_id, label, sealed.nonce, sealed.data, self._clock.now()),
        )

    async def _row(self, ref: str) -> tuple[str, str, bytes, bytes]:
        found = await self._sql("SELECT key_id, label, nonce, sealed FROM secrets WHERE id = ?", (_identity(ref),))
        if not found:
            raise AuthError(
                "This secret is no longer in the vault",
                where=ref,
                remedy="Enter it again in the connection's settings.",
                code="secret_gone",
            )
        row: tuple[str, str, bytes, bytes] = found[0]
        return row

    async def _current_key(self) -> tuple[KeyRow, AESGCM]:
        await self._read_keys()
        newest = self._rows[-1] if self._rows else None
        if newest is not None:
            with contextlib.suppress(KeyLost):
                return newest, await self._key(newest)
        async with self._one_key_at_a_time:
            await self._read_keys()
            if newest == (self._rows[-1] if self._rows else None):  # nobody else has made one meanwhile
                await self._make_key(newest)
        return self._rows[-1], await self._key(self._rows[-1])

    async def _make_key(self, newest: KeyRow | None) -> None:
        row, key = await self._keeper.make()
        row = row._replace(created_at=self._clock.now())
        await self._run(lambda database: _insert_key(database, row, newest))
        await self._read_keys()
        if self._rows[-1].id == row.id:
            self._keys[row.id] = key
        else:  # another process was first
            await self._keeper.discard(row)

    async def _key(self, row: KeyRow) -> AESGCM:
        async with self._one_key_at_a_time:
            if row.id not in self._keys:
                self._keys[row.id] = await self._keeper.fetch(row)
            return self._keys[row.id]

    async def _read_keys(self) -> None:
        rows = await self._sql(
            "SELECT id, keeper, title, kdf, salt, wrapped, proof, created_at FROM keys ORDER BY rowid"
        )
        self._rows = [KeyRow(*row) for row in rows]

    async def _sql(self, statement: str, values: tuple[apsw.SQLiteValue, ...] = ()) -> list[Any]:
        return await self._run(lambda database: database.execute(statement, values).fetchall())

    async def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        def guarded() -> T:
            try:
                if self._database is None:
                    self._database = _open_file(self._path)
                return work(self._database)
            except (apsw.Error, OSError) as error:
                raise PermanentError(
                    "The vault can't be used",
                    where=str(self._path),
                    remedy="Check that this user may write there, and that the disk is not full.",
                    detail=str(error),
                    code="vault_unusable",
                ) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)


def _open_file(path: Path) -> apsw.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    database = apsw.Connection(str(path))
    try:
        database.set_busy_timeout(10_000)
        database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")
        with _transaction(database):
            if database.pragma("user_version") > _VERSION:
                raise PermanentError(
                    "The vault was written by a newer version of this app",
                    where=str(path),
                    remedy="Update the app.",
                    code="vault_too_new",
                )
            database.execute(_SCHEMA)
            database.pragma("user_version", _VERSION)
    except BaseException:
        database.close()
        raise
    return database


@contextlib.contextmanager
def _transaction(database: apsw.Connection) -> Iterator[None]:
    # Not `with database`: that waits for another writer without letting any other thread of the process run.
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _insert_key(database: apsw.Connection, row: KeyRow, newest: KeyRow | None) -> None:
    """Add a key, unless another process has added one since `newest` was the newest."""
    with _transaction(database):
        found = database.execute("SELECT id FROM keys ORDER BY rowid DESC LIMIT 1").fetchone()
        if (found[0] if found else None) == (newest.id if newest else None):
            database.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _sealed_rows(database: apsw.Connection) -> list[tuple[str, str, str, Sealed]]:
    """Every sealed value: its table, row and what it is bound to."""
    secrets = database.execute("SELECT id, 'secret|' || id, key_id, nonce, sealed FROM secrets").fetchall()
    accounts = database.execute(
        "SELECT id, provider || '|' || id || '|tokens', key_id, nonce, sealed FROM accounts"
    ).fetchall()
    found: list[Any] = [("secrets", row) for row in secrets] + [("accounts", row) for row in accounts]
    return [(table, row[0], row[1], Sealed(row[2], row[3], row[4])) for table, row in found]


def _reseal(database: apsw.Connection, changed: list[tuple[str, str, Sealed, bytes]]) -> None:
    """Replace what is still as it was read."""
    for table, id, sealed, nonce in changed:
        database.execute(
            f"UPDATE {table} SET key_id = ?, nonce = ?, sealed = ? WHERE id = ? AND nonce = ?", (*sealed, id, nonce)
        )


def _drop_key(database: apsw.Connection, id: str) -> bool:
    """Forget a key that seals nothing any more."""
    used = database.execute(
        "SELECT 1 FROM secrets WHERE key_id = ?1 UNION ALL SELECT 1 FROM accounts WHERE key_id = ?1 LIMIT 1", (id,)
    ).fetchone()
    if used is None:
        database.execute("DELETE FROM keys WHERE id = ?", (id,))
    return used is None


def _identity(ref: str) -> str:
    return ref.removeprefix(_PREFIX)
