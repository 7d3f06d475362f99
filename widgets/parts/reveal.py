"""Scrolling to what is meant, through every area around it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from widgets import theme

__all__ = ["reveal"]


def reveal(target: QWidget) -> None:
    """Bring it into sight, once what was just unfolded has its place."""
    outer = target.parentWidget()
    while outer is not None:
        if isinstance(outer, QScrollArea):
            QTimer.singleShot(0, target, lambda area=outer: area.ensureWidgetVisible(target, 0, theme.SPACE_XXL * 2))
        outer = outer.parentWidget()
