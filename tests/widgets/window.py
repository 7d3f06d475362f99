"""A real window over the fake engine, and the ways to find and press things in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.widgets.conftest import until
from tests.widgets.fake_engine import FakeEngine
from widgets.pages.page import Place
from widgets.shell import Shell

W = TypeVar("W", bound=QWidget)


def settings(profile: Path) -> QSettings:
    """The window's settings in a profile."""
    return QSettings(str(profile / "window.ini"), QSettings.Format.IniFormat)


@asynccontextmanager
async def window(engine: FakeEngine, profile: Path, place: Place | None = None) -> AsyncIterator[Shell]:
    """A shown window on `place`, its page loaded; ended in order."""
    shell = Shell(settings(profile))
    shell.show()
    shell.attach(cast(Any, engine))
    if place is not None:
        shell.go(place)
    await idle(shell)
    try:
        yield shell
    finally:
        await shell.detach()
        shell.finish()
        shell.deleteLater()


@asynccontextmanager
async def real_window(profile: Path, place: Place | None = None) -> AsyncIterator[Shell]:
    """The same over a real engine in a process of its own, from its start to its end."""
    from widgets import session as entry

    shell = Shell(settings(profile))
    ended = asyncio.ensure_future(entry.session(shell, profile))
    await until(lambda: shell.client is not None)
    if place is not None:
        shell.go(place)
    await idle(shell)
    try:
        yield shell
    finally:
        shell.quit_requested.emit()
        await ended
        shell.deleteLater()


async def idle(shell: Shell) -> None:
    """Until no page is loading."""
    scopes = [shell.tasks, *(page.tasks for page in shell.pages.values())]
    await until(lambda: not any(task.get_name().endswith(".load") for scope in scopes for task in scope.tasks()))
    await until(lambda: not any("activate" in task.get_name() for task in shell.tasks.tasks()))


def find(parent: QWidget, kind: type[W], name: str) -> W:
    """A widget by its objectName."""
    found = parent.findChild(kind, name)
    assert found is not None, f"there is no {kind.__name__} named {name}"
    return found


def press(parent: QWidget, name: str) -> None:
    """Click a button by its objectName, as a person would."""
    found = find(parent, QAbstractButton, name)
    assert found.isEnabled(), f"{name} can't be pressed"
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def mouse(window: QWidget, button: Qt.MouseButton, where: QPoint) -> None:
    """Press a button of the mouse as the system tells the native window of it."""
    at = QPointF(where)
    event = QMouseEvent(
        QEvent.Type.MouseButtonPress,
        at,
        QPointF(window.mapToGlobal(where)),
        button,
        button,
        Qt.KeyboardModifier.NoModifier,
    )
    QCoreApplication.sendEvent(window.windowHandle(), event)
