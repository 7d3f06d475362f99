"""A command: what can be done, its name, its keys, when it can't be done and why.

A command without `pages` holds everywhere; one with them has its keys on those pages alone, so that F5 may sync where
a connection is seen and reload where a list is. `conflicts` proves that no key means two things at one place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from PySide6.QtGui import QAction, QKeySequence

from widgets.pages.page import Place

if TYPE_CHECKING:
    from app.api import ConnectionView

__all__ = ["MAC", "Command", "Commands", "Context", "Menu", "keys_text", "sequences"]

Menu = Literal["", "file", "source", "go", "view", "help"]
MAC = sys.platform == "darwin"


@dataclass(frozen=True)
class Context:
    """What a command would act upon: the place that is seen, and the connections that are meant there."""

    place: Place = field(default_factory=lambda: Place(""))
    ready: bool = True
    """The engine is there."""
    connections: tuple[ConnectionView, ...] = ()


def always(_context: Context) -> None:
    """Nothing speaks against it."""


@dataclass(frozen=True)
class Command:
    """`when` answers None, or why it can't be done now. `keys` are portable ("Ctrl+K" is Cmd-K on a Mac)."""

    id: str
    text: str
    run: Callable[[Context], object]
    help: str = ""
    icon: str = ""
    keys: tuple[str, ...] = ()
    pages: frozenset[str] = frozenset()
    passive: bool = False
    """Its keys are answered by the list that has the focus; shown, but no shortcut is made."""
    menu: Menu = ""
    section: int = 0
    """Commands of a menu with different sections are parted by a line."""
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    danger: bool = False
    tray: bool = False
    """Offered in the tray too."""
    when: Callable[[Context], str | None] = always
    checked: Callable[[], bool] | None = None
    buttons: tuple[str, ...] = ()
    """The objectNames of buttons that do the same; none of them needs a command of its own."""

    def on(self, page: str) -> bool:
        """Whether it is at home on a page."""
        return not self.pages or page in self.pages


def sequences(command: Command) -> list[QKeySequence]:
    """Its keys on this platform."""
    return [QKeySequence(key) for key in command.keys]


def keys_text(command: Command) -> str:
    """Its first keys as people read them here, or nothing."""
    keys = sequences(command)
    return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""


class Commands:
    """All commands, in the order in which menus show them."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._all: dict[str, Command] = {}
        self.add(*commands)

    def add(self, *commands: Command) -> None:
        """Every id once: a second command of that name would be unreachable."""
        for command in commands:
            if command.id in self._all:
                raise ValueError(f"there is a command {command.id} already")
            self._all[command.id] = command

    def __iter__(self) -> Iterator[Command]:
        return iter(list(self._all.values()))

    def __getitem__(self, id: str) -> Command:
        return self._all[id]

    def __contains__(self, id: str) -> bool:
        return id in self._all

    def conflicts(self) -> list[str]:
        """Each key that means two things at one place, in words."""
        found = []
        for one, other in combinations(self, 2):
            if one.pages and other.pages and not one.pages & other.pages:
                continue
            for key in _texts(one) & _texts(other):
                found.append(f"{key} is both {one.id} and {other.id}")
        return found


def _texts(command: Command) -> set[str]:
    return {key.toString(QKeySequence.SequenceFormat.PortableText) for key in sequences(command)}
