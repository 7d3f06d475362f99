"""A chip that opens a menu: narrows a list by one of several values, or by any number of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from widgets import theme
from widgets.parts.foreign import on_button
from widgets.parts.words import listed

__all__ = ["Choice", "FilterChip"]

LONGEST = 60
"""Letters of a line of the menu."""


class Choice(NamedTuple):
    """A line of the menu. `value` "" means no narrowing and stands first."""

    value: str
    text: str
    icon: str = ""


class FilterChip(QPushButton):
    """Shows what is chosen, and says `changed` when that changes. With `several`, values are ticked one by one."""

    changed = Signal()

    def __init__(
        self, name: str, everything: str, *, icon: str = "", several: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._everything = everything
        self._several = several
        self._texts: dict[str, str] = {}
        self._chosen: list[str] = []
        self.setCheckable(True)
        self.setProperty("kind", "chip")
        self.setObjectName(f"filter_{name}")
        if icon:
            theme.set_icon(self, icon, "muted")
        menu = QMenu(self)
        self._group = QActionGroup(menu)
        self._group.setExclusive(not several)
        self.setMenu(menu)
        self._show()

    def offer(self, choices: Iterable[Choice]) -> None:
        """The menu's lines; a value that is no longer among them is no longer chosen."""
        choices = list(choices)
        self._texts = {choice.value: choice.text for choice in choices}
        menu = self.menu()
        for action in self._group.actions():
            self._group.removeAction(action)
        menu.clear()
        self._add(menu, Choice("", self._everything))
        menu.addSeparator()
        for choice in choices:
            self._add(menu, choice)
        self.choose([value for value in self._chosen if value in self._texts])

    def chosen(self) -> list[str]:
        """The values chosen; empty: everything."""
        return list(self._chosen)

    def value(self) -> str:
        """The one value chosen, "" for everything."""
        return self._chosen[0] if self._chosen else ""

    def choose(self, values: list[str]) -> None:
        """Choose these and no others; says `changed` if that is something else than before."""
        before, self._chosen = self._chosen, list(values)
        self._show()
        if before != self._chosen:
            self.changed.emit()

    def _add(self, menu: QMenu, choice: Choice) -> None:
        action = QAction(on_button(choice.text, LONGEST), menu)
        action.setCheckable(True)
        action.setData(choice.value)
        if choice.icon:
            action.setIcon(theme.icon(choice.icon, "muted"))
        action.triggered.connect(lambda _checked=False, value=choice.value: self._picked(value))
        self._group.addAction(action)
        menu.addAction(action)

    def _picked(self, value: str) -> None:
        if not value:
            self.choose([])
        elif self._several:
            now = [each for each in self._texts if (each in self._chosen) != (each == value)]
            self.choose(now)
        else:
            self.choose([value])

    def _show(self) -> None:
        names = [self._texts.get(value, value) for value in self._chosen]
        more = f" +{len(names) - 1}" if len(names) > 1 else ""
        text = f"{names[0]}{more}" if names else self._everything
        self.setText(f"{on_button(names[0])}{more}  ▾" if names else f"{self._everything}  ▾")
        self.setAccessibleName(text)
        self.setToolTip(listed(names) or self.tr("Narrow the list"))
        self.setChecked(bool(names))
        for action in self._group.actions():
            action.setChecked(action.data() in self._chosen if action.data() else not self._chosen)
