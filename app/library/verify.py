"""Proof that the library is whole: every catalog row has its intact content, and every content its row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import apsw

from app.api import VerifyReport
from app.database import Database
from app.library.content import ContentStore, Location
from app.words import counted

STEP = 500
MOST_PROBLEMS = 1000


async def verify(database: Database, content: ContentStore) -> AsyncIterator[VerifyReport]:
    """Read and hash everything. Yields progress; the last report has `finished` and the verdict."""
    problems: list[str] = []
    documents = await database.read(lambda db: _number(db, "SELECT count(*) FROM document"))
    total = await database.read(lambda db: _number(db, "SELECT count(*) FROM content"))
    problems += await database.read(_references)
    named: set[tuple[int, int, bytes]] = set()
    checked = unreferenced = unreferenced_bytes = read = last = 0
    while True:
        rows = await database.read(lambda db, after=last: _contents(db, after))  # type: ignore[misc]
        if not rows:
            break
        for number, location, refs in rows:
            wrong = await asyncio.to_thread(content.intact, location)
            if wrong:
                problems += await database.read(lambda db, n=number, w=wrong: _owners(db, n, w))  # type: ignore[misc]
            named.add((location.pack, location.offset, location.sha256))
            if refs == 0:
                unreferenced += 1
                unreferenced_bytes += location.size
            checked += 1
            read += location.size
            last = number
        yield VerifyReport(checked=checked, total=total, bytes=read, finished=False)
    strays = await asyncio.to_thread(
        lambda: [row for row in content.records() if (row[2], row[3], row[0]) not in named]
    )
    problems += [f"{size} bytes in pack {pack} at {offset} belong to no document" for _, size, pack, offset in strays]
    yield VerifyReport(
        checked=checked,
        total=total,
        bytes=read,
        finished=True,
        documents=documents,
        contents=total,
        unreferenced=unreferenced,
        unreferenced_bytes=unreferenced_bytes,
        problems=problems[:MOST_PROBLEMS],
    )


def _number(db: apsw.Connection, statement: str) -> int:
    row = db.execute(statement).fetchone()
    return 0 if row is None else int(row[0])


def _references(db: apsw.Connection) -> list[str]:
    problems = [
        f"Content {sha256[:16].lower()} counts {counted(refs, 'document')}, the catalog has {real}"
        for sha256, refs, real in db.execute(
            "SELECT hex(k.sha256), k.refs, count(d.id) FROM content k LEFT JOIN document d ON d.content = k.id "
            "GROUP BY k.id HAVING k.refs <> count(d.id)"
        )
    ]
    problems += [
        f"{title} has no content in the catalog"
        for (title,) in db.execute(
            "SELECT d.title FROM document d LEFT JOIN content k ON k.id = d.content WHERE k.id IS NULL"
        )
    ]
    problems += [
        f"Connection {name} counts {counted(count, 'document')}, the catalog has {real}"
        for name, count, real in db.execute(
            "SELECT c.name, c.documents, count(d.id) FROM connection c "
            "LEFT JOIN document d ON d.connection = c.num AND d.deleted_at IS NULL "
            "GROUP BY c.num HAVING c.documents <> count(d.id)"
        )
    ]
    indexed = _number(db, "SELECT count(*) FROM document WHERE indexed = 1")
    rows = _number(db, "SELECT count(*) FROM search")
    if indexed != rows:
        problems.append(f"The search index holds {counted(rows, 'document')}, the catalog says {indexed}")
    damaged = [row[0] for row in db.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
    return problems + [f"Database: {line}" for line in damaged]


def _contents(db: apsw.Connection, after: int) -> list[tuple[int, Location, int]]:
    rows = db.execute(
        "SELECT id, sha256, size, pack, offset, refs FROM content WHERE id > ? ORDER BY id LIMIT ?", (after, STEP)
    )
    return [(row[0], Location(row[1], row[2], row[3], row[4]), row[5]) for row in rows]


def _owners(db: apsw.Connection, content: int, wrong: str) -> list[str]:
    rows = db.execute(
        "SELECT c.name, d.path FROM document d JOIN connection c ON c.num = d.connection WHERE d.content = ? LIMIT 3",
        (content,),
    )
    names = ", ".join(f"{name}: {path}" for name, path in rows) or "an old version"
    return [f"{names}: {wrong}"]
