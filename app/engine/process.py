"""The window's engine: a process of its own, started here, spoken to through its socket, and started again if it ends.

A process, because a sync at full speed and a window that draws want the same interpreter: in one process the window's
loop waits up to 40 ms for it, beside one at most 5 (tests/bench measures it). If another process holds the profile,
such as a command that runs, that one is used until it has finished. An engine that keeps ending is not started for
ever: after the third end within a minute it rests, until the person or the time lets it try again.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from app.api import EngineApi
from app.engine.remote import RemoteEngine, attach
from app.engine.wire import Started, commands, error_of
from connectors.sdk import PermanentError, TransientError

PATIENCE_SECONDS = 10.0
"""How long a holder of the profile may fail to answer."""
END_SECONDS = 6.0
"""How long the engine gets to end: a second more than it gives itself."""
MOST_ENDS = 3
WITHIN_SECONDS = 60.0
"""An engine that ended unasked so often in so short a time will do so again."""
REST_SECONDS = 300.0
"""How long it is then left alone, unless the person says otherwise."""


def host_command(profile: Path) -> list[str]:
    """-P: a module that happens to lie in the current folder is none of ours."""
    return [sys.executable, "-P", "-m", "app.engine.host", str(profile)]


PASSPHRASE_VARIABLE = "HEADWATER_VAULT_PASSPHRASE"


class EngineProcess:
    """Start it with `start`, end it with `close`; `api` speaks `EngineApi` on the loop that awaits it.

    When the engine ended unasked, what was under way raises TransientError; the next command finds it started again."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._remote: RemoteEngine | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._passphrase = ""
        self._connecting = asyncio.Lock()
        self._closed = False
        self._ends: deque[float] = deque(maxlen=MOST_ENDS)
        """When the engine ended unasked."""

    @property
    def api(self) -> EngineApi:
        return cast(EngineApi, self)

    @property
    def pid(self) -> int | None:
        """The process that was started here, if it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    async def start(self) -> None:
        """Attach to the profile's engine, starting it if need be, also one that rests. Raises what opening the profile
        raises."""
        # Out of the environment, so that no browser that the window opens inherits it.
        self._passphrase = os.environ.pop(PASSPHRASE_VARIABLE, "") or self._passphrase
        self._ends.clear()
        await self._engine()

    async def close(self) -> None:
        """Let go of the engine; the one started here ends, and this waits for it."""
        self._closed = True
        if self._remote is not None:
            await self._remote.close()
            self._remote = None
        await self._end_child()

    def __getattr__(self, name: str) -> Any:
        command = commands().get(name)
        if command is None:
            raise AttributeError(name)
        if command.streams:
            return lambda *args, **kwargs: self._stream(name, args, kwargs)
        return lambda *args, **kwargs: self._call(name, args, kwargs)

    async def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return await getattr(await self._engine(), name)(*args, **kwargs)

    async def _stream(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> AsyncIterator[Any]:
        stream = getattr(await self._engine(), name)(*args, **kwargs)
        async with aclosing(stream) as items:
            async for item in items:
                yield item

    async def _engine(self) -> RemoteEngine:
        """The engine, attached. One task at a time looks for it; the others find what it found."""
        async with self._connecting:
            if self._closed:
                raise TransientError("The engine is not running", remedy="Close the window and start it again.")
            if self._remote is None or self._remote.ended:
                if self._remote is not None:
                    if self._child is not None:
                        self._ends.append(time.monotonic())
                    await self._remote.close()
                    self._remote = None
                self._remote = await self._find()
            return self._remote

    async def _find(self) -> RemoteEngine:
        waited = 0.0
        while waited < PATIENCE_SECONDS:
            remote = await attach(self._profile, lasting=True)
            if remote is not None:
                return remote
            self._let_rest()
            started = await self._start_child()
            if started.state == "failed":
                raise error_of(started.trouble)
            if started.state == "held":
                await asyncio.sleep(0.2)
                waited += 0.2
        raise PermanentError(
            "Another program holds this profile and does not answer",
            where=str(self._profile),
            remedy="Close the other window or command; if none is left, end the process named in engine.json.",
            code="profile_held",
        )

    def _let_rest(self) -> None:
        """Raises PermanentError while the engine is left alone."""
        ends = self._ends
        often = len(ends) == MOST_ENDS and ends[-1] - ends[0] < WITHIN_SECONDS
        if often and time.monotonic() - ends[-1] < REST_SECONDS:
            raise PermanentError(
                "The engine keeps ending, so it is left alone for some minutes",
                where=str(self._profile),
                remedy="Start it again. If it ends once more, start Headwater in a terminal: what the engine says is "
                "seen there.",
                code="engine_keeps_ending",
            )

    async def _start_child(self) -> Started:
        await self._end_child()
        self._child = child = await asyncio.to_thread(_spawn, self._profile, self._passphrase)
        assert child.stdout is not None
        line = await asyncio.to_thread(child.stdout.readline)
        try:
            return msgspec.json.decode(line, type=Started)
        except msgspec.DecodeError as error:
            code = await asyncio.to_thread(child.wait)
            self._ends.append(time.monotonic())
            raise TransientError(
                "The engine ended while it started",
                where=str(self._profile),
                remedy="Try again; what it wrote to the terminal says why.",
                detail=f"exit status {code}",
            ) from error

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(OSError):
            child.stdin.close()
        with suppress(subprocess.TimeoutExpired):  # it is letting another process's command finish
            await asyncio.to_thread(child.wait, END_SECONDS)
        child.stdout.close()


def _spawn(profile: Path, passphrase: str = "") -> subprocess.Popen[bytes]:
    """The vault's passphrase, if one was given, goes through the pipe: never in the arguments or the environment."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))))
    child = subprocess.Popen(
        [*host_command(profile), *(["--passphrase"] if passphrase else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if passphrase and child.stdin is not None:
        with suppress(OSError):
            child.stdin.write(passphrase.encode() + b"\n")
            child.stdin.flush()
    return child


def open_engine_process(profile: Path) -> EngineProcess:
    """The window's engine; nothing is started before `start`."""
    return EngineProcess(profile)
