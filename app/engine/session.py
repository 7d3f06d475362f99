"""An engine for a command: the one that already holds the profile, or one of our own with the profile's lease.

The lease is a lock of the operating system on `engine.lock`: it ends with its process however that ends, so a stale
one needs no guessing. `engine.json` beside it says how to reach the holder, readable by its owner alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import filelock
import msgspec
import platformdirs

from app.api import EngineApi
from app.database.database import storage_error
from app.engine.engine import Engine
from app.engine.remote import attach
from app.engine.server import Server
from app.engine.wire import Address
from connectors.sdk import ConfigError, PermanentError

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.05


def default_profile() -> Path:
    """The platform's place for this user's application data."""
    return Path(platformdirs.user_data_dir("Headwater", appauthor=False))


def profile_folder(profile: Path | None) -> Path:
    """The profile's folder, made if need be, for its owner alone. Raises ConfigError, PermanentError."""
    path = (profile or default_profile()).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ConfigError("The profile is not a folder", where=str(path), remedy="Name a folder with --profile.")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "not writable")
    except OSError as error:
        translated = storage_error(error, path)
        if translated is not None:
            raise translated from error
        raise PermanentError(
            "The profile's folder can't be made",
            where=str(path),
            remedy="Name another one with --profile.",
            detail=str(error),
        ) from error
    return path


class Held:
    """The lease of a profile with the engine and the door for others."""

    def __init__(self, profile: Path, lock: filelock.BaseFileLock, engine: Engine, server: Server) -> None:
        self.profile = profile
        self.engine = engine
        self._lock = lock
        self._server = server

    async def idle(self) -> None:
        """Wait until the attached commands of other processes have ended, and the runs that an attached window asked
        for: the window finds itself another engine, but its runs would be interrupted."""
        while not self._server.idle.is_set() or (self._server.clients and self.engine.active_runs):
            await self._server.idle.wait()
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Stop, now."""
        (self.profile / "engine.json").unlink(missing_ok=True)
        await self._server.close()
        await self.engine.close()
        self._lock.release()


async def hold(profile: Path, *, resident: bool = False) -> Held | None:
    """Take the profile's lease and start its engine; None when another process has it. Only a `resident` one, that
    stays until it is told to go, takes up the schedules: a run that a passing command began would end with it."""
    lock = filelock.FileLock(profile / "engine.lock", mode=0o600)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return None
    except OSError as error:
        translated = storage_error(error, profile)
        raise translated or error from error
    try:
        engine = await Engine.open(profile, resident=resident)
    except BaseException:
        lock.release()
        raise
    server = Server(engine)
    try:
        _write_address(profile / "engine.json", await server.open())
    except BaseException:
        await server.close()
        await engine.close()
        lock.release()
        raise
    return Held(profile, lock, engine, server)


@asynccontextmanager
async def open_engine(profile: Path | None = None) -> AsyncIterator[EngineApi]:
    """The profile's engine for the time of a command. Raises PermanentError when there is no getting at it."""
    folder = profile_folder(profile)
    waited = 0.0
    while True:
        remote = await attach(folder)
        if remote is not None:
            try:
                yield remote.api
            finally:
                await remote.close()
            return
        held = await hold(folder)
        if held is not None:
            try:
                yield held.engine
            except BaseException:
                await held.close()
                raise
            await held.idle()
            await held.close()
            return
        if waited >= PATIENCE_SECONDS:
            raise PermanentError(
                "Another program holds this profile and does not answer",
                where=str(folder),
                remedy="Close the other window or command; if none is left, end the process named in engine.json.",
                code="profile_held",
            )
        await asyncio.sleep(0.2)
        waited += 0.2


def _write_address(path: Path, address: Address) -> None:
    with suppress(FileNotFoundError):
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(address))
