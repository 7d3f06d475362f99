"""The window's engine in a process of its own: it serves, it ends with the window, and it comes back when it died."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from app import api
from app.engine.process import EngineProcess
from app.engine.session import hold, open_engine
from connectors.sdk import ConfigError, HeadwaterError
from tests.engine.job import folder_draft, make_folder, whole_job

WINDOW = """
import asyncio, sys
from pathlib import Path
from app.engine.process import EngineProcess

async def main():
    engine = EngineProcess(Path(sys.argv[1]))
    await engine.start()
    print(engine.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def with_engine(profile: Path, work: Callable[[EngineProcess], Awaitable[None]]) -> None:
    async def main() -> None:
        engine = EngineProcess(profile)
        await engine.start()
        try:
            await work(engine)
        finally:
            await engine.close()

    asyncio.run(main())


def test_the_job_in_a_process_of_its_own(profile: Path, tmp_path: Path) -> None:
    pids: list[int] = []
    engines: list[EngineProcess] = []

    async def work(engine: EngineProcess) -> None:
        await whole_job(engine.api, make_folder(tmp_path / "notes", 30))
        assert engine.pid == (await engine.api.engine()).pid != os.getpid()
        assert engine.pid is not None
        pids.append(engine.pid)
        engines.append(engine)

    with_engine(profile, work)
    assert not alive(pids[0])
    assert not (profile / "engine.json").exists()
    with pytest.raises(HeadwaterError):
        asyncio.run(engines[0].api.engine())


def test_a_dead_engine_is_started_again_and_events_are_read_on(profile: Path, tmp_path: Path) -> None:
    async def work(engine: EngineProcess) -> None:
        await engine.api.add_connection(folder_draft("Notes", make_folder(tmp_path / "notes", 5)))
        after = (await engine.api.engine()).last_fact
        stream = engine.api.events(after)
        waiting = asyncio.ensure_future(anext(stream))
        first = engine.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        with pytest.raises(HeadwaterError) as raised:
            await waiting
        assert raised.value.code == "engine_gone"
        run = await engine.api.start_sync("Notes")
        assert engine.pid not in (first, None)
        async with aclosing(engine.api.events(after)) as events:  # type: ignore[type-var]
            async for event in events:
                if event.fact is not None and event.fact.kind == "run_finished":
                    break
        assert (await engine.api.run(run.id)).counts.documents == 5

    with_engine(profile, work)


def test_a_command_does_not_wait_for_a_window_that_uses_its_engine(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        folder = make_folder(tmp_path / "notes", 3)
        window = EngineProcess(profile)
        async with open_engine(profile) as command:
            draft = folder_draft("Notes", folder)
            scheduled = api.ConnectionDraft(
                type=draft.type, name=draft.name, config=draft.config, schedule=api.Schedule(every=3600)
            )
            await command.add_connection(scheduled)
            await window.start()
            assert window.pid is None
            assert (await window.api.engine()).pid == os.getpid()
        async with asyncio.timeout(20):
            assert (await window.api.engine()).pid == window.pid
            # Its own engine stays, so it has taken up the schedule, which was due.
            while not await window.api.runs("Notes"):
                await asyncio.sleep(0.02)
        await window.close()

    asyncio.run(main())


def test_a_run_that_the_window_asked_for_is_let_finish_by_the_command_that_runs_it(
    profile: Path, tmp_path: Path
) -> None:
    async def main() -> None:
        window = EngineProcess(profile)
        async with open_engine(profile) as command:
            await command.add_connection(folder_draft("Notes", make_folder(tmp_path / "notes", 200)))
            await window.start()
            run = await window.api.start_sync("Notes")
        assert (await window.api.run(run.id)).state == "done"
        await window.close()

    asyncio.run(main())


def test_a_passing_command_starts_no_run_that_would_end_with_it(profile: Path, tmp_path: Path) -> None:
    async def main() -> None:
        draft = folder_draft("Notes", make_folder(tmp_path / "notes", 3))
        async with open_engine(profile) as command:
            await command.add_connection(
                api.ConnectionDraft(
                    type=draft.type, name=draft.name, config=draft.config, schedule=api.Schedule(every=60)
                )
            )
            await asyncio.sleep(0.2)
            assert await command.runs() == []
        held = await hold(profile, resident=True)
        assert held is not None
        async with asyncio.timeout(10):
            while not await held.engine.runs():
                await asyncio.sleep(0.01)
        await held.close()

    asyncio.run(main())


def test_what_is_wrong_with_the_profile_is_told_across_the_process(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("a file")

    async def main() -> None:
        engine = EngineProcess(tmp_path / "p")
        try:
            with pytest.raises(ConfigError) as raised:
                await engine.start()
            assert "not a folder" in str(raised.value)
            assert raised.value.remedy
        finally:
            await engine.close()

    asyncio.run(main())


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_engine_ends_when_its_window_is_killed(profile: Path) -> None:
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(profile)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert window.stdout is not None
    engine = int(window.stdout.readline())
    assert alive(engine)
    window.kill()
    window.wait()
    window.stdout.close()
    until = time.monotonic() + 10
    while alive(engine) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(engine)
    assert not (profile / "engine.json").exists()
