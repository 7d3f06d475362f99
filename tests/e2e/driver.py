"""Drives the real window as a person would: finds, types, presses, waits, and takes pictures."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from widgets import main as window
from widgets.shell import Shell

__all__ = ["Driver", "run_window"]

W = TypeVar("W", bound=QWidget)


class Driver:
    """Finds, types, presses, waits, and takes pictures."""

    def __init__(self, shell: Shell, pictures: Path | None, scheme: str) -> None:
        self.shell = shell
        self.pictures = pictures
        self.scheme = scheme

    def find(self, kind: type[W], name: str) -> W | None:
        """The one of that name that is seen."""
        return next((found for found in self.shell.findChildren(kind, name) if found.isVisible()), None)

    async def wait(self, kind: type[W], name: str, seconds: float = 20) -> W:
        async with asyncio.timeout(seconds):
            while (found := self.find(kind, name)) is None:
                await asyncio.sleep(0.02)
        return found

    async def until(self, condition: Callable[[], Any], seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)

    async def press(self, name: str) -> None:
        found = await self.wait(QAbstractButton, name)
        await self.until(found.isEnabled)
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        await asyncio.sleep(0.05)

    async def type(self, name: str, text: str) -> None:
        found = await self.wait(QWidget, name)
        field = found if isinstance(found, QLineEdit) else found.findChild(QLineEdit)
        assert field is not None, f"{name} takes no text"
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        await asyncio.sleep(0.02)

    async def picture(self, name: str) -> None:
        if self.pictures is not None:
            await asyncio.sleep(0.35)
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.shell.grab().save(str(self.pictures / f"{name}-{self.scheme}.png"))


def run_window(
    profile: Path, pictures: Path | None, scheme: str, job: Callable[[Driver], Coroutine[Any, Any, None]], *argv: str
) -> None:
    """Open the window on a profile, do the job in it once its engine is there, and close it. Raises what it raises."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["HEADWATER_VAULT_PASSPHRASE"] = "a passphrase for this window"
    real = Shell.attach
    failed: list[BaseException] = []
    tasks: list[asyncio.Task[None]] = []

    def attach(shell: Shell, engine: Any) -> None:
        real(shell, engine)

        async def work() -> None:
            driver = Driver(shell, pictures, scheme)
            shell.choose_scheme(scheme)
            try:
                await job(driver)
            except BaseException as error:
                failed.append(error)
                await driver.picture("stuck")
            finally:
                shell.quit_requested.emit()

        tasks.append(asyncio.get_running_loop().create_task(work(), name="driver"))

    Shell.attach = attach  # type: ignore[method-assign, assignment]
    try:
        window.main(["--profile", str(profile), *argv])
    finally:
        Shell.attach = real  # type: ignore[method-assign]
    QApplication.processEvents()
    if failed:
        raise failed[0]
