"""The log of a million lines on the real engine: read, narrowed, followed, copied and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import apsw
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from app.api import ConnectionDraft
from app.database import ACTIVITY
from tests.widgets.conftest import Run, until
from tests.widgets.window import press, real_window
from widgets.pages.activity import ActivityPage
from widgets.pages.activity_model import CHUNK, KEPT
from widgets.pages.page import Place
from widgets.shell import Shell

LINES = 1_000_000
RARE = 4_321
ERRORS = 5_000


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile whose log holds a million lines: every 5,000th is an error, one is like no other."""
    profile = tmp_path_factory.mktemp("long") / "profile"
    profile.mkdir()
    db = apsw.Connection(str(profile / "activity.db"))
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=OFF")
    for script in ACTIVITY:
        db.execute(script)
    db.pragma("user_version", len(ACTIVITY))

    def lines() -> Iterator[tuple[object, ...]]:
        for number in range(1, LINES + 1):
            level = 40 if number % ERRORS == 0 else 20
            said = "The lamp went out" if number == RARE else f"Stored page {number} of the pilot book"
            yield 1_790_000_000.0 + number, level, said, json.dumps({"page": number})

    with db:
        db.executemany("INSERT INTO line (at, level, message, fields) VALUES (?, ?, ?, ?)", lines())
    db.close()
    return profile


async def opened(shell: Shell) -> ActivityPage:
    page = cast(ActivityPage, shell.current)
    await until(lambda: page.model.rowCount() > 0)
    return page


@pytest.mark.point(35)
def test_a_million_lines_are_narrowed_followed_copied_and_exported(run: Run, written: Path, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(written, Place("activity")) as shell:
            page = await opened(shell)
            assert page.following

            press(page, "chip_error")
            await until(lambda: page.model.rowCount() and page.model.line(0) and page.model.line(0).level == "error")  # type: ignore[union-attr]
            assert page.model.rowCount() == LINES // ERRORS

            press(page, "chip_info")
            page.search.setText("lamp")
            await until(lambda: page.model.rowCount() == 1)
            found = page.model.line(0)
            assert found is not None
            assert found.seq == RARE
            page.table.selectRow(0)
            press(page, "copy_lines")
            await until(lambda: "The lamp went out" in QGuiApplication.clipboard().text())

            page.search.clear()
            await until(lambda: page.model.rowCount() == CHUNK)
            bar = page.table.verticalScrollBar()
            bar.setValue(0)
            assert not page.following
            await until(lambda: page.model.rowCount() > CHUNK)
            for _ in range(3):
                bar.setValue(0)
                before = page.model.rowCount()
                await until(lambda before=before: page.model.rowCount() > before)
            assert page.model.kept() <= KEPT * CHUNK

            place, rows = page.table.rowAt(0), page.model.rowCount()
            top = page.model.line(place)
            assert shell.client is not None
            await shell.client.add_connection(
                ConnectionDraft(type="folder", name="Harbour", config={"path": str(tmp_path)})
            )
            await shell.client.start_sync("Harbour")
            await until(lambda: page.pill.isVisible())
            assert page.model.rowCount() > rows
            assert page.model.line(page.table.rowAt(0)) == top, "what somebody reads stays in its place"
            assert "new line" in page.pill.text()
            press(page, "chip_new_lines")
            assert page.following

    run(main())


@pytest.mark.point(35)
def test_what_matches_is_exported_whole(run: Run, written: Path, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(written, Place("activity")) as shell:
            page = await opened(shell)
            press(page, "chip_error")
            page.exporter.export_to(tmp_path / "errors.jsonl")
            await until(lambda: (tmp_path / "errors.jsonl").exists())
            lines = [json.loads(line) for line in (tmp_path / "errors.jsonl").read_text().splitlines()]
            numbers = [line["fields"]["page"] for line in lines if "pilot book" in line["message"]]
            assert numbers == list(range(ERRORS, LINES + 1, ERRORS))

            press(page, "chip_info")
            page.exporter.export_to(tmp_path / "all.txt")
            await until(lambda: page.tasks.running("export") and "exported" in page._busy.text())
            press(page, "export_lines")
            await until(lambda: not page.tasks.running("export"))
            assert not (tmp_path / "all.txt").exists(), "one that was stopped leaves nothing behind"
            assert not list(tmp_path.glob(".headwater-log-*"))

            page.exporter.export_to(tmp_path / "nowhere" / "log.txt")
            await until(lambda: any("could not be exported" in each.text() for each in shell.findChildren(QLabel)))

    run(main())
