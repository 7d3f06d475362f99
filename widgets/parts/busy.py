"""A bar of progress that does not pretend to know how far it is: while the whole is unknown it is dashed, not filled.

The dashes drift slowly, and stand still for whoever has asked for less motion.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from widgets import theme

__all__ = ["BusyBar", "paint_busy"]

DASH, GAP = 22, 22
FRAME_MS = 60
STEPS = 36
"""Frames from one dash to the next: some two seconds."""


class BusyBar(QProgressBar):
    """A progress bar; with the range (0, 0) it is busy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._drift)
        theme.theme_changed.connect(self._pace)

    @property
    def busy(self) -> bool:
        """Whether the whole is unknown."""
        return self.maximum() <= self.minimum()

    def tell(self, fraction: float | None, steps: int = 1000) -> None:
        """How far; None if nobody knows."""
        if fraction is None:
            self.setRange(0, 0)
        else:
            self.setRange(0, steps)
            self.setValue(round(fraction * steps))
        self._pace()

    def _pace(self) -> None:
        moves = self.busy and self.isVisible() and theme.motion_ms() > 0
        if moves != self._timer.isActive():
            self._timer.start() if moves else self._timer.stop()
        if theme.motion_ms() == 0 and self._step:
            self._step = 0
            self.update()

    def _drift(self) -> None:
        self._step = (self._step + 1) % STEPS
        self.update()

    def event(self, event: QEvent) -> bool:
        """Nothing moves that nobody sees."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            QTimer.singleShot(0, self, self._pace)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashes while it is busy."""
        if not self.busy:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QRectF(self.rect())
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(ground, ground.height() / 2, ground.height() / 2)
        paint_busy(painter, ground, self._step / STEPS)


def paint_busy(painter: QPainter, rect: QRectF, phase: float = 0.0) -> None:
    """Dashes along a bar; `phase` from 0 to 1 moves them by one."""
    painter.save()
    round_ = QPainterPath()
    round_.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    painter.setClipPath(round_)
    color = theme.color("accent")
    color.setAlphaF(0.55)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    left = rect.left() + (phase - 1) * (DASH + GAP)
    while left < rect.right():
        painter.drawRoundedRect(QRectF(left, rect.top(), DASH, rect.height()), rect.height() / 2, rect.height() / 2)
        left += DASH + GAP
    painter.restore()
