"""What stands where in a window: one readable line per widget, so that a change can be told in words.

A record holds what has a name or says something, with its place in the window. Text that a delegate paints is not in
it; that is what the pictures are for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)

__all__ = ["TOLERANCE", "Item", "differences", "parse", "record"]

TOLERANCE = 3
"""Pixels that another version of a font's renderer may move something by."""
ROLES: tuple[tuple[type[QWidget], str], ...] = (
    (QAbstractButton, "button"),
    (QLineEdit, "field"),
    (QPlainTextEdit, "text"),
    (QComboBox, "choice"),
    (QLabel, "label"),
    (QTabBar, "tabs"),
    (QAbstractItemView, "list"),
    (QProgressBar, "progress"),
    (QFrame, "panel"),
)
FRAME = ("rail", "state_line")
"""The same around every page; recorded once, with the scene "sources"."""
LINE = re.compile(r"(?P<role>\w+) (?P<name>.+?) at (?P<x>-?\d+),(?P<y>-?\d+) (?P<w>\d+)x(?P<h>\d+)(?P<state> \w+)?")


@dataclass(frozen=True)
class Item:
    """A widget's place in the window."""

    role: str
    name: str
    x: int
    y: int
    w: int
    h: int
    state: str = ""

    def __str__(self) -> str:
        return f"{self.role} {self.name} at {self.x},{self.y} {self.w}x{self.h}{f' {self.state}' if self.state else ''}"


def record(window: QWidget, *, frame: bool) -> list[Item]:
    """What is seen in the window, from the top."""
    found: list[Item] = []
    counts: dict[tuple[str, str], int] = {}
    for one in _seen(window, frame):
        role = next((word for kind, word in ROLES if isinstance(one, kind)), "area")
        name = one.objectName() or _said(one)
        if not name or name.startswith("qt_") or (role == "area" and not one.objectName()):
            continue
        at = one.mapTo(window, QPoint())
        counts[role, name] = counts.get((role, name), 0) + 1
        number = counts[role, name]
        state = "" if one.isEnabled() else "disabled"
        made = Item(role, name if number == 1 else f"{name}#{number}", at.x(), at.y(), one.width(), one.height(), state)
        found.append(made)
    return found


def parse(line: str) -> Item:
    """The record's line, read back."""
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"no line of a layout record: {line!r}")
    numbers = {name: int(match[name]) for name in "xywh"}
    return Item(match["role"], match["name"], **numbers, state=(match["state"] or "").strip())


def differences(before: list[Item], now: list[Item]) -> list[str]:
    """What moved, grew, came or went, in words; what moved together is told once."""
    old, new = ({(item.role, item.name): item for item in items} for items in (before, now))
    told: dict[str, list[str]] = {}

    def tell(what: str, item: Item) -> None:
        told.setdefault(what, []).append(f"{item.role} {item.name}")

    for key, item in old.items():
        if key not in new:
            tell("is gone", item)
    for key, item in new.items():
        was = old.get(key)
        if was is None:
            tell(f"is new at {item.x},{item.y}", item)
            continue
        for distance, ways in ((item.x - was.x, ("left", "right")), (item.y - was.y, ("up", "down"))):
            if abs(distance) > TOLERANCE:
                tell(f"moved {abs(distance)} px {ways[distance > 0]}", item)
        for size, ways in ((item.w - was.w, ("narrower", "wider")), (item.h - was.h, ("lower", "higher"))):
            if abs(size) > TOLERANCE:
                tell(f"is {abs(size)} px {ways[size > 0]}", item)
        if item.state != was.state:
            tell("is disabled" if item.state else "is enabled", item)
    return [f"{_list(names)} {what}" for what, names in told.items()]


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more ({', '.join(names[1:4])})"


def _seen(window: QWidget, frame: bool) -> list[QWidget]:
    made: list[QWidget] = []
    waiting = [window]
    while waiting:
        parent = waiting.pop()
        children = [child for child in parent.children() if isinstance(child, QWidget) and child.isVisible()]
        if isinstance(parent, QAbstractItemView | QComboBox | QLineEdit):
            continue  # its inner parts are Qt's own
        for child in children:
            if child.isWindow() or (not frame and child.objectName() in FRAME):
                continue
            made.append(child)
            waiting.append(child)
    return sorted(made, key=lambda one: (one.mapTo(window, QPoint()).y(), one.mapTo(window, QPoint()).x(), one.width()))


def _said(one: QWidget) -> str:
    text = one.text() if isinstance(one, QLabel | QAbstractButton) else one.accessibleName()
    words = " ".join(text.split())
    return f"“{words[:40]}{'…' if len(words) > 40 else ''}”" if words else ""
