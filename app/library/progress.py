"""Checkpoints and state of a connection's partitions, as the next pass begins with them."""

from __future__ import annotations

import apsw
import msgspec

from app.database import Database
from connectors.sdk import Json


class Progress:
    """Reading side; writes happen in `Ledger.commit` with the page they belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def checkpoint(self, connection_num: int, partition: str) -> tuple[dict[str, Json], int] | None:
        """(checkpoint, its version), None if there is none."""
        statement = "SELECT checkpoint, version FROM checkpoint WHERE connection = ? AND partition = ?"
        row = await self._database.read(lambda db: db.execute(statement, (connection_num, partition)).fetchone())
        return None if row is None else (msgspec.json.decode(row[0]), row[1])

    async def state(self, connection_num: int, partition: str) -> dict[str, bytes]:
        """The partition's keyed store, whole."""
        statement = "SELECT key, value FROM state WHERE connection = ? AND partition = ?"
        return await self._database.read(lambda db: dict(db.execute(statement, (connection_num, partition))))

    async def staged(self, connection_num: int) -> tuple[int, int]:
        """How many deletions wait for the end of the pass, and how many are held back for a person."""

        def look(db: apsw.Connection) -> tuple[int, int]:
            row = db.execute(
                "SELECT coalesce(sum(held = 0), 0), coalesce(sum(held), 0) FROM staged_deletion WHERE connection = ?",
                (connection_num,),
            ).fetchone()
            return (0, 0) if row is None else (int(row[0]), int(row[1]))

        return await self._database.read(look)
