"""What a page shows while it waits, when it fails, while the engine is away, and what it shows of nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.engine.engine import Engine
from connectors.sdk import NotFound, TransientError
from tests.engine.job import folder_draft, make_folder
from tests.sync.scripted import Shelf, add, sync
from tests.widgets.conftest import Run, until
from tests.widgets.fake_data import stand
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.test_live_status import live, page_of
from tests.widgets.window import find, idle, press, real_window, settings, window
from widgets import theme
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.pages.sources import SourcesPage
from widgets.parts import Banner, Chip
from widgets.parts.body import Body
from widgets.parts.busy import BusyBar
from widgets.shell import Shell

GONE = TransientError("The engine does not answer", remedy="Try again in a moment.")
CASES: dict[str, tuple[str, Place, Callable[[Any], Body]]] = {
    "sources": ("connections", Place("sources"), lambda page: page.body),
    "settings": ("settings", Place("settings"), lambda page: page.body),
    "connection": ("connection", Place("connection", "Contracts"), lambda page: page.body),
    "documents": ("documents", Place("connection", "Contracts", "documents"), lambda page: page.documents.body),
    "runs": ("runs", Place("connection", "Contracts", "runs"), lambda page: page.runs.body),
}


def banners(shell: Shell) -> list[str]:
    return [banner.text() for banner in shell.findChildren(Banner) if not banner.isHidden()]


def connection_page(shell: Shell) -> ConnectionPage:
    return cast(ConnectionPage, shell.current)


@pytest.mark.parametrize("name", CASES)
def test_it_waits_fails_once_and_comes_back(run: Run, engine: FakeEngine, tmp_path: Path, name: str) -> None:
    command, place, body_of = CASES[name]
    real: Callable[..., Awaitable[Any]] = getattr(engine, command)
    gate, failing = asyncio.Event(), [True]

    async def hesitate(*arguments: Any, **named: Any) -> Any:
        await gate.wait()
        if failing:
            raise GONE
        return await real(*arguments, **named)

    setattr(engine, command, hesitate)

    async def main() -> None:
        shell = Shell(settings(tmp_path))
        shell.show()
        shell.attach(cast(Any, engine))
        shell.go(place)
        body = body_of(shell.current)
        await until(lambda: body.currentWidget() is body.waiting)
        assert body.waiting.accessibleName().endswith("…")
        gate.set()
        await until(body.error.isVisible)
        await idle(shell)
        assert "The engine does not answer" in [label.text() for label in body.error.findChildren(QLabel)]
        assert banners(shell) == [], "what the page says is not said again below it"
        failing.clear()
        press(body.error, "error_action")
        await until(lambda: body.currentWidget() is body.content)
        await idle(shell)
        await shell.detach()
        shell.finish()
        shell.deleteLater()

    run(main())


def test_a_source_that_is_gone_has_one_way_on(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def gone(_ref: str) -> Any:
        raise NotFound("There is no such connection", remedy="Choose one from the list.")

    setattr(engine, "connection", gone)  # noqa: B010

    async def main() -> None:
        async with window(engine, tmp_path, Place("connection", "Nothing")) as shell:
            page = connection_page(shell)
            assert page.body.currentWidget() is page.body.empty
            seen = [made.objectName() for made in page.findChildren(QPushButton) if made.isVisible()]
            assert seen == ["back", "empty_action"], "nothing can be done with what is not there"
            assert page.body.empty is not None
            press(page.body.empty, "empty_action")
            await until(lambda: isinstance(shell.current, SourcesPage))

    run(main())


# --- documents that were asked for on the way here


def test_a_link_to_deleted_documents_lists_them(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.fill(20)

    async def made(engine: Engine, shelf: Shelf) -> None:
        await add(engine)
        await add(engine, "Other")
        await sync(engine)
        for name in list(shelf.documents)[:2]:
            del shelf.documents[name]
        await sync(engine)
        await sync(engine, "Other")

    def listed(page: ConnectionPage) -> list[str]:
        model = page.documents.model
        return [document.title for row in range(model.total) if (document := model.record(row)) is not None]

    async def main() -> None:
        async with live(tmp_path, shelf, made, Place("connection", "Shelf", "documents", "deleted")) as (shell, _):
            page = page_of(shell)
            await until(lambda: listed(page) == ["doc-00000", "doc-00001"])
            assert find(page, Chip, "chip_deleted").isChecked()
            shell.go(Place("connection", "Other", "documents"))
            await until(lambda: len(listed(page)) == 18)
            assert not find(page, Chip, "chip_deleted").isChecked()
            shell.go(Place("connection", "Shelf", "documents", "deleted"))
            await until(lambda: listed(page) == ["doc-00000", "doc-00001"])
            page.documents.search.setText("zzz")
            page.documents.search.flush()
            empty = page.documents.body.empty
            assert empty is not None
            await until(empty.isVisible)
            press(empty, "empty_action")
            await until(lambda: len(listed(page)) == 18)

    run(main())


def test_a_link_to_a_run_chooses_it(run: Run, tmp_path: Path) -> None:
    shelf = Shelf()
    shelf.fill(3)
    ids: list[str] = []

    async def made(engine: Engine, _shelf: Shelf) -> None:
        await add(engine)
        for _ in range(3):
            ids.append((await sync(engine)).id)

    async def main() -> None:
        async with live(tmp_path, shelf, made) as (shell, _):
            shell.go(Place("connection", "Shelf", "runs", ids[0]))
            page = page_of(shell)
            await until(lambda: page.runs.table.currentIndex().row() == 2)

    run(main())


# --- the engine is away


def test_without_an_engine_nothing_looks_alive(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = cast(SourcesPage, shell.current)
            await until(lambda: page.model.rowCount() == 9)
            assert page.clock.interval > 0
            row = page.model.at(page.model.index(page.model.row_of("c2") or 0))
            assert row is not None
            assert page.delegate.buttons(page.list.rect(), row)
            assert shell.feed is not None
            shell.feed.away = True
            shell.feed.lost.emit(GONE)
            assert page.offline.isVisible()
            assert page.clock.interval == 0
            assert not page.delegate.buttons(page.list.rect(), row)
            shell.go(Place("connection", "Contracts"))
            await idle(shell)
            connection = connection_page(shell)
            assert connection.offline.isVisible(), "a page that is built meanwhile knows it, too"
            assert connection.head.state.text().startswith("Stopped at ")
            assert connection.overview.card.counted.text().startswith("Stopped at ")
            assert not connection.act.isEnabled()
            assert connection.act.toolTip()
            shell.feed.away = False
            shell.feed.found.emit()
            assert connection.offline.isHidden()
            assert connection.act.isEnabled()
            assert connection.head.state.text() == "Syncing"
            shell.go(Place("sources"))
            assert page.offline.isHidden()
            assert page.clock.interval > 0
            await idle(shell)

    run(main())


def test_an_engine_that_was_killed_is_told_of_until_it_is_back(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile") as shell:
            assert shell.client is not None
            await shell.client.add_connection(folder_draft("Notes", make_folder(tmp_path / "notes", 3)))
            page = cast(SourcesPage, shell.current)
            await until(lambda: page.model.rowCount() == 1)
            os.kill((await shell.client.engine()).pid, signal.SIGKILL)
            await until(page.offline.isVisible)
            assert page.model.rowCount() == 1, "what is known is still shown"
            await until(page.offline.isHidden)
            await until(lambda: page.clock.interval > 0)
            await idle(shell)

    run(main())


# --- bars and words of a run


def test_a_run_that_is_about_to_pause_says_so_and_is_asked_one_thing(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    stand(engine, next(view for view in engine._connections.values() if view.name == "Contracts"), run="pausing")

    async def main() -> None:
        async with window(engine, tmp_path, Place("connection", "Contracts")) as shell:
            page = connection_page(shell)
            assert page.head.state.text() == "Pausing …"
            assert page.act.text() == "Resume"
            assert not page.act.property("kind"), "nothing here is more urgent than the pause that was asked for"
            assert page.head.cancel.isHidden()
            sources = cast(SourcesPage, shell.navigator.page("sources"))
            await sources.activate()
            row = sources.model.at(sources.model.index(sources.model.row_of(page.view.id if page.view else "") or 0))
            assert row is not None
            assert list(sources.delegate.buttons(sources.list.rect(), row)) == ["resume"]

    run(main())


def test_a_bar_without_an_end_moves_only_while_it_is_seen_and_may(run: Run) -> None:
    async def main() -> None:
        bar = BusyBar()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        bar.tell(None)
        assert not bar._timer.isActive()
        bar.show()
        await until(bar._timer.isActive)
        assert bar.busy
        bar.tell(0.4)
        assert not bar._timer.isActive()
        assert bar.value() == 400
        bar.tell(None)
        assert bar._timer.isActive()
        theme.apply(app, "light", reduced_motion=True)
        try:
            bar.tell(None)
            assert not bar._timer.isActive()
        finally:
            theme.apply(app, "light", reduced_motion=False)
        bar.tell(None)
        bar.hide()
        await until(lambda: not bar._timer.isActive())
        bar.deleteLater()

    run(main())
