"""At any scale of the screen icons are sharp and letters whole: what Qt rounds is drawn for the screen there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from widgets.parts import label

ROOT = Path(__file__).resolve().parents[2]
SCALED = """
import json
from PySide6.QtWidgets import QApplication
from widgets import theme
from widgets.parts import button, icon_label
app = QApplication([])
theme.apply(app, "light")
made = [button("Info", icon="info"), button("Add", kind="primary", icon="plus")]
ratios = []
for one in made:
    drawn = one.icon().pixmap(one.iconSize(), app.devicePixelRatio())
    ratios.append([drawn.width(), one.iconSize().width()])
    sizes = one.icon().availableSizes()
    ratios[-1].append(any(size.width() == drawn.width() for size in sizes))
one = icon_label("info")
ratios.append([one.pixmap().width(), round(one.pixmap().deviceIndependentSize().width()), True])
print(json.dumps([app.devicePixelRatio(), ratios]))
"""


def at_scale(code: str, scale: float) -> Any:
    """What a program prints that draws at this scale, which is settled before Qt starts."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)},
    )
    return json.loads(done.stdout)


@pytest.mark.point(41)
@pytest.mark.parametrize("scale", [1, 1.25, 1.5, 2])
def test_an_icon_is_drawn_for_the_scale_that_there_is(scale: float) -> None:
    ratio, drawn = at_scale(SCALED, scale)
    assert ratio == scale
    for pixels, size, is_own in drawn:
        assert pixels == round(size * scale)
        assert is_own, "it is no other size's drawing, made smaller"


@pytest.mark.point(41)
@pytest.mark.parametrize("text", ["&Text size", "&Tone", "Aft&er", "&Values", "&Wait, AV"])
def test_the_last_letter_of_a_label_is_whole(themed: QApplication, text: str) -> None:
    """A letter that is underlined is set apart: it does not move closer to its neighbour, as measured."""
    made, wide = label(text), label(text)
    field = QLineEdit()
    for one in (made, wide):
        font = one.font()
        font.setFamily("DejaVu Sans")  # it moves letters closer
        one.setFont(font)
        one.setBuddy(field)
    made.resize(made.sizeHint())
    wide.resize(made.sizeHint().width() + 40, made.sizeHint().height())
    assert ink(wide) < made.width(), text
    for each in (made, wide, field):
        each.deleteLater()


def ink(one: QWidget) -> int:
    """The last column in which something is drawn."""
    image = one.grab().toImage()
    ground = QColor(image.pixel(image.width() - 1, 0)).rgb()
    return max(
        x for x in range(image.width()) for y in range(image.height()) if QColor(image.pixel(x, y)).rgb() != ground
    )


LINES = """
import json
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from PySide6.QtCore import QModelIndex
from widgets import theme
from widgets.parts.row_painter import RowPainter
app = QApplication([])
theme.apply(app, "light")
ratio = app.devicePixelRatio()
drawn = QPixmap(round(40 * ratio), round(400 * ratio))
drawn.setDevicePixelRatio(ratio)
drawn.fill(QColor("white"))
painter = QPainter(drawn)
painter.setRenderHint(QPainter.RenderHint.Antialiasing)
painter.translate(0, 3)  # a list stands somewhere in its window
for number in range(1, 8):
    option = QStyleOptionViewItem()
    option.rect = QRect(0, number * 47 - 47, 40, 47)
    RowPainter(painter, option, QModelIndex()).hairline(4)
painter.end()
image = drawn.toImage()
column = [image.pixelColor(round(20 * ratio), y) for y in range(image.height())]
ground, ink = QColor("white"), theme.color("border")
runs, at = [], 0
while at < len(column):
    if column[at] == ground:
        at += 1
        continue
    end = at
    while end < len(column) and column[end] != ground:
        end += 1
    runs.append([end - at, all(one == ink for one in column[at:end])])
    at = end
print(json.dumps([runs, image.pixelColor(round(2 * ratio), round(50 * ratio) - 1).name()]))
"""


@pytest.mark.point(41)
@pytest.mark.parametrize("scale", [1, 1.25, 1.5, 2])
def test_hairlines_between_rows_are_alike_and_sharp(scale: float) -> None:
    lines, outside = at_scale(LINES, scale)
    assert lines == [[int(scale), True]] * 7
    assert outside == "#ffffff"
