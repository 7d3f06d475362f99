"""The line below a field that says what is wrong with it: icon, colour and words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from widgets import theme
from widgets.parts import icon_label, label


class ErrorLine(QWidget):
    """Hidden while all is well. Its parts are built with the first error, for most fields never have one."""

    def __init__(self) -> None:
        super().__init__()
        self._words: QLabel | None = None
        self.hide()

    def say(self, text: str) -> None:
        """Shows a sentence, or nothing for ""."""
        if self._words is None:
            if not text:
                return
            line = QHBoxLayout(self)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.SPACE_XS)
            self._words = label("", "detail", "error", wrap=True)
            line.addWidget(icon_label("error", "error", 14), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(self._words, 1)
        self._words.setText(text)
        self.setVisible(bool(text))
