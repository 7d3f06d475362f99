"""The way back, above the title of a page that was opened from another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout

from widgets import theme
from widgets.parts.build import button, row

__all__ = ["back_row"]

REACH = 9
"""The button's ring, its padding and the air in its icon stand before the page's edge, so that the icon is on it."""


def back_row(text: str, act: Callable[[], object]) -> QHBoxLayout:
    """A line as wide as the page."""
    back = button(text, act, kind="link", icon="chevron-left", name="back")
    back.setProperty("place", "back")
    made = row(back, None)
    made.setContentsMargins(theme.SPACE_XL - REACH, 0, theme.SPACE_XL - REACH, 0)
    return made
