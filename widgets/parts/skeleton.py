"""The outline of a list that is not there yet. A module of its own: the first frame shows it and little else."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets import theme

__all__ = ["Skeleton"]

WIDTHS = ((150, 240), (110, 300), (190, 210), (130, 260), (160, 190))


class Skeleton(QWidget):
    """Rows without content yet. Still, not pulsing: it is gone in a moment."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Five rows of two lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = theme.color("border")  # the sunken ground can't be told from the dark window
        ground.setAlphaF(0.55)
        painter.setBrush(ground)
        for number, (first, second) in enumerate(WIDTHS):
            top = number * theme.ROW_TALL
            painter.drawRoundedRect(QRectF(0, top + 14, 28, 28), theme.RADIUS, theme.RADIUS)
            painter.drawRoundedRect(QRectF(44, top + 15, min(first, self.width() - 44), 10), 4, 4)
            painter.drawRoundedRect(QRectF(44, top + 33, min(second, self.width() - 44), 8), 4, 4)
