"""Paints the window's pages in every state.

    python -m tests.gallery DIR [--only NAME...] [--scheme light,dark] [--scale 1,2] [--language en,de,zh_CN,pseudo]
    python -m tests.gallery --accept [NAME...]      take what is painted now as what is wanted
    python -m tests.gallery --hero [DIR]            the README's pictures, from the real window on the demo's documents

One PNG per scene, named scene-scheme-scale-language.png, and a contact sheet per page, sheet-page-....png.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    """Paint what was asked for."""
    parser = argparse.ArgumentParser(prog="tests.gallery", usage=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--scheme", default="light,dark")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--language", default="en")
    parser.add_argument("--text", type=int, default=100, help="size of text in percent")
    parser.add_argument("--accept", nargs="*", default=None)
    parser.add_argument("--hero", nargs="?", const=Path("resources/pictures"), type=Path)
    options = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.hero is not None:
        from tests.gallery.hero import take_hero

        return take_hero(options.hero, options.scheme.split(","))
    if options.accept is not None:
        from tests.gallery.baseline import accept

        print(accept(options.accept))
        return 0
    if options.folder is None:
        parser.error("name a directory for the pictures")
    return paint(options)


def paint(options: argparse.Namespace) -> int:
    """Pictures and sheets."""
    from tests.gallery.scenes import SCENES
    from tests.gallery.worker import Variant, halves, render

    unknown = [name for name in options.only if name not in SCENES]
    if unknown:
        print(f"There is no scene {', '.join(unknown)}. There are: {', '.join(SCENES)}", file=sys.stderr)
        return 2
    names = options.only or list(SCENES)
    schemes = tuple(options.scheme.split(","))
    failed = ""
    for scale in (float(scale) for scale in options.scale.split(",")):
        codes = options.language.split(",")
        variants = [Variant(code, options.text, schemes) for code in codes]
        try:
            render(options.folder, *halves(names, variants, scale))
        except RuntimeError as error:
            failed += f"{error}\n"
        for code in codes:
            sheets(options.folder, names, schemes, scale, code)
    print(failed, file=sys.stderr, end="")
    return 1 if failed else 0


def sheets(folder: Path, names: list[str], schemes: tuple[str, ...], scale: float, code: str) -> None:
    """One per page and scheme."""
    from PySide6.QtGui import QGuiApplication

    from tests.gallery.scenes import SCENES
    from tests.gallery.sheet import make_sheets

    app = QGuiApplication.instance() or QGuiApplication([])
    for scheme in schemes:
        pages: dict[str, list[tuple[str, Path]]] = {}
        for name in names:
            file = folder / f"{name}-{scheme}-{scale:g}-{code}.png"
            if file.exists():
                pages.setdefault(SCENES[name].sheet, []).append((name, file))
        for page, pictures in pages.items():
            make_sheets(folder, page, f"{scheme}-{scale:g}-{code}", pictures)
    del app


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
