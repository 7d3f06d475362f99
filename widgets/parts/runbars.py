"""The last runs as bars: height is how long, colour how it ended. Hover tells the values, and so does the text for
those who do not see the bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from widgets import theme
from widgets.parts.states import look
from widgets.parts.words import clock_time, format_duration, plural

if TYPE_CHECKING:
    from app.api import RunView

__all__ = ["RunBars", "run_sentence"]

BAR, GAP = 10, 4
MOST = 30


class RunBars(QWidget):
    """Oldest at the left. A click says `chosen` with the run's id."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunView] = []
        self.setMouseTracking(True)
        self.setObjectName("run_bars")
        self.setFixedHeight(56)

    def sizeHint(self) -> QSize:
        """Room for all bars."""
        return QSize(MOST * (BAR + GAP), 56)

    def show_runs(self, runs: list[RunView]) -> None:
        """The runs, newest first as the engine answers them."""
        self._runs = [run for run in reversed(runs) if run.started_at is not None][-MOST:]
        bad = sum(run.state == "failed" for run in self._runs)
        part = sum(run.state == "done_with_failures" for run in self._runs)
        text = self.tr("The last {0}: {1} failed, {2} with failures.").format(
            plural(len(self._runs), self.tr("run"), self.tr("runs")), bad, part
        )
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bars, on a hairline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        base = self.height() - 1
        painter.fillRect(QRectF(0, base, MOST * (BAR + GAP) - GAP, 1), theme.color("border"))
        longest = max((_seconds(run) for run in self._runs), default=1.0) or 1.0
        first = MOST - len(self._runs)
        for number, run in enumerate(self._runs):
            height = 6 + (base - 8) * (_seconds(run) / longest) ** 0.5
            role = look(run.state).role
            painter.setBrush(theme.color("disabled" if role == "muted" else role))
            painter.setOpacity(0.75 if role == "ok" else 1.0)
            painter.drawRoundedRect(QRectF((first + number) * (BAR + GAP), base - height, BAR, height), 2, 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The run under the pointer in words."""
        run = self._at(event.position().x())
        self.setCursor(Qt.CursorShape.PointingHandCursor if run else Qt.CursorShape.ArrowCursor)
        QToolTip.showText(event.globalPosition().toPoint(), run_sentence(run) if run else "", self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the run."""
        run = self._at(event.position().x())
        if run is not None:
            self.chosen.emit(run.id)

    def _at(self, x: float) -> RunView | None:
        number = int(x // (BAR + GAP)) - (MOST - len(self._runs))
        return self._runs[number] if 0 <= number < len(self._runs) else None


def _seconds(run: RunView) -> float:
    return max(0.0, (run.finished_at or run.started_at or 0.0) - (run.started_at or 0.0))


def run_sentence(run: RunView) -> str:
    """A run in one line: when, how it ended, how long, what it brought."""
    parts = [clock_time(run.started_at or run.queued_at), look(run.state).word]
    if run.finished_at is not None:
        parts.append(format_duration(_seconds(run)))
    if run.summary:
        parts.append(run.summary)
    return "  ·  ".join(parts)
