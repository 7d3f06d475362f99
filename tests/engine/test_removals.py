"""A removal with an offer to undo it comes to its end though whoever made the offer was killed; one without, never."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app.accounts import SessionVault
from app.engine.engine import Engine
from app.engine.process import EngineProcess
from app.engine.removals import GRACE_SECONDS
from app.engine.session import open_engine
from connectors.sdk import NotFound, TransientError
from tests.engine.job import folder_draft, make_folder
from tests.engine.test_commands import s3_draft

SOON = 0.3 - GRACE_SECONDS
"""An offer that is over in a moment."""


async def gone(names: Callable[[], Awaitable[list[str]]]) -> None:
    async with asyncio.timeout(20):
        while await names():
            await asyncio.sleep(0.02)


def test_the_next_engine_deletes_what_a_killed_one_was_to_delete(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        engine = EngineProcess(profile)
        await engine.start()
        for name in ("Offered", "Kept"):
            await engine.api.add_connection(folder_draft(name, make_folder(tmp_path / name, 3)))
        await engine.api.remove_connection("Kept")
        await engine.api.remove_connection("Offered", SOON)
        first = engine.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)

        async def names() -> list[str]:
            with suppress(TransientError):  # what was asked of the killed one
                return [view.name for view in await engine.api.connections(removed=True) if view.name != "Kept"]
            return ["?"]

        await gone(names)
        assert engine.pid not in (first, None)
        assert (await engine.api.restore_connection("Kept")).name == "Kept"
        await engine.close()

    asyncio.run(main())


def test_its_secret_goes_with_it(profile: Path) -> None:
    async def main() -> None:
        vault = SessionVault()
        first = await Engine.open(profile, vault=vault)
        await first.add_connection(s3_draft("Docs", "value:one"))
        await first.remove_connection("Docs", SOON)
        await first.close()
        assert repr(vault) == "SessionVault(1 secrets)"
        command = await Engine.open(profile, vault=vault, resident=False)
        await asyncio.sleep(0.5)
        await command.close()
        assert repr(vault) == "SessionVault(1 secrets)", "a passing command deletes nothing that it was not asked to"
        second = await Engine.open(profile, vault=vault)

        async def names() -> list[str]:
            return [view.name for view in await second.connections(removed=True)]

        await gone(names)
        assert repr(vault) == "SessionVault(0 secrets)"
        await second.close()

    asyncio.run(main())


def test_within_the_time_it_comes_back_and_stays(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        async with open_engine(profile) as command:
            await command.add_connection(folder_draft("Notes", make_folder(tmp_path / "notes", 3)))
            await command.remove_connection("Notes", 0.6 - GRACE_SECONDS)
        async with open_engine(profile) as command:
            await command.restore_connection("Notes")
        engine = await Engine.open(profile, vault=SessionVault())
        await engine.remove_connection("Notes", 3600)
        await engine.restore_connection("Notes")
        await engine.remove_connection("Notes")
        await asyncio.sleep(0.8)
        assert [view.name for view in await engine.connections(removed=True)] == ["Notes"]
        await engine.purge_connection("Notes")
        with pytest.raises(NotFound):
            await engine.restore_connection("Notes")
        await engine.close()

    asyncio.run(main())
