"""One entry of a column that leads around: an icon and a title, or the icon alone where there is no room.

A push button and not a tool button: Qt tells screen readers of an exclusive tool button that it is a box to tick, and
of an exclusive push button that it is one of several.
"""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from widgets import theme

__all__ = ["NavButton"]


class NavButton(QPushButton):
    """`exclusive` ones are one of several: the chosen one stays pressed."""

    def __init__(
        self, title: str, icon: str, size: int = 16, *, exclusive: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title = title
        self._icon, self._size = icon, size
        self.setProperty("place", "rail")
        self.setProperty("dense", size < 20)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCheckable(exclusive)
        self.setAutoExclusive(exclusive)
        self.set_narrow(False)
        self.mark(False)

    def set_narrow(self, narrow: bool) -> None:
        """The icon alone."""
        self.setText("" if narrow else f"  {self.title}")
        if self.property("narrow") is not narrow:
            self.setProperty("narrow", narrow)
            theme.repolish(self)

    def mark(self, chosen: bool) -> None:
        """It is the one that is seen."""
        if self.isCheckable():
            self.setChecked(chosen)
        theme.set_icon(self, self._icon, "accent" if chosen else "muted", self._size)
