"""A layout that goes on in the next line where the width ends, for chips and buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QSizePolicy, QWidget

from widgets import theme

__all__ = ["FlowLayout", "beside", "flow"]


class FlowLayout(QLayout):
    """Items from left to right (or right to left), wrapped. With `fill` the last takes what is left of its line."""

    def __init__(self, space: int, *, fill: bool = True) -> None:
        super().__init__()
        self._fill = fill
        self._items: list[QLayoutItem] = []
        self.setSpacing(space)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Part of QLayout."""
        self._items.append(item)

    def count(self) -> int:
        """Part of QLayout."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Part of QLayout."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Part of QLayout."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """As wide as it gets."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """The narrower, the more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Part of QLayout."""
        return self._place(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        """Part of QLayout."""
        super().setGeometry(rect)
        self._place(rect, apply=True)

    def sizeHint(self) -> QSize:
        """All in one line."""
        shown = [one.sizeHint() for one in self._items if not one.isEmpty()]
        wide = sum(size.width() for size in shown) + self.spacing() * max(0, len(shown) - 1)
        return QSize(wide, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        """The widest item decides."""
        size = QSize()
        for one in self._items:
            size = size.expandedTo(one.minimumSize())
        return size

    def _place(self, rect: QRect, *, apply: bool) -> int:
        """Put each item into its place, or only tell how high they are together."""
        lines: list[list[tuple[QLayoutItem, QRect]]] = [[]]
        x, y, high = 0, 0, 0
        last = next((one for one in reversed(self._items) if not one.isEmpty()), None)
        for one in self._items:
            if one.isEmpty():  # hidden
                continue
            width = min(one.sizeHint().width(), rect.width())
            if x and x + width > rect.width():
                x, y, high = 0, y + high + self.spacing(), 0
                lines.append([])
            if self._fill and one is last:
                width = rect.width() - x
            tall = one.heightForWidth(width) if one.hasHeightForWidth() else one.sizeHint().height()
            lines[-1].append((one, QRect(x, y, width, tall)))
            x += width + self.spacing()
            high = max(high, tall)
        if apply:
            for line in lines:
                self._apply(line, rect)
        return y + high

    def _apply(self, line: list[tuple[QLayoutItem, QRect]], rect: QRect) -> None:
        parent = self.parentWidget()
        mirrored = parent is not None and parent.isRightToLeft()
        high = max((box.height() for _one, box in line), default=0)
        for one, box in line:
            left = rect.width() - box.left() - box.width() if mirrored else box.left()
            one.setGeometry(box.translated(rect.x() + left - box.left(), rect.y() + (high - box.height()) // 2))


def beside(flowing: QWidget, *fixed: QWidget, space: int = theme.SPACE_S) -> QWidget:
    """What flows at the left, and at the right, or in a line of its own below, what never does."""
    end = QWidget()
    made = QHBoxLayout(end)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(space)
    made.addStretch(1)
    for widget in fixed:
        made.addWidget(widget)
    return _flowing(FlowLayout(theme.SPACE_S), (flowing, end))


def flow(*widgets: QWidget, space: int = theme.SPACE_S) -> QWidget:
    """Widgets beside each other, in as many lines as the width asks for."""
    return _flowing(FlowLayout(space, fill=False), widgets)


def _flowing(layout: FlowLayout, widgets: Sequence[QWidget]) -> QWidget:
    made = QWidget()
    made.setLayout(layout)
    for widget in widgets:
        layout.addWidget(widget)
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made
