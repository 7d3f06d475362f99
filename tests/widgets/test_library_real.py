"""The library on the real engine: narrowed without a question, gone and back, and a document opened."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import cast

from PySide6.QtTest import QTest

from app.api import ConnectionDraft
from tests.widgets.conftest import Run, until
from tests.widgets.window import idle, press, real_window
from widgets.pages.library import LibraryPage
from widgets.pages.page import Place
from widgets.shell import Shell


async def stocked(shell: Shell, folder: Path) -> LibraryPage:
    """The page over a folder that has been synced."""
    client = shell.client
    assert client is not None
    view = await client.add_connection(ConnectionDraft(type="folder", name="Harbour", config={"path": str(folder)}))
    run = await client.start_sync(view.id)
    while (await client.run(run.id)).state != "done":
        await until(lambda: True)
    shell.go(Place("library"))
    await idle(shell)
    return cast(LibraryPage, shell.current)


def titles(page: LibraryPage) -> list[str]:
    found = [page.model.result(row) for row in range(page.model.rowCount())]
    return [one.title for one in found if one is not None]


def furnish(folder: Path) -> None:
    folder.mkdir()
    for name, age in (("tides.md", 2), ("pilots.txt", 20), ("berths.html", 200)):
        (folder / name).write_text(f"{name} of the harbour")
        at = 1_700_000_000 - age
        os.utime(folder / name, (at, at))
    os.utime(folder / "tides.md")


def test_the_filters_work_without_a_question(run: Run, tmp_path: Path) -> None:
    furnish(tmp_path / "harbour")

    async def main() -> None:
        async with real_window(tmp_path / "profile") as shell:
            page = await stocked(shell, tmp_path / "harbour")
            assert titles(page) == ["tides.md", "pilots.txt", "berths.html"]
            page.type.choose(["text/html"])
            await until(lambda: titles(page) == ["berths.html"])
            press(page, "clear_filters")
            await until(lambda: len(titles(page)) == 3)
            page.date.choose(["7"])
            await until(lambda: titles(page) == ["tides.md"])
            page.type.choose(["text/html"])
            await until(page.empty.isVisible)
            press(page.empty, "empty_action")
            await until(lambda: len(titles(page)) == 3)
            page.access.choose(["public"])
            await until(page.empty.isVisible)
            page.access.choose(["unknown"])
            await until(lambda: len(titles(page)) == 3)

    run(main())


def test_an_engine_that_dies_is_told_of_and_the_question_answered_when_it_is_back(run: Run, tmp_path: Path) -> None:
    furnish(tmp_path / "harbour")

    async def main() -> None:
        async with real_window(tmp_path / "profile") as shell:
            page = await stocked(shell, tmp_path / "harbour")
            assert shell.client is not None
            os.kill((await shell.client.engine()).pid, signal.SIGKILL)
            await until(page.offline.isVisible)
            QTest.keyClicks(page.search, "pilots")
            await until(lambda: titles(page) == ["pilots.txt"])
            await until(page.offline.isHidden)

    run(main())
