"""The window over the real engine, for what is proved elsewhere over a fake one: the catalogue as the types really are,
closing during a sync, life without a tray, notifications, and Ctrl-K to real things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.api import FINISHED, ConnectionDraft, RunView
from tests.support.web import served
from tests.widgets.conftest import Run, until
from tests.widgets.window import find, idle, press, real_window, settings
from widgets import session as entry
from widgets.notify import Notice
from widgets.outside import Outside
from widgets.pages.add_source import AddSourcePage
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.shell import Shell
from widgets.theme import ICONS

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tides</title>
<item><title>High water</title><guid>1</guid><description>At noon the harbour is full.</description></item>
</channel></rss>"""


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


class Tides:
    """A feed that answers when it may."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.asked = asyncio.Event()
        self.broken = False

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked.set()
        await self.open.wait()
        return web.Response(status=404) if self.broken else web.Response(text=FEED, content_type="application/rss+xml")


@asynccontextmanager
async def feed() -> AsyncIterator[tuple[Tides, str]]:
    tides = Tides()
    app = web.Application()
    app.router.add_get("/feed.xml", tides.answer)
    async with served(app) as url:
        yield tides, f"{url}/feed.xml"


async def add(shell: Shell, url: str) -> str:
    assert shell.client is not None
    view = await shell.client.add_connection(ConnectionDraft(type="rss", name="Tides", config={"feed_url": url}))
    await until(lambda: shell.watch.connections)
    return view.id


async def ended(shell: Shell) -> RunView:
    assert shell.client is not None
    while not (runs := await shell.client.runs()) or runs[0].state not in FINISHED:
        await asyncio.sleep(0.01)
    return runs[0]


@pytest.mark.point(2)
def test_the_catalogue_shows_each_type_that_there_is(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", Place("add_source")) as shell:
            page = cast(AddSourcePage, shell.current)
            assert shell.client is not None
            types = await shell.client.connectors()
            assert {"folder", "s3", "github", "google_drive", "webdav", "rss", "rest_api"} <= {
                one.type for one in types
            }
            model = page.catalogue.list.model()
            indexes = [model.index(row, 0) for row in range(model.rowCount())]
            words = [str(index.data(Qt.ItemDataRole.AccessibleTextRole)) for index in indexes]
            for one in types:
                (line,) = [text for text in words if text.startswith(f"{one.title}. ")]
                assert one.summary in line, "its line"
                assert len(line.removeprefix(f"{one.title}. {one.summary}. ")) > 3, "how it signs in, or what is wrong"
                assert (ICONS / f"{one.icon}.svg").is_file(), f"{one.type} has a drawing"

    run(main())


@pytest.mark.point(30, 42)
def test_closing_during_a_sync_stays_goes_on_below_or_stops(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with feed() as (tides, url), real_window(tmp_path / "profile") as shell:
            id = await add(shell, url)
            assert shell.client is not None
            await shell.client.start_sync(id)
            await tides.asked.wait()
            await until(lambda: shell.state_line.engine is not None and shell.state_line.engine.active_runs)
            quits: list[bool] = []
            shell.quit_requested.connect(lambda: quits.append(True))
            assert not shell.tray_available
            shell.close()
            assert shell.close_panel.isVisible()
            press(shell.close_panel, "close_stay")
            assert shell.isVisible()
            shell.close()
            press(shell.close_panel, "close_keep")
            assert shell.isMinimized(), "there is no tray to go to"
            tides.open.set()
            assert (await ended(shell)).state == "done"
            shell.come_forward()
            await idle(shell)
            assert not quits

            tides.open.clear()
            tides.asked.clear()
            await shell.client.start_sync(id)
            await tides.asked.wait()
            await until(lambda: shell.state_line.engine is not None and shell.state_line.engine.active_runs)
            shell.close()
            press(shell.close_panel, "close_stop")
            assert quits == [True]
            tides.open.set()

    run(main())


@pytest.mark.point(43)
def test_a_sync_that_fails_while_nobody_looks_is_told_and_leads_there(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with feed() as (tides, url):
            shell = Shell(settings(tmp_path / "profile"), tray_available=True)
            over = asyncio.ensure_future(entry.session(shell, tmp_path / "profile"))
            await until(lambda: shell.client is not None)
            await idle(shell)
            outside = shell.findChild(Outside)
            assert outside is not None
            assert outside.tray is not None
            told: list[Notice] = []
            outside.notifier.notified.connect(told.append)
            id = await add(shell, url)
            tides.open.set()
            assert shell.client is not None
            await shell.client.start_sync(id)
            await ended(shell)
            tides.broken = True
            shell.hide()
            await shell.client.start_sync(id)
            await ended(shell)
            await until(lambda: told)
            assert [notice.title for notice in told] == ["Tides"]
            assert told[0].bad
            outside.tray.icon.messageClicked.emit()
            assert shell.isVisible()
            await until(lambda: isinstance(shell.current, ConnectionPage))
            assert shell.navigator.place == Place("connection", id)
            await idle(shell)
            shell.quit_requested.emit()
            await over
            shell.deleteLater()

    run(main())


@pytest.mark.point(37)
def test_the_palette_reaches_what_is_really_there(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with feed() as (tides, url), real_window(tmp_path / "profile") as shell:
            tides.open.set()
            id = await add(shell, url)
            palette = shell.served.palette

            async def choose(typed: str, kind: str) -> None:
                QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
                QTest.keyClicks(find(shell, QLineEdit, "palette_field"), typed)
                await until(lambda: any(line.id.startswith(kind) for line in palette.model.entries))
                row = next(row for row, line in enumerate(palette.model.entries) if line.id.startswith(kind))
                for _ in range(row):
                    QTest.keyClick(palette.field, Qt.Key.Key_Down)
                QTest.keyClick(palette.field, Qt.Key.Key_Return)
                await idle(shell)

            await choose("tides sync now", f"command:source.sync:{id}")
            assert (await ended(shell)).state == "done"
            await choose("tides run", "run:")
            assert shell.navigator.place.tab == "runs"
            await choose("high water", "document:")
            await until(lambda: shell.current is shell.pages.get("library"))
            await choose("tides", f"connection:{id}")
            assert isinstance(shell.current, ConnectionPage)

    run(main())
