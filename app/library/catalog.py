"""What the catalog knows, for planning a page and for lists of documents. Reading only."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import apsw
import msgspec

from app.api import DocumentFilter, DocumentPage, DocumentView
from app.database import Database
from app.library.narrowing import TIME, narrow
from connectors.sdk import Covers, NotFound

COLUMNS = """d.id, c.name, c.id, d.source_id, d.title, d.path, d.url, d.media_type, d.size, hex(k.sha256),
    d.fingerprint, d.owner, d.created_at, d.updated_at, d.stored_at, d.deleted_at, d.indexed, d.metadata"""
TABLES = "document d JOIN connection c ON c.num = d.connection JOIN content k ON k.id = d.content"
ORDERS = {
    "title": "d.title COLLATE NOCASE",
    "updated": TIME,
    "size": "d.size",
    "stored": "d.stored_at",
}


class Known(NamedTuple):
    """What planning needs of a stored document."""

    fingerprint: str | None
    title: str
    path: str
    url: str | None
    deleted: bool
    run: int | None
    """The run that last stored it."""


class Catalog:
    """Questions about stored documents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, connection_num: int, ids: list[str]) -> dict[str, Known]:
        """Those of `ids` that the catalog has, the bin included."""

        def look(db: apsw.Connection) -> dict[str, Known]:
            found: dict[str, Known] = {}
            statement = (
                "SELECT fingerprint, title, path, url, deleted_at, run FROM document "
                "WHERE connection = ? AND source_id = ?"
            )
            for source_id in ids:
                for row in db.execute(statement, (connection_num, source_id)):
                    found[source_id] = Known(row[0], row[1], row[2], row[3], row[4] is not None, row[5])
            return found

        return await self._database.read(look)

    async def covered(self, connection_num: int, partition: str, covers: Covers) -> dict[str, Known]:
        """All documents of a partition with `after < id <= through`, without the bin."""

        where, values = _range(connection_num, partition, covers)
        statement = (
            f"SELECT source_id, fingerprint, title, path, url, run FROM document WHERE {where} AND deleted_at IS NULL"
        )

        def look(db: apsw.Connection) -> dict[str, Known]:
            rows: list[Any] = db.execute(statement, values).fetchall()
            return {row[0]: Known(row[1], row[2], row[3], row[4], False, row[5]) for row in rows}

        return await self._database.read(look)

    async def unnamed_failures(self, connection_num: int, partition: str, covers: Covers) -> list[str]:
        """Ids in that range which the source itself reported as failing: no retry will clear them, a listing may."""
        where, values = _range(connection_num, partition, covers)
        statement = f"SELECT source_id FROM failing WHERE {where} AND upsert IS NULL"
        return await self._database.read(lambda db: [str(row[0]) for row in db.execute(statement, values)])

    async def count(self, connection_num: int) -> int:
        def look(db: apsw.Connection) -> int:
            statement = "SELECT documents FROM connection WHERE num = ?"
            row = db.execute(statement, (connection_num,)).fetchone()
            return 0 if row is None else int(row[0])

        return await self._database.read(look)

    async def documents(self, filter: DocumentFilter) -> DocumentPage:
        """A page of the list, with the number of all that match. Its ids are found first, in an index where there
        is one: of a million documents only those of the page are read. A text has to be looked for in every name, so
        the page and the number are sought side by side; the number may then be younger by a moment."""
        where, values = _where(filter)
        direction = "DESC" if filter.descending else "ASC"
        order = f"ORDER BY {ORDERS[filter.sort]} {direction}, d.id {direction}"
        ids = f"SELECT d.id FROM document d {_index(filter)} WHERE {where} {order} LIMIT ? OFFSET ?"

        def page(db: apsw.Connection) -> list[DocumentView]:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM {TABLES} WHERE d.id IN ({ids}) {order}", [*values, filter.limit, filter.offset]
            )
            return [_view(row) for row in rows]

        def count(db: apsw.Connection) -> int:
            statement = _counted(filter) or f"SELECT count(*) FROM document d {_index(filter)} WHERE {where}"
            counted = db.execute(statement, values).fetchone()
            return 0 if counted is None else int(counted[0] or 0)

        def both(db: apsw.Connection) -> DocumentPage:
            documents = page(db)
            whole = len(documents) < filter.limit and (documents or not filter.offset)
            return DocumentPage(documents=documents, total=filter.offset + len(documents) if whole else count(db))

        if not filter.text:
            return await self._database.read(both)
        documents, total = await asyncio.gather(self._database.read(page), self._database.read(count))
        return DocumentPage(documents=documents, total=total)

    async def document(self, document_id: str) -> DocumentView:
        """One document by its number. Raises NotFound."""

        def look(db: apsw.Connection) -> DocumentView | None:
            statement = f"SELECT {COLUMNS} FROM {TABLES} WHERE d.id = ? AND c.removed_at IS NULL"
            row = db.execute(statement, (int(document_id),)).fetchone()
            return None if row is None else _view(row)

        view = await self._database.read(look) if document_id.isdecimal() and len(document_id) < 19 else None
        if view is None:
            raise NotFound(
                "No such document", where=document_id, remedy="Find it with `headwaterctl library list` or a search."
            )
        return view

    async def by_source(self, connection_id: str, source_id: str) -> DocumentView | None:
        def look(db: apsw.Connection) -> DocumentView | None:
            statement = f"SELECT {COLUMNS} FROM {TABLES} WHERE c.id = ? AND d.source_id = ?"
            row = db.execute(statement, (connection_id, source_id)).fetchone()
            return None if row is None else _view(row)

        return await self._database.read(look)


def _range(connection_num: int, partition: str, covers: Covers) -> tuple[str, list[Any]]:
    where, values = "connection = ? AND partition = ?", list[Any]([connection_num, partition])
    if covers.after is not None:
        where += " AND source_id > ?"
        values.append(covers.after)
    if covers.through is not None:
        where += " AND source_id <= ?"
        values.append(covers.through)
    return where, values


def _where(filter: DocumentFilter) -> tuple[str, list[Any]]:
    parts, values = narrow(filter)
    if filter.status == "stored":
        parts.append("d.deleted_at IS NULL")
    elif filter.status == "deleted":
        parts.append("d.deleted_at IS NOT NULL")
    elif filter.status == "held_back":
        parts.append(
            "d.deleted_at IS NULL AND EXISTS (SELECT 1 FROM staged_deletion s WHERE s.connection = d.connection "
            "AND s.source_id = d.source_id AND s.held = 1)"
        )
    if filter.text:
        parts.append("(d.title LIKE ? ESCAPE '\\' OR d.path LIKE ? ESCAPE '\\')")
        values += [like(filter.text)] * 2
    if filter.run:
        parts.append("d.run = (SELECT num FROM run WHERE id = ?)")
        values.append(filter.run)
    if filter.change:
        parts.append("d.change = ?")
        values.append(filter.change)
    return " AND ".join(parts), values


def _index(filter: DocumentFilter) -> str:
    """The index that answers the whole question: by itself SQLite would rather sort a million rows."""
    if filter.run or filter.change or filter.status != "stored":
        return ""
    if filter.sort == "updated" and not filter.text:
        return "INDEXED BY document_latest"
    if filter.sort == "title" and not _narrowed(filter):
        return "INDEXED BY document_names"
    return ""


def _counted(filter: DocumentFilter) -> str:
    """Where a connection's own counter is the answer: how to ask for it. Takes the values of `narrow`."""
    if filter.text or filter.run or filter.change or filter.status != "stored" or _narrowed(filter):
        return ""
    (connections,), _ = narrow(filter)
    return f"SELECT sum(d.documents) FROM connection d WHERE {connections.replace('d.connection', 'd.num')}"


def _narrowed(filter: DocumentFilter) -> bool:
    return bool(filter.type or filter.access or filter.after is not None or filter.before is not None)


def like(text: str) -> str:
    """`text` anywhere, for LIKE with backslash as escape."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _view(row: tuple[Any, ...]) -> DocumentView:
    return DocumentView(
        id=str(row[0]),
        connection=row[1],
        connection_id=row[2],
        source_id=row[3],
        title=row[4],
        path=row[5],
        url=row[6],
        media_type=row[7],
        size=row[8],
        sha256=row[9].lower(),
        fingerprint=row[10],
        owner=row[11],
        created_at=row[12],
        updated_at=row[13],
        stored_at=row[14],
        deleted_at=row[15],
        indexed=bool(row[16]),
        metadata=msgspec.json.decode(row[17]),
    )
