"""Between the window's first frame and its end: start the engine in its own process, then fill the pages."""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, cast

from widgets.collector import Collector
from widgets.events import EventFeed
from widgets.instance import Instance
from widgets.outside import Outside
from widgets.shell import Shell
from widgets.warming import warm_up

__all__ = ["session"]

logger = logging.getLogger("headwater.window")

CLOSE_SECONDS = 8.0


class EngineProcess(Protocol):
    """What `app.engine.process.open_engine_process` answers: the engine's commands, and its start and end."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


Open = Callable[[Path], EngineProcess]


async def session(
    shell: Shell,
    profile: Path,
    *,
    demo: bool = False,
    hidden: bool = False,
    open_engine: Open | None = None,
    instance: Instance | None = None,
) -> None:
    """Everything between the first frame and the end of the window."""
    loop = asyncio.get_running_loop()
    quit_event = asyncio.Event()
    shell.quit_requested.connect(quit_event.set)
    loop.set_exception_handler(lambda _loop, context: _report(shell, context))
    hook, sys.excepthook = sys.excepthook, _hook(shell)
    try:
        loop.add_signal_handler(signal.SIGINT, quit_event.set)
        loop.add_signal_handler(signal.SIGTERM, quit_event.set)
    except (NotImplementedError, ValueError, RuntimeError):
        pass  # Windows has no signal handlers on a loop; Ctrl-C ends the process there as usual.
    outside = Outside(shell)
    collector = Collector(shell)
    collector.start()
    if not (hidden and shell.tray_available):
        shell.show()
    if instance is not None:
        instance.asked.connect(shell.open_link)
        instance.listen()
    working = loop.create_task(_work(shell, profile, demo, open_engine, outside, collector), name="session.work")
    try:
        await quit_event.wait()
    finally:
        shell.arrival.save()
        shell.hide()
        outside.end()
        working.cancel()
        try:
            await asyncio.wait_for(asyncio.wait([working]), CLOSE_SECONDS)
        except TimeoutError:
            logger.error("The engine did not stop within %s s", CLOSE_SECONDS)
        collector.stop()
        sys.excepthook = hook
        shell.finish()


async def _work(
    shell: Shell, profile: Path, demo: bool, open_engine: Open | None, outside: Outside, collector: Collector
) -> None:
    """Start the engine; then wait to be cancelled, and close all in order."""
    wanted = asyncio.Event()
    shell.demo_requested.connect(wanted.set)
    if demo:
        wanted.set()
    engine = await _start(shell, profile, open_engine)
    handle = None
    try:
        collector.settle()
        shell.attach(cast(Any, engine))
        outside.begin(cast(Any, engine))
        shell.tasks.start(_warm_up(collector), "warm up")
        assert shell.feed is not None
        shell.feed.wanted.connect(lambda: shell.tasks.restart(_start_again(shell.feed, engine), "start again"))
        while handle is None:
            await wanted.wait()
            wanted.clear()
            handle = await _demo(shell, engine)
            if handle is None:
                shell.demo_failed.emit()
        await asyncio.Event().wait()
    finally:
        await shell.detach()
        if handle is not None:
            await handle.close()
        await engine.close()


async def _warm_up(collector: Collector) -> None:
    await warm_up()
    collector.settle()


async def _start(shell: Shell, profile: Path, open_engine: Open | None) -> EngineProcess:
    """Start the engine. A failure is shown, and tried again when the person says so."""
    again = asyncio.Event()
    shell.retry_requested.connect(again.set)
    while True:
        engine = None
        try:
            engine = (open_engine or await _load())(profile)
            await engine.start()
            return engine
        except BaseException as error:
            if engine is not None:
                await engine.close()
            if not isinstance(error, Exception):
                raise
            from connectors.sdk import error_info

            logger.exception("The engine did not start")
            shell.show_failure(error_info(error))
        again.clear()
        await again.wait()
        shell.starting.show_starting()


async def _start_again(feed: EventFeed | None, engine: EngineProcess) -> None:
    """The engine had ended too often to be started by itself; the person wants it."""
    await engine.start()
    if feed is not None:
        feed.hurry()


async def _demo(shell: Shell, engine: EngineProcess) -> Any:
    """Start the sample sources and connect them; None if that failed, which is shown."""
    try:
        module = await asyncio.to_thread(importlib.import_module, "app.demo")
        return await module.start_demo(engine)
    except Exception as error:
        logger.exception("The demo library did not start")
        shell.report(error)
        return None


async def _load() -> Open:
    """Import the way to the engine beside the loop, so that the window answers meanwhile."""
    module = await asyncio.to_thread(importlib.import_module, "app.engine.process")
    return cast(Open, module.open_engine_process)


def _report(shell: Shell, context: dict[str, Any]) -> None:
    error = context.get("exception")
    logger.error("%s", context.get("message", "A task failed"), exc_info=error)
    if error is not None:
        shell.report(error)


def _hook(shell: Shell) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logger.error("A signal handler failed", exc_info=(kind, error, trace))
        shell.report(error)

    return hook
