"""Paints scenes in one process, because scale and fonts are settled before Qt starts. `render` is the way to it.

For each variant it writes `records-LANGUAGE-TEXT-PROCESS.json`: per scene its layout, and what can't be read in it;
`records` reads them.
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
from typing import Any, cast

from PySide6.QtWidgets import QApplication, QWidget

from tests.gallery.layout import record
from tests.gallery.legible import illegible
from tests.gallery.scene import Scene
from tests.gallery.scenes import SCENES
from tests.gallery.stage import environment, play, still
from tests.gallery.unspoken import unspoken
from widgets import language, theme
from widgets.loop import run

__all__ = ["Plan", "Variant", "halves", "records", "render"]

FAST = 75
"""Of zlib's ways, one that takes little time."""
LIMIT_SECONDS = 30.0
"""For one scene."""


@dataclass(frozen=True)
class Variant:
    """How all scenes are shown: in which language, with text how large, and in which schemes a picture is taken."""

    language: str = "en"
    text: int = 100
    schemes: tuple[str, ...] = ("light", "dark")

    def __str__(self) -> str:
        return ":".join((self.language, str(self.text), "+".join(self.schemes)))

    @classmethod
    def parse(cls, words: str) -> Variant:
        """What `str` says, read back."""
        language, text, schemes = words.split(":")
        return cls(language, int(text), tuple(scheme for scheme in schemes.split("+") if scheme))


@dataclass(frozen=True)
class Plan:
    """What one process paints."""

    names: Sequence[str]
    variants: Sequence[Variant] = (Variant(),)
    scale: float = 1
    moved: str = ""
    """For the test of the test: NAME:PIXELS moves a widget to the right."""


def render(folder: Path, *plans: Plan) -> None:
    """Paint all plans, each in a process of its own, side by side. Raises with what a process said if it failed."""
    folder.mkdir(parents=True, exist_ok=True)
    running = [_start(folder, plan) for plan in plans]
    outputs = [_without_offscreen(process.communicate()[0]) for process in running]
    failed = [output for process, output in zip(running, outputs, strict=True) if process.returncode]
    if failed:
        raise RuntimeError("\n".join(failed))


def halves(names: Sequence[str], variants: Sequence[Variant], scale: float = 1) -> list[Plan]:
    """The work for two processes, alike heavy."""
    return [Plan(part, variants, scale) for part in (names[::2], names[1::2]) if part]


def records(folder: Path, code: str = "en", *, text: int = 100) -> dict[str, Any]:
    """What all processes wrote of a language."""
    made: dict[str, Any] = {}
    for file in folder.glob(f"records-{code}-{text}-*.json"):
        made.update(json.loads(file.read_text(encoding="utf-8")))
    return made


def _start(folder: Path, plan: Plan) -> subprocess.Popen[str]:
    words = ["--scale", f"{plan.scale:g}", "--moved", plan.moved, "--variants", *map(str, plan.variants)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gallery.worker", str(folder), *plan.names, *words],
        env=environment(folder, plan.scale),
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _without_offscreen(output: str) -> str:
    """What the offscreen platform says of windows and popups is about it, not about us."""
    return "\n".join(line for line in output.splitlines() if not line.startswith("This plugin does not support"))


def main(argv: list[str]) -> int:
    """The process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--variants", nargs="+", type=Variant.parse)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--moved", default="")
    options = parser.parse_args(argv)
    app = QApplication([])
    app.setCursorFlashTime(0)
    with still():
        return int(run(app, _paint_all(app, options)) or 0)


async def _paint_all(app: QApplication, options: argparse.Namespace) -> int:
    failed = 0
    for variant in options.variants:
        theme.apply(app, "light", text_size=variant.text)
        language.apply(app, variant.language)
        made: dict[str, Any] = {}
        for name in options.names:
            try:
                async with asyncio.timeout(LIMIT_SECONDS):
                    made[name] = await _paint(app, SCENES[name], variant, options)
            except Exception:
                failed += 1
                print(f"scene {name} ({variant}) failed:\n{traceback.format_exc()}", flush=True)
        file = options.folder / f"records-{variant.language}-{variant.text}-{os.getpid()}.json"
        file.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    return failed


async def _paint(app: QApplication, scene: Scene, variant: Variant, options: argparse.Namespace) -> dict[str, Any]:
    """One scene in each scheme. The scheme changes under the running window, as it does for a person; that is slow, so
    the next scene begins in the scheme that this one ended in."""
    async with play(scene) as stage:
        if options.moved:
            which, by = options.moved.split(":")
            for one in stage.shell.findChildren(QWidget, which):
                one.move(one.x() + int(by), one.y())
        made = {
            "layout": [str(item) for item in record(stage.shell, frame=scene.name == "sources")],
            "illegible": illegible(stage.shell),
            "unspoken": unspoken(stage.shell) if language.foreign() else [],
        }
        now = "dark" if theme.tokens().dark else "light"
        for scheme in sorted(variant.schemes, key=lambda scheme: scheme != now):
            theme.apply(app, cast(theme.Scheme, scheme), reduced_motion=True)  # what drifts stands at its start
            file = options.folder / f"{scene.name}-{scheme}-{options.scale}-{variant.language}.png"
            if not stage.shell.grab().save(str(file), "PNG", FAST):
                raise OSError(f"{file} can't be written")
        return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
