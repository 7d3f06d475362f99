"""Somebody at the keyboard and the mouse, whose actions are counted: a click, a key chord or a typed value is one.

Nothing is reached that a person could not reach: what is typed goes to whatever has the focus, what is clicked is seen
and enabled.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QListView, QTreeWidget, QWidget

from tests.widgets.conftest import until
from widgets.shell import Shell


class Person:
    """`actions` is what was done so far, one line each."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        shell.activateWindow()
        self.actions: list[str] = []

    async def click(self, name: str) -> None:
        """Click the button of that name, once it is there."""

        def seen() -> list[QAbstractButton]:
            found = self._shell.findChildren(QAbstractButton, name)
            return [one for one in found if one.isVisible() and one.isEnabled()]

        await until(seen)
        self.actions.append(f"click {name}")
        QTest.mouseClick(seen()[0], Qt.MouseButton.LeftButton)

    async def click_row(self, list: QListView, text: str) -> None:
        """Click the row of that text in a list."""
        model = list.model()
        row = next(at for at in range(model.rowCount()) if model.index(at, 0).data() == text)
        list.scrollTo(model.index(row, 0))
        rect = list.visualRect(model.index(row, 0))
        self.actions.append(f"click {text}")
        QTest.mouseClick(
            list.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + QPoint(60, rect.height() // 2)
        )

    async def click_named(self, text: str) -> None:
        """Click the button that is read out like that."""

        def seen() -> list[QAbstractButton]:
            found = self._shell.findChildren(QAbstractButton)
            return [one for one in found if one.accessibleName() == text and one.isVisible() and one.isEnabled()]

        await until(seen)
        self.actions.append(f"click {text}")
        QTest.mouseClick(seen()[0], Qt.MouseButton.LeftButton)

    async def tick(self, tree: QTreeWidget, text: str) -> None:
        """Click the box of a line in a tree."""
        (item,) = tree.findItems(text, Qt.MatchFlag.MatchRecursive)
        tree.scrollToItem(item)
        rect = tree.visualItemRect(item)
        self.actions.append(f"tick {text}")
        box = QPoint(rect.left() + 8, rect.center().y())
        QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=box)

    async def chord(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key, perhaps with others held."""
        self.actions.append(f"press {key.name}")
        QTest.keyClick(self.focus(), key, held)

    async def type(self, text: str, *, into: str) -> None:
        """Type a value; it must go into the input of that name by itself."""
        focus = self.focus()
        assert focus.accessibleName().startswith(into), f"the focus is at {focus.accessibleName()!r}, not at {into!r}"
        self.actions.append(f"type {into}")
        QTest.keyClicks(focus, text)

    def focus(self) -> QWidget:
        """What has the focus."""
        focus = QApplication.focusWidget()
        assert focus is not None, "nothing has the focus"
        return focus

    def focus_name(self) -> str:
        """How what has the focus is read out; "" if nothing has it."""
        focus = QApplication.focusWidget()
        return focus.accessibleName() if focus is not None else ""
