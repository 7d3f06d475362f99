"""What a delegate paints a row with: texts and icons in the theme's sizes, mirrored where one reads from the right.

A place is given as if the row were read from the left; `RowPainter` mirrors it within the row. `watch` hears of every
text that is painted, which is how a test finds what is cut off where no widget is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import bidirectional

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from widgets import theme
from widgets.parts.foreign import one_line

__all__ = ["Painted", "RowPainter", "heard_by", "line_flags"]

MOST = 1000
"""Characters of a text that are measured: to measure a message of a megabyte would freeze the window."""


@dataclass(frozen=True)
class Painted:
    """A text as it was painted: all of it, what was shown, what the row's tooltip says, the ink, and the row."""

    view: QWidget
    text: str
    shown: str
    tip: str
    ink: QRect
    row: QRect


watch: Callable[[Painted], None] | None = None


def heard_by(listener: Callable[[Painted], None] | None) -> None:
    """From now on `listener` hears of what is painted."""
    global watch
    watch = listener


class RowPainter:
    """Paints in one row; see the module."""

    __slots__ = ("hovered", "index", "mirrored", "option", "painter", "rect", "selected")

    def __init__(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.painter = painter
        self.index = index
        self.option = option
        self.rect: QRect = option.rect
        self.mirrored: bool = option.direction == Qt.LayoutDirection.RightToLeft
        self.selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self.hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)

    def seen(self, box: QRect) -> QRect:
        """Where a box is on the screen."""
        return QStyle.visualRect(self.option.direction, self.rect, box) if self.mirrored else box

    def fill(self, box: QRect, color: str) -> None:
        """A ground."""
        self.painter.fillRect(self.seen(box), theme.color(color))

    def hairline(self, left: int, color: str = "border") -> None:
        """At the row's foot, from a place to its end: as thick in each row, at any scale of the screen."""
        box = self.seen(QRect(left, self.rect.bottom(), self.rect.right() + 1 - left, 1))
        ratio = self.painter.device().devicePixelRatio()
        top = self.painter.deviceTransform().map(QPointF(0, box.top())).y()
        top = box.top() + (round(top) - top) / ratio  # where a pixel of the screen begins
        self.painter.fillRect(QRectF(box.left(), top, box.width(), int(ratio) / ratio), theme.color(color))

    def rounded(self, box: QRect, ground: str, border: str = "") -> None:
        """A ground with round corners."""
        self.painter.setPen(QPen(theme.color(border), 1) if border else Qt.PenStyle.NoPen)
        self.painter.setBrush(theme.color(ground))
        half = 0.5 if border else 0
        self.painter.drawRoundedRect(
            QRectF(self.seen(box)).adjusted(half, half, -half, -half), theme.RADIUS, theme.RADIUS
        )

    def focus_ring(self, box: QRect) -> None:
        """Where the keyboard is, if it is here."""
        if self.option.state & QStyle.StateFlag.State_HasFocus:
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            self.painter.setPen(QPen(theme.color("accent"), 2))
            self.painter.drawRoundedRect(QRectF(self.seen(box)), theme.RADIUS, theme.RADIUS)

    def icon(self, left: int, line: QRect, name: str, role: str, size: int = 16) -> int:
        """A drawing in the middle of a line; answers where it ends."""
        drawn = theme.icon_pixels(size)
        box = QRect(left, line.top() + (line.height() - drawn) // 2, drawn, drawn)
        self.painter.drawPixmap(self.seen(box).topLeft(), theme.pixmap(name, role, drawn))
        return left + drawn

    def text(
        self,
        box: QRect,
        text: str,
        font: theme.FontRole = "body",
        role: str | QColor = "text",
        *,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> int:
        """One line, cut where it does not fit; answers how wide it is."""
        if not text or box.width() <= 0:
            return 0
        metrics = theme.metrics(font)
        line = text if text.isprintable() else one_line(text)
        shown = line[:MOST]
        wide = metrics.horizontalAdvance(shown)
        if wide > box.width():
            shown = metrics.elidedText(shown, elide, box.width())
            wide = metrics.horizontalAdvance(shown)
        place = self.seen(box)
        side = QStyle.visualAlignment(self.option.direction, side)
        self.painter.setFont(theme.font(font))
        self.painter.setPen(theme.color(role) if isinstance(role, str) else role)
        self.painter.drawText(place, line_flags(shown, side, mirrored=self.mirrored), shown)
        if watch is not None:
            self.tell(line, shown, _ink(place, side, wide, metrics.height()))
        return wide

    def tell(self, text: str, shown: str, ink: QRect) -> None:
        """For what is painted in a way of its own: say so to who listens."""
        if watch is not None:
            tip = str(self.index.data(Qt.ItemDataRole.ToolTipRole) or "")
            watch(Painted(self.option.widget, text, shown, tip, ink, QRect(self.rect)))


def line_flags(text: str, side: Qt.AlignmentFlag, *, mirrored: bool) -> int:
    """For `drawText`: one line at a side of the screen, in the direction of its own script. A path in an Arabic window
    is read from the left, though it stands at the right."""
    forced = Qt.TextFlag.TextForceRightToLeft if mirrored and _from_right(text) else Qt.TextFlag.TextForceLeftToRight
    return side.value | forced.value | _LINE


def _from_right(text: str) -> bool:
    first = next((kind for kind in map(bidirectional, text) if kind in _STRONG), "L")
    return first != "L"


_STRONG = ("L", "R", "AL")
_LINE = (
    Qt.AlignmentFlag.AlignVCenter.value
    | Qt.AlignmentFlag.AlignAbsolute.value
    | Qt.TextFlag.TextDontClip.value  # a line a pixel higher than its room, as Chinese is, keeps its feet
    | Qt.TextFlag.TextSingleLine.value
)


def _ink(place: QRect, side: Qt.AlignmentFlag, wide: int, high: int) -> QRect:
    left = place.left()
    if side & Qt.AlignmentFlag.AlignRight:
        left = place.right() + 1 - wide
    elif side & Qt.AlignmentFlag.AlignHCenter:
        left = place.left() + (place.width() - wide) // 2
    return QRect(left, place.top() + (place.height() - high) // 2, wide, high)
