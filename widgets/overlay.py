"""A panel that floats over the window without taking it over: the palette and the sheet of keys.

It is no dialog: the window goes on beneath it. Esc, a click beside it or focus going elsewhere closes it, and the focus
returns to where it was.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from shiboken6 import isValid

from widgets import theme

__all__ = ["SHADOW", "Overlay"]

SHADOW = 18
"""Room around the panel for its shadow; the margin of its layout."""
EDGE = 24
"""Kept free between the panel and the window's edge."""


class Overlay(QFrame):
    """`open` and `dismiss`. Subclasses lay out into it and say where the focus goes."""

    closed = Signal()

    def __init__(self, window: QWidget, width: int, height: int) -> None:
        super().__init__(window)
        self._width, self._height = width, height
        self._shown_height = theme.scaled(height)
        self._back_to: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        window.installEventFilter(self)
        theme.theme_changed.connect(self.refit)

    def toggle(self) -> None:
        """Open it, or close it if it is."""
        if self.isVisible():
            self.dismiss()
        else:
            self.open()

    def open(self) -> None:
        """Show it above everything in the window."""
        self._back_to = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()
        self.first().setFocus(Qt.FocusReason.PopupFocusReason)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    def dismiss(self) -> None:
        """Close it; the focus goes back unless something else has taken it."""
        if self.isHidden():
            return
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._focus_changed)
        focus = QApplication.focusWidget()
        ours = focus is None or self.isAncestorOf(focus)
        self.hide()
        back, self._back_to = self._back_to, None
        if ours and back is not None and isValid(back) and back.isVisible():
            back.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def fit(self, height: int) -> None:
        """Be as high as what is shown, and no higher than was said."""
        self._shown_height = min(theme.scaled(self._height), height)
        if self.isVisible():
            self._place()

    def refit(self) -> None:
        """Texts may be of another size."""
        self.fit(theme.scaled(self._height))

    def room(self) -> int:
        """How wide it is in this window."""
        window = self.parentWidget()
        wide = theme.scaled(self._width)
        return min(wide, window.width() - 2 * EDGE) if window is not None else wide

    def first(self) -> QWidget:
        """What takes the focus."""
        return self

    def pressed_at(self, where: QPoint) -> None:
        """The mouse was pressed there in the window."""
        if self.isVisible() and not self.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW).contains(where):
            self.dismiss()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It stays in its place while the window changes size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Its ground, a hairline, and a soft shadow: it must stand out on a page of the same colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
        shade = QColor(0, 0, 0, 14 if theme.tokens().dark else 5)
        painter.setBrush(shade)
        for step in range(SHADOW - 2, 0, -2):
            spread = QRectF(box).adjusted(-step, -step + 4, step, min(step + 4, SHADOW))
            painter.drawRoundedRect(spread, theme.RADIUS + step, theme.RADIUS + step)
        painter.setBrush(theme.color("surface"))
        painter.setPen(theme.color("control_border" if theme.tokens().dark else "border"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)

    def _place(self) -> None:
        window = self.parentWidget()
        if window is None:
            return
        width = self.room()
        most = window.height() - 2 * EDGE
        height = min(theme.scaled(self._height), most)
        # It grows and shrinks at its foot alone, so that what is read first stays where it is.
        top = max(EDGE, round((window.height() - height) * 0.28))
        left, shown = (window.width() - width) // 2, min(self._shown_height, most)
        self.setGeometry(left - SHADOW, top - SHADOW, width + 2 * SHADOW, shown + 2 * SHADOW)

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        # None: another window or program has the focus now; the panel waits for its return.
        if new is not None and new is not self and not self.isAncestorOf(new) and new.window() is self.window():
            self.dismiss()
