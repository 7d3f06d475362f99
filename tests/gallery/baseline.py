"""What the pages are meant to look like: small pictures and layout records, committed, and how they are compared.

A picture is kept at an eighth of its size, where each pixel is the mean of 64: another version of a font's renderer
changes nothing there, a thing that moved does. The layout record says in words what it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage

from tests.gallery.layout import Item, differences, parse
from tests.gallery.scenes import SCENES
from tests.gallery.worker import Variant, halves, records, render

__all__ = ["FOLDER", "SCHEMES", "accept", "changes", "committed_layouts", "small"]

FOLDER = Path(__file__).with_name("baseline")
SCHEMES = ("light", "dark")
SHRINK = 8
APART = 24
"""How far a channel of a small pixel may be off."""
PIXELS = 3
"""How many small pixels may be further off."""
MOST_TOLD = 6


def accept(only: Iterable[str] = ()) -> str:
    """Paint now and keep that as what is wanted."""
    names = list(only) or list(SCENES)
    with tempfile.TemporaryDirectory() as place:
        painted = Path(place)
        render(painted, *halves(names, [Variant(schemes=SCHEMES)]))
        made = records(painted)
        kept = committed_layouts() if only else {}
        kept.update({name: [parse(line) for line in made[name]["layout"]] for name in names})
        _write_layouts({name: kept[name] for name in SCENES if name in kept})
        (FOLDER / "pictures").mkdir(exist_ok=True)
        wanted = set()
        for name in SCENES:
            for scheme in SCHEMES:
                file = _picture(name, scheme)
                wanted.add(file)
                if name in names:
                    small(painted / f"{name}-{scheme}-1-en.png").save(str(file), "WEBP", 100)  # type: ignore[call-overload]
        for file in (FOLDER / "pictures").iterdir():
            if file not in wanted:
                file.unlink()
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    return f"{len(names)} scenes are as wanted now; the baseline has {size // 1024} kB."


def changes(name: str, painted: Path, record: dict[str, Any]) -> list[str]:
    """How a scene differs from what is wanted, in sentences."""
    before = committed_layouts().get(name)
    if before is None:
        return [f"{name}: this scene is new; see how it looks and accept it"]
    now = [parse(line) for line in record["layout"]]
    found = [f"{name}: {what}" for what in differences(before, now)]
    for scheme in SCHEMES:
        picture = painted / f"{name}-{scheme}-1-en.png"
        regions = list(_changed(QImage(str(_picture(name, scheme))), small(picture)))
        found += [f"{name}: the {scheme} picture changed at {_at(region, now)}" for region in regions[:MOST_TOLD]]
        if len(regions) > MOST_TOLD:
            found.append(f"{name}: the {scheme} picture changed at {len(regions) - MOST_TOLD} more places")
    return found


def committed_layouts() -> dict[str, list[Item]]:
    """The wanted layout of each scene."""
    found: dict[str, list[Item]] = {}
    for file in sorted((FOLDER / "layout").glob("*.txt")):
        name = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("# "):
                name = line[2:]
                found[name] = []
            elif line:
                found[name].append(parse(line))
    return found


def small(file: Path) -> QImage:
    """A picture as it is kept."""
    image = QImage(str(file))
    if image.isNull():
        raise FileNotFoundError(file)
    size = image.size() / SHRINK
    kept = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return kept.convertToFormat(QImage.Format.Format_RGB32)


def _picture(name: str, scheme: str) -> Path:
    return FOLDER / "pictures" / f"{name}-{scheme}.webp"


def _write_layouts(layouts: dict[str, list[Item]]) -> None:
    folder = FOLDER / "layout"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for name, items in layouts.items():
        with (folder / f"{SCENES[name].sheet}.txt").open("a", encoding="utf-8") as out:
            out.write("\n".join([f"# {name}", *map(str, items), "", ""]))


def _changed(wanted: QImage, now: QImage) -> Iterator[QRect]:
    """The regions that differ, in the window's pixels, the largest first."""
    if wanted.size() != now.size():
        yield QRect(0, 0, now.width() * SHRINK, now.height() * SHRINK)
        return
    wanted = wanted.convertToFormat(QImage.Format.Format_RGB32)
    one, other, width = bytes(wanted.constBits()), bytes(now.constBits()), now.width()
    if one == other:
        return
    off = [
        at // 4
        for at in range(0, len(one), 4)
        if one[at : at + 3] != other[at : at + 3]
        and max(abs(one[at + part] - other[at + part]) for part in range(3)) > APART
    ]
    if len(off) <= PIXELS:
        return
    regions: list[QRect] = []
    for at in off:
        spot = QRect(at % width, at // width, 1, 1)
        near = [region for region in regions if region.adjusted(-3, -3, 3, 3).intersects(spot)]
        regions = [region for region in regions if region not in near]
        for region in near:
            spot = spot.united(region)
        regions.append(spot)
    for region in sorted(regions, key=lambda region: -region.width() * region.height()):
        left, top, wide, high = region.x(), region.y(), region.width(), region.height()
        yield QRect(left * SHRINK, top * SHRINK, wide * SHRINK, high * SHRINK)


def _at(region: QRect, items: list[Item]) -> str:
    """The smallest thing that is around the region's middle."""
    middle = region.center()
    around = [item for item in items if QRect(item.x, item.y, item.w, item.h).contains(middle)]
    place = f"{region.x()},{region.y()} ({region.width()}x{region.height()})"
    if not around:
        return place
    smallest = min(around, key=lambda item: item.w * item.h)
    return f"{smallest.role} {smallest.name}, {place}"
