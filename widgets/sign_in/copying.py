"""A text to take elsewhere: shown whole, selectable, with a button that copies it and says so."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from widgets import theme
from widgets.parts import row
from widgets.parts.announce import announce

SAID_MS = 1500


class CopyButton(QPushButton):
    """Copies `text`."""

    def __init__(self, caption: str, name: str) -> None:
        super().__init__(caption)
        self.text_to_copy = ""
        self._caption = caption
        self.setObjectName(name)
        self.setAccessibleName(caption)
        theme.set_icon(self, "copy", "text")
        self.clicked.connect(lambda *_: self._copy())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text_to_copy)
        self.setText(self.tr("Copied"))
        announce(self, self.text())
        QTimer.singleShot(SAID_MS, self, lambda: self.setText(self._caption))


class CopyField(QWidget):
    """A line that can't be changed, and its Copy."""

    def __init__(self, accessible: str, name: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setReadOnly(True)
        self.line.setFont(theme.font("mono"))
        self.line.setAccessibleName(accessible)
        self.line.setObjectName(name)
        self.copy = CopyButton(self.tr("Copy"), f"{name}_copy")
        self.copy.setAccessibleName(self.tr("Copy: {0}").format(accessible))
        row(self.line, self.copy, parent=self).setStretch(0, 1)

    def show_text(self, text: str) -> None:
        """Another text."""
        self.line.setText(text)
        self.line.setCursorPosition(0)
        self.copy.text_to_copy = text
