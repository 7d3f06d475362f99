"""The library of one profile: opens the database and the content store and hands out its small ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import apsw

from app.api import DocumentText, DocumentView, LibraryStats, Why
from app.database import PROFILE, Database
from app.extraction import extract
from app.library.batch import Redact
from app.library.catalog import Catalog
from app.library.compact import compact, worth_compacting
from app.library.content import ContentStore, Location
from app.library.ledger import Ledger
from app.library.progress import Progress
from app.library.runs import Runs
from app.library.search import SearchIndex

_UNSEEN = {
    "failed": "No run has seen this id; the last one failed.",
    "interrupted": "No run has seen this id; the last one was cut off.",
    "cancelled": "No run has seen this id; the last one was cancelled.",
}
"""By the end of a connection's last run."""


class Library:
    """The rooms' one door to what was synced. Make one with `Library.open`."""

    def __init__(
        self, database: Database, content: ContentStore, on_commit: Callable[[], None], redact: Redact
    ) -> None:
        self.database = database
        self.content = content
        self.ledger = Ledger(database, content, on_commit, redact)
        self.catalog = Catalog(database)
        self.runs = Runs(database, on_commit, redact)
        self.progress = Progress(database)
        self.search = SearchIndex(database, self._text)

    @classmethod
    async def open(
        cls, profile: Path, on_commit: Callable[[], None] = lambda: None, redact: Redact = lambda text: text
    ) -> Library:
        """Open `headwater.db` and `library/` under the profile; bytes that no row names are cut off."""
        database = await Database.open(profile / "headwater.db", PROFILE)
        try:
            content = ContentStore(profile / "library")
            await database.on_writer(lambda db: content.open(_last_records(db)))
        except BaseException:
            await database.close()
            raise
        return cls(database, content, on_commit, redact)

    async def close(self) -> None:
        await self.database.close()
        self.content.close()

    async def body(self, document_id: str) -> tuple[DocumentView, bytes]:
        """A document's row and its original bytes. Raises NotFound, PermanentError when it is damaged."""
        view = await self.catalog.document(document_id)
        location = await self.database.read(lambda db: _location(db, int(document_id)))
        return view, await asyncio.to_thread(self.content.read, location)

    async def text(self, document_id: str, limit: int) -> DocumentText:
        """The text for a preview."""
        view = await self.catalog.document(document_id)
        location = await self.database.read(lambda db: _location(db, int(document_id)))
        text = await asyncio.to_thread(self._text, location, view.media_type, view.path)
        note = ""
        if not text:
            note = f"No text preview for {view.media_type}." if view.media_type else "No text preview for this type."
        return DocumentText(document_id=view.id, text=text[:limit], truncated=len(text) > limit, note=note)

    async def stats(self) -> LibraryStats:
        def look(db: apsw.Connection) -> tuple[int, ...]:
            row = db.execute(
                # The connections' counts are kept by each commit; the index has one small row per document.
                "SELECT coalesce(sum(documents), 0), coalesce(sum(bytes), 0), (SELECT count(*) FROM content), "
                "(SELECT count(*) FROM document WHERE deleted_at IS NOT NULL), "
                "(SELECT count(*) FROM search_docsize) FROM connection WHERE removed_at IS NULL"
            ).fetchone()
            assert row is not None
            return tuple(row)

        documents, size, contents, deleted, indexed = await self.database.read(look)
        disk = await asyncio.to_thread(self.content.disk_bytes)
        return LibraryStats(
            documents=documents,
            bytes=size,
            contents=contents,
            disk_bytes=disk + self.database.path.stat().st_size,
            deleted=deleted,
            index_documents=indexed,
        )

    async def why(self, connection_id: str, source_id: str) -> Why:
        """What the library knows about an id that someone misses."""
        findings: list[str] = []
        view = await self.catalog.by_source(connection_id, source_id)
        if view is not None and view.deleted_at is None:
            findings.append(f"It is in the library as document {view.id}, “{view.title}”.")
            if not view.indexed:
                findings.append(f"Its text is not in the search index ({view.media_type}); its title is found.")
            return Why(ref=source_id, found=True, findings=findings)
        if view is not None:
            findings.append("The source no longer had it in the last pass; it lies in the bin.")
        failing = {item.source_id: item for item in await self.runs.failing(connection_id, 100_000)}
        if source_id in failing:
            item = failing[source_id]
            findings.append(f"It failed: {item.error.sentence()}")
            return Why(ref=source_id, found=False, findings=findings, remedy=item.error.remedy)
        last = await self.runs.last(connection_id)
        if last is None:
            findings.append("The connection has never been synced.")
            return Why(ref=source_id, found=False, findings=findings, remedy="Sync the connection.")
        if view is None:
            findings.append(_UNSEEN.get(last.state, "No run has seen this id."))
        return Why(
            ref=source_id,
            found=False,
            findings=findings,
            remedy="Check the id's spelling, the connection's filters and size limit, then sync with --reconcile.",
        )

    async def purge(self, connection_num: int) -> None:
        """Delete a connection's documents and everything recorded about them for good, content included."""

        def delete(db: apsw.Connection) -> None:
            key = (connection_num,)
            db.execute(
                "DELETE FROM search WHERE rowid IN (SELECT id FROM document WHERE connection = ? AND indexed = 1)", key
            )
            db.execute(
                "UPDATE content SET refs = refs - (SELECT count(*) FROM document d WHERE d.content = content.id AND "
                "d.connection = ?1) WHERE id IN (SELECT content FROM document WHERE connection = ?1)",
                key,
            )
            db.execute("DELETE FROM document WHERE connection = ?", key)
            db.execute("DELETE FROM connection WHERE num = ?", key)

        await self.database.write(delete)
        await self.compact()

    async def compact(self, *, if_worth: bool = False) -> int:
        """Give back the space of content without a document; with `if_worth` only where it is much. Bytes freed."""
        if if_worth and not await self.database.read(worth_compacting):
            return 0
        return await self.database.on_writer(lambda db: compact(db, self.content))

    def _text(self, location: Location, media_type: str, path: str) -> str:
        return extract(self.content.read(location), media_type, path) or ""


def _location(db: apsw.Connection, document: int) -> Location:
    row = db.execute(
        "SELECT k.sha256, k.size, k.pack, k.offset FROM document d JOIN content k ON k.id = d.content WHERE d.id = ?",
        (document,),
    ).fetchone()
    assert row is not None
    return Location(row[0], row[1], row[2], row[3])


def _last_records(db: apsw.Connection) -> list[Location]:
    """The last record of each pack: where appending goes on."""
    rows = db.execute(
        "SELECT sha256, size, pack, offset FROM content k WHERE pack > 0 AND offset = "
        "(SELECT max(offset) FROM content m WHERE m.pack = k.pack) GROUP BY pack"
    )
    return [Location(row[0], row[1], row[2], row[3]) for row in rows]
