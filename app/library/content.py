"""Where documents' bytes are kept: append-only packs for small bodies, a file of its own for each large one.

A pack is a sequence of records, each `magic, length, sha256, body`, so that a pack describes itself and the catalog
could be rebuilt from it. Bodies are durable (fdatasync) before the catalog names them; what a crash leaves behind the
last named byte is cut off when the store is opened. All writing happens on the database's writer thread.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from uuid import uuid4

from app.database.database import storage_error
from connectors.sdk import PermanentError

HEADER = struct.Struct("<4sQ32s")
MAGIC = b"HWD1"
PACK_BYTES = 256 * 1024 * 1024
INLINE_BYTES = 1024 * 1024
"""Bodies above this are streamed to a file of their own and never held in memory."""
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Location:
    """Where a body lies. `pack` 0: a file named by its digest."""

    sha256: bytes
    size: int
    pack: int
    offset: int


class ContentStore:
    """The content of one profile, under `root`: packs/, files/, incoming/."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._number = 0
        self._end = 0
        self._durable = 0
        self._pending: list[bytes] = []
        self._file: FileIO | None = None
        self._handles: dict[int, int] = {}
        self._lock = threading.Lock()

    def open(self, last: Sequence[Location]) -> None:
        """Ready for writing. `last` are the catalog's bodies in the newest packs; bytes behind them are cut off."""
        for name in ("packs", "files", "incoming"):
            (self.root / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in (self.root / "incoming").iterdir():
            left.unlink(missing_ok=True)
        ends: dict[int, int] = {}
        for location in last:
            ends[location.pack] = max(ends.get(location.pack, 0), location.offset + HEADER.size + location.size)
        numbers = sorted(int(path.stem) for path in (self.root / "packs").glob("*.pack"))
        for number in numbers:
            if number not in ends:
                self._pack_path(number).unlink()
        self._number = max(ends, default=1)
        self._end = self._durable = ends.get(self._number, 0)
        path = self._pack_path(self._number)
        if path.exists() and path.stat().st_size > self._end:
            os.truncate(path, self._end)

    def append(self, bodies: Sequence[tuple[bytes, bytes | Path]]) -> list[Location]:
        """Store (sha256, body) pairs durably; a Path is a file from `incoming()` that `sync_data` was called on, and is
        moved. One sync for all others."""
        locations: list[Location] = []
        synced: set[Path] = set()
        try:
            for sha256, body in bodies:
                if isinstance(body, Path):
                    locations.append(self._adopt(sha256, body))
                    synced.add(self.file_path(sha256).parent)
                else:
                    locations.append(self._record(sha256, body))
            self._flush()
        except OSError as error:
            self._forget_tail()
            translated = storage_error(error, self.root)
            if translated is not None:
                raise translated from error
            raise
        for folder in synced:
            _sync_folder(folder)
        return locations

    def roll(self) -> None:
        """Begin a new pack."""
        self._flush()
        self._number += 1
        self._end = self._durable = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def mark(self) -> tuple[int, int]:
        """Where the next record will be written, for `rollback`."""
        return self._number, self._end

    def rollback(self, mark: tuple[int, int], added: Sequence[Location]) -> None:
        """The transaction that was to name these bodies failed: take them away again."""
        self.drop([location.sha256 for location in added if location.pack == 0], [])
        if mark[0] == self._number:
            self._end = self._durable = mark[1]
            self._forget_tail()

    def incoming(self) -> Path:
        """A new name for a body that is being streamed in; `append` moves it to its place."""
        return self.root / "incoming" / uuid4().hex

    def read(self, location: Location) -> bytes:
        """The whole body. Raises PermanentError when it is missing or cut short. Any thread."""
        if location.pack == 0:
            try:
                return self.file_path(location.sha256).read_bytes()
            except OSError as error:
                raise _missing(location, str(error)) from error
        data = self._pread(location.pack, location.offset + HEADER.size, location.size)
        if len(data) != location.size:
            raise _missing(location, f"{len(data)} of {location.size} bytes")
        return data

    def chunks(self, location: Location) -> Iterator[bytes]:
        """The body in pieces of at most 1 MB. Any thread."""
        if location.pack:
            yield self.read(location)
            return
        try:
            with self.file_path(location.sha256).open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise _missing(location, str(error)) from error

    def intact(self, location: Location) -> str:
        """ "" when the body is there with its digest, else what is wrong."""
        digest = hashlib.sha256()
        try:
            if location.pack:
                header = self._pread(location.pack, location.offset, HEADER.size)
                if header != HEADER.pack(MAGIC, location.size, location.sha256):
                    return "the record's header does not match the catalog"
            for chunk in self.chunks(location):
                digest.update(chunk)
        except PermanentError as error:
            return error.detail or error.what
        return "" if digest.digest() == location.sha256 else "the bytes do not match their digest"

    def records(self) -> Iterator[tuple[bytes, int, int, int]]:
        """Every body that is there: (sha256, size, pack, offset), by walking the packs and files themselves."""
        for path in sorted((self.root / "packs").glob("*.pack")):
            number = int(path.stem)
            end = path.stat().st_size if number != self._number else self._end
            offset = 0
            while offset + HEADER.size <= end:
                header = self._pread(number, offset, HEADER.size)
                magic, size, sha256 = HEADER.unpack(header)
                if magic != MAGIC:
                    break
                yield sha256, size, number, offset
                offset += HEADER.size + size
        for path in sorted((self.root / "files").glob("*/*")):
            yield bytes.fromhex(path.name), path.stat().st_size, 0, 0

    def drop(self, files: Sequence[bytes], packs: Sequence[int]) -> None:
        """Delete bodies that nothing refers to: files by digest, and packs without a living record."""
        for sha256 in files:
            self.file_path(sha256).unlink(missing_ok=True)
        for number in packs:
            if number == self._number:
                self._end = self._durable = 0
                self._forget_tail()
                continue
            with self._lock:
                handle = self._handles.pop(number, None)
            if handle is not None:
                os.close(handle)
            self._pack_path(number).unlink(missing_ok=True)

    def disk_bytes(self) -> int:
        """What the store occupies."""
        return sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        with self._lock:
            for handle in self._handles.values():
                os.close(handle)
            self._handles.clear()

    def file_path(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.root / "files" / name[:2] / name

    def _pack_path(self, number: int) -> Path:
        return self.root / "packs" / f"{number:06}.pack"

    def _record(self, sha256: bytes, body: bytes) -> Location:
        if self._end >= PACK_BYTES:
            self.roll()
        location = Location(sha256, len(body), self._number, self._end)
        self._pending += (HEADER.pack(MAGIC, len(body), sha256), body)
        self._end += HEADER.size + len(body)
        return location

    def _flush(self) -> None:
        if not self._pending:
            return
        if self._file is None:
            self._file = self._pack_path(self._number).open("ab", buffering=0)
        data = memoryview(b"".join(self._pending))
        self._pending.clear()
        while data:
            data = data[self._file.write(data) :]
        sync_data(self._file.fileno())
        self._durable = self._end

    def _adopt(self, sha256: bytes, path: Path) -> Location:
        size = path.stat().st_size
        target = self.file_path(sha256)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(path, target)
        return Location(sha256, size, 0, 0)

    def _forget_tail(self) -> None:
        """After a failed write: back to what is durable."""
        self._pending.clear()
        self._end = self._durable
        path = self._pack_path(self._number)
        if path.exists():
            os.truncate(path, self._durable)

    def _pread(self, number: int, offset: int, size: int) -> bytes:
        with self._lock:
            handle = self._handles.get(number)
            if handle is None:
                try:
                    handle = os.open(self._pack_path(number), os.O_RDONLY | getattr(os, "O_BINARY", 0))
                except OSError:
                    return b""
                self._handles[number] = handle
            if not hasattr(os, "pread"):
                os.lseek(handle, offset, os.SEEK_SET)
                return os.read(handle, size)
        return os.pread(handle, size, offset)


def _missing(location: Location, detail: str) -> PermanentError:
    return PermanentError(
        "The stored content is missing or damaged",
        where=location.sha256.hex()[:16],
        remedy="Run `headwaterctl library verify`, then sync the connection with --full to fetch it again.",
        detail=detail,
        code="content_damaged",
    )


def sync_data(handle: int) -> None:
    """Wait until what was written to the file is on the disk."""
    getattr(os, "fdatasync", os.fsync)(handle)


def _sync_folder(path: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
