"""One engine per profile: others attach through the socket, and a dead holder's place is taken."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.engine.remote import RemoteEngine, attach
from app.engine.session import hold, open_engine
from app.engine.wire import commands
from connectors.sdk import ConfigError
from tests.engine.job import folder_draft, make_folder, whole_job

HOLDER = """
import asyncio, sys
from pathlib import Path
from app.engine.session import open_engine

async def main():
    async with open_engine(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_the_job_in_process(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        async with open_engine(profile) as engine:
            await whole_job(engine, make_folder(tmp_path / "notes", 30))

    asyncio.run(main())


def test_the_job_through_the_socket_while_another_holds_the_profile(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        held = await hold(profile)
        assert held is not None
        try:
            assert await hold(profile) is None
            async with open_engine(profile) as engine:
                assert isinstance(engine, RemoteEngine)
                await whole_job(engine, make_folder(tmp_path / "notes", 30))
        finally:
            await held.close()

    asyncio.run(main())


def test_two_engines_of_one_profile_in_two_processes(profile: Path, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "notes", 3)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(profile)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"ready\n"

        async def attached() -> None:
            async with open_engine(profile) as engine:
                assert (await engine.engine()).pid == holder.pid
                await engine.add_connection(folder_draft("Notes", folder))

        asyncio.run(attached())
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()

    async def taken_over() -> None:
        assert (profile / "engine.json").exists()
        async with open_engine(profile) as engine:
            assert (await engine.engine()).pid == os.getpid()
            assert [view.name for view in await engine.connections()] == ["Notes"]

    asyncio.run(taken_over())


def test_the_holder_waits_for_attached_commands_before_it_goes(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        async with open_engine(profile) as engine:
            other = await attach(profile)
            assert other is not None
            await engine.add_connection(folder_draft("Notes", make_folder(tmp_path / "notes", 3)))

            async def command(remote: RemoteEngine) -> int:
                try:
                    await remote.api.start_sync("Notes")
                    async for event in remote.api.events(0):
                        if event.fact is not None and event.fact.kind == "run_finished":
                            break
                    return (await remote.api.connection("Notes")).documents
                finally:
                    await remote.close()

            running = asyncio.create_task(command(other))
        assert running.done()
        assert running.result() == 3

    asyncio.run(main())


def test_cancelling_a_remote_stream_ends_it_at_the_other_side(profile: Path) -> None:
    async def main() -> None:
        held = await hold(profile)
        assert held is not None
        remote = await attach(profile)
        assert remote is not None
        stream = remote.api.events(0)
        waiting = asyncio.ensure_future(anext(stream))
        while not held.engine.bell.heard:
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(2):
            while held.engine.bell.heard:
                await asyncio.sleep(0.01)
        await remote.close()
        await held.close()

    asyncio.run(main())


def test_a_stranger_is_not_served_and_the_files_are_the_owners_alone(profile: Path) -> None:
    async def main() -> None:
        held = await hold(profile)
        assert held is not None
        address: Any = held._server.address
        try:
            with pytest.raises(ConnectionError):
                await RemoteEngine.open(
                    type(address)(address.pid, address.version, "guessed", address.path, address.port)
                )
            if os.name != "nt":
                for path in (profile / "engine.json", Path(address.path)):
                    assert stat.S_IMODE(path.stat().st_mode) == 0o600
        finally:
            await held.close()

    asyncio.run(main())


def test_every_command_can_be_encoded() -> None:
    found = commands()
    assert {"connections", "check", "events", "search", "export_library"} <= set(found)
    assert {name for name, command in found.items() if command.streams} == {
        "check",
        "verify",
        "export_library",
        "events",
        "sign_in",
        "rotate_vault",
    }


def test_a_profile_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("x")

    async def main() -> None:
        async with open_engine(tmp_path / "p"):
            pass

    with pytest.raises(ConfigError):
        asyncio.run(main())
