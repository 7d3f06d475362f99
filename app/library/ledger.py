"""The commit of a batch: content durable first, then one transaction for catalog, search, counters and checkpoint.

Everything that a run changes in the library goes through `Ledger.commit`; deletions through `apply_gone` at its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import apsw
import msgspec

from app.api import RunCounts
from app.database import Database
from app.library.batch import Batch, Failed, Fence, Fetched, Redact, Removed, StaleEpoch, add, redacted
from app.library.content import ContentStore, Location
from connectors.sdk import Access, Upsert

json_text = msgspec.json.Encoder().encode
INSERT_DOCUMENT = """
INSERT INTO document (connection, source_id, partition, fingerprint, revision, title, path, url, media_type, size,
    owner, parent, created_at, updated_at, stored_at, content, indexed, run, change, metadata, access, handle)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
UPDATE_DOCUMENT = """
UPDATE document SET partition = ?, fingerprint = ?, revision = ?, title = ?, path = ?, url = ?, media_type = ?,
    size = ?, owner = ?, parent = ?, created_at = ?, updated_at = ?, stored_at = ?, content = ?, indexed = ?,
    run = ?, change = ?, metadata = ?, access = ?, handle = ?, deleted_at = NULL WHERE id = ?
"""


class Ledger:
    """The catalog's writing side."""

    def __init__(
        self, database: Database, content: ContentStore, on_commit: Callable[[], None], redact: Redact
    ) -> None:
        self._database = database
        self._redact = redact
        self._content = content
        self._on_commit = on_commit

    async def commit(self, batch: Batch, fence: Fence) -> RunCounts:
        """Store a batch and answer the run's counters as persisted.

        Raises StaleEpoch, Removed, and PermanentError when the disk is full or read-only; nothing of it is stored then.
        """

        def store(connection: apsw.Connection) -> RunCounts:
            mark = self._content.mark()
            for failed in batch.failed:
                failed.error = redacted(failed.error, self._redact)
            placed, added = self._place(connection, batch.fetched)
            try:
                connection.execute("BEGIN IMMEDIATE")
                for location in added:
                    connection.execute(
                        "INSERT INTO content (sha256, size, pack, offset, refs) VALUES (?, ?, ?, ?, 0)",
                        (location.sha256, location.size, location.pack, location.offset),
                    )
                    placed[location.sha256] = connection.last_insert_rowid()
                counts = _Commit(connection, batch, fence, placed).run()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._content.rollback(mark, added)
                raise
            return counts

        counts = await self._database.on_writer(store)
        self._on_commit()
        return counts

    async def apply_gone(self, fence: Fence, *, held: bool = False) -> int:
        """Move what a finished pass found gone (or what was held back) to the bin; answers how many."""
        total = 0
        while True:
            number = await self._database.write(lambda connection: _bin_some(connection, fence, held))
            total += number
            self._on_commit()
            if number < 2_000:
                return total

    async def hold_back(self, fence: Fence) -> None:
        """The guard does not trust these deletions: they wait for a person."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE staged_deletion SET held = 1 WHERE connection = ?", (fence.connection,)
            )
        )

    async def start_over(self, fence: Fence) -> None:
        """Forget where the last pass stopped: the next read begins without checkpoint and state."""

        def forget(connection: apsw.Connection) -> None:
            for table in ("checkpoint", "state"):
                connection.execute(f"DELETE FROM {table} WHERE connection = ?", (fence.connection,))
            connection.execute("DELETE FROM staged_deletion WHERE connection = ? AND held = 0", (fence.connection,))

        await self._database.write(forget)

    async def keep_gone(self, connection_num: int, *, held: bool) -> int:
        """Forget staged deletions: the documents stay."""

        def forget(connection: apsw.Connection) -> int:
            connection.execute(
                "DELETE FROM staged_deletion WHERE connection = ? AND held = ?", (connection_num, int(held))
            )
            return connection.changes()

        return await self._database.write(forget)

    def _place(self, connection: apsw.Connection, fetched: list[Fetched]) -> tuple[dict[bytes, int], list[Location]]:
        """Append the bodies that are not stored yet: the content ids of the others, and where the new ones lie."""
        known: dict[bytes, int] = {}
        missing: dict[bytes, Fetched] = {}
        for item in fetched:
            if item.sha256 in known or item.sha256 in missing:
                _discard(item)
                continue
            row = connection.execute("SELECT id FROM content WHERE sha256 = ?", (item.sha256,)).fetchone()
            if row is None:
                missing[item.sha256] = item
            else:
                known[item.sha256] = row[0]
                _discard(item)
        added = self._content.append([(item.sha256, item.body) for item in missing.values()]) if missing else []
        return known, added


class _Commit:
    """The transaction of one batch."""

    def __init__(self, connection: apsw.Connection, batch: Batch, fence: Fence, placed: dict[bytes, int]) -> None:
        self.db = connection
        self.batch = batch
        self.fence = fence
        self.placed = placed
        self.now = time.time()
        self.new = self.changed = self.unchanged = self.bytes = self.grown = 0

    def run(self) -> RunCounts:
        db, batch, fence = self.db, self.batch, self.fence
        row = db.execute("SELECT epoch, removed_at FROM connection WHERE num = ?", (fence.connection,)).fetchone()
        if row is None or row[1] is not None:
            raise Removed(
                "The connection was removed", remedy="Restore it to sync it again.", code="connection_removed"
            )
        if row[0] != fence.epoch:
            raise StaleEpoch("The scope of the connection changed")
        for item in batch.fetched:
            self._store(item)
        for upsert in batch.touched:
            self._touch(upsert)
        for change in batch.access:
            self._access(change.source_id, change.access)
        for failed in batch.failed:
            self._fail(failed)
        if batch.seen:
            self._seen(batch.seen)
        db.executemany(
            # Only what this part owns: a feed also tells of what was never wanted, or has moved to another part.
            "INSERT INTO staged_deletion (connection, source_id, reason) SELECT ?1, ?2, ?3 "
            "WHERE EXISTS (SELECT 1 FROM document WHERE connection = ?1 AND source_id = ?2 AND partition = ?4 "
            "AND deleted_at IS NULL) "
            "OR EXISTS (SELECT 1 FROM failing WHERE connection = ?1 AND source_id = ?2 AND partition = ?4) "
            "ON CONFLICT DO UPDATE SET held = 0",  # a new pass has seen it: the guard decides anew
            ((fence.connection, source_id, reason, batch.partition) for source_id, reason in batch.gone),
        )
        if batch.progressed is not None:
            self._progress()
        return self._count()

    def _store(self, item: Fetched) -> None:
        db, fence, upsert, ref = self.db, self.fence, item.upsert, item.upsert.ref
        content = self.placed[item.sha256]
        self.bytes += item.size
        row = db.execute(
            "SELECT id, content, revision, deleted_at, indexed, size FROM document "
            "WHERE connection = ? AND source_id = ?",
            (fence.connection, ref.source_id),
        ).fetchone()
        values = (
            self.batch.partition,
            item.fingerprint,
            upsert.revision,
            ref.title,
            ref.path or ref.source_id,
            ref.url,
            item.media_type,
            item.size,
            ref.owner,
            upsert.parent,
            ref.created_at,
            ref.updated_at,
            self.now,
            content,
            int(item.text is not None),
            fence.run,
        )
        extra = (json_text(ref.metadata).decode(), _access_text(upsert.access), ref.handle)
        if row is None:
            db.execute(INSERT_DOCUMENT, (fence.connection, ref.source_id, *values, "new", *extra))
            document = db.last_insert_rowid()
            db.execute("UPDATE content SET refs = refs + 1 WHERE id = ?", (content,))
            self.new += 1
            self.grown += item.size
            self._index(document, item, replace=False)
            self._changed(document, "content")
        else:
            document, old_content, revision, deleted_at, indexed, old_size = row
            if revision is not None and upsert.revision is not None and upsert.revision < revision:
                self.unchanged += 1
                return
            same = old_content == content and deleted_at is None
            change = "changed" if deleted_at is None else "new"
            if same:
                db.execute(
                    "UPDATE document SET fingerprint = ?, revision = ?, title = ?, path = ?, url = ?, updated_at = ?, "
                    "metadata = ? WHERE id = ?",
                    (*values[1:6], ref.updated_at, extra[0], document),
                )
                self.unchanged += 1
            else:
                db.execute(UPDATE_DOCUMENT, (*values, change, *extra, document))
                db.execute("UPDATE content SET refs = refs + 1 WHERE id = ?", (content,))
                db.execute("UPDATE content SET refs = refs - 1 WHERE id = ?", (old_content,))
                if deleted_at is None:
                    self.changed += 1
                    self.grown += item.size - old_size
                else:
                    self.new += 1
                    self.grown += item.size
                self._index(document, item, replace=bool(indexed))
                self._changed(document, "content")
        db.execute("DELETE FROM failing WHERE connection = ? AND source_id = ?", (fence.connection, ref.source_id))
        if upsert.children is not None:
            self._only_children(ref.source_id, upsert.children)

    def _index(self, document: int, item: Fetched, *, replace: bool) -> None:
        if replace:
            self.db.execute("DELETE FROM search WHERE rowid = ?", (document,))
        if item.text is not None:
            ref = item.upsert.ref
            title = ref.title if not ref.path or ref.path == ref.title else f"{ref.title}\n{ref.path}"
            self.db.execute("INSERT INTO search (rowid, title, body) VALUES (?, ?, ?)", (document, title, item.text))

    def _touch(self, upsert: Upsert) -> None:
        ref = upsert.ref
        self.db.execute(
            "UPDATE document SET title = ?, path = ?, url = ?, owner = ?, parent = ?, updated_at = ?, metadata = ?, "
            "partition = ?, run = ?, change = 'changed' WHERE connection = ? AND source_id = ? RETURNING id",
            (
                ref.title,
                ref.path or ref.source_id,
                ref.url,
                ref.owner,
                upsert.parent,
                ref.updated_at,
                json_text(ref.metadata).decode(),
                self.batch.partition,
                self.fence.run,
                self.fence.connection,
                ref.source_id,
            ),
        )
        row = self._document(ref.source_id)
        if row is not None:
            self.changed += 1
            self._changed(row, "metadata")

    def _access(self, source_id: str, access: Access) -> None:
        text = _access_text(access)
        self.db.execute(
            "UPDATE document SET access = ? WHERE connection = ? AND source_id = ? AND access IS NOT ?",
            (text, self.fence.connection, source_id, text),
        )
        row = self._document(source_id) if self.db.changes() else None
        if row is not None:
            self._changed(row, "access")

    def _document(self, source_id: str) -> int | None:
        row = self.db.execute(
            "SELECT id FROM document WHERE connection = ? AND source_id = ?", (self.fence.connection, source_id)
        ).fetchone()
        return None if row is None else int(row[0])

    def _fail(self, failed: Failed) -> None:
        run_item(self.db, self.fence.run, failed, self.now)
        if failed.source_id is None:
            return
        self.db.execute(
            "DELETE FROM staged_deletion WHERE connection = ? AND source_id = ?",
            (self.fence.connection, failed.source_id),
        )
        if failed.kind != "failed":
            return
        self.db.execute(
            "INSERT INTO failing (connection, source_id, partition, upsert, title, error, run, since) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET upsert = excluded.upsert, "
            "error = excluded.error, run = excluded.run, title = excluded.title, attempts = attempts + 1",
            (
                self.fence.connection,
                failed.source_id,
                self.batch.partition,
                None if failed.retry is None else json_text(failed.retry).decode(),
                failed.title,
                json_text(failed.error).decode(),
                self.fence.run,
                self.now,
            ),
        )

    def _only_children(self, parent: str, children: tuple[str, ...]) -> None:
        kept = set(children)
        rows = self.db.execute(
            "SELECT source_id FROM document WHERE connection = ? AND parent = ? AND deleted_at IS NULL",
            (self.fence.connection, parent),
        ).fetchall()
        self.db.executemany(
            "INSERT OR IGNORE INTO staged_deletion (connection, source_id, reason) VALUES (?, ?, 'gone')",
            ((self.fence.connection, source_id) for (source_id,) in rows if source_id not in kept),
        )

    def _seen(self, seen: list[str]) -> None:
        staged = self.db.execute(
            "SELECT source_id FROM staged_deletion WHERE connection = ? LIMIT 1", (self.fence.connection,)
        ).fetchone()
        failing = self.db.execute(
            "SELECT source_id FROM failing WHERE connection = ? LIMIT 1", (self.fence.connection,)
        ).fetchone()
        for table, some in (("staged_deletion", staged), ("failing", failing)):
            if some is not None:
                self.db.executemany(
                    f"DELETE FROM {table} WHERE connection = ? AND source_id = ?",
                    ((self.fence.connection, source_id) for source_id in seen),
                )

    def _progress(self) -> None:
        progressed, key = self.batch.progressed, (self.fence.connection, self.batch.partition)
        assert progressed is not None
        self.db.execute(
            "INSERT INTO checkpoint (connection, partition, version, checkpoint) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET version = excluded.version, checkpoint = excluded.checkpoint",
            (*key, progressed.version, json_text(progressed.checkpoint).decode()),
        )
        for name, value in progressed.state.items():
            if value is None:
                self.db.execute("DELETE FROM state WHERE connection = ? AND partition = ? AND key = ?", (*key, name))
            else:
                self.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", (*key, name, value))

    def _changed(self, document: int, kind: str) -> None:
        self.db.execute(
            "INSERT INTO change (at, document, kind, run) VALUES (?, ?, ?, ?)",
            (self.now, document, kind, self.fence.run),
        )

    def _count(self) -> RunCounts:
        row = self.db.execute("SELECT counts, id FROM run WHERE num = ?", (self.fence.run,)).fetchone()
        assert row is not None
        counts = add(
            msgspec.json.decode(row[0], type=RunCounts),
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged + self.batch.unchanged,
            bytes=self.bytes,
            failed=sum(1 for item in self.batch.failed if item.kind == "failed"),
            skipped=sum(1 for item in self.batch.failed if item.kind == "skipped"),
            pages=self.batch.pages,
        )
        if self.new or self.grown:
            self.db.execute(
                "UPDATE connection SET documents = documents + ?, bytes = bytes + ? WHERE num = ?",
                (self.new, self.grown, self.fence.connection),
            )
        text = json_text(counts).decode()
        self.db.execute(
            "UPDATE run SET counts = ?, total = coalesce(?, total) WHERE num = ?",
            (text, self.batch.total, self.fence.run),
        )
        self.db.execute(
            "INSERT INTO fact (at, kind, connection_id, run_id, data) "
            "SELECT ?, 'documents_stored', id, ?, ? FROM connection WHERE num = ?",
            (self.now, row[1], text, self.fence.connection),
        )
        return counts


def run_item(connection: apsw.Connection, run: int, failed: Failed, now: float) -> None:
    """Add one line to a run's list of items that failed, were skipped or need attention."""
    connection.execute(
        "INSERT INTO run_item (run, num, source_id, title, kind, error, at) "
        "SELECT ?, coalesce(max(num), 0) + 1, ?, ?, ?, ?, ? FROM run_item WHERE run = ?",
        (run, failed.source_id, failed.title, failed.kind, json_text(failed.error).decode(), now, run),
    )


def _bin_some(connection: apsw.Connection, fence: Fence, held: bool) -> int:
    """Up to 2,000 staged deletions: documents to the bin, out of the index, their content without this reference."""
    now = time.time()
    staged = connection.execute(
        "SELECT source_id FROM staged_deletion WHERE connection = ? AND held = ? LIMIT 2000",
        (fence.connection, int(held)),
    ).fetchall()
    binned = freed = 0
    for (source_id,) in staged:
        row = connection.execute(
            "SELECT id, indexed, size FROM document WHERE connection = ? AND source_id = ? AND deleted_at IS NULL",
            (fence.connection, source_id),
        ).fetchone()
        if row is not None:
            document, indexed, size = row
            freed += size
            connection.execute(
                "UPDATE document SET deleted_at = ?, indexed = 0, run = ?, change = 'deleted' WHERE id = ?",
                (now, fence.run, document),
            )
            if indexed:
                connection.execute("DELETE FROM search WHERE rowid = ?", (document,))
            connection.execute(
                "INSERT INTO change (at, document, kind, run) VALUES (?, ?, 'delete', ?)", (now, document, fence.run)
            )
            binned += 1
        connection.execute("DELETE FROM failing WHERE connection = ? AND source_id = ?", (fence.connection, source_id))
        connection.execute(
            "DELETE FROM staged_deletion WHERE connection = ? AND source_id = ?", (fence.connection, source_id)
        )
    connection.execute(
        "UPDATE connection SET documents = documents - ?, bytes = bytes - ? WHERE num = ?",
        (binned, freed, fence.connection),
    )
    row = connection.execute("SELECT counts FROM run WHERE num = ?", (fence.run,)).fetchone()
    if row is not None and binned:
        counts = add(msgspec.json.decode(row[0], type=RunCounts), deleted=binned)
        connection.execute("UPDATE run SET counts = ? WHERE num = ?", (json_text(counts).decode(), fence.run))
    return len(staged)


def _discard(item: Fetched) -> None:
    if not isinstance(item.body, bytes):
        item.body.unlink(missing_ok=True)


def _access_text(access: Access | None) -> str | None:
    return None if access is None else json_text(access).decode()
