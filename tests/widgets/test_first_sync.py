"""From nothing to a running first sync: in the real window, on the real engine, every action counted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from PySide6.QtCore import Qt

from tests.support.rclone import RcloneFactory
from tests.support.web import served
from tests.widgets.conftest import Run, until
from tests.widgets.person import Person
from tests.widgets.window import idle, press, real_window
from widgets.pages.add_source import AddSourcePage
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.shell import Shell

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tides</title>
<item><title>High water</title><guid>1</guid><description>At noon.</description></item>
<item><title>Low water</title><guid>2</guid><description>At six.</description></item></channel></rss>"""


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "a passphrase of the tests")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


async def synced(shell: Shell, documents: int) -> None:
    """The window goes to the connection by itself; its run has stored everything."""
    await until(lambda: isinstance(shell.current, ConnectionPage))
    await idle(shell)
    assert shell.client is not None
    (run,) = await shell.client.runs()
    assert (run.state, run.trigger, run.counts.new) == ("done", "first", documents)


def page_of(shell: Shell) -> AddSourcePage:
    return cast(AddSourcePage, shell.current)


def test_a_folder_takes_five_actions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    for number in range(12):
        (tmp_path / "source" / f"{number}.md").write_text(f"Page {number}")

    async def main() -> None:
        async with real_window(tmp_path / "profile") as shell:
            person = Person(shell)
            await person.click("door_add")
            await until(lambda: isinstance(shell.current, AddSourcePage) and page_of(shell).catalogue.search.hasFocus())
            await person.type("folder", into="Search sources")
            await person.chord(Qt.Key.Key_Return)
            await until(lambda: page_of(shell).draft is not None)
            await person.type(str(tmp_path / "source"), into="Folder")
            await person.chord(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: not isinstance(shell.current, AddSourcePage) or page_of(shell).first_run.isVisible())
            assert len(person.actions) <= 6, person.actions
            await synced(shell, 12)

    run(main())


def test_a_feed_takes_four_actions_with_the_mouse(run: Run, tmp_path: Path) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=FEED, content_type="application/rss+xml")

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/feed.xml", answer)
        async with served(app) as url, real_window(tmp_path / "profile") as shell:
            person = Person(shell)
            await person.click("door_add")
            await until(lambda: isinstance(shell.current, AddSourcePage) and page_of(shell).catalogue.search.hasFocus())
            await person.click_row(page_of(shell).catalogue.list, "RSS feed")
            await until(lambda: page_of(shell).draft is not None)
            await person.type(f"{url}/feed.xml", into="Feed")
            await person.click("save_and_sync")
            assert len(person.actions) <= 6, person.actions
            await synced(shell, 2)

    run(main())


def test_a_source_with_sign_in_takes_eight(run: Run, tmp_path: Path, rclone_webdav: RcloneFactory) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for number in range(3):
        (root / f"{number}.txt").write_text(f"Note {number}")

    async def main() -> None:
        server = rclone_webdav(root)
        async with real_window(tmp_path / "profile") as shell:
            person = Person(shell)
            await person.click("door_add")
            await until(lambda: isinstance(shell.current, AddSourcePage) and page_of(shell).catalogue.search.hasFocus())
            await person.click_row(page_of(shell).catalogue.list, "WebDAV")
            await until(lambda: page_of(shell).draft is not None)
            await person.type(server.url, into="Address")
            await person.chord(Qt.Key.Key_Tab)
            await person.type(server.user, into="User")
            await person.chord(Qt.Key.Key_Tab)
            await person.type(server.secret, into="Password")
            await person.chord(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            assert len(person.actions) <= 8, person.actions
            await synced(shell, 3)

    run(main())


def test_the_first_sync_is_shown_where_it_was_begun_and_takes_nobody_away(run: Run, tmp_path: Path) -> None:
    answered = asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        await answered.wait()
        return web.Response(text=FEED, content_type="application/rss+xml")

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/feed.xml", answer)
        async with served(app) as url, real_window(tmp_path / "profile", Place("add_source", "rss")) as shell:
            page = page_of(shell)
            await until(lambda: page.draft is not None)
            person = Person(shell)
            await until(lambda: person.focus_name() == "Feed address, required")
            await person.type(f"{url}/feed.xml", into="Feed")
            await person.click("save_and_sync")
            await until(page.first_run.isVisible)
            assert shell.current is page
            await until(lambda: "Syncing" in page.first_run._state.text())
            press(shell, "rail_library")
            answered.set()
            assert shell.client is not None
            while (await shell.client.runs())[0].state != "done":
                await asyncio.sleep(0)
            await until(lambda: not page.first_run.running)
            assert shell.current is shell.pages["library"], "whoever went elsewhere is left there"
            shell.go(Place("add_source"))
            await idle(shell)
            assert page.draft is None
            assert page.first_run.isHidden()

    run(main())
