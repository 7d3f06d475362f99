"""The activity log: lines in a database of their own, so that logging never delays a commit and survives the window.

Lines are gathered in memory and written together every quarter of a second; questions first write what is gathered.
Secrets are taken out before a line is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import apsw
import msgspec

from app.api import LogFilter, LogLine
from app.database import ACTIVITY, Database
from connectors.sdk import Json

Level = Literal["debug", "info", "warning", "error"]
LEVELS: dict[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
NAMES: dict[int, Level] = {10: "debug", 20: "info", 30: "warning", 40: "error"}
FLUSH_SECONDS = 0.25
MOST_LINES = 1_000_000
encode = msgspec.json.Encoder(enc_hook=str).encode


class ActivityLog:
    """The log of one profile. Make one with `ActivityLog.open`, on the engine's loop."""

    def __init__(self, database: Database, redact: Callable[[str], str], lowest: Level) -> None:
        self._database = database
        self._redact = redact
        self._lowest = LEVELS[lowest]
        self._gathered: list[tuple[Any, ...]] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @classmethod
    async def open(
        cls, profile: Path, redact: Callable[[str], str] = lambda text: text, *, lowest: Level = "info"
    ) -> ActivityLog:
        """Open `activity.db`; of more than a million lines the oldest are dropped."""
        database = await Database.open(profile / "activity.db", ACTIVITY, readers=1)
        log = cls(database, redact, lowest)
        await database.write(
            lambda db: db.execute("DELETE FROM line WHERE seq <= (SELECT max(seq) FROM line) - ?", (MOST_LINES,))
        )
        return log

    def add(
        self,
        level: Level,
        message: str,
        *,
        connection_id: str | None = None,
        run_id: str | None = None,
        fields: dict[str, Json] | None = None,
    ) -> None:
        """Keep a line. On the engine's loop; never waits."""
        if LEVELS[level] < self._lowest or self._closed:
            return
        text = self._redact(encode(fields).decode()) if fields else "{}"
        self._gathered.append((time.time(), LEVELS[level], self._redact(message), connection_id, run_id, text))
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush_soon)

    async def lines(self, filter: LogFilter) -> list[LogLine]:
        """See `LogFilter`; always oldest first."""
        await self.flush()
        where, values = ["level >= ?"], list[Any]([LEVELS[filter.level]])
        if filter.after is not None:
            where.append("seq > ?")
            values.append(filter.after)
        if filter.before is not None:
            where.append("seq < ?")
            values.append(filter.before)
        if filter.text:
            where.append("(message LIKE ?1 ESCAPE '\\' OR fields LIKE ?1 ESCAPE '\\')".replace("?1", "?"))
            escaped = filter.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values += [f"%{escaped}%"] * 2
        if filter.connection:
            where.append("connection_id = ?")
            values.append(filter.connection)
        order = "ASC" if filter.after is not None else "DESC"
        statement = (
            "SELECT seq, at, level, message, connection_id, run_id, fields FROM line "
            f"WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT ?"
        )

        def look(db: apsw.Connection) -> list[LogLine]:
            rows = db.execute(statement, [*values, filter.limit]).fetchall()
            return [_line(row) for row in (rows if order == "ASC" else reversed(rows))]

        return await self._database.read(look)

    async def flush(self) -> None:
        """Write what is gathered."""
        gathered, self._gathered = self._gathered, []
        if gathered:
            await self._database.write(
                lambda db: db.executemany(
                    "INSERT INTO line (at, level, message, connection_id, run_id, fields) VALUES (?, ?, ?, ?, ?, ?)",
                    gathered,
                )
            )

    async def close(self) -> None:
        self._closed = True
        if self._flushing is not None:
            self._flushing.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self.flush()
        await self._database.close()

    def _flush_soon(self) -> None:
        self._flushing = None
        task = asyncio.get_running_loop().create_task(self._flush_quietly(), name="activity log: write")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_quietly(self) -> None:
        with contextlib.suppress(Exception):  # a full disk must not end what is being logged
            await self.flush()


class ConnectionLog:
    """The `connectors.sdk.Log` of one connection, and of one run when it is in one."""

    def __init__(self, log: ActivityLog, connection_id: str | None = None, run_id: str | None = None) -> None:
        self._log = log
        self._connection_id = connection_id
        self._run_id = run_id

    def debug(self, message: str, **fields: Json) -> None:
        self._add("debug", message, fields)

    def info(self, message: str, **fields: Json) -> None:
        self._add("info", message, fields)

    def warning(self, message: str, **fields: Json) -> None:
        self._add("warning", message, fields)

    def error(self, message: str, **fields: Json) -> None:
        self._add("error", message, fields)

    def _add(self, level: Level, message: str, fields: dict[str, Json]) -> None:
        self._log.add(level, message, connection_id=self._connection_id, run_id=self._run_id, fields=fields)


def _line(row: Any) -> LogLine:
    return LogLine(
        seq=row[0],
        at=row[1],
        level=NAMES[row[2]],
        message=row[3],
        connection_id=row[4],
        run_id=row[5],
        fields=msgspec.json.decode(row[6]),
    )
