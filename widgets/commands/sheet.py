"""The sheet of keys: every shortcut of the window, by group, drawn from the commands themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QWidget

from widgets import theme
from widgets.commands.actions import menu_titles
from widgets.commands.command import Command, Commands, sequences
from widgets.overlay import SHADOW, Overlay
from widgets.parts.build import button, column, heading, label, row
from widgets.parts.words import native_keys

__all__ = ["KeySheet"]

TWO_COLUMNS = 680
"""Pixels below which there is but one."""
Line = tuple[str, list[str]]


def tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)


class KeySheet(Overlay):
    """F1. Built when it opens: commands and their keys may have changed."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, 760, 640)
        self.setObjectName("key_sheet")
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._commands = Commands()
        self._area = QScrollArea()
        self._area.setObjectName("key_sheet_area")
        self._area.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._close = button(self.tr("Close"), self.dismiss, kind="quiet", name="key_sheet_close")
        top = row(label(self.tr("Keyboard shortcuts"), "title"), None, self._close)
        laid = column(top, self._area, parent=self, space=theme.SPACE_M, margin=SHADOW + theme.SPACE_L)
        laid.setStretch(1, 1)

    def serve(self, commands: Commands) -> None:
        """What there is to show."""
        self._commands = commands

    def first(self) -> QWidget:
        """The list, so that arrow keys scroll."""
        return self._area

    def open(self) -> None:
        """Write it anew."""
        inner = QWidget()
        columns = self._columns() if self.room() >= theme.scaled(TWO_COLUMNS) else (list(self.lines().items()),)
        sides = row(*(_side(groups) for groups in columns), space=theme.SPACE_XXL)
        for number in range(len(columns)):
            sides.setStretch(number, 1)
        sides.setContentsMargins(0, 0, theme.SPACE_M, 0)
        column(sides, None, parent=inner, space=0)
        self._area.setWidget(inner)
        inner.setAutoFillBackground(False)  # the sheet's own ground shows through
        super().open()

    def lines(self) -> dict[str, list[Line]]:
        """The shortcuts by group: the name of what they do, and its keys."""
        found: dict[str, list[Line]] = {}
        for name, title in menu_titles().items():
            commands = [command for command in self._commands if command.menu == name and command.keys]
            if commands:
                found[title.replace("&", "")] = [_line(command) for command in commands]
        found[tr("On a page")] = [_line(command) for command in self._commands if not command.menu and command.keys]
        found[tr("In a form")] = [
            (tr("Save; save and sync"), [native_keys("Ctrl+Return")]),
            (tr("Test"), [native_keys("Ctrl+T")]),
            (tr("Undo, redo"), [native_keys("Ctrl+Z"), native_keys("Ctrl+Shift+Z")]),
            (tr("Paste settings"), [native_keys("Ctrl+Shift+V")]),
            (tr("Next problem, the one before"), [native_keys("F8"), native_keys("Shift+F8")]),
        ]
        found[tr("In a list")] = [
            (tr("Do what the row offers"), [native_keys("Space")]),
            (tr("Its menu"), [native_keys("Shift+F10"), native_keys("Menu")]),
            (tr("Copy"), [native_keys(QKeySequence.StandardKey.Copy)]),
        ]
        return found

    def _columns(self) -> tuple[list[tuple[str, list[Line]]], list[tuple[str, list[Line]]]]:
        """The groups in two columns, each put where there is more room."""
        left: list[tuple[str, list[Line]]] = []
        right: list[tuple[str, list[Line]]] = []
        heights = [0, 0]
        for title, lines in self.lines().items():
            side = 0 if heights[0] <= heights[1] else 1
            (left, right)[side].append((title, lines))
            heights[side] += len(lines) + 2
        return left, right


def _side(groups: Sequence[tuple[str, list[Line]]]) -> QWidget:
    made = QWidget()
    laid = column(parent=made, space=theme.SPACE_S)
    for title, lines in groups:
        laid.addWidget(heading(title))
        for text, keys in lines:  # each by itself: long keys leave the other lines their room
            line = row(
                label(text, wrap=True), row(*(_cap(key) for key in keys), space=theme.SPACE_XS), space=theme.SPACE_M
            )
            line.setStretch(0, 1)
            laid.addLayout(line)
        laid.addSpacing(theme.SPACE_M)
    laid.addStretch(1)
    return made


def _cap(key: str) -> QLabel:
    made = label(key, "detail", "muted")
    made.setProperty("place", "key")
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def _line(command: Command) -> Line:
    text = command.text.replace("&", "").removesuffix("…").strip()
    return text, [native_keys(key) for key in sequences(command)[:2]]
