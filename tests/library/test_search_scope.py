"""Whose documents a search finds, whether or not anything narrows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import apsw
import pytest

from app.api import SearchQuery
from app.database import PROFILE, Database
from app.library.content import Location
from app.library.search import SearchIndex
from tests.library.test_lists import NOW, fill


def index(db: apsw.Connection) -> None:
    """The documents of the lists, each with the same word in it."""
    fill(db)
    db.execute(
        "INSERT INTO search (rowid, title, body) SELECT id, title, 'handover' FROM document WHERE deleted_at IS NULL"
    )


def titles(profile: Path, query: SearchQuery, *, restored: bool = False) -> tuple[list[str], int]:
    def read_text(_location: Location, _media_type: str, _path: str) -> str:
        return "handover"

    async def main() -> tuple[list[str], int]:
        database = await Database.open(profile / "headwater.db", PROFILE)
        try:
            await database.write(index)
            if restored:
                await database.write(lambda db: db.execute("UPDATE connection SET removed_at = NULL"))
            page = await SearchIndex(database, read_text).search(query)
            return sorted(hit.title for hit in page.hits), page.total
        finally:
            await database.close()

    return asyncio.run(main())


HERE = ["Chart", "Handbook", "Poster", "Rota"]


def test_what_was_removed_is_not_found(tmp_path: Path) -> None:
    assert titles(tmp_path, SearchQuery(text="handover")) == (HERE, 4)


def test_with_nothing_removed_and_nothing_narrowed_all_is_found(tmp_path: Path) -> None:
    found = sorted([*HERE, "Of a removed connection"])
    assert titles(tmp_path, SearchQuery(text="handover"), restored=True) == (found, 5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (SearchQuery(text="handover", connections=["c2"]), ["Chart", "Poster"]),
        (SearchQuery(text="handover", type="text"), ["Handbook", "Of a removed connection", "Rota"]),
        (SearchQuery(text="handover", after=NOW - 2 * 86_400), ["Chart", "Handbook", "Of a removed connection"]),
        (SearchQuery(text="handover", access="public"), ["Handbook"]),
    ],
)
def test_what_narrows_holds_where_nothing_was_removed(tmp_path: Path, query: SearchQuery, expected: list[str]) -> None:
    assert titles(tmp_path, query, restored=True) == (expected, len(expected))
