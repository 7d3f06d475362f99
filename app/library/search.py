"""Full-text search over what was synced: a person's words to FTS5, hits with snippets.

The index is contentless, so a snippet is cut from the document's stored bytes: the texts of the hits shown go into a
throw-away table in memory, and FTS5's own `snippet()` marks them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import apsw

from app.api import Hit, SearchPage, SearchQuery
from app.database import Database
from app.library.content import Location
from app.library.narrowing import narrow

TOKEN = re.compile(r'(-?)"([^"]*)"?|(-?)(\S+)')
WORDS = re.compile(r"\w+", re.UNICODE)
SNIPPET_WORDS = 28
SNIPPET_TEXT = 400_000

ReadText = Callable[[Location, str, str], str]
"""(where, media type, path) to the text that was indexed."""


def fts_query(text: str) -> str:
    """What a person typed as an FTS5 expression: words AND-ed, "phrases", `word*`, `-word`. "" when no word is left."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for match in TOKEN.finditer(text):
        minus = bool(match[1] or match[3])
        phrase = match[2] if match[2] is not None else match[4]
        words = WORDS.findall(phrase)
        if not words:
            continue
        prefix = match[2] is None and phrase.endswith("*")
        term = '"' + " ".join(words) + '"' + ("*" if prefix else "")
        (unwanted if minus else wanted).append(term)
    if not wanted:
        return ""
    expression = " AND ".join(wanted)
    return f"({expression}) NOT ({' OR '.join(unwanted)})" if unwanted else expression


def _matching(db: apsw.Connection, query: SearchQuery) -> tuple[str, str, list[Any]]:
    """Tables, condition and values of what matches. The index holds no document that is in the bin: where nothing
    narrows the search it alone is read, in a third of the time where a tenth of a million documents match."""
    parts, values = narrow(query)
    removed = db.execute("SELECT EXISTS (SELECT 1 FROM connection WHERE removed_at IS NOT NULL)").fetchone()
    if len(parts) == 1 and not query.connections and removed == (0,):
        return "search", "search MATCH ?", []
    tables = "search JOIN document d ON d.id = search.rowid"
    return tables, " AND ".join(["search MATCH ?", "d.deleted_at IS NULL", *parts]), values


class SearchIndex:
    """Questions to the index."""

    def __init__(self, database: Database, read_text: ReadText) -> None:
        self._database = database
        self._read_text = read_text

    async def search(self, query: SearchQuery) -> SearchPage:
        """The best hits first. Never fails on what was typed; an empty query finds nothing and says so."""
        started = time.perf_counter()
        expression = fts_query(query.text)
        if not expression:
            return SearchPage(hits=[], total=0, ms=0.0, note="Type a word to search for.")
        hits, total = await self._database.read(lambda db: self._search(db, expression, query))
        return SearchPage(hits=hits, total=total, ms=round((time.perf_counter() - started) * 1000, 1))

    def _search(self, db: apsw.Connection, expression: str, query: SearchQuery) -> tuple[list[Hit], int]:
        tables, where, values = _matching(db, query)
        total = db.execute(f"SELECT count(*) FROM {tables} WHERE {where}", [expression, *values]).fetchone()
        best = (
            f"SELECT search.rowid AS id, bm25(search, 6.0, 1.0) AS score FROM {tables} WHERE {where} "
            "ORDER BY score, search.rowid LIMIT ? OFFSET ?"
        )
        rows: list[Any] = db.execute(
            "SELECT d.id, c.name, c.id, d.source_id, d.title, d.path, d.url, d.media_type, d.size, d.updated_at, "
            f"best.score, k.sha256, k.size, k.pack, k.offset FROM ({best}) best JOIN document d ON d.id = best.id "
            "JOIN connection c ON c.num = d.connection JOIN content k ON k.id = d.content ORDER BY best.score, d.id",
            [expression, *values, query.limit, query.offset],
        ).fetchall()
        snippets = self._snippets(expression, rows)
        hits = [
            Hit(
                document_id=str(row[0]),
                connection=row[1],
                connection_id=row[2],
                source_id=row[3],
                title=row[4],
                path=row[5],
                url=row[6],
                media_type=row[7],
                size=row[8],
                updated_at=row[9],
                snippet=snippets.get(row[0], ""),
                score=round(-row[10], 4),
            )
            for row in rows
        ]
        return hits, 0 if total is None else int(total[0])

    def _snippets(self, expression: str, rows: list[Any]) -> dict[int, str]:
        memory = apsw.Connection(":memory:")
        try:
            memory.execute(
                'CREATE VIRTUAL TABLE t USING fts5(title, body, tokenize="unicode61 remove_diacritics 2", detail=full)'
            )
            for row in rows:
                text = self._read_text(Location(row[11], row[12], row[13], row[14]), row[7], row[5])
                memory.execute(
                    "INSERT INTO t (rowid, title, body) VALUES (?, ?, ?)",
                    (row[0], f"{row[4]}\n{row[5]}", text[:SNIPPET_TEXT]),
                )
            found = memory.execute(
                "SELECT rowid, snippet(t, 1, char(2), char(3), '…', ?) FROM t WHERE t MATCH ?",
                (SNIPPET_WORDS, expression),
            )
            return {rowid: " ".join(snippet.split()) for rowid, snippet in found}
        finally:
            memory.close()
