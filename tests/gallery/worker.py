"""Paints scenes in one process, because scale and fonts are settled before Qt starts. `render` is the way to it.

For each language it writes `records-LANGUAGE-SCALE-TEXT-PROCESS.json`: per scene its layout, and what can't be read
in it; `records` reads them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gallery.stage import environment, play, still

__all__ = ["Plan", "records", "render", "start"]

LIMIT_SECONDS = 30.0
"""For one scene."""


@dataclass(frozen=True)
class Plan:
    """What one process paints. Without schemes it takes no pictures, only records."""

    names: Sequence[str] = ()
    schemes: Sequence[str] = ("light", "dark")
    scale: float = 1
    languages: Sequence[str] = ("en",)
    text: int = 100
    """The size of text in percent."""
    moved: str = ""
    """For the test of the test: NAME:PIXELS moves a widget."""


def start(folder: Path, plan: Plan) -> subprocess.Popen[str]:
    """Begin to paint into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["--scale", f"{plan.scale:g}", "--text", str(plan.text), "--moved", plan.moved]
    words += ["--schemes", ",".join(plan.schemes), "--languages", ",".join(plan.languages)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gallery.worker", str(folder), *plan.names, *words],
        env=environment(folder, plan.scale),
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def render(folder: Path, *plans: Plan) -> None:
    """Paint all plans, each in a process of its own, side by side. Raises with what a process said if it failed."""
    running = [start(folder, plan) for plan in plans]
    outputs = [process.communicate()[0] for process in running]
    outputs = [_without_offscreen(output) for output in outputs]
    failed = [output for process, output in zip(running, outputs, strict=True) if process.returncode]
    if failed:
        raise RuntimeError("\n".join(failed))


def _without_offscreen(output: str) -> str:
    """What the offscreen platform says of windows and popups is about it, not about us."""
    return "\n".join(line for line in output.splitlines() if not line.startswith("This plugin does not support"))


def records(folder: Path, code: str = "en", *, text: int = 100) -> dict[str, Any]:
    """What all processes wrote of a language."""
    made: dict[str, Any] = {}
    for file in folder.glob(f"records-{code}-*-{text}-*.json"):
        made.update(json.loads(file.read_text(encoding="utf-8")))
    return made


def main(argv: list[str]) -> int:
    """The process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--schemes", default="")
    parser.add_argument("--languages", default="en")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--text", type=int, default=100)
    parser.add_argument("--moved", default="")
    options = parser.parse_args(argv)
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QApplication

    from widgets import theme
    from widgets.loop import run

    app = QApplication([])
    QApplication.setFont(QFont("DejaVu Sans"))
    app.setCursorFlashTime(0)
    if options.text != 100:
        for role, (size, weight) in theme._SIZES.items():
            theme._SIZES[role] = (size * options.text // 100, weight)
    with still():
        return int(run(app, _paint_all(app, options)) or 0)


async def _paint_all(app: Any, options: argparse.Namespace) -> int:
    from tests.gallery.scenes import SCENES
    from widgets import language, theme

    failed = 0
    schemes = [scheme for scheme in options.schemes.split(",") if scheme]
    theme.apply(app, "light")
    for code in options.languages.split(","):
        language.apply(app, code)
        records: dict[str, Any] = {}
        for name in options.names or SCENES:
            try:
                async with asyncio.timeout(LIMIT_SECONDS):
                    records[name] = await _paint(app, name, code, schemes, options)
            except Exception:
                failed += 1
                print(f"scene {name} ({code}) failed:\n{traceback.format_exc()}", flush=True)
        file = options.folder / f"records-{code}-{options.scale}-{options.text}-{os.getpid()}.json"
        file.write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")
    return failed


async def _paint(app: Any, name: str, code: str, schemes: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """One scene in each scheme. The scheme changes under the running window, as it does for a person."""
    from PySide6.QtWidgets import QWidget

    from tests.gallery.layout import record
    from tests.gallery.legible import illegible
    from tests.gallery.scenes import SCENES
    from widgets import theme

    scene = SCENES[name]
    async with play(scene) as stage:
        if options.moved:
            which, by = options.moved.split(":")
            for one in stage.shell.findChildren(QWidget, which):
                one.move(one.x() + int(by), one.y())
        made = {
            "layout": [str(item) for item in record(stage.shell, frame=name == "sources")],
            "illegible": illegible(stage.shell),
        }
        for scheme in schemes:
            if theme.tokens().dark != (scheme == "dark"):
                theme.apply(app, scheme)  # type: ignore[arg-type]
            picture = stage.shell.grab()
            file = options.folder / f"{name}-{scheme}-{options.scale}-{code}.png"
            if not picture.save(str(file)):
                raise OSError(f"{file} can't be written")
        return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
