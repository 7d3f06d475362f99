"""Plays a scene and waits until the window has come to rest, with clock, locale and fonts held still.

A picture must be the same on each machine: the clock stands, times are UTC, numbers English unless the language says
otherwise, and only DejaVu Sans and Droid Sans Fallback (for Chinese) exist, which Debian has in small packages.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import pkgutil
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

import widgets
from connectors.sdk import HeadwaterError
from tests.gallery.engine import GalleryEngine
from tests.gallery.scene import Act, Scene, Stage
from tests.widgets.window import settings
from widgets.shell import Shell

__all__ = ["NOW", "environment", "play", "still"]

NOW = 1741775400.0  # 12 March 2025, 10:30 UTC
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts/truetype/dejavu</dir>
  <dir>/usr/share/fonts/truetype/droid</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>DejaVu Sans</string></edit>
  </match>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""
MACHINE = {"Python": "3.11.9", "Qt": "6.11.0 (PySide6 6.11.0)", "Linux": "6.12.0, x86_64"}
SHORT_MS = 500
"""A timer up to this long is about comfort, such as a search that waits for the next key; a picture need not wait."""
REST_SECONDS = 8.0


def environment(folder: Path, scale: float) -> dict[str, str]:
    """What a process that paints is started with; its fonts are described in `folder`."""
    fonts = folder / "fonts.conf"
    if not fonts.exists():
        fonts.write_text(FONTS.format(cache=folder / "fonts"), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "LC_", "LANG"))}
    return {
        **kept,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": f"{scale:g}",
        "FONTCONFIG_FILE": str(fonts),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }


class Still(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Still:
        """Always the same."""
        return cls.fromtimestamp(NOW, tz)


@contextmanager
def still() -> Iterator[None]:
    """Hold the clock for everything in the window, shorten what only waits, and open no browser."""
    real = asyncio.sleep

    async def sleep(delay: float, result: Any = None) -> Any:
        return await real(min(delay, 0.002) if delay < SHORT_MS / 1000 else delay, result)

    async def at_once(call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return call(*args, **named)

    with ExitStack() as held:
        for found in pkgutil.walk_packages(widgets.__path__, "widgets."):
            module = importlib.import_module(found.name)
            if getattr(module, "datetime", None) is datetime:
                held.enter_context(patch.object(module, "datetime", Still))
        waiting = importlib.import_module("widgets.sign_in.waiting")
        held.enter_context(patch.object(waiting, "time", SimpleNamespace(monotonic=lambda: 0.0)))
        held.enter_context(patch.object(time, "time", lambda: NOW))
        held.enter_context(patch.object(asyncio, "sleep", sleep))
        held.enter_context(patch.object(asyncio, "to_thread", at_once))  # a thread's end is nothing that can be seen
        held.enter_context(patch("widgets.sign_in.panel.open_url", return_value=True))
        held.enter_context(patch("widgets.pages.settings_about.machine", return_value=MACHINE))
        yield


@asynccontextmanager
async def play(scene: Scene) -> AsyncIterator[Stage]:
    """The window as the scene leaves it, at rest."""
    engine = GalleryEngine(empty=scene.engine == "empty", now=NOW)
    for given in scene.given:
        given(engine)
    with tempfile.TemporaryDirectory() as profile:
        shell = Shell(settings(Path(profile)))
        shell.resize(*scene.size)
        shell.show()
        shell.activateWindow()
        stage = Stage(shell, engine, lambda: rest(shell))
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: _report(shell, context))  # as the window's session does
        try:
            await _act(stage, scene.before)
            if scene.engine != "none":
                shell.attach(cast(Any, engine))
                shell.go(scene.place)
                await rest(shell)
            await _act(stage, scene.acts)
            await rest(shell)
            yield stage
        finally:
            await shell.detach()
            shell.finish()
            shell.deleteLater()


def _report(shell: Shell, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, HeadwaterError):
        shell.report(error)
    else:
        print("".join(traceback.format_exception(error)) if error else context, flush=True)


async def _act(stage: Stage, acts: tuple[Act, ...]) -> None:
    for act in acts:
        done = act(stage)
        if inspect.isawaitable(done):
            await done
        await stage.rest()


async def rest(shell: QWidget) -> None:
    """Until nothing moves any more: no timer is short of its end, and nothing asks to be painted."""
    wish = _PaintWish()
    shell.installEventFilter(wish)
    until = time.monotonic() + REST_SECONDS
    calm = 0
    while calm < 3:
        if time.monotonic() > until:
            raise TimeoutError("the window does not come to rest")
        short = [
            timer
            for timer in shell.findChildren(QTimer)
            if timer.isActive() and timer.isSingleShot() and 0 < timer.interval() <= SHORT_MS
        ]
        for timer in short:
            timer.start(0)
        wish.seen = False
        await asyncio.sleep(0.002)
        calm = 0 if short or wish.seen else calm + 1
    shell.removeEventFilter(wish)


class _PaintWish(QObject):
    """Notices that the window is about to be painted."""

    seen = False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Part of QObject."""
        if event.type() in (QEvent.Type.UpdateRequest, QEvent.Type.LayoutRequest):
            self.seen = True
        return False
