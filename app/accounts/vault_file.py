"""The vault's file: a small SQLite database, used on a thread of its own, by several processes at once.

Beside keys, secrets and accounts it keeps `litter`: keys that the keyring holds for nothing, because they were being
made or thrown away when a process died. They are cleared away when the next key is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import apsw

from app.accounts.keys import KeyRow
from connectors.sdk import PermanentError

T = TypeVar("T")

_VERSION = 3
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, keeper TEXT NOT NULL, title TEXT NOT NULL, kdf TEXT NOT NULL, salt BLOB NOT NULL,
    wrapped BLOB NOT NULL, proof BLOB NOT NULL, created_at REAL NOT NULL, lost_at REAL
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
CREATE TABLE IF NOT EXISTS litter (id TEXT PRIMARY KEY, since REAL NOT NULL) STRICT;
"""
_KEY_COLUMNS = "id, keeper, title, kdf, salt, wrapped, proof, created_at, lost_at"
ASIDE = "vault-lost-{when}.db"


class Sealed(NamedTuple):
    """A sealed value: under which key, and bound to its row by the data that is authenticated with it."""

    key_id: str
    nonce: bytes
    data: bytes


class SealedRow(NamedTuple):
    """Where a sealed value stands, and what it is bound to."""

    table: str
    id: str
    bound: str
    sealed: Sealed


class VaultFile:
    """Opened when it is first used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vault")
        self._database: apsw.Connection | None = None

    async def close(self) -> None:
        """Close the file, if it was opened."""
        if self._database is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
            self._database = None
        self._thread.shutdown()

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        """Work on the database, in one transaction, on its thread."""

        def whole(database: apsw.Connection) -> T:
            with _transaction(database):
                return work(database)

        return await self._run(whole)

    async def sql(self, statement: str, values: tuple[apsw.SQLiteValue, ...] = ()) -> list[Any]:
        """One statement and what it answers."""
        return await self._run(lambda database: database.execute(statement, values).fetchall())

    async def copy_aside(self, at: float) -> Path:
        """A copy of the whole file beside it, named after the time, for its owner only."""
        when = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(at))
        names = (when, *(f"{when}-{number}" for number in range(2, 100)))
        path = next(path for name in names if not (path := self.path.with_name(ASIDE.format(when=name))).exists())

        def copy(database: apsw.Connection) -> None:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            database.execute("VACUUM INTO ?", (str(path),))

        await self._run(copy)
        return path

    def aside(self) -> list[str]:
        """The names of the copies that were kept aside."""
        return sorted(path.name for path in self.path.parent.glob(ASIDE.format(when="*")))

    async def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        def guarded() -> T:
            try:
                if self._database is None:
                    self._database = _open_file(self.path)
                return work(self._database)
            except (apsw.Error, OSError) as error:
                raise PermanentError(
                    "The vault can't be used",
                    where=str(self.path),
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
        database.execute("PRAGMA foreign_keys = ON")  # nothing is ever sealed under a key that is forgotten
        with _transaction(database):
            if database.pragma("user_version") > _VERSION:
                raise PermanentError(
                    "The vault was written by a newer version of this app",
                    where=str(path),
                    remedy="Update the app.",
                    code="vault_too_new",
                )
            database.execute(_SCHEMA)
            if "lost_at" not in [column[1] for column in database.execute("PRAGMA table_info(keys)")]:
                database.execute("ALTER TABLE keys ADD COLUMN lost_at REAL")
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


# --- what is done in a transaction


def key_rows(database: apsw.Connection) -> list[KeyRow]:
    """Every key, the oldest first."""
    rows: list[Any] = database.execute(f"SELECT {_KEY_COLUMNS} FROM keys ORDER BY rowid").fetchall()
    return [KeyRow(*row) for row in rows]


def has_key(database: apsw.Connection, id: str) -> bool:
    """Whether a key is still one of this vault's."""
    return database.execute("SELECT 1 FROM keys WHERE id = ?", (id,)).fetchone() is not None


def newest_key(database: apsw.Connection) -> str | None:
    """The id of the key that seals what is stored now."""
    found: Any = database.execute("SELECT id FROM keys ORDER BY rowid DESC LIMIT 1").fetchone()
    return found[0] if found else None


def insert_key(database: apsw.Connection, row: KeyRow, newest: KeyRow | None) -> bool:
    """Add a key, unless another process has added one since `newest` was the newest."""
    if newest_key(database) != (newest.id if newest else None):
        return False
    database.execute(f"INSERT INTO keys ({_KEY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    database.execute("DELETE FROM litter WHERE id = ?", (row.id,))
    return True


def drop_key(database: apsw.Connection, row: KeyRow, now: float) -> bool:
    """Forget a key that seals nothing any more; the keyring's is to be cleared away."""
    used = database.execute(
        "SELECT 1 FROM secrets WHERE key_id = ?1 UNION ALL SELECT 1 FROM accounts WHERE key_id = ?1 LIMIT 1", (row.id,)
    ).fetchone()
    if used is None:
        database.execute("DELETE FROM keys WHERE id = ?", (row.id,))
        if row.keeper == "keyring":
            database.execute("INSERT OR REPLACE INTO litter VALUES (?, ?)", (row.id, now))
    return used is None


def sealed_rows(database: apsw.Connection) -> list[SealedRow]:
    """Every sealed value."""
    secrets: Any = database.execute("SELECT id, 'secret|' || id, key_id, nonce, sealed FROM secrets").fetchall()
    accounts: Any = database.execute(
        "SELECT id, provider || '|' || id || '|tokens', key_id, nonce, sealed FROM accounts"
    ).fetchall()
    found = [("secrets", row) for row in secrets] + [("accounts", row) for row in accounts]
    return [SealedRow(table, row[0], row[1], Sealed(row[2], row[3], row[4])) for table, row in found]


def reseal(database: apsw.Connection, changed: list[tuple[SealedRow, Sealed]], key_id: str) -> bool:
    """Replace what is still as it was read; nothing once there is a newer key, whose rotation may forget this one."""
    if newest_key(database) != key_id:
        return False
    for row, sealed in changed:
        database.execute(
            f"UPDATE {row.table} SET key_id = ?, nonce = ?, sealed = ? WHERE id = ? AND nonce = ?",
            (*sealed, row.id, row.sealed.nonce),
        )
    return True


def end_sessions(database: apsw.Connection) -> None:
    """Forget what was kept for a session that is over; an account stays, and has to sign in again."""
    over = "(SELECT id FROM keys WHERE keeper = 'session')"
    database.execute(f"DELETE FROM secrets WHERE key_id IN {over}")
    database.execute(
        "DELETE FROM keys WHERE keeper = 'session' AND NOT EXISTS (SELECT 1 FROM accounts WHERE key_id = keys.id)"
    )
