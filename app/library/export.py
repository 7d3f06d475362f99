"""The library as plain files: DIR/<connection>/<path as in the source>, the original bytes, and a manifest."""

from __future__ import annotations

import asyncio
import hashlib
import os
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import msgspec

from app.api import ExportReport
from app.database import Database
from app.database.database import storage_error
from app.library.content import ContentStore, Location
from connectors.sdk import ConfigError

STEP = 200
RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
UNSAFE = frozenset('<>:"|?*\\%')
LONGEST = 200


async def export(
    database: Database, content: ContentStore, directory: Path, connection_ids: list[str]
) -> AsyncIterator[ExportReport]:
    """Write every stored document of these connections (all when empty). Yields progress, last `finished`.

    A name that no file system takes, or that another document has taken already, is escaped: see `safe_path`.
    Raises ConfigError when the directory holds something else, PermanentError when it can't be written.
    """
    if directory.exists() and any(directory.iterdir()) and not (directory / "manifest.jsonl").exists():
        raise ConfigError(
            "The folder is not empty",
            where=str(directory),
            remedy="Name an empty or new folder, or one that an earlier export has written.",
        )
    rows = await database.read(lambda db: list(_rows(db, connection_ids)))
    names = Names()
    written = size = 0
    manifest: list[bytes] = []
    for start in range(0, len(rows), STEP):
        part = rows[start : start + STEP]
        done = await asyncio.to_thread(_write, content, directory, part, names, manifest)
        written += len(part)
        size += done
        yield ExportReport(written=written, total=len(rows), bytes=size, finished=False)
    await asyncio.to_thread(_write_manifest, directory, manifest)
    yield ExportReport(
        written=written, total=len(rows), bytes=size, finished=True, directory=str(directory), escaped=names.escaped
    )


class Names:
    """Gives every document a path of its own; compares like the least able file system (case and Unicode form)."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self.escaped = 0

    def take(self, connection: str, path: str, source_id: str) -> str:
        """A relative path for the document, unlike every other one."""
        *folders, last = [_safe_part(connection.replace("/", "%2F")), *safe_path(path).split("/")]
        place = ""
        for folder in folders:
            place = self._free(place, folder, lambda key: key in self._files) + "/"
            self._folders.add(_fold(place[:-1]))
        name = self._free(place, last, lambda key: key in self._files or key in self._folders)
        self._files.add(_fold(name))
        if name != f"{connection}/{path}":
            self.escaped += 1
        return name

    def _free(self, place: str, part: str, taken: Callable[[str], bool]) -> str:
        name, number = place + part, 1
        while taken(_fold(name)):
            number += 1
            stem, dot, ending = part.rpartition(".")
            name = f"{place}{stem}%{number}.{ending}" if dot and stem else f"{place}{part}%{number}"
        return name


def safe_path(path: str) -> str:
    """`path` with what a file system would refuse or misread percent-escaped, part by part.

    Escaped are control characters, `<>:"|?*\\%`, a trailing dot or space, empty parts, `.` and `..`, Windows' device
    names, and what is longer than 200 bytes (cut, with a digest of the whole part)."""
    return "/".join(_safe_part(part) for part in path.split("/"))


def _safe_part(part: str) -> str:
    if part in ("", ".", ".."):
        return "%" + (part.replace(".", "%2E") or "empty")
    escaped = "".join(
        _percent(char) if char in UNSAFE or unicodedata.category(char) in ("Cc", "Cs") else char for char in part
    )
    if escaped[-1] in ". ":
        escaped = escaped[:-1] + _percent(escaped[-1])
    if escaped.split(".")[0].casefold() in RESERVED:
        escaped = _percent(escaped[0]) + escaped[1:]
    raw = escaped.encode()
    if len(raw) > LONGEST:
        digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        escaped = raw[: LONGEST - 20].decode("utf-8", "ignore") + "%" + digest
    return escaped


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _rows(db: apsw.Connection, connection_ids: list[str]) -> Iterator[tuple[Any, ...]]:
    where, values = "", list[Any]()
    if connection_ids:
        where = f"AND c.id IN ({', '.join('?' * len(connection_ids))})"
        values += connection_ids
    yield from db.execute(
        "SELECT c.name, d.path, d.source_id, d.fingerprint, k.sha256, k.size, k.pack, k.offset, d.media_type, "
        "d.updated_at FROM document d JOIN connection c ON c.num = d.connection JOIN content k ON k.id = d.content "
        f"WHERE d.deleted_at IS NULL AND c.removed_at IS NULL {where} ORDER BY c.name, d.source_id",
        values,
    )


def _write(
    content: ContentStore, directory: Path, rows: list[tuple[Any, ...]], names: Names, manifest: list[bytes]
) -> int:
    size = 0
    for connection, path, source_id, fingerprint, sha256, length, pack, offset, media_type, updated_at in rows:
        name = names.take(connection, path, source_id)
        target = directory / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                for chunk in content.chunks(Location(sha256, length, pack, offset)):
                    file.write(chunk)
            if updated_at is not None:
                os.utime(target, (updated_at, updated_at))
        except OSError as error:
            translated = storage_error(error, target)
            if translated is not None:
                raise translated from error
            raise
        manifest.append(
            msgspec.json.encode(
                {
                    "connection": connection,
                    "source_id": source_id,
                    "path": name,
                    "sha256": sha256.hex(),
                    "fingerprint": fingerprint,
                    "size": length,
                    "media_type": media_type,
                }
            )
        )
        size += length
    return size


def _write_manifest(directory: Path, manifest: list[bytes]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "manifest.jsonl").write_bytes(b"".join(line + b"\n" for line in manifest))
