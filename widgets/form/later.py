"""Fields that nobody has looked at yet: a form of hundreds opens as quickly as one of ten, for the rest is built when
it is scrolled to, reached by Tab, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QFocusEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

_LOOKED_AT = QEvent.Type(QEvent.registerEventType())
_HEIGHT = 68
CHUNK = 8
"""So many fields share one placeholder."""

T = TypeVar("T")


class Later(QWidget):
    """Keeps the place of some fields. `build` builds them there, throws the placeholder away, and answers their
    inputs, in order."""

    def __init__(self, names: Sequence[str], build: Callable[[Later], list[QWidget]]) -> None:
        super().__init__()
        self.names = tuple(names)
        self._build = build
        self._asked = False
        self.setMinimumHeight(_HEIGHT * len(self.names))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("More fields"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Somebody looks at it. Nothing can be built while Qt paints, so it is built right after."""
        if not self._asked:
            self._asked = True
            QCoreApplication.postEvent(self, QEvent(_LOOKED_AT))

    def customEvent(self, event: QEvent) -> None:
        """Painting is over."""
        if event.type() == _LOOKED_AT:
            self.build()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tab came here, from above or from below."""
        inputs = self.build()
        if inputs:
            inputs[-1 if event.reason() == Qt.FocusReason.BacktabFocusReason else 0].setFocus(event.reason())

    def build(self) -> list[QWidget]:
        """Builds the fields now, once."""
        build, self._build = self._build, lambda _: []
        return build(self)


def chunks(items: Sequence[T], size: int = CHUNK) -> list[Sequence[T]]:
    """The items in pieces of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]
