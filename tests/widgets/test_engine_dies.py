"""The engine is killed under a real window: it is said, started again, and nothing is lost, not even half a word."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.api import FINISHED, ConnectionDraft, DocumentFilter, EngineApi, RunView
from app.engine import process
from connectors.sdk import PermanentError, TransientError
from tests.engine.job import folder_draft, make_folder
from tests.support.s3 import FakeS3, error, served
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, press, real_window, window
from widgets.pages.add_source import AddSourcePage
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.parts import Banner
from widgets.parts.body import OfflineStrip
from widgets.shell import Shell

MANY = 1000
GONE = TransientError("The engine does not answer", remedy="Try again in a moment.")


async def kill(shell: Shell) -> None:
    assert shell.client is not None
    assert shell.feed is not None
    os.kill((await shell.client.engine()).pid, signal.SIGKILL)
    await until(lambda: shell.feed is not None and shell.feed.away)


async def back(shell: Shell) -> None:
    await until(lambda: shell.feed is not None and not shell.feed.away)
    await idle(shell)


async def only_run(client: EngineApi, count: int) -> RunView:
    """The latest of so many runs, when it is over."""
    while len(runs := await client.runs()) < count or runs[0].state not in FINISHED:
        await asyncio.sleep(0.01)
    assert len(runs) == count
    return runs[0]


def banners(shell: Shell) -> list[str]:
    return [banner.text() for banner in shell.findChildren(Banner) if not banner.isHidden()]


@pytest.mark.point(31)
def test_a_sync_whose_engine_was_killed_goes_on_by_itself(run: Run, tmp_path: Path) -> None:
    fake = FakeS3(secrets={}, page_cap=200)
    fake.put(*(f"note {index:04}.md" for index in range(MANY)))
    killed = asyncio.Event()

    async def held(_request: web.BaseRequest) -> web.StreamResponse:
        await killed.wait()
        return error(503, "SlowDown")

    fake.faults[f"note {MANY - 1:04}.md"] = held  # so that the kill falls into the sync however quick it is

    async def main() -> None:
        async with served(fake), real_window(tmp_path / "profile") as shell:
            assert shell.client is not None
            assert shell.feed is not None
            config = {"bucket_name": fake.bucket, "endpoint_url": fake.url, "auth": {"method": "anonymous"}}
            view = await shell.client.add_connection(ConnectionDraft(type="s3", name="Notes", config=config))
            shell.go(Place("connection", view.id))
            stored: list[object] = []
            shell.feed.fact.connect(lambda fact: stored.append(fact) if fact.kind == "documents_stored" else None)
            await shell.client.start_sync(view.id)
            await until(lambda: stored)
            await kill(shell)
            fake.faults.clear()
            killed.set()
            await back(shell)
            assert any("Nothing that was stored is lost" in text for text in banners(shell))
            second = await only_run(shell.client, 2)
            first = (await shell.client.runs())[1]
            assert (first.state, second.state, second.resumed) == ("interrupted", "done", True)
            assert 0 < first.counts.documents < MANY
            found = await shell.client.documents(DocumentFilter(connections=[view.id], limit=MANY + 1))
            assert len({document.source_id for document in found.documents}) == len(found.documents) == MANY
            *_, report = [report async for report in shell.client.verify()]
            assert (report.finished, report.problems) == (True, [])
            page = cast(ConnectionPage, shell.current)
            await until(lambda: page.head.state.text() == f"Up to date, {MANY:,} documents")

    run(main())


@pytest.mark.point(13)
def test_what_is_being_typed_outlives_the_engine(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", Place("add_source", "webdav")) as shell:
            page = cast(AddSourcePage, shell.current)
            await until(lambda: page.draft is not None)
            draft = page.draft
            assert draft is not None
            field = find(draft.form, QLineEdit, "field:/base_url")
            secret = find(draft.form, QLineEdit, "field:/password")
            QTest.keyClicks(field, "https://files.exam")
            QTest.keyClicks(secret, "half a sec")
            await kill(shell)
            strip = find(page, OfflineStrip, "offline")
            assert strip.isVisible()
            QTest.keyClicks(field, "ple.org")
            await back(shell)
            QTest.keyClicks(secret, "ret")
            assert page.draft is draft, "the form is the same one, with its cursor"
            assert (field.text(), secret.text()) == ("https://files.example.org", "half a secret")
            assert strip.isHidden()

            assert shell.client is not None
            view = await shell.client.add_connection(folder_draft("Notes", make_folder(tmp_path / "notes", 1)))
            shell.go(Place("connection", view.id, "settings"))
            await idle(shell)
            connection = cast(ConnectionPage, shell.current)
            await until(lambda: connection.settings.form is not None)
            path = find(connection.settings, QLineEdit, "field:/path")
            path.selectAll()
            QTest.keyClicks(path, "/some/other/pl")
            await kill(shell)
            QTest.keyClicks(path, "ace")
            await back(shell)
            path = find(connection.settings, QLineEdit, "field:/path")
            assert path.text() == "/some/other/place"
            assert connection.settings.form is not None
            assert connection.settings.form.is_dirty()

    run(main())


def test_an_engine_that_keeps_dying_is_let_rest_until_it_is_asked_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three ends within a minute: no fourth start by itself; one sentence, its remedy and the button."""
    spawned: list[int] = []
    real = process._spawn

    def spawn(*args: object) -> object:
        child = real(*args)  # type: ignore[arg-type]
        spawned.append(child.pid)
        return child

    monkeypatch.setattr(process, "_spawn", spawn)

    async def main() -> None:
        async with real_window(tmp_path / "profile") as shell:
            assert shell.client is not None
            assert shell.feed is not None
            shell.feed.retry_seconds = 0.0
            for _ in range(process.MOST_ENDS - 1):
                await kill(shell)
                await back(shell)
            await kill(shell)
            page = shell.current
            assert page is not None
            strip = find(page, OfflineStrip, "offline")
            again = find(strip, QPushButton, "start_again")
            await until(again.isVisible)
            assert "keeps ending" in strip.text()
            assert len(spawned) == process.MOST_ENDS
            for _ in range(20):  # whoever asks is told, and starts nothing
                with pytest.raises(PermanentError) as refused:
                    await shell.client.connections()
                assert refused.value.code == "engine_keeps_ending"
                assert refused.value.remedy
            assert len(spawned) == process.MOST_ENDS
            shell.go(Place("activity"))
            await idle(shell)
            other = find(cast("AddSourcePage", shell.current), OfflineStrip, "offline")
            assert find(other, QPushButton, "start_again").isVisible(), "a page that is built meanwhile says it, too"
            press(other, "start_again")
            await back(shell)
            assert len(spawned) == process.MOST_ENDS + 1
            assert strip.isHidden()
            assert other.isHidden()
            assert await shell.client.connections() == []

    run(main())


def test_a_vault_that_the_next_engine_finds_locked_is_asked_for(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            assert shell.feed is not None
            await until(lambda: shell.state_line.engine is not None)
            assert not shell.vault_panel.isVisible()
            engine.vault_state, engine.vault_keeper = "locked", ("passphrase", "passphrase vault")
            shell.feed.lost.emit(GONE)
            shell.feed.found.emit()
            await until(shell.vault_panel.isVisible)
            await idle(shell)

    run(main())
