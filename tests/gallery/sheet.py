"""Contact sheets: all pictures of a page side by side, each with its name, to be looked at in one go."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

__all__ = ["make_sheets"]

COLUMNS = 3
ON_A_SHEET = 9
"""More would be too small to be looked at."""
WIDTH = 620
GAP = 16
CAPTION = 24


def make_sheets(folder: Path, page: str, suffix: str, pictures: list[tuple[str, Path]]) -> None:
    """Pictures with names into as many PNGs as it takes."""
    for number, start in enumerate(range(0, len(pictures), ON_A_SHEET)):
        _make_sheet(folder / f"sheet-{page}{number + 1}-{suffix}.png", pictures[start : start + ON_A_SHEET])


def _make_sheet(file: Path, pictures: list[tuple[str, Path]]) -> None:
    images = [(name, QImage(str(path))) for name, path in pictures]
    scaled = [
        (name, image.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation))
        for name, image in images
        if not image.isNull()
    ]
    rows = [scaled[start : start + COLUMNS] for start in range(0, len(scaled), COLUMNS)]
    heights = [max(image.height() for _, image in line) + CAPTION + GAP for line in rows]
    sheet = QImage(COLUMNS * (WIDTH + GAP) + GAP, sum(heights) + GAP, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    painter.setPen(QColor("#FFFFFF"))
    top = GAP
    for line, height in zip(rows, heights, strict=True):
        for column, (name, image) in enumerate(line):
            left = GAP + column * (WIDTH + GAP)
            painter.drawText(QRectF(left, top, WIDTH, CAPTION), name)
            image.setDevicePixelRatio(1)
            painter.drawImage(left, top + CAPTION, image)
        top += height
    painter.end()
    sheet.save(str(file))
