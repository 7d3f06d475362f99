"""The window's entry point: paint first, then start the engine in its own process, then fill the pages.

Nothing heavy is imported before the first frame.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, cast

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from widgets.collector import Collector
from widgets.instance import Instance, hand_over
from widgets.links import SCHEME
from widgets.loop import run
from widgets.outside import Outside
from widgets.preferences import at_start
from widgets.shell import Shell
from widgets.tray import Tray

__all__ = ["main", "session"]

logger = logging.getLogger("headwater.window")

CLOSE_SECONDS = 8.0


class EngineProcess(Protocol):
    """What `app.engine.process.open_engine_process` answers: the engine's commands, and its start and end."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


Open = Callable[[Path], EngineProcess]


def main(argv: list[str] | None = None) -> int:
    """Run the window to its end, or what `form` asks for."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["form"]:
        return int(importlib.import_module("widgets.author.command").main(words[1:]))
    parser = argparse.ArgumentParser(
        prog="headwater",
        description="Connect the sources of a knowledge base.",
        epilog="headwater form SCHEMA... shows the form of a plugin's schema; see headwater form --help.",
    )
    parser.add_argument("--profile", type=Path, help="directory that holds all state (default: the platform's)")
    parser.add_argument("--demo", action="store_true", help="start local sample sources and connect them")
    parser.add_argument("--hidden", action="store_true", help="start in the tray, where there is one")
    parser.add_argument(
        "words",
        nargs="*",
        metavar="open NAME",
        help="show a connection (its name or id), a run or a document (their id), or a headwater:// address; "
        "in the window that is open already, if there is one",
    )
    options = parser.parse_args(words)
    target = _target(parser, options.words)
    profile = options.profile or default_profile(options.demo)
    if options.demo:
        from app.demo import prepare_profile
        from connectors.sdk import HeadwaterError

        try:
            prepare_profile(profile)
        except HeadwaterError as error:
            parser.error(f"{error}. {error.remedy}")
    with suppress(OSError):  # the engine says what is wrong with the profile, in the window
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
    instance = Instance(profile)
    if not instance.first():
        if hand_over(profile, target):
            return 0
        parser.exit(1, f"Headwater is open in this profile already and does not answer ({profile}). Close it first.\n")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app = cast(QApplication, app)
    app.setApplicationName("Headwater")
    app.setDesktopFileName("headwater")
    settings = QSettings(str(profile / "window.ini"), QSettings.Format.IniFormat)
    shell = Shell(settings, tray_available=Tray.available(), early=at_start(app, profile))
    if target:
        shell.open_link(target)
    try:
        run(app, session(shell, profile, demo=options.demo, hidden=options.hidden, instance=instance))
    finally:
        instance.close()
    return 0


def _target(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What is to be opened: `open NAME`, or an address of ours as a desktop hands it over."""
    if not words:
        return ""
    is_address = len(words) == 1 and words[0].lower().startswith(f"{SCHEME}://")
    if not is_address and (words[0] != "open" or len(words) != 2):
        parser.error("say open NAME, or a headwater:// address")
    return words[-1]


def default_profile(demo: bool) -> Path:
    """The platform's data directory, the one `headwaterctl` takes; the demo has its own."""
    if demo:
        from app.demo import demo_profile

        return demo_profile()
    from platformdirs import user_data_path

    return user_data_path("Headwater", appauthor=False)


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
    quit_event, painted = asyncio.Event(), asyncio.Event()
    shell.quit_requested.connect(quit_event.set)
    shell.painted.connect(painted.set)
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
        await painted.wait()
    if instance is not None:
        instance.asked.connect(shell.open_link)
        instance.listen()
    working = loop.create_task(_work(shell, profile, demo, open_engine, outside, collector), name="session.work")
    try:
        await quit_event.wait()
    finally:
        shell.save_place()
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
        await wanted.wait()
        handle = await _demo(shell, engine)
        await asyncio.Event().wait()
    finally:
        await shell.detach()
        if handle is not None:
            await handle.close()
        await engine.close()


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


if __name__ == "__main__":
    sys.exit(main())
