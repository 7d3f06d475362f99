"""Every page in every state looks as it is meant to, nothing in it is cut off, and what moved is named.

After a change that is meant: look at `python -m tests.gallery DIR`, then `python -m tests.gallery --accept`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from tests.gallery.baseline import FOLDER, SCHEMES, changes, committed_layouts
from tests.gallery.layout import Item, differences, parse
from tests.gallery.scenes import SCENES
from tests.gallery.worker import Plan, Variant, halves, records, render

pytestmark = pytest.mark.timeout(300)

VARIANTS = [
    Variant(schemes=SCHEMES),
    Variant("pseudo", schemes=()),
    Variant("pseudo_rtl", schemes=()),
    Variant("en", 200, schemes=()),
]
"""As it is, two fifths longer, the same from right to left, and with text twice as large."""
FAILED = "failed.txt"
BUDGET = 1_500_000
"""Bytes of the committed baseline."""


def scenes() -> list[Any]:
    """Each scene, with the points of the checklist that its picture holds."""
    return [
        pytest.param(scene.name, id=scene.name, marks=[pytest.mark.point(point) for point in scene.points])
        for scene in SCENES.values()
    ]


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All scenes as they are now. Those that can't be played fail by themselves."""
    folder = tmp_path_factory.mktemp("gallery")
    try:
        render(folder, *halves(list(SCENES), VARIANTS))
    except RuntimeError as error:
        (folder / FAILED).write_text(str(error), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", scenes())
def test_it_looks_as_it_is_meant_to(painted: Path, name: str) -> None:
    record = records(painted).get(name)
    assert record is not None, f"It could not be played: see {painted / FAILED}"
    found = changes(name, painted, record)
    assert not found, "\n".join(
        [*found, f"Now: {painted}/{name}-*.png. If it is meant: python -m tests.gallery --accept"]
    )


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(VARIANTS[0], id="as it is", marks=pytest.mark.point(41)),
        pytest.param(VARIANTS[1], id="two fifths longer", marks=pytest.mark.point(45)),
        pytest.param(VARIANTS[2], id="from right to left"),
        pytest.param(VARIANTS[3], id="text of 200 %"),
    ],
)
def test_nothing_is_cut_off(painted: Path, variant: Variant) -> None:
    played = records(painted, variant.language, text=variant.text)
    found = {name: record["illegible"] for name, record in played.items() if record["illegible"]}
    assert set(played) == set(SCENES), f"Some could not be played: see {painted / FAILED}"
    assert not found, "\n".join(f"{name}: {what}" for name, problems in found.items() for what in problems)


@pytest.mark.point(45)
def test_nothing_is_left_untranslated(painted: Path) -> None:
    found = {name: record["unspoken"] for name, record in records(painted, "pseudo").items() if record["unspoken"]}
    assert not found, "\n".join(f"{name}: {what}" for name, texts in found.items() for what in texts)


def test_the_baseline_is_small_and_of_today() -> None:
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < BUDGET
    assert set(committed_layouts()) == set(SCENES)
    pictures = {file.stem for file in (FOLDER / "pictures").iterdir()}
    assert pictures == {f"{name}-{scheme}" for name in SCENES for scheme in SCHEMES}


# --- the test of the test --------------------------------------------------------------------------------------------


def test_what_moved_is_named(tmp_path: Path) -> None:
    render(tmp_path, Plan(["sources"], moved="add_source:-40"))
    told = changes("sources", tmp_path, records(tmp_path)["sources"])
    assert "sources: button add_source moved 40 px left" in told
    assert any(line.startswith("sources: the light picture changed at ") for line in told)
    assert any(line.startswith("sources: the dark picture changed at ") for line in told)


def test_what_is_painted_differently_is_named(painted: Path, tmp_path: Path) -> None:
    """A row's state in another colour moves nothing; only the picture tells."""
    for scheme in SCHEMES:
        image = QImage(str(painted / f"sources-{scheme}-1-en.png"))
        painter = QPainter(image)
        painter.fillRect(600, 200, 120, 12, QColor("#C00000"))
        painter.end()
        image.save(str(tmp_path / f"sources-{scheme}-1-en.png"))
    told = changes("sources", tmp_path, records(painted)["sources"])
    assert any("the light picture changed at list connections" in line for line in told), told


def test_another_renderer_of_the_same_font_changes_nothing(painted: Path, tmp_path: Path) -> None:
    """Every pixel a little off, as antialiasing differs between machines."""
    record = records(painted)["sources"]
    before = changes("sources", painted, record)
    for scheme in SCHEMES:
        image = QImage(str(painted / f"sources-{scheme}-1-en.png")).convertToFormat(QImage.Format.Format_RGB32)
        noisy = QImage(image)
        painter = QPainter(noisy)
        painter.setOpacity(0.25)
        painter.drawImage(1, 0, image)  # each edge a quarter of a pixel softer
        painter.end()
        noisy.save(str(tmp_path / f"sources-{scheme}-1-en.png"))
    items = [parse(line) for line in record["layout"]]
    nudged = [Item(item.role, item.name, item.x + 1, item.y - 1, item.w + 2, item.h, item.state) for item in items]
    assert changes("sources", tmp_path, {"layout": [str(item) for item in nudged]}) == before


def test_what_moves_together_is_told_once() -> None:
    before = [Item("button", name, 10, 20 + 30 * at, 80, 24) for at, name in enumerate("abc")]
    after = [Item("button", item.name, 10, item.y + 40, 80, 24) for item in before]
    assert differences(before, after) == ["button a and 2 more (button b, button c) moved 40 px down"]
    assert differences(before, before[1:]) == ["button a is gone"]
