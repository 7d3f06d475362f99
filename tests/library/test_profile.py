"""Opening a profile that is newer, damaged or read-only: said plainly, and nothing touched."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import apsw
import pytest

from app.database import PROFILE, Database
from app.library import Library
from connectors.sdk import HeadwaterError


def code_of(profile: Path) -> HeadwaterError:
    async def main() -> None:
        library = await Library.open(profile)
        await library.close()

    with pytest.raises(HeadwaterError) as raised:
        asyncio.run(main())
    assert raised.value.remedy
    assert str(profile) in raised.value.where
    return raised.value


def test_a_newer_profile_is_refused(profile: Path) -> None:
    profile.mkdir(exist_ok=True)
    db = apsw.Connection(str(profile / "headwater.db"))
    db.pragma("user_version", len(PROFILE) + 1)
    db.close()
    assert code_of(profile).code == "profile_too_new"


def test_a_damaged_database_is_named(profile: Path) -> None:
    profile.mkdir(exist_ok=True)
    (profile / "headwater.db").write_bytes(b"this is no database" * 100)
    assert code_of(profile).code == "database_damaged"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_a_read_only_profile_is_named(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # the tests may run as root, whom no permission bit stops
    assert code_of(profile).code == "profile_read_only"


def test_migrations_run_once_and_in_order(profile: Path) -> None:
    path = profile / "x.db"

    async def main() -> list[str]:
        first = await Database.open(path, ("CREATE TABLE a (x)",))
        await first.close()
        second = await Database.open(path, ("CREATE TABLE a (x)", "CREATE TABLE b (x)"))
        names = await second.read(lambda db: [str(row[0]) for row in db.execute("SELECT name FROM sqlite_schema")])
        await second.close()
        return names

    assert sorted(asyncio.run(main())) == ["a", "b"]


def test_a_failing_migration_leaves_the_older_version(profile: Path) -> None:
    path = profile / "x.db"

    async def main() -> int:
        await (await Database.open(path, ("CREATE TABLE a (x)",))).close()
        with pytest.raises(apsw.SQLError):
            await Database.open(path, ("CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (y)"))
        again = await Database.open(path, ("CREATE TABLE a (x)",))
        tables = await again.read(lambda db: len(db.execute("SELECT 1 FROM sqlite_schema").fetchall()))
        await again.close()
        return tables

    assert asyncio.run(main()) == 1


def test_a_cancelled_read_is_interrupted(profile: Path) -> None:
    async def main() -> None:
        database = await Database.open(profile / "x.db", ("CREATE TABLE a (x)",), readers=1)
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
        reading = asyncio.create_task(database.read(lambda db: db.execute(endless).fetchall()))
        await asyncio.sleep(0.1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        async with asyncio.timeout(10):
            assert await database.read(lambda db: db.execute("SELECT 1").fetchall()) == [(1,)]
            await database.close()

    asyncio.run(main())
