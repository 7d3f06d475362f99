"""The catalogue and the connection test on the real engine, against real servers on loopback."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from tests.support.rclone import RcloneFactory
from tests.support.web import served
from tests.widgets.conftest import Run, until
from tests.widgets.test_add_drafts import ADD, choose, page_of, passphrase, type_into
from tests.widgets.window import find, press, real_window
from widgets.pages.add_source import AddSourcePage
from widgets.pages.catalogue import CONNECTOR_ROLE
from widgets.pages.draft import DraftView
from widgets.pages.page import Place
from widgets.parts.steps import StepRow
from widgets.shell import Shell

__all__ = ["passphrase"]


def entries(page: AddSourcePage) -> list[str]:
    """Headers and entries as they are read out."""
    model = page.catalogue.model
    return [str(model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]


@pytest.fixture
def broken_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package whose source can't be imported."""
    site = tmp_path / "site"
    about = site / "tidal_charts-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tidal-charts\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[headwater.sources]\ntidal = tidal_charts:Tidal\n")
    monkeypatch.setenv("PYTHONPATH", str(site))


@pytest.mark.point(1)
@pytest.mark.point(3)
def test_search_filters_as_typed_enter_opens_and_no_hit_says_why(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", ADD) as shell:
            page = page_of(shell)
            every = page.catalogue.model.rowCount()
            QTest.keyClicks(page.catalogue.search, "b")
            page.catalogue.search.flush()
            some = page.catalogue.model.rowCount()
            QTest.keyClicks(page.catalogue.search, "ucket")
            page.catalogue.search.flush()
            assert 0 < page.catalogue.model.rowCount() < some < every
            first = page.catalogue.model.first().data(CONNECTOR_ROLE).type
            QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
            await until(lambda: page.draft is not None)
            assert cast(DraftView, page.draft).connector.type == first

            page.catalogue.search.setText("zzz no such thing")
            page.catalogue.search.flush()
            said = [label.text() for label in page.catalogue.findChildren(QLabel) if label.isVisible()]
            assert "No source matches “zzz no such thing”" in said
            press(page.catalogue, "empty_action")
            page.catalogue.search.flush()
            assert page.catalogue.model.rowCount() == every

    run(main())


@pytest.mark.point(4)
@pytest.mark.usefixtures("broken_plugin")
def test_a_plugin_that_does_not_load_is_listed_with_its_reason(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile", ADD) as shell:
            page = page_of(shell)
            (entry,) = [text for text in entries(page) if text.startswith("tidal.")]
            assert "No module named 'tidal_charts'" in entry
            assert entries(page)[-2:] == ["Can't be used", entry]
            page.catalogue.search.setText("tidal")
            QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
            said = [label.text() for label in page.stack.findChildren(QLabel) if label.isVisible()]
            assert "tidal can't be used" in said
            (await choose(shell, "folder")).name.text()

    run(main())


@pytest.mark.point(5)
def test_what_is_in_use_comes_first_the_latest_at_the_top(run: Run, tmp_path: Path) -> None:
    from app.api import ConnectionDraft

    async def main() -> None:
        async with real_window(tmp_path / "profile", Place("sources")) as shell:
            assert shell.client is not None
            for type, name, config in (
                ("folder", "Papers", {"path": str(tmp_path)}),
                ("rss", "Tides", {"feed_url": "http://127.0.0.1:9/feed"}),
            ):
                await shell.client.add_connection(ConnectionDraft(type=type, name=name, config=dict(config)))
            shell.go(ADD)
            await until(lambda: isinstance(shell.current, AddSourcePage) and page_of(shell).catalogue.model.rowCount())
            heads = [text.partition(".")[0] for text in entries(page_of(shell))]
            assert heads[:3] == ["In use", "RSS feed", "Folder"]
            assert heads.count("Folder") == 1

    run(main())


async def begin_test(shell: Shell, url: str, password: str) -> DraftView:
    """A form for a WebDAV server, its test begun."""
    draft = await choose(shell, "webdav")
    type_into(draft, "/base_url", url)
    type_into(draft, "/username", "headwater-test")
    type_into(draft, "/password", password)
    press(draft, "test")
    return draft


def rows(draft: DraftView) -> list[StepRow]:
    return list(draft.test.steps.rows.values())


@pytest.mark.point(20)
@pytest.mark.point(24)
def test_every_step_has_its_time_and_state_until_a_field_changes(
    run: Run, tmp_path: Path, rclone_webdav: RcloneFactory
) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.txt").write_text("a")

    async def main() -> None:
        server = rclone_webdav(tmp_path / "root")
        async with real_window(tmp_path / "profile", ADD) as shell:
            named = server.url.replace("127.0.0.1", "localhost")
            draft = await begin_test(shell, named, server.secret)
            await until(lambda: draft.test.verdict.text() == "It works")
            found = {row.step.name: row.step for row in rows(draft)}
            assert list(found)[:3] == ["settings", "dns", "tcp"]
            assert len(found) > 4, "signing in and listing are steps of their own"
            assert all(step.state == "ok" and step.ms > 0 for step in found.values())
            assert all(re.search(r"\d", row._ms.text()) for row in rows(draft))

            type_into(draft, "/base_url", named.replace("http:", "https:"))
            assert draft.test.steps.stale
            assert draft.test.verdict.text() == "Tested before your last change"
            press(draft, "test")
            await until(lambda: draft.test.verdict.text().startswith("The test failed at: "))
            assert not draft.test.steps.stale
            states = {row.step.name: row.step.state for row in rows(draft)}
            assert (states["dns"], states["tcp"], states["tls"]) == ("ok", "ok", "failed")
            assert set(list(states.values())[4:]) == {"skipped"}

    run(main())


@pytest.mark.point(20)
@pytest.mark.point(21)
@pytest.mark.point(22)
def test_a_refusal_is_one_sentence_with_a_remedy_and_can_be_copied_without_the_secret(run: Run, tmp_path: Path) -> None:
    secret = "the-password-that-was-typed"

    async def refuse(request: web.Request) -> web.Response:
        """A server that sends back what it was told."""
        return web.Response(status=401, text=f"no: {request.headers.get('Authorization')} {secret}")

    async def main() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", refuse)
        async with served(app) as url, real_window(tmp_path / "profile", ADD) as shell:
            draft = await begin_test(shell, url, secret)
            await until(lambda: draft.test.verdict.text().startswith("The test failed at: "))
            (failed,) = [row for row in rows(draft) if row.step.state == "failed"]
            after = rows(draft)[rows(draft).index(failed) + 1 :]
            assert after
            assert all(row.step.state == "skipped" for row in after)
            assert failed.step.message
            assert failed.accessibleDescription(), "a remedy"
            assert failed._detail.isHidden(), "the raw text is folded"
            press(failed, "step_copy")
            copied = QGuiApplication.clipboard().text()
            assert failed.step.error is not None
            assert copied.startswith(failed.step.error.what)
            assert re.search(r"^Version: Headwater \d", copied, re.M)
            assert re.search(r"^Time: 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$", copied, re.M)
            shown = copied + "".join(label.text() for label in draft.findChildren(QLabel))
            assert secret not in shown
            if not failed._fold.isHidden():
                press(failed, "step_details")
                assert failed._detail.isVisible()

    run(main())


@pytest.mark.point(23)
def test_cancel_is_seen_at_once_though_the_server_never_answers(run: Run, tmp_path: Path) -> None:
    asked, over = asyncio.Event(), asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        asked.set()
        await over.wait()
        return web.Response()

    async def main() -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", never)
        async with served(app) as url, real_window(tmp_path / "profile", ADD) as shell:
            draft = await begin_test(shell, url, "whatever it is")
            await asked.wait()
            assert draft.test.button.text() == "Cancel"
            press(draft, "test")  # what follows is seen without another turn of the loop
            assert draft.test.verdict.text() == "Cancelled"
            assert draft.test.button.text() == "Test"
            assert all(row.step.state != "running" for row in rows(draft))
            await until(lambda: not draft.test.running)
            assert find(draft.form, QLineEdit, "field:/base_url").text() == url
            over.set()

    run(main())
