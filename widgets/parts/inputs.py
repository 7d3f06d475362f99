"""Inputs that several pages share: the search field, and chips that narrow a list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QStyle, QToolButton, QWidget

from widgets import theme
from widgets.parts.row_painter import line_flags
from widgets.parts.words import format_count, native_keys

__all__ = ["INPUT", "Chip", "NameEdit", "SearchField"]

INPUT = "input"
"""A property of what a button may be a part of: it belongs to that field, and is reached there."""
NAME_MARGIN = 8
"""What a line edit leaves free behind its text; before it, our style takes the margin back."""


class SearchField(QLineEdit):
    """Search as you type: `searched` a moment after the last key, `entered` on Enter, `moved` on the arrow keys.

    Esc empties it; on an empty field Esc goes on to the page."""

    searched = Signal(str)
    entered = Signal()
    moved = Signal(int)

    def __init__(
        self, placeholder: str, *, delay_ms: int = 120, shortcut: str = "Ctrl+F", parent: QWidget | None = None
    ):
        super().__init__(parent)
        hint = native_keys(shortcut) if shortcut else ""
        self.setPlaceholderText(f"{placeholder}  {hint}" if hint else placeholder)
        self.setAccessibleName(placeholder)
        self.setObjectName("search")
        self.setClearButtonEnabled(False)
        self._glass = QAction(self)
        self._clear = QAction(self.tr("Clear"), self)
        self._clear.triggered.connect(self.clear)
        self._clear.setVisible(False)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        for made, name in zip(self.findChildren(QToolButton), (placeholder, self.tr("Clear")), strict=False):
            made.setAccessibleName(name)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(self._enter)
        theme.theme_changed.connect(self._draw)
        self._draw()

    def flush(self) -> None:
        """Say `searched` now if a key is still waiting for its moment."""
        if self._timer.isActive():
            self._timer.stop()
            self.searched.emit(self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and Esc as the class says."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def _enter(self) -> None:
        self.flush()
        self.entered.emit()

    def _draw(self) -> None:
        self._glass.setIcon(theme.icon("search", "muted"))
        self._clear.setIcon(theme.icon("close", "muted"))


class NameEdit(QLineEdit):
    """A title that can be typed over. At rest a name that is longer than its room ends in an ellipsis."""

    def __init__(self) -> None:
        super().__init__()
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        """A name begins where reading begins, in whatever script it is."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()

    def _align(self) -> None:
        self.setProperty("rtl", "true" if self.isRightToLeft() else "")
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The whole text while it is typed, else as much as fits."""
        room = self.contentsRect().adjusted(1, 0, -NAME_MARGIN, 0)
        if self.hasFocus() or self.fontMetrics().horizontalAdvance(self.text()) <= room.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(theme.color("text"))
        cut = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        side = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(room, line_flags(cut, side, mirrored=self.isRightToLeft()), cut)


class Chip(QPushButton):
    """A filter that is on or off, with a count where there is one to tell."""

    def __init__(
        self, text: str, *, value: str = "", icon: str = "", role: str = "muted", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.value = value
        self._text = text
        self._icon = icon
        self.setCheckable(True)
        self.setProperty("kind", "chip")
        self.setObjectName(f"chip_{value or text}".lower().replace(" ", "_"))
        if icon:
            theme.set_icon(self, icon, role, 14)
        self.show_count(None)

    def show_count(self, count: int | None) -> None:
        """The number beside the text; None shows none."""
        shown = self._text if count is None else f"{self._text}  {format_count(count)}"
        self.setText(shown)
        self.setAccessibleName(shown)


class EscapeFilter(QObject):
    """Says `escaped` when Esc reaches the watched widget unused."""

    escaped = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watches only Esc."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return True
        return super().eventFilter(watched, event)
