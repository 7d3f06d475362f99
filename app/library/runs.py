"""Runs, their items and the facts about them, as persisted: window, log and `runs show` read the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

import apsw
import msgspec

from app.api import Fact, ItemView, RunCounts, RunState, RunView, SyncMode
from app.database import Database
from app.library.batch import Failed, Redact, redacted
from app.library.ledger import json_text, run_item
from connectors.sdk import ErrorInfo, Json, NotFound, Upsert

COLUMNS = """r.id, c.id, c.name, r.state, r.trigger, r.mode, r.queued_at, r.started_at, r.finished_at, r.counts,
    r.total, r.reason, r.until, r.resumed, r.error, r.summary, r.pausing, r.num"""
TABLES = "run r JOIN connection c ON c.num = r.connection"
ACTIVE = "('queued', 'running', 'waiting')"
NO_PASS = "('dry_run', 'retry')"
"""Modes of runs that say nothing of how the whole connection stands."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """A run's number inside the database and its public id."""

    num: int
    id: str


@dataclass(frozen=True, slots=True)
class Paused:
    """What a paused run goes on with: `done` are the partitions it has read through, in that `epoch`."""

    key: RunKey
    mode: SyncMode
    epoch: int
    done: set[str]
    counts: RunCounts


class ToRetry(NamedTuple):
    """An item that failed: the change to repeat, and the number of the run in which it failed last."""

    partition: str
    source_id: str
    upsert: Upsert
    run: int


class Runs:
    """The record of runs."""

    def __init__(self, database: Database, on_commit: Callable[[], None], redact: Redact) -> None:
        self._database = database
        self._redact = redact
        self._on_commit = on_commit

    async def create(self, connection_num: int, *, trigger: str, mode: SyncMode, epoch: int, resumed: bool) -> RunKey:
        """A queued run."""
        key, now = uuid4().hex[:12], time.time()

        def insert(db: apsw.Connection) -> RunKey:
            db.execute(
                "INSERT INTO run (id, connection, state, trigger, mode, epoch, queued_at, resumed, counts) "
                "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?)",
                (key, connection_num, trigger, mode, epoch, now, int(resumed), json_text(RunCounts()).decode()),
            )
            num = db.last_insert_rowid()
            _fact(db, "run_queued", run=num)
            return RunKey(num, key)

        made = await self._database.write(insert)
        self._on_commit()
        return made

    async def change(
        self,
        run: RunKey,
        state: RunState,
        *,
        reason: str = "",
        until: float | None = None,
        error: ErrorInfo | None = None,
        summary: str = "",
        total: int | None = None,
    ) -> None:
        """Put a run into a state and record the fact of it."""
        now = time.time()
        if error is not None:
            error = redacted(error, self._redact)
        summary = self._redact(summary)
        ended = state not in ("queued", "running", "waiting", "paused")

        def update(db: apsw.Connection) -> None:
            db.execute(
                "UPDATE run SET state = ?, reason = ?, until = ?, error = ?, total = coalesce(?, total), "
                "summary = CASE WHEN ? <> '' THEN ? ELSE summary END, "
                "started_at = CASE WHEN started_at IS NULL AND ? <> 'queued' THEN ? ELSE started_at END, "
                "finished_at = CASE WHEN ? THEN ? ELSE NULL END, "
                "pausing = CASE WHEN ? IN ('running', 'waiting') THEN pausing ELSE 0 END WHERE num = ?",
                (
                    state,
                    reason,
                    until,
                    None if error is None else json_text(error).decode(),
                    total,
                    summary,
                    summary,
                    state,
                    now,
                    int(ended),
                    now,
                    state,
                    run.num,
                ),
            )
            names = {"running": "run_started", "waiting": "run_waiting", "paused": "run_paused"}
            kind = "run_finished" if ended else names.get(state, "run_changed")
            _fact(db, kind, run=run.num)

        await self._database.write(update)
        self._on_commit()

    async def pausing(self, run: RunKey, pausing: bool) -> None:
        """Note that a run at work is to be paused at the end of its page, or not any more."""

        def update(db: apsw.Connection) -> None:
            statement = "UPDATE run SET pausing = ? WHERE num = ? AND state IN ('running', 'waiting')"
            db.execute(statement, (int(pausing), run.num))
            if db.changes():
                _fact(db, "run_changed", run=run.num)

        await self._database.write(update)
        self._on_commit()

    async def paused(self, connection_num: int) -> Paused | None:
        """The connection's paused run, with what it needs to go on."""
        statement = "SELECT num, id, mode, epoch, done, counts FROM run WHERE connection = ? AND state = 'paused'"
        row: Any = await self._database.read(lambda db: db.execute(statement, (connection_num,)).fetchone())
        if row is None:
            return None
        num, key, mode, epoch, done, counts = row
        return Paused(
            RunKey(num, key), mode, epoch, set(msgspec.json.decode(done)), msgspec.json.decode(counts, type=RunCounts)
        )

    async def read_through(self, run: RunKey, partitions: set[str], epoch: int) -> None:
        """Note the partitions that this run has read to their end, for the time after a pause."""
        text = json_text(sorted(partitions)).decode()
        await self._database.write(
            lambda db: db.execute("UPDATE run SET done = ?, epoch = ? WHERE num = ?", (text, epoch, run.num))
        )

    async def counts(self, run: RunKey, counts: RunCounts) -> None:
        """Set a run's counters outright: for a dry run, which stores nothing else."""
        text = json_text(counts).decode()
        await self._database.write(lambda db: db.execute("UPDATE run SET counts = ? WHERE num = ?", (text, run.num)))

    async def note(self, run: RunKey, failed: Failed) -> None:
        """Add an item to a run's list outside a batch."""
        now = time.time()
        failed.error = redacted(failed.error, self._redact)
        await self._database.write(lambda db: run_item(db, run.num, failed, now))

    async def shift_waits(self, by: float) -> None:
        """The clock was put by so much: what is waited for is as far off as before."""

        def update(db: apsw.Connection) -> None:
            shifted = "UPDATE run SET until = until + ? WHERE state = 'waiting' AND until IS NOT NULL RETURNING num"
            waits: list[Any] = db.execute(shifted, (by,)).fetchall()
            for (num,) in waits:
                _fact(db, "run_waiting", run=num)

        await self._database.write(update)
        self._on_commit()

    async def interrupt_left(self) -> list[tuple[str, str]]:
        """At start-up: runs that a killed engine left active become interrupted; the next run goes on from there. One
        that was to be paused is paused.

        Answers the connections, each with its run's trigger, that may go on at once: not those whose run had been
        taken up before, for it may be what ended the engine."""

        def update(db: apsw.Connection) -> list[tuple[str, str]]:
            left: list[Any] = db.execute(
                f"SELECT r.num, r.pausing, c.id, r.trigger, r.mode, r.resumed FROM {TABLES} WHERE r.state IN {ACTIVE}"
            ).fetchall()
            go_on = []
            for num, pausing, connection, trigger, mode, resumed in left:
                if pausing:
                    db.execute(
                        "UPDATE run SET state = 'paused', pausing = 0, until = NULL, reason = '' WHERE num = ?", (num,)
                    )
                    _fact(db, "run_paused", run=num)
                    continue
                db.execute(
                    "UPDATE run SET state = 'interrupted', finished_at = ?, until = NULL, reason = '', "
                    "summary = 'The program ended while it ran; the next sync goes on from there.' WHERE num = ?",
                    (time.time(), num),
                )
                _fact(db, "run_finished", run=num)
                if mode not in ("dry_run", "retry") and not resumed:
                    go_on.append((connection, trigger))
            return go_on

        go_on = await self._database.write(update)
        self._on_commit()
        return go_on

    async def recent(self, connection_id: str = "", limit: int = 30) -> list[RunView]:
        """Newest first."""
        where = "WHERE c.id = ? AND c.removed_at IS NULL" if connection_id else "WHERE c.removed_at IS NULL"
        values: list[Any] = [connection_id] if connection_id else []
        statement = f"SELECT {COLUMNS} FROM {TABLES} {where} ORDER BY r.num DESC LIMIT ?"
        return await self._database.read(lambda db: [run_view(row) for row in db.execute(statement, [*values, limit])])

    async def last(self, connection_id: str) -> RunView | None:
        """The newest that reads the whole source, at work or over."""
        statement = (
            f"SELECT {COLUMNS} FROM {TABLES} WHERE c.id = ? AND c.removed_at IS NULL AND r.mode NOT IN {NO_PASS} "
            "ORDER BY r.num DESC LIMIT 1"
        )
        row = await self._database.read(lambda db: db.execute(statement, (connection_id,)).fetchone())
        return None if row is None else run_view(row)

    async def get(self, run_id: str) -> RunView:
        """Raises NotFound."""
        statement = f"SELECT {COLUMNS} FROM {TABLES} WHERE r.id = ?"
        row = await self._database.read(lambda db: db.execute(statement, (run_id,)).fetchone())
        if row is None:
            raise NotFound("No such run", where=run_id, remedy="`headwaterctl runs list` shows the runs there are.")
        return run_view(row)

    async def items(self, run_id: str, limit: int, offset: int) -> list[ItemView]:
        """What failed, was skipped or needs attention in a run, in the order it happened."""
        statement = (
            "SELECT r.id, i.source_id, i.title, i.kind, i.error, i.at FROM run_item i JOIN run r ON r.num = i.run "
            "WHERE r.id = ? ORDER BY i.num LIMIT ? OFFSET ?"
        )

        def look(db: apsw.Connection) -> list[ItemView]:
            return [
                ItemView(
                    run_id=row[0],
                    source_id=row[1],
                    title=row[2],
                    kind=row[3],
                    error=msgspec.json.decode(row[4], type=ErrorInfo),
                    at=row[5],
                )
                for row in db.execute(statement, (run_id, limit, offset))
            ]

        return await self._database.read(look)

    async def failing(self, connection_id: str, limit: int) -> list[ItemView]:
        """Items of a connection that are failing now, longest first."""
        statement = (
            "SELECT coalesce(r.id, ''), f.source_id, f.title, f.error, f.since FROM failing f "
            "JOIN connection c ON c.num = f.connection LEFT JOIN run r ON r.num = f.run "
            "WHERE c.id = ? ORDER BY f.since, f.source_id LIMIT ?"
        )

        def look(db: apsw.Connection) -> list[ItemView]:
            return [
                ItemView(
                    run_id=row[0],
                    source_id=row[1],
                    title=row[2],
                    kind="failed",
                    error=msgspec.json.decode(row[3], type=ErrorInfo),
                    at=row[4],
                    since=row[4],
                )
                for row in db.execute(statement, (connection_id, limit))
            ]

        return await self._database.read(look)

    async def to_retry(self, connection_num: int) -> list[ToRetry]:
        """The items that are tried again at the start of a run."""

        def look(db: apsw.Connection) -> list[ToRetry]:
            rows = db.execute(
                "SELECT partition, source_id, upsert, run FROM failing WHERE connection = ? AND upsert IS NOT NULL "
                "ORDER BY partition, source_id",
                (connection_num,),
            )
            return [ToRetry(row[0], row[1], msgspec.json.decode(row[2], type=Upsert), row[3]) for row in rows]

        return await self._database.read(look)

    async def forget_failing(self, connection_num: int, source_ids: list[str]) -> None:
        """These are no longer a problem: gone at the source, or taken over by a new scope."""
        await self._database.write(
            lambda db: db.executemany(
                "DELETE FROM failing WHERE connection = ? AND source_id = ?",
                ((connection_num, source_id) for source_id in source_ids),
            )
        )

    async def facts(self, after: int, limit: int = 500) -> list[Fact]:
        """Facts with a number above `after`, in order."""

        def look(db: apsw.Connection) -> list[Fact]:
            rows = db.execute(
                "SELECT seq, at, kind, connection_id, run_id, data FROM fact WHERE seq > ? ORDER BY seq LIMIT ?",
                (after, limit),
            )
            return [
                Fact(seq=seq, at=at, kind=kind, connection_id=connection, run_id=run, data=msgspec.json.decode(data))
                for seq, at, kind, connection, run, data in rows
            ]

        return await self._database.read(look)

    async def last_fact(self) -> int:
        row = await self._database.read(lambda db: db.execute("SELECT coalesce(max(seq), 0) FROM fact").fetchone())
        return 0 if row is None else int(row[0])

    async def record(self, kind: str, connection_id: str | None, data: dict[str, Json]) -> None:
        """A fact that is not about a run."""
        text = json_text(data).decode()
        await self._database.write(
            lambda db: db.execute(
                "INSERT INTO fact (at, kind, connection_id, data) VALUES (?, ?, ?, ?)",
                (time.time(), kind, connection_id, text),
            )
        )
        self._on_commit()


def _fact(db: apsw.Connection, kind: str, *, run: int) -> None:
    """A fact whose data is the run as it now stands."""
    row = db.execute(f"SELECT {COLUMNS} FROM {TABLES} WHERE r.num = ?", (run,)).fetchone()
    if row is not None:
        view = run_view(row)
        db.execute(
            "INSERT INTO fact (at, kind, connection_id, run_id, data) VALUES (?, ?, ?, ?, ?)",
            (time.time(), kind, view.connection_id, view.id, json_text(view).decode()),
        )


def run_view(row: tuple[Any, ...]) -> RunView:
    """A row of COLUMNS as the shape that crosses over."""
    return RunView(
        id=row[0],
        connection_id=row[1],
        connection=row[2],
        state=row[3],
        trigger=row[4],
        mode=row[5],
        queued_at=row[6],
        started_at=row[7],
        finished_at=row[8],
        counts=msgspec.json.decode(row[9], type=RunCounts),
        total=row[10],
        reason=row[11],
        until=row[12],
        resumed=bool(row[13]),
        error=None if row[14] is None else msgspec.json.decode(row[14], type=ErrorInfo),
        summary=row[15],
        pausing=bool(row[16]),
    )
