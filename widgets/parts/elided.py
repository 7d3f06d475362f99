"""A line of text that is cut where its room ends, and says the rest in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle

from widgets import theme
from widgets.parts.foreign import one_line
from widgets.parts.row_painter import line_flags

__all__ = ["Elided"]


class Elided(QLabel):
    """A line that never asks for more room than it is given; what is cut shows as its tooltip."""

    def __init__(self, text: str, role: theme.FontRole = "body", tone: str = "") -> None:
        super().__init__(one_line(text))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        if tone:
            self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._more = ""

    def tell(self, text: str, more: str) -> None:
        """A line, and what its tooltip adds to it."""
        self._more = more
        self.setText(text)

    def setText(self, text: str) -> None:
        """One line."""
        super().setText(one_line(text))
        self._tip()

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of it is cut."""
        super().resizeEvent(event)
        self._tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(self.rect(), line_flags(cut, side, mirrored=self.isRightToLeft()), cut)

    def _tip(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip("\n".join(text for text in (self.text() if cut else "", self._more) if text))
