"""The engine on a thread and loop of its own, for the window: its coroutines are awaited from the window's loop.

If another process holds the profile already (a command that runs), the thread attaches to that one instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any, TypeVar, cast

from app.api import EngineApi
from connectors.sdk import TransientError

T = TypeVar("T")


class EngineThread:
    """Start it with `start`, end it with `close`; `api` speaks `EngineApi` on the loop that awaits it."""

    def __init__(self, profile: Path | None) -> None:
        self._profile = profile
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._engine: EngineApi | None = None
        self._streams: set[str] = set()

    @property
    def api(self) -> EngineApi:
        return cast(EngineApi, self)

    async def start(self) -> None:
        """Start the engine. Raises what `open_engine` raises."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()

        def tell(error: BaseException | None) -> None:
            if not ready.done():
                if error is None:
                    ready.set_result(None)
                else:
                    ready.set_exception(error)

        def report(error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, error)

        def main() -> None:
            try:
                with asyncio.Runner(loop_factory=loop_factory()) as runner:
                    runner.run(self._main(report))
            except BaseException as error:
                report(error)
            finally:
                self._ended.set()

        self._thread = threading.Thread(target=main, name="engine", daemon=True)
        self._thread.start()
        await ready

    async def close(self) -> None:
        """Stop the engine and wait for its thread."""
        if self._loop is not None and self._stop is not None and not self._ended.is_set():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, 10)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if not self._streams:
            from app.engine.wire import commands

            self._streams = {command.name for command in commands().values() if command.streams}
        if name in self._streams:
            return lambda *args, **kwargs: self._stream(name, args, kwargs)
        return lambda *args, **kwargs: self._call(name, args, kwargs)

    async def _main(self, report: Any) -> None:
        from app.engine.session import open_engine

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        async with open_engine(self._profile) as engine:
            self._engine = engine
            report(None)
            await self._stop.wait()
            self._engine = None

    async def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return await self._over(getattr(self._running(), name)(*args, **kwargs))

    async def _stream(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> AsyncIterator[Any]:
        """Items cross one at a time in batches of what is there, so that a fast stream can't flood the window."""
        here = asyncio.get_running_loop()
        items: asyncio.Queue[Any] = asyncio.Queue()
        end = object()

        async def pump() -> None:
            slots = asyncio.Semaphore(256)

            def deliver(item: Any) -> None:
                items.put_nowait((item, slots))

            try:
                async for item in getattr(self._running(), name)(*args, **kwargs):
                    await slots.acquire()
                    here.call_soon_threadsafe(deliver, item)
                here.call_soon_threadsafe(items.put_nowait, (end, None))
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                here.call_soon_threadsafe(items.put_nowait, (error, None))

        engine_loop = self._engine_loop()
        pumping = asyncio.run_coroutine_threadsafe(pump(), engine_loop)
        try:
            while True:
                item, slots = await items.get()
                if item is end:
                    return
                if slots is None:
                    raise item
                engine_loop.call_soon_threadsafe(slots.release)
                yield item
        finally:
            pumping.cancel()

    async def _over(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._engine_loop())
        return await asyncio.wrap_future(future)

    def _running(self) -> Any:
        if self._engine is None:
            raise TransientError("The engine is not running", remedy="Close the window and start it again.")
        return self._engine

    def _engine_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None or self._loop.is_closed():
            raise TransientError("The engine is not running", remedy="Close the window and start it again.")
        return self._loop


def open_engine_thread(profile: Path | None) -> EngineThread:
    """The window's engine; nothing heavy is imported before `start`."""
    return EngineThread(profile)


def loop_factory() -> Any:
    """The quickest event loop there is: uvloop where it exists, the platform's own elsewhere."""
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
