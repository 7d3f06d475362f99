"""The README's pictures: the only scenes with the real engine, on the demo's documents.

They are of real data and so not of the regression test: rates and times differ from run to run.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from app.api import SearchQuery
from tests.e2e.driver import Driver, run_window

QUESTION = "condensation seal"


async def take(driver: Driver) -> None:
    """Wait for the demo's syncs, then take a search with its preview."""
    driver.shell.resize(1180, 760)
    client = driver.shell.client
    assert client is not None
    async with asyncio.timeout(60):
        while len(found := await client.connections()) < 4 or any(view.state != "up_to_date" for view in found):
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    await driver.press("rail_library")
    await driver.type("search", QUESTION)
    async with asyncio.timeout(20):
        while not (await client.search(SearchQuery(text=QUESTION))).hits:
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    QTest.keyClick(await driver.wait(QAbstractItemView, "results"), Qt.Key.Key_Down)
    await asyncio.sleep(1)
    await driver.picture("library")


def take_hero(directory: Path, schemes: Iterable[str] = ("light", "dark")) -> int:
    """Pictures into `directory`, in each scheme from a window of its own."""
    for scheme in schemes:
        with tempfile.TemporaryDirectory() as folder:
            profile = Path(folder) / "demo"
            profile.mkdir()
            run_window(profile, directory, scheme, take, "--demo")
        if scheme == "light":  # what the README shows to whom states no preference
            (directory / "library-light.png").replace(directory / "library.png")
    return 0
