"""The last runs as bars: height is how long, colour how it ended. The pointer and the arrow keys tell each run's values
in the line below, which is also what a screen reader reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.language import core
from widgets.parts.states import look
from widgets.parts.status import brought
from widgets.parts.words import clock_time, format_count, format_duration, listed, plural

if TYPE_CHECKING:
    from app.api import RunView

__all__ = ["RunBars", "run_sentence"]

LEAST, WIDEST, GAP = 6, 18, 4
MOST = 30
ROOM = 3
"""Around the bars, for the focus ring."""


class RunBars(QWidget):
    """Oldest where reading begins. `pointed` says in words what is under pointer or cursor, `chosen` a run to open."""

    chosen = Signal(str)
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunView] = []
        self._at_pointer: int | None = None
        self._cursor: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("run_bars")
        self.setFixedHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for all bars."""
        return QSize(MOST * (LEAST + GAP), 64)

    def show_runs(self, runs: list[RunView]) -> None:
        """The runs, newest first as the engine answers them."""
        shown = [run for run in reversed(runs) if run.started_at is not None][-MOST:]
        if shown == self._runs:
            return
        self._runs = shown
        self._cursor = None if self._cursor is None or not shown else min(self._cursor, len(shown) - 1)
        self._at_pointer = None
        self._tell()
        self.update()

    def summary(self) -> str:
        """All of them in one sentence."""
        bad = sum(run.state == "failed" for run in self._runs)
        part = sum(run.state == "done_with_failures" for run in self._runs)
        many = plural(len(self._runs), "{0} run", "{0} runs")
        parts = [self.tr("{0} failed").format(format_count(bad))] if bad else []
        parts += [self.tr("{0} with failing items").format(format_count(part))] if part else []
        how = listed(parts) or self.tr("none failed")
        return self.tr("{0}: {1}.").format(many, how)

    def sentence(self) -> str:
        """What is under the pointer, else under the cursor, else all in one."""
        number = self._at_pointer if self._at_pointer is not None else self._cursor if self.hasFocus() else None
        return self.summary() if number is None else run_sentence(self._runs[number])

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bars, on a hairline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.setPen(Qt.PenStyle.NoPen)
        base = self.height() - ROOM - 1
        painter.fillRect(QRectF(ROOM, base, self.width() - 2 * ROOM, 1), theme.color("border"))
        longest = max((_seconds(run) for run in self._runs), default=1.0) or 1.0
        step, width = self._step(), self._step() - GAP
        for number, run in enumerate(self._runs):
            height = 6 + (base - ROOM - 8) * (_seconds(run) / longest) ** 0.5
            role = look(run.state).role
            painter.setBrush(theme.color("disabled" if role == "muted" else role))
            painter.setOpacity(1.0 if role != "ok" or number == self._at_pointer else 0.7)
            painter.drawRoundedRect(QRectF(ROOM + number * step, base - height, width, height), 2, 2)
        painter.setOpacity(1.0)
        if self.hasFocus() and self._cursor is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            ring = QRectF(ROOM + self._cursor * step - 2, 1, width + 4, self.height() - 2)
            painter.drawRoundedRect(ring, 3, 3)

    def _step(self) -> float:
        """From bar to bar: as wide as the room allows, and so that thirty fit."""
        return max(LEAST + GAP, min(WIDEST + GAP, (self.width() - 2 * ROOM + GAP) / MOST))

    # --- pointer and keys ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The run under the pointer in words."""
        self._point(self._at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """None is pointed at any more."""
        self._point(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the run."""
        number = self._at(event.position().x())
        if number is not None:
            self.chosen.emit(self._runs[number].id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End move the cursor, Enter and Space open."""
        last = len(self._runs) - 1
        now = last if self._cursor is None else self._cursor
        older, newer = Qt.Key.Key_Left, Qt.Key.Key_Right
        if self.isRightToLeft():
            older, newer = newer, older
        moves = {
            older: max(0, now - 1),
            newer: min(last, now + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if last >= 0 and event.key() in moves:
            self._cursor = moves[Qt.Key(event.key())]
            self._tell()
            self.update()
        elif last >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._runs[now].id)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The cursor begins at the newest."""
        if self._cursor is None and self._runs:
            self._cursor = len(self._runs) - 1
        super().focusInEvent(event)
        self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """All in one sentence again."""
        super().focusOutEvent(event)
        self._tell()
        self.update()

    def _at(self, x: float) -> int | None:
        along = self.width() - x if self.isRightToLeft() else x
        number = int((along - ROOM) // self._step())
        return number if 0 <= number < len(self._runs) else None

    def _point(self, number: int | None) -> None:
        if number != self._at_pointer:
            self._at_pointer = number
            self.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
            self._tell()
            self.update()

    def _tell(self) -> None:
        text = self.sentence()
        if text != self.accessibleName():
            self.setAccessibleName(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
            self.pointed.emit(text)


def _seconds(run: RunView) -> float:
    return max(0.0, (run.finished_at or run.started_at or 0.0) - (run.started_at or 0.0))


def run_sentence(run: RunView) -> str:
    """A run in one line: when, how it ended, how long, what it brought or why it failed."""
    parts = [clock_time(run.started_at or run.queued_at), look(run.state).word]
    if run.finished_at is not None:
        parts.append(format_duration(_seconds(run)))
    parts.append(core(run.error.what) if run.error is not None else brought(run.counts))
    return "  ·  ".join(parts)
