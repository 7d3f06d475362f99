"""A scene: one page in one state, as data, so that another state is one more entry in `scenes/`.

A scene begins with the fake engine, changed by `given`, goes to a `place` and then does its `acts`, which are what a
person's hands would do. `points` are the points of the checklist that its picture holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit, QPlainTextEdit, QWidget

from connectors.sdk import HeadwaterError
from tests.widgets.fake_engine import FakeEngine
from widgets.pages.page import Place
from widgets.shell import Shell

__all__ = [
    "Act",
    "Given",
    "Scene",
    "Stage",
    "answers",
    "click",
    "does",
    "fails",
    "go",
    "hangs",
    "keys",
    "pick",
    "press",
    "scroll",
    "types",
]

W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True)
class Stage:
    """The window that a scene plays in."""

    shell: Shell
    engine: FakeEngine
    rest: Callable[[], Awaitable[None]]

    @property
    def page(self) -> Any:
        """The page that is seen."""
        return self.shell.current

    def find(self, kind: type[W], name: str) -> W:
        """The one of that objectName that is seen."""
        for found in self.shell.findChildren(kind, name):
            if found.isVisible():
                return found
        raise LookupError(f"no {kind.__name__} {name!r} is seen")


Given = Callable[[FakeEngine], object]
Act = Callable[[Stage], object]
"""May answer something to await."""


@dataclass(frozen=True)
class Scene:
    """One page in one state."""

    name: str
    place: Place = field(default_factory=lambda: Place("sources"))
    acts: tuple[Act, ...] = ()
    given: tuple[Given, ...] = ()
    points: tuple[int, ...] = ()
    page: str = ""
    """The sheet it is on; else the page it goes to."""
    size: tuple[int, int] = (1180, 760)
    engine: Literal["full", "empty", "none"] = "full"
    before: tuple[Act, ...] = ()
    """Acts before the engine is there."""

    @property
    def sheet(self) -> str:
        """The contact sheet it is on."""
        return self.page or self.place.page


# --- acts ------------------------------------------------------------------------------------------------------------


def press(*names: str) -> Act:
    """Click buttons by their objectNames, one after the other."""

    async def act(stage: Stage) -> None:
        for name in names:
            QTest.mouseClick(stage.find(QAbstractButton, name), Qt.MouseButton.LeftButton)
            await stage.rest()

    return act


def types(name: str, text: str, *, enter: bool = False) -> Act:
    """Type into a field, in place of what it holds."""

    def act(stage: Stage) -> None:
        found = stage.find(QWidget, name)
        if isinstance(found, QPlainTextEdit):
            found.setPlainText(text)
            return
        line = found if isinstance(found, QLineEdit) else found.findChild(QLineEdit)
        if not isinstance(line, QLineEdit):
            raise LookupError(f"{name!r} takes no text")
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)
        if enter:
            QTest.keyClick(line, Qt.Key.Key_Return)

    return act


def keys(*pressed: Qt.Key | tuple[Qt.KeyboardModifier, Qt.Key]) -> Act:
    """Press keys where the focus is."""

    async def act(stage: Stage) -> None:
        for key in pressed:
            modifier, code = key if isinstance(key, tuple) else (Qt.KeyboardModifier.NoModifier, key)
            target = stage.shell.focusWidget() or stage.shell
            QTest.keyClick(target, code, modifier)
            await stage.rest()

    return act


def pick(name: str, row: int) -> Act:
    """Choose a row of a list or table."""

    def act(stage: Stage) -> None:
        view = stage.find(QAbstractItemView, name)
        index = view.model().index(row, 0)
        view.setFocus()
        view.setCurrentIndex(index)

    return act


def click(name: str, row: int) -> Act:
    """Click a row of a list or table."""

    def act(stage: Stage) -> None:
        view = stage.find(QAbstractItemView, name)
        place = view.visualRect(view.model().index(row, 0)).topLeft() + QPoint(24, 8)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    return act


def go(place: Place) -> Act:
    """Go elsewhere."""
    return lambda stage: stage.shell.go(place)


def scroll(name: str = "") -> Act:
    """Scroll to a widget, or to the end of what is seen."""

    def act(stage: Stage) -> None:
        from PySide6.QtWidgets import QScrollArea

        for area in stage.shell.findChildren(QScrollArea):
            if not area.isVisible():
                continue
            if name:
                found = area.findChild(QWidget, name)
                if found is not None:
                    area.ensureWidgetVisible(found)
            else:
                area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    return act


def does(call: Callable[[Stage], object]) -> Act:
    """What no hand can do: an event, a value from elsewhere."""
    return call


# --- what the engine is like -----------------------------------------------------------------------------------------


def answers(**values: Any) -> Given:
    """Commands that answer just this."""

    def given(engine: FakeEngine) -> None:
        for name, value in values.items():

            async def command(*_args: Any, answer: Any = value, **_named: Any) -> Any:
                return answer

            setattr(engine, name, command)

    return given


def hangs(*names: str) -> Given:
    """Commands that never answer: what is seen meanwhile."""

    def given(engine: FakeEngine) -> None:
        for name in names:

            async def command(*_args: Any, **_named: Any) -> Any:
                await asyncio.Event().wait()

            async def stream(*_args: Any, **_named: Any) -> AsyncIterator[Any]:
                await asyncio.Event().wait()
                yield None

            streams = name in ("check", "verify", "export_library", "sign_in")
            setattr(engine, name, stream if streams else command)

    return given


def fails(error: HeadwaterError, *names: str) -> Given:
    """Commands that fail."""

    def given(engine: FakeEngine) -> None:
        for name in names:

            async def command(*_args: Any, **_named: Any) -> Any:
                raise error

            setattr(engine, name, cast(Any, command))

    return given
