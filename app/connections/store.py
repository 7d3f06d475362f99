"""Stored connections: rows of the profile's database, with a revision for every change and an epoch for every scope."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from unicodedata import category
from uuid import uuid4

import apsw
import msgspec

from app.api import Schedule
from app.database import Database
from connectors.sdk import ConfigError, Json, NotFound

COLUMNS = (
    "num, id, name, type, config, config_version, revision, epoch, enabled, schedule, created_at, removed_at, purge_at"
)
encode = msgspec.json.Encoder().encode
LONGEST_NAME = 200
JOINERS = "\u200c\u200d"
"""They join letters and emoji to one sign."""
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs"}
"""Of Unicode's categories: controls, marks of direction, what is no sign at all. They come with a paste."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A connection as stored. `config` is plain JSON with secret references, as written under `config_version`."""

    num: int
    id: str
    name: str
    type: str
    config: dict[str, Json]
    config_version: int
    revision: int
    epoch: int
    enabled: bool
    schedule: Schedule
    created_at: float
    removed_at: float | None
    purge_at: float | None = None


class Connections:
    """The table of connections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, *, removed: bool = False) -> list[Stored]:
        """By name; the removed ones instead when asked for."""
        where = "removed_at IS NOT NULL" if removed else "removed_at IS NULL"
        statement = f"SELECT {COLUMNS} FROM connection WHERE {where} ORDER BY name COLLATE NOCASE"
        return await self._database.read(lambda db: [_stored(row) for row in db.execute(statement)])

    async def get(self, ref: str, *, removed: bool = False) -> Stored:
        """By name or id. Raises NotFound, naming those there are."""
        where = "" if removed else "AND removed_at IS NULL"
        statement = (
            f"SELECT {COLUMNS} FROM connection WHERE (id = ?1 OR name = ?1 COLLATE NOCASE) {where} "
            "ORDER BY removed_at IS NOT NULL, removed_at DESC LIMIT 1"
        )
        row = await self._database.read(lambda db: db.execute(statement, (ref,)).fetchone())
        if row is None:
            names = [item.name for item in await self.all()]
            known = f"There are: {', '.join(names[:8])}." if names else "Add one with `headwaterctl connection add`."
            raise NotFound("There is no such connection", where=ref, remedy=known, code="unknown_connection")
        return _stored(row)

    async def add(
        self, name: str, type: str, config: dict[str, Json], config_version: int, schedule: Schedule
    ) -> Stored:
        """Raises ConfigError for a name that is taken or unfit."""
        key, now, name = uuid4().hex[:12], time.time(), check_name(name)

        def insert(db: apsw.Connection) -> None:
            _refuse_taken(db, name, "")
            db.execute(
                "INSERT INTO connection (id, name, type, config, config_version, schedule, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, name, type, encode(config).decode(), config_version, encode(schedule).decode(), now),
            )

        await self._database.write(insert)
        return await self.get(key)

    async def update(
        self,
        stored: Stored,
        *,
        name: str | None = None,
        config: dict[str, Json] | None = None,
        config_version: int | None = None,
        new_scope: bool = False,
        schedule: Schedule | None = None,
        enabled: bool | None = None,
    ) -> Stored:
        """Change what is not None, in one transaction; a new scope drops checkpoints, state and staged deletions."""
        new_name = None if name is None else check_name(name)

        def change(db: apsw.Connection) -> None:
            if new_name is not None:
                _refuse_taken(db, new_name, stored.id)
                db.execute("UPDATE connection SET name = ? WHERE num = ?", (new_name, stored.num))
            if config is not None:
                db.execute(
                    "UPDATE connection SET config = ?, config_version = coalesce(?, config_version), "
                    "revision = revision + 1 WHERE num = ?",
                    (encode(config).decode(), config_version, stored.num),
                )
            if schedule is not None:
                db.execute("UPDATE connection SET schedule = ? WHERE num = ?", (encode(schedule).decode(), stored.num))
            if enabled is not None:
                db.execute("UPDATE connection SET enabled = ? WHERE num = ?", (int(enabled), stored.num))
            if new_scope:
                db.execute("UPDATE connection SET epoch = epoch + 1 WHERE num = ?", (stored.num,))
                for table in ("checkpoint", "state", "staged_deletion", "failing"):
                    db.execute(f"DELETE FROM {table} WHERE connection = ?", (stored.num,))

        await self._database.write(change)
        return await self.get(stored.id)

    async def remove(self, stored: Stored, purge_at: float | None = None) -> None:
        """Out of sight at once, with its documents; `restore` undoes it."""
        values = (time.time(), purge_at, stored.num)
        statement = "UPDATE connection SET removed_at = ?, purge_at = ? WHERE num = ?"
        await self._database.write(lambda db: db.execute(statement, values))

    async def restore(self, stored: Stored) -> Stored:
        """Undo a removal; a name that was taken meanwhile gets a number."""

        def change(db: apsw.Connection) -> None:
            name = free_name(db, stored.name, stored.id)
            statement = "UPDATE connection SET removed_at = NULL, purge_at = NULL, name = ? WHERE num = ?"
            db.execute(statement, (name, stored.num))

        await self._database.write(change)
        return await self.get(stored.id)

    async def free_name(self, wanted: str) -> str:
        """`wanted`, or with the first free number behind it."""
        return await self._database.read(lambda db: free_name(db, wanted, ""))


def check_name(name: str) -> str:
    """A connection's name as stored: on one line, without what can't be seen. Raises ConfigError for an empty or
    endless one."""
    words = ("".join(sign for sign in word if sign in JOINERS or category(sign) not in UNSEEN) for word in name.split())
    name = " ".join(word for word in words if word)
    if not any(sign.isprintable() for sign in name) or len(name) > LONGEST_NAME:
        raise ConfigError(
            f"A connection's name has 1 to {LONGEST_NAME} characters that can be seen",
            pointer="",
            where=name[:40],
            remedy="Choose another name.",
            code="bad_name",
        )
    return name


def free_name(db: apsw.Connection, wanted: str, own_id: str) -> str:
    name, number = wanted, 1
    while _taken(db, name, own_id):
        number += 1
        name = f"{wanted[: LONGEST_NAME - 8]} {number}"
    return name


def _taken(db: apsw.Connection, name: str, own_id: str) -> bool:
    statement = "SELECT 1 FROM connection WHERE name = ? COLLATE NOCASE AND removed_at IS NULL AND id <> ?"
    return db.execute(statement, (name, own_id)).fetchone() is not None


def _refuse_taken(db: apsw.Connection, name: str, own_id: str) -> None:
    if _taken(db, name, own_id):
        raise ConfigError(
            "There is already a connection with this name",
            where=name,
            remedy="Choose another name, or edit that connection.",
            code="name_taken",
        )


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored(
        num=row[0],
        id=row[1],
        name=row[2],
        type=row[3],
        config=msgspec.json.decode(row[4]),
        config_version=row[5],
        revision=row[6],
        epoch=row[7],
        enabled=bool(row[8]),
        schedule=msgspec.json.decode(row[9], type=Schedule),
        created_at=row[10],
        removed_at=row[11],
        purge_at=row[12],
    )
