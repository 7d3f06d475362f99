"""Drives the real window against a real S3 server, as a person would: add, test, sync, watch, search.

    python -m tests.e2e.drive_window [--pictures DIR] [--scheme dark] [--files 2500]

At three moments of the sync the server is halted and the numbers on the connection's page, of `runs show --json` in
another process, and of the server's own log are printed side by side. Exit status 1 if they do not agree.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from tests.e2e.ctl import Ctl
from tests.e2e.test_s3_tree import make_tree
from tests.support.rclone import RcloneServer, serve
from widgets import main as window
from widgets.shell import Shell

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


async def drive(driver: Driver, server: RcloneServer, ctl: Ctl) -> bool:
    """The whole job; whether all numbers agreed."""
    await driver.wait(QAbstractButton, "door_add")
    await driver.picture("first-start")
    await driver.press("door_add")
    await asyncio.sleep(0.5)
    await driver.picture("catalogue")
    search = await driver.wait(QLineEdit, "search")
    QTest.keyClicks(search, "s3")
    QTest.keyClick(search, Qt.Key.Key_Return)
    await driver.type("name", "Field notes")
    await driver.type("field:/bucket_name", "docs")
    await driver.type("field:/endpoint_url", server.url)
    await driver.type("field:/auth/aws_access_key_id", server.user)
    await driver.type("field:/auth/aws_secret_access_key", server.secret)
    await driver.picture("form")
    await driver.press("test_deep")
    await driver.press("test")
    panel = await driver.wait(QWidget, "test_panel")
    await driver.until(lambda: driver.find(QAbstractButton, "test") is not None and not _running(panel))
    await asyncio.sleep(0.3)
    await driver.picture("test")
    await driver.press("save_and_sync")
    agreed = await _three_moments(driver, server, ctl)
    await driver.until(lambda: _last_run(ctl)["state"] == "done")
    await asyncio.sleep(0.5)
    await driver.picture("connection")
    await driver.press("rail_library")
    await driver.type("search", '"Note 42"')
    await asyncio.sleep(1.0)
    await driver.picture("search")
    await driver.press("rail_activity")
    await asyncio.sleep(1.0)
    await driver.picture("activity")
    await driver.press("rail_sources")
    await asyncio.sleep(0.5)
    await driver.picture("sources")
    return agreed


def _running(panel: QWidget) -> bool:
    return bool(getattr(panel, "running", False))


async def _three_moments(driver: Driver, server: RcloneServer, ctl: Ctl) -> bool:
    agreed = True
    print(f"{'moment':8}{'window':>10}{'runs show':>12}{'server':>10}")
    for number in (1, 2, 3):
        await driver.until(partial(_reached, server, number * 500))
        server.process.send_signal(signal.SIGSTOP)
        try:
            shown = await _settled(driver)
            if number == 2:
                await driver.picture("running")
            recorded = (await asyncio.to_thread(_last_run, ctl))["counts"]["documents"]
            answered = _gets(server)
        finally:
            server.process.send_signal(signal.SIGCONT)
        # The server notes a request before it answers: up to 64 of them wait for it to go on. One is the deep test's.
        same = shown == recorded and 0 <= answered - 1 - recorded <= 64
        agreed = agreed and same
        print(f"{number:<8}{shown:>10}{recorded:>12}{answered:>10}  {'agree' if same else 'DIFFER'}", flush=True)
    return agreed


async def _settled(driver: Driver) -> int:
    """The page's number of documents once it has not moved for a second and a half."""
    last, still = -1, 0.0
    while still < 1.5:
        now = _shown(driver)
        still = still + 0.1 if now == last else 0.0
        last = now
        await asyncio.sleep(0.1)
    return last


def _shown(driver: Driver) -> int:
    found = driver.find(QAbstractButton, "number_documents")
    digits = "".join(char for char in (found.text() if found is not None else "") if char.isdigit())
    return int(digits or 0)


def _reached(server: RcloneServer, number: int) -> bool:
    return _gets(server) >= number


def _gets(server: RcloneServer) -> int:
    return sum(request.method == "GET" for request in server.requests())


def _last_run(ctl: Ctl) -> Any:
    runs = ctl.json("runs", "list")["runs"]
    return ctl.json("runs", "show", runs[0]["id"])["run"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--scheme", default="light")
    parser.add_argument("--files", type=int, default=2500)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["HEADWATER_VAULT_PASSPHRASE"] = "a passphrase for this window"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    outcome: list[bool | BaseException] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        profile = home / "profile"
        profile.mkdir()
        QSettings(str(profile / "window.ini"), QSettings.Format.IniFormat).setValue("scheme", options.scheme)
        make_tree(home / "root", options.files)
        with serve("s3", home / "root", log=home / "server.log") as server:
            real = Shell.attach

            def attach(shell: Shell, engine: Any) -> None:
                real(shell, engine)

                async def job() -> None:
                    driver = Driver(shell, options.pictures, options.scheme)
                    try:
                        outcome.append(await drive(driver, server, Ctl(profile, server.secret)))
                    except BaseException as error:
                        outcome.append(error)
                        await driver.picture("stuck")
                    finally:
                        shell.quit_requested.emit()

                _tasks.append(asyncio.get_running_loop().create_task(job(), name="driver"))

            Shell.attach = attach  # type: ignore[method-assign, assignment]
            window.main(["--profile", str(profile)])
    QApplication.processEvents()
    if outcome and isinstance(outcome[0], BaseException):
        raise outcome[0]
    return 0 if outcome == [True] else 1


_tasks: list[asyncio.Task[None]] = []

if __name__ == "__main__":
    print(json.dumps({"argv": sys.argv[1:]}))
    sys.exit(main())
