"""A layout that goes on in the next line where the width ends, for chips."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
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
        """Part of QLayout."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The widest item decides."""
        size = QSize()
        for one in self._items:
            size = size.expandedTo(one.minimumSize())
        return size

    def _place(self, rect: QRect, *, apply: bool) -> int:
        x, y, line = 0, 0, 0
        parent = self.parentWidget()
        mirrored = parent is not None and parent.isRightToLeft()
        for place, one in enumerate(self._items):
            if one.isEmpty():  # hidden
                continue
            hint = one.sizeHint()
            width = min(hint.width(), rect.width())
            if x and x + width > rect.width():
                x, y, line = 0, y + line + self.spacing(), 0
            if self._fill and place == len(self._items) - 1:
                width = max(width, rect.width() - x)
            if apply:
                left = rect.right() + 1 - x - width if mirrored else rect.x() + x
                one.setGeometry(QRect(QPoint(left, rect.y() + y), QSize(width, hint.height())))
            x += width + self.spacing()
            line = max(line, hint.height())
        return y + line


def beside(flowing: QWidget, fixed: QLayout) -> QHBoxLayout:
    """What flows at the left, and at the right what never does."""
    made = QHBoxLayout()
    made.setSpacing(theme.SPACE_M)
    made.addWidget(flowing, 1, Qt.AlignmentFlag.AlignVCenter)
    made.addLayout(fixed)
    return made


def flow(*widgets: QWidget, space: int = theme.SPACE_S) -> QWidget:
    """Widgets beside each other, in as many lines as the width asks for."""
    made = QWidget()
    layout = FlowLayout(space, fill=False)
    made.setLayout(layout)
    for widget in widgets:
        layout.addWidget(widget)
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made
