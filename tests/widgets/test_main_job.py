"""The whole job in the real window on the real engine: add a folder, test it, sync it, find a document."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from app.api import SearchQuery
from tests.widgets.conftest import Run, until
from tests.widgets.window import find, idle, press, settings
from widgets import session as entry
from widgets.pages.add_source import AddSourcePage
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.shell import Shell

DOCUMENTS = 40


def test_from_nothing_to_a_search_hit(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "handbook"
    source.mkdir()
    for number in range(DOCUMENTS):
        (source / f"page-{number}.md").write_text(f"# Page {number}\n\nWhat the ferry carries on day {number}.\n")
    (source / "unreadable.md").symlink_to(tmp_path / "nowhere")
    profile = tmp_path / "profile"

    async def main() -> None:
        shell = Shell(settings(profile))
        ended = asyncio.ensure_future(entry.session(shell, profile))
        await until(lambda: shell.client is not None)
        await idle(shell)

        press(shell, "door_add")
        await idle(shell)
        page = cast(AddSourcePage, shell.current)
        QTest.keyClicks(page.catalogue.search, "folder")
        QTest.keyClick(page.catalogue.search, Qt.Key.Key_Return)
        await until(lambda: page.draft is not None)
        draft = page.draft
        assert draft is not None
        draft.name.setText("Handbook")
        QTest.keyClicks(find(draft.form, QLineEdit, "field:/path"), str(source))

        draft.test.deep.setChecked(True)
        press(draft, "test")
        await until(lambda: draft.test.verdict.text().startswith("It works"))
        press(draft, "save_and_sync")
        await until(lambda: isinstance(shell.current, ConnectionPage))
        connection = cast(ConnectionPage, shell.current)
        await until(lambda: connection.view is not None and connection.view.last_run is not None)

        assert shell.client is not None
        view = await shell.client.connection("Handbook")
        stored = (await shell.client.runs("Handbook"))[0]
        shown = find(connection, QPushButton, "number_documents").text()
        assert (stored.state, stored.counts.new, view.documents, shown) == (
            "done",
            DOCUMENTS,
            DOCUMENTS,
            str(DOCUMENTS),
        )

        shell.go(Place("library"))
        await idle(shell)
        search = find(cast(Any, shell.current), QLineEdit, "search")
        QTest.keyClicks(search, "ferry 17")
        QTest.keyClick(search, Qt.Key.Key_Return)
        hits = await shell.client.search(SearchQuery(text="ferry 17"))
        assert [hit.path for hit in hits.hits] == ["page-17.md"]

        shell.quit_requested.emit()
        await ended

    run(main())
