"""The window's entry point: paint first; then `session` starts the engine in its own process and fills the pages.

Nothing heavy is imported before the first frame, not even asyncio.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from contextlib import suppress
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from widgets.instance import Instance, hand_over
from widgets.links import SCHEME
from widgets.preferences import at_start
from widgets.shell import Shell

__all__ = ["main"]

FRAME_MS = 2000
"""How long the first frame is waited for: a window that starts minimised has none."""


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
    first = instance.first()
    if not first and hand_over(profile, target):
        return 0
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app = cast(QApplication, app)
    app.setApplicationName("Headwater")
    app.setDesktopFileName("headwater")
    early = at_start(app, profile)
    if not first:
        from widgets.unanswered import ask

        if not ask(instance, profile, target):
            return 1
    settings = QSettings(str(profile / "window.ini"), QSettings.Format.IniFormat)
    shell = Shell(settings, early=early)
    if not options.hidden:
        _paint(shell)
    from widgets.loop import run
    from widgets.session import session
    from widgets.tray import Tray

    shell.tray_available = Tray.available()
    if target:
        shell.open_link(target)
    try:
        run(app, session(shell, profile, demo=options.demo, hidden=options.hidden, instance=instance))
    finally:
        instance.close()
    return 0


def _paint(shell: Shell) -> None:
    """Show the window and wait for its first frame, in a loop of Qt's own that ends before there is another."""
    loop = QEventLoop()
    shell.painted.connect(loop.quit)
    QTimer.singleShot(FRAME_MS, loop, loop.quit)
    shell.show()
    loop.exec()
    shell.painted.disconnect(loop.quit)


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


if __name__ == "__main__":
    sys.exit(main())
