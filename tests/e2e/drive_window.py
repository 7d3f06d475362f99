"""Drives the real window against a real S3 server, as a person would: add, test, sync, watch, search.

    python -m tests.e2e.drive_window [--pictures DIR] [--scheme dark] [--files 2500]

At three moments of the sync the server is halted and the numbers on the connection's page, of `runs show --json` in
another process, and of the server's own log are printed side by side. Exit status 1 if they do not agree.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from tests.e2e.ctl import Ctl
from tests.e2e.driver import Driver, run_window
from tests.e2e.test_s3_tree import make_tree
from tests.support.rclone import RcloneServer, serve


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
    await driver.picture("first-run")
    await driver.press("first_run_open")
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
    agreed: list[bool] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        profile = home / "profile"
        profile.mkdir()
        make_tree(home / "root", options.files)
        with serve("s3", home / "root", log=home / "server.log") as server:

            async def job(driver: Driver) -> None:
                agreed.append(await drive(driver, server, Ctl(profile, server.secret)))

            run_window(profile, options.pictures, options.scheme, job)
    return 0 if agreed == [True] else 1


if __name__ == "__main__":
    sys.exit(main())
