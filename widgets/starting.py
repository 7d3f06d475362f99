"""What the window shows until the engine answers: the outline of the list to come, or why it does not come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.parts.build import column, label
from widgets.parts.skeleton import Skeleton

if TYPE_CHECKING:
    from connectors.sdk import ErrorInfo
    from widgets.parts.panels import ErrorPanel

__all__ = ["Starting"]


class Starting(QWidget):
    """The page before the pages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("", "title")
        self._sentence = label(self.tr("Starting …"), "body", "muted")
        self._skeleton = Skeleton()
        self._layout = column(
            self._title, self._sentence, theme.SPACE_M, self._skeleton, parent=self, space=theme.SPACE_XS
        )
        self._layout.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, 0)
        self._layout.setStretch(3, 1)
        self._panel: ErrorPanel | None = None

    def say_title(self, title: str) -> None:
        """The page to come."""
        self._title.setText(title)

    def show_starting(self) -> None:
        """Back to the outline, for another try."""
        if self._panel is not None:
            self._panel.hide()
        self._sentence.setText(self.tr("Starting …"))
        self._skeleton.show()

    def show_failure(self, error: ErrorInfo, retry: Callable[[], object]) -> None:
        """Why the engine did not start, and another try."""
        from widgets.parts.panels import ErrorPanel

        if self._panel is None:
            self._panel = ErrorPanel(error, action_text=self.tr("Try again"), on_action=retry)
            self._layout.insertWidget(3, self._panel)
            self._layout.addStretch(1)
        self._panel.show_error(error)
        self._sentence.setText(self.tr("The engine did not start."))
        self._skeleton.hide()
