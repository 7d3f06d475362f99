"""The list of documents narrowed by type, time and access, without a question and in a library of any size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from app.api import DocumentFilter, DocumentPage
from app.database import PROFILE, Database
from app.library.catalog import Catalog

DAY = 86_400.0
NOW = 1_790_000_000.0
DOCUMENTS: list[tuple[Any, ...]] = [
    # connection, title, type, updated, stored, access, deleted
    (1, "Handbook", "text/markdown", NOW - DAY, NOW, '{"public":true}', None),
    (1, "Rota", "text/plain; charset=utf-8", NOW - 9 * DAY, NOW, '{"groups":["crew"]}', None),
    (2, "Chart", "application/pdf", None, NOW - 2 * DAY, None, None),
    (2, "Poster", "image/png", NOW - 40 * DAY, NOW, "{}", None),
    (2, "Gone", "text/plain", NOW, NOW, None, NOW),
    (3, "Of a removed connection", "text/plain", NOW, NOW, None, None),
]


def fill(db: apsw.Connection) -> None:
    for number, removed in ((1, None), (2, None), (3, NOW)):
        db.execute(
            "INSERT INTO connection (num, id, name, type, config, config_version, created_at, removed_at, documents) "
            "VALUES (?, ?, ?, 'folder', '{}', 1, 0, ?, (SELECT ?))",
            (number, f"c{number}", f"Name {number}", removed, (2, 2, 1)[number - 1]),
        )
    db.execute("INSERT INTO content (id, sha256, size, pack, offset, refs) VALUES (1, x'00', 1, 0, 0, 1)")
    db.executemany(
        "INSERT INTO document (connection, source_id, partition, title, path, media_type, size, updated_at, stored_at, "
        "access, deleted_at, content, indexed, change) VALUES (?1, ?2, '', ?2, ?2, ?3, 1, ?4, ?5, ?6, ?7, 1, 1, 'new')",
        DOCUMENTS,
    )


def ask(profile: Path, filter: DocumentFilter) -> DocumentPage:
    async def main() -> DocumentPage:
        database = await Database.open(profile / "headwater.db", PROFILE)
        try:
            if not await database.read(lambda db: db.execute("SELECT 1 FROM content").fetchone()):
                await database.write(fill)
            return await Catalog(database).documents(filter)
        finally:
            await database.close()

    profile.mkdir(exist_ok=True)
    return asyncio.run(main())


@pytest.mark.parametrize(
    ("filter", "titles"),
    [
        ({}, ["Handbook", "Chart", "Rota", "Poster"]),
        ({"type": "text"}, ["Handbook", "Rota"]),
        ({"type": "image/png"}, ["Poster"]),
        ({"after": NOW - 8 * DAY}, ["Handbook", "Chart"]),
        ({"before": NOW - 8 * DAY}, ["Rota", "Poster"]),
        ({"access": "public"}, ["Handbook"]),
        ({"access": "limited"}, ["Rota", "Poster"]),
        ({"access": "unknown"}, ["Chart"]),
        ({"connections": ["c2"], "after": NOW - 8 * DAY}, ["Chart"]),
        ({"connections": ["Name 1"], "type": "text", "access": "limited"}, ["Rota"]),
    ],
)
def test_narrowed_without_a_question(tmp_path: Path, filter: dict[str, Any], titles: list[str]) -> None:
    for sort in ("updated", "title"):
        page = ask(tmp_path, DocumentFilter(**filter, sort=sort, descending=True))
        assert [each.title for each in page.documents] == (titles if sort == "updated" else sorted(titles)[::-1])
        assert page.total == len(titles)


def test_pages_meet_and_each_tells_the_whole_number(tmp_path: Path) -> None:
    pages = [ask(tmp_path, DocumentFilter(sort="updated", limit=1, offset=at)) for at in range(6)]
    assert [each.title for page in pages for each in page.documents] == ["Poster", "Rota", "Chart", "Handbook"]
    assert [page.total for page in pages] == [4] * 6


def test_the_latest_of_a_million_are_found_without_reading_the_others(tmp_path: Path) -> None:
    """What SQLite says it will do is the proof that does not depend on the machine: one index, nothing sorted."""
    ask(tmp_path, DocumentFilter())
    db = apsw.Connection(str(tmp_path / "headwater.db"))
    asked: list[tuple[str, Any]] = []

    def note(_cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        asked.append((sql, values))
        return True

    class OneReader:
        async def read(self, work: Callable[[apsw.Connection], DocumentPage]) -> DocumentPage:
            return work(db)

    db.exec_trace = note
    filter = DocumentFilter(type="text", access="public", after=0.0, sort="updated", descending=True, limit=1)
    page = asyncio.run(Catalog(cast(Database, OneReader())).documents(filter))
    db.exec_trace = None
    assert page.total == 1
    plans = ["\n".join(str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)) for sql, values in asked]
    db.close()
    assert len(plans) == 2
    for plan in plans:
        assert "USING INDEX document_latest" in plan or "USING COVERING INDEX document_latest" in plan
        assert "autoindex_document" not in plan
