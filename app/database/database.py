"""One SQLite file (WAL): a single writer thread, a few readers, and nothing of it on the event loop.

Work is handed over as a function of the connection. A write runs in one transaction and is durable when the call
answers (synchronous=FULL); a read sees one snapshot. Cancelling a read interrupts it; a write that has begun ends.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from connectors.sdk import HeadwaterError, PermanentError, TransientError

T = TypeVar("T")

BUSY_MS = 10_000


class Database:
    """An opened database. Make one with `Database.open`."""

    def __init__(self, path: Path, readers: int) -> None:
        self.path = path
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"{path.stem}-writer")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix=f"{path.stem}-reader")
        self._local = threading.local()
        self._opened: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._write_connection: apsw.Connection | None = None

    @classmethod
    async def open(cls, path: Path, migrations: Sequence[str], *, readers: int = 2) -> Database:
        """Open or create the file and bring it to the newest version.

        Raises PermanentError for a read-only place, a full disk, a file of a newer version or one that is no database.
        """
        database = cls(path, readers)
        try:
            await asyncio.get_running_loop().run_in_executor(database._writer, database._prepare, migrations)
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` in one transaction on the writer thread; everything it did is undone when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    async def on_writer(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` on the writer thread without a transaction, for what must happen in order with the writes."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._plain, work)

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` on a reader thread with one snapshot of the data."""
        running: list[apsw.Connection] = []

        def task() -> T:
            connection = self._reader()
            running.append(connection)
            try:
                with _translated(self.path):
                    connection.execute("BEGIN")
                    try:
                        return work(connection)
                    finally:
                        connection.execute("ROLLBACK")
            finally:
                running.clear()

        future = asyncio.get_running_loop().run_in_executor(self._readers, task)
        try:
            return await future
        except asyncio.CancelledError:
            for connection in list(running):
                connection.interrupt()
            raise

    async def close(self) -> None:
        """Let what was handed over end, then close every connection."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def _connect(self, *, writable: bool) -> apsw.Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if writable else 0)
        connection = apsw.Connection(str(self.path), flags=flags, statementcachesize=200)
        connection.set_busy_timeout(BUSY_MS)
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")
        with self._lock:
            self._opened.append(connection)
        return connection

    def _reader(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with _translated(self.path):
                connection = self._connect(writable=False)
                connection.execute("PRAGMA query_only=ON")
                connection.execute("PRAGMA cache_size=-4000")
            self._local.connection = connection
        return connection

    def _prepare(self, migrations: Sequence[str]) -> None:
        with _translated(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = self._connect(writable=True)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA cache_size=-8000")
            connection.execute("PRAGMA journal_size_limit=67108864")
            version = connection.pragma("user_version")
            if version > len(migrations):
                raise PermanentError(
                    f"This profile was written by a newer version (format {version}, this one knows {len(migrations)})",
                    where=str(self.path),
                    remedy="Start the newer version, or use another profile with --profile.",
                    code="profile_too_new",
                )
            for number in range(version, len(migrations)):
                with connection:
                    connection.execute(migrations[number])
                    connection.pragma("user_version", number + 1)
            self._write_connection = connection

    def _plain(self, work: Callable[[apsw.Connection], T]) -> T:
        assert self._write_connection is not None
        with _translated(self.path):
            return work(self._write_connection)

    def _write(self, work: Callable[[apsw.Connection], T]) -> T:
        connection = self._write_connection
        assert connection is not None
        with _translated(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            return result


class _translated:
    """SQLite's and the file system's errors as ours, with the file and what to do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, HeadwaterError):
            return
        translated = storage_error(error, self.path)
        if translated is not None:
            raise translated from error


def storage_error(error: BaseException, path: Path) -> HeadwaterError | None:
    """What a failed write or open means for the person; None when it is not about storage."""
    where = str(path)
    if isinstance(error, apsw.FullError) or (isinstance(error, OSError) and error.errno in (28, 122)):
        return PermanentError(
            "The disk is full",
            where=where,
            remedy="Free some space, then sync again: it goes on where it stopped, and what is stored stays.",
            code="disk_full",
        )
    if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError | PermissionError) or (
        isinstance(error, OSError) and error.errno == 30
    ):
        return PermanentError(
            "The profile can't be written",
            where=where,
            remedy="Give your user write permission to this folder, or choose another one with --profile.",
            detail=str(error),
            code="profile_read_only",
        )
    if isinstance(error, apsw.NotADBError | apsw.CorruptError):
        return PermanentError(
            "The database is damaged or not a database",
            where=where,
            remedy="Restore it from a backup, or move it away and sync again: sources are never changed by a sync.",
            detail=str(error),
            code="database_damaged",
        )
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return TransientError(
            "Another program holds the database", where=where, remedy="Close it and try again.", code="database_busy"
        )
    if isinstance(error, apsw.IOError):
        return PermanentError(
            "The disk answered with an error",
            where=where,
            remedy="Check the disk; what was stored before is kept.",
            detail=str(error),
            code="disk_error",
        )
    return None
