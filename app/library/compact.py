"""Gives back the space of content that no document has any more: old versions, and what a person deleted for good.

Runs on the writer thread. Living records of a pack are written again at the end of the store, then named there in one
transaction, then the old pack is deleted; a crash in between leaves either the old or the new place named.
"""

from __future__ import annotations

from typing import Any

import apsw

from app.library.content import ContentStore, Location

STEP_BYTES = 8 * 1024 * 1024
WORTH_BYTES = 64 * 1024 * 1024
WORTH_SHARE = 0.3


def worth_compacting(db: apsw.Connection) -> bool:
    """Whether so much lies unused that a run should end with giving it back."""
    row: Any = db.execute(
        "SELECT coalesce(sum(size), 0), coalesce(sum(CASE WHEN refs <= 0 THEN size ELSE 0 END), 0) FROM content"
    ).fetchone()
    return bool(row[1] > WORTH_BYTES and row[1] > row[0] * WORTH_SHARE)


def compact(db: apsw.Connection, content: ContentStore) -> int:
    """Delete what is unused; answers how many bytes. Not inside a transaction."""
    files: list[Any] = db.execute("SELECT sha256, size FROM content WHERE refs <= 0 AND pack = 0").fetchall()
    packs: list[Any] = db.execute(
        "SELECT pack, sum(size) FROM content WHERE refs <= 0 AND pack > 0 GROUP BY pack ORDER BY pack"
    ).fetchall()
    if packs:
        content.roll()
    for pack, _ in packs:
        _empty(db, content, pack)
    with db:
        db.execute("DELETE FROM content WHERE refs <= 0 AND pack = 0")
    content.drop([sha256 for sha256, _ in files], [pack for pack, _ in packs])
    freed: int = sum(size for _, size in files) + sum(size for _, size in packs)
    return freed


def _empty(db: apsw.Connection, content: ContentStore, pack: int) -> None:
    """Move a pack's living records elsewhere and forget its dead ones."""
    rows: list[Any] = db.execute(
        "SELECT id, sha256, size, offset FROM content WHERE pack = ? AND refs > 0 ORDER BY offset", (pack,)
    ).fetchall()
    moved: list[tuple[int, int, int]] = []
    step: list[tuple[int, bytes, bytes]] = []

    def write() -> None:
        places = content.append([(sha256, body) for _, sha256, body in step])
        moved.extend((place.pack, place.offset, item[0]) for place, item in zip(places, step, strict=True))
        step.clear()

    held = 0
    for number, sha256, size, offset in rows:
        step.append((number, sha256, content.read(Location(sha256, size, pack, offset))))
        held += size
        if held >= STEP_BYTES:
            write()
            held = 0
    write()
    with db:
        db.executemany("UPDATE content SET pack = ?, offset = ? WHERE id = ?", moved)
        db.execute("DELETE FROM content WHERE pack = ? AND refs <= 0", (pack,))
