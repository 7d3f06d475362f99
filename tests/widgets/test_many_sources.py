"""None, one and two hundred sources: each page stays as light, and an act on all of them is one act."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.engine.engine import Engine
from connectors.sdk import TransientError
from tests.sync.scripted import Shelf, add
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.fits import SMALL, misfits
from tests.widgets.test_live_status import live
from tests.widgets.window import idle, press, window
from widgets.pages.activity import ActivityPage
from widgets.pages.library import LibraryPage
from widgets.pages.page import Place
from widgets.pages.sources import SourcesPage
from widgets.parts import Banner
from widgets.shell import Shell

MANY = 200
PLACES = [Place("sources"), Place("library"), Place("activity"), Place("accounts"), Place("add_source")]
EACH = 30
"""So many widgets more may a page with many sources have than one with a single source."""


def sources(shell: Shell) -> SourcesPage:
    return cast(SourcesPage, shell.current)


def banners(shell: Shell) -> list[str]:
    return [banner.text() for banner in shell.findChildren(Banner) if not banner.isHidden()]


def filled(number: int) -> FakeEngine:
    engine = FakeEngine(empty=True)
    for one in range(number):
        engine.make_connection(f"Source {one}", "webdav", "up_to_date", "Up to date", documents=one)
    return engine


async def walk(shell: Shell) -> dict[str, int]:
    """The widgets of each page, after a visit."""
    counts: dict[str, int] = {}
    for place in PLACES:
        shell.go(place)
        await idle(shell)
        assert list(misfits(shell, SMALL)) == [], place
        counts[place.page] = len(shell.pages[place.page].findChildren(QWidget))
    QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = shell.served.palette
    await until(palette.isVisible)
    QTest.keyClicks(palette.field, "source")
    await until(lambda: palette.model.entries)
    counts["palette"] = len(palette.findChildren(QWidget))
    palette.dismiss()
    return counts


def test_no_page_grows_with_the_number_of_sources(run: Run, tmp_path: Path) -> None:
    counts: dict[int, dict[str, int]] = {}

    async def main() -> None:
        for number in (0, 1, MANY):
            profile = tmp_path / str(number)
            profile.mkdir()
            async with window(filled(number), profile) as shell:
                shell.resize(*SMALL)
                counts[number] = await walk(shell)

    run(main())
    for page, count in counts[1].items():
        assert counts[MANY][page] - count < EACH, page
        assert counts[0][page] - count < EACH, page


def test_two_hundred_are_found_narrowed_and_chosen(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(filled(MANY), tmp_path) as shell:
            page = sources(shell)
            await until(lambda: page.model.rowCount() == MANY)
            names = [page.model.index(row).data() for row in range(MANY)]
            assert names == [f"Source {number}" for number in range(MANY)], "2 before 10"
            page.search.setText("source 19")
            page.search.flush()
            assert page.model.rowCount() == 12

            shell.go(Place("library"))
            await idle(shell)
            library = cast(LibraryPage, shell.current)
            chip = library.filters.connection
            lines = [action for action in chip.menu().actions() if action.data()]
            assert len(lines) == MANY
            lines[150].trigger()
            lines[151].trigger()
            assert len(chip.chosen()) == 2
            shell.go(Place("activity"))
            await idle(shell)
            activity = cast(ActivityPage, shell.current)
            assert len([action for action in activity.connection.menu().actions() if action.data()]) == MANY
            await idle(shell)

    run(main())


async def two_hundred(engine: Engine, _shelf: Shelf) -> None:
    for number in range(MANY):
        await add(engine, f"Source {number}")


@pytest.mark.point(36)
def test_all_two_hundred_are_removed_and_undone_as_one(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with live(tmp_path, Shelf(), two_hundred) as (shell, engine):
            page = sources(shell)
            await until(lambda: page.model.rowCount() == MANY)
            page.list.setFocus()
            QTest.keyClick(page.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            assert page.selection_bar.accessibleName() == "200 sources chosen"
            QTest.keyClick(page.list, Qt.Key.Key_Delete)
            await until(lambda: banners(shell) == ["200 sources and their documents were removed."])
            await until(lambda: page.model.rowCount() == 0)
            press(shell, "banner_action")
            await until(lambda: page.model.rowCount() == MANY)
            assert await engine.connections(removed=True) == []

    run(main())


def test_what_was_removed_before_something_failed_can_be_undone(run: Run, tmp_path: Path) -> None:
    """And what can't be brought back does not keep the rest from it."""

    async def main() -> None:
        async with live(tmp_path, Shelf(), two_hundred) as (shell, engine):
            page = sources(shell)
            await until(lambda: page.model.rowCount() == MANY)
            ids = [view.id for view in page.model.views()]
            gone = TransientError("The engine does not answer", remedy="Try again.")
            remove, restore = engine.remove_connection, engine.restore_connection

            async def refusing(ref: str, *rest: Any) -> Any:
                if ref == ids[120]:
                    raise gone
                return await remove(ref, *rest)

            async def losing(ref: str) -> Any:
                if ref == ids[3]:
                    raise gone
                return await restore(ref)

            engine.remove_connection = refusing  # type: ignore[method-assign, assignment]
            engine.restore_connection = losing  # type: ignore[method-assign]
            loop = asyncio.get_running_loop()  # as the window's session does
            loop.set_exception_handler(lambda _loop, context: shell.report(context["exception"]))
            page.list.selectAll()
            page.list.setFocus()
            QTest.keyClick(page.list, Qt.Key.Key_Delete)
            await until(lambda: "120 sources and their documents were removed." in banners(shell))
            await until(lambda: page.model.rowCount() == MANY - 120)
            await until(lambda: any("does not answer" in text for text in banners(shell)))  # why not the others
            undo = next(banner for banner in shell.findChildren(Banner) if banner.text().startswith("120 sources"))
            undo.action.click()
            await until(lambda: page.model.rowCount() == MANY - 1)
            (left,) = await engine.connections(removed=True)
            assert left.id == ids[3]

    run(main())
