"""The command line of `headwater form`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

DESCRIPTION = """Show the form that a JSON Schema makes, or examine it without a window.

SCHEMA is a JSON or YAML file (JSON Schema, or a connector specification), a folder of them, or the name of an installed
connector such as s3. Without an option that examines, a window opens and follows the file while you edit it."""
EPILOG = """With --json there is one line per schema: whether it was built, its leaves on every branch, how many a real
widget edits, unions, fields that ended in the JSON editor, warnings for the author, what an untouched form saves, the
value after --values was set, errors of that value (else of the untouched form), and the time to build it. Leaves are
fields that one editor edits; constants, hidden and read-only fields are none, and a recursive definition counts once.
Exit status: 0 if all were built (and reached), 1 if not, 2 for a wrong command line."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="headwater form",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("schemas", nargs="+", metavar="SCHEMA")
    made.add_argument(
        "--values", type=Path, metavar="FILE|DIR", help="a value to set; in a folder the file of that stem"
    )
    made.add_argument("--override", type=Path, metavar="FILE", help="ui: words that change how the form looks")
    made.add_argument("--screenshot", type=Path, metavar="PNG|DIR", help="paint the whole form")
    made.add_argument("--scheme", choices=("system", "light", "dark"), default="light", help="colours (default: light)")
    made.add_argument("--exercise", action="store_true", help="type into every field with simulated keys and mouse")
    made.add_argument("--json", action="store_true", help="one line of JSON per schema, no window")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the options say."""
    options = parser().parse_args(argv)
    for word in ("values", "override"):
        file = getattr(options, word)
        if file is not None and not file.exists():
            parser().error(f"--{word}: there is no {file}")
    unseen = options.json or options.exercise or options.screenshot is not None
    if unseen:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    elif not _has_screen():
        parser().error("there is no screen to open a window on; --json, --exercise and --screenshot need none")

    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from widgets import theme
    from widgets.author.reading import sources

    known = QApplication.instance()
    if known is None and unseen:
        qInstallMessageHandler(_report)
    app = cast(QApplication, known or QApplication(sys.argv[:1]))
    app.setApplicationName("Headwater")
    theme.apply(app, options.scheme)
    found = list(sources(options.schemas))
    if not found:
        parser().error("there is no schema in the folder")
    if not unseen:
        from widgets.author.window import show

        return show(app, found, options.values, options.override)
    if options.screenshot is not None and len(found) > 1 and not _is_folder(options.screenshot):
        parser().error("--screenshot: several schemas need a folder")

    from widgets.author.examine import examine, warm_up
    from widgets.author.picture import paint

    warm_up()
    well = True
    for source in found:
        report = examine(source, options.values, options.override, exercise=options.exercise)
        well = well and report.built and not report.unreached
        print(report.line() if options.json else report.sentence(), flush=True)
        if options.screenshot is not None and report.built:
            target = options.screenshot
            if _is_folder(target):
                target.mkdir(parents=True, exist_ok=True)
                target = target / f"{source.stem}.png"
            paint(source, options.values, options.override, target)
    return 0 if well else 1


def _has_screen() -> bool:
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform:
        return platform != "offscreen"
    on_linux = sys.platform.startswith("linux")
    return not on_linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix


def _report(kind: object, context: object, text: str) -> None:
    """Qt's messages, without what the invisible platform says of itself."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)
