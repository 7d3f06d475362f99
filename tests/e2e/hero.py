"""Takes the README's pictures from the real window on the demo's documents.

python -m tests.e2e.hero resources/pictures [--scheme dark]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from app.api import SearchQuery
from tests.e2e.driver import Driver, run_window

QUESTION = "condensation seal"


async def take(driver: Driver) -> None:
    """Wait for the demo's syncs, then take the list of sources and a search with its preview."""
    driver.shell.resize(1180, 760)
    client = driver.shell.client
    assert client is not None
    async with asyncio.timeout(60):
        while len(found := await client.connections()) < 4 or any(view.state != "up_to_date" for view in found):
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    await driver.picture("sources")
    await driver.press("rail_library")
    await driver.type("search", QUESTION)
    async with asyncio.timeout(20):
        while not (await client.search(SearchQuery(text=QUESTION))).hits:
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    QTest.keyClick(await driver.wait(QAbstractItemView, "results"), Qt.Key.Key_Down)
    await asyncio.sleep(1)
    await driver.picture("library")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--scheme", default="light")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "demo"
        profile.mkdir()
        run_window(profile, options.directory, options.scheme, take, "--demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
