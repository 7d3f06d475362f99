"""The Library page: searching as one types, filters, paging, preview, keys, and why a document is missing."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from app.api import DocumentText, DocumentView, LibraryStats, SearchPage, SearchQuery
from connectors.sdk import TransientError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from widgets.events import EventFeed
from widgets.pages.library import PAGE, LibraryPage
from widgets.pages.library_preview import Word, can_open, words_of
from widgets.pages.library_results import split_marks
from widgets.pages.page import Place


@pytest.fixture
def page(themed: object, engine: FakeEngine) -> LibraryPage:
    page = LibraryPage(engine)
    page.resize(1000, 700)
    page.show()
    return page


async def ask(page: LibraryPage, text: str) -> None:
    """Type a question and wait for the answer and its preview."""
    page.search.setText(text)
    page.search.flush()
    await settled(page)


async def settled(page: LibraryPage) -> None:
    await until(lambda: not any(page.tasks.running(name) for name in ("search", "more", "preview", "why")))


async def end(page: LibraryPage) -> None:
    page.deactivate()
    await page.close_tasks()


def searches(engine: FakeEngine) -> list[SearchQuery]:
    return [argument for name, argument in engine.calls if name == "search"]


def texts(widget: QWidget) -> list[str]:
    return [found.text() for found in widget.findChildren(QLabel) if not found.isHidden()]


def test_marks_become_places_whatever_the_snippet_holds() -> None:
    assert split_marks("a \x02seal\x03 and \x02S-14\x03.") == ("a seal and S-14.", [(2, 4), (11, 4)])
    assert split_marks("plain\nlines") == ("plain lines", [])
    assert split_marks("cut \x02off") == ("cut off", [])
    assert split_marks("\x03odd\x02\x03") == ("odd", [])
    assert split_marks("") == ("", [])


def test_words_to_mark_follow_the_syntax_of_the_search() -> None:
    assert words_of('"seal S-14" frost* -owl -"night owl" (rain)') == [
        Word("seal S-14"),
        Word("frost", True),
        Word("rain"),
    ]
    assert words_of('"') == []


@pytest.mark.parametrize(
    ("url", "opens"),
    [
        ("https://example.com/a", True),
        ("http://127.0.0.1:9000/a", True),
        ("file:///srv/a.md", True),
        ("javascript:alert(1)", False),
        ("ssh://example.com", False),
        ("ms-settings:privacy", False),
        ("/srv/a.md", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_and_file_addresses_are_opened(url: str | None, opens: bool) -> None:
    assert can_open(url) is opens


def test_a_search_shows_hits_and_the_first_document(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        await page.activate()
        await ask(page, "travel")
        first = page.model.result(0)
        assert first is not None
        assert "Travel" in first.title
        assert "\x02travel\x03" in first.snippet
        assert page.preview.document is not None
        assert page.preview.document.id == first.document_id
        assert page.preview.text.toPlainText().startswith(first.title)
        assert page.preview.text.extraSelections(), "the word searched for is marked in the text"
        assert not page.grab().isNull()
        await end(page)

    run(main())


def test_a_newer_question_drops_the_older_one(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    gate = asyncio.Event()
    cancelled: list[str] = []
    answer = engine.search

    async def slow(query: SearchQuery) -> SearchPage:
        if query.text == "travel":
            try:
                await gate.wait()
            except asyncio.CancelledError:
                cancelled.append(query.text)
                raise
        return await answer(query)

    engine.search = slow  # type: ignore[method-assign]

    async def main() -> None:
        await page.activate()
        page.search.setText("travel")
        page.search.flush()
        await asyncio.sleep(0)
        await ask(page, "holidays")
        assert cancelled == ["travel"]
        first = page.model.result(0)
        assert first is not None
        assert "Holidays" in first.title
        await end(page)

    run(main())


def test_typing_asks_once_it_pauses(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        await page.activate()
        page.search.setFocus()
        QTest.keyClicks(page.search, "travel")
        assert searches(engine) == []
        await until(lambda: searches(engine))
        assert [query.text for query in searches(engine)] == ["travel"]
        await settled(page)
        await end(page)

    run(main())


def test_filters_go_into_the_question_and_can_be_cleared(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        await page.activate()
        await ask(page, "travel")
        page.connection.choose(["c1", "c2"])
        page.type.choose(["text/markdown"])
        page.date.choose(["7"])
        await settled(page)
        query = searches(engine)[-1]
        assert query.connections == ["c1", "c2"]
        assert query.type == "text/markdown"
        assert query.after == pytest.approx(engine.now - 7 * 86400, abs=60)
        assert page.connection.text().startswith("Handbook +1")
        page.filters.clear()
        await settled(page)
        assert searches(engine)[-1] == SearchQuery(text="travel", limit=PAGE)
        await end(page)

    run(main())


def test_more_results_come_when_the_list_is_scrolled(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        await page.activate()
        await ask(page, "travel")
        total = page.model.total
        assert total > 3 * PAGE
        assert page.model.rowCount() == PAGE
        bar = page.list.verticalScrollBar()
        while page.model.rowCount() < total:
            before = page.model.rowCount()
            bar.setValue(bar.maximum())
            await until(lambda: page.model.rowCount() > before)  # noqa: B023
            await settled(page)
        offsets = [query.offset for query in searches(engine)]
        assert offsets == list(range(0, total, PAGE))
        ids = {found.document_id for row in range(total) if (found := page.model.result(row))}
        assert len(ids) == total
        await end(page)

    run(main())


def test_keys_lead_from_the_field_through_the_list_into_the_text(
    run: Run, page: LibraryPage, engine: FakeEngine
) -> None:
    async def main() -> None:
        await page.activate()
        await ask(page, "travel")
        page.focus_search()
        QTest.keyClick(page.search, Qt.Key.Key_Down)
        assert page.focusWidget() is page.list
        QTest.keyClick(page.list, Qt.Key.Key_Down)
        await settled(page)
        assert page.list.currentIndex().row() == 1
        second = page.model.result(1)
        assert second is not None
        assert page.preview.document is not None
        assert page.preview.document.id == second.document_id
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        assert page.focusWidget() is page.preview.text
        page.list.setFocus()
        QTest.keyClick(page.list, Qt.Key.Key_Escape)
        assert page.focusWidget() is page.search
        await end(page)

    run(main())


def test_the_source_is_opened_and_the_link_copied(
    run: Run, page: LibraryPage, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    original = engine.document

    async def document(document_id: str) -> DocumentView:
        first = page.model.result(0)
        good = first is not None and first.document_id == document_id
        return replace(await original(document_id), url=f"{'https:' if good else 'javascript:'}//wiki.example.com/a")

    engine.document = document  # type: ignore[method-assign]

    async def main() -> None:
        await page.activate()
        await settled(page)
        assert page.preview.open_button.isVisible()
        page.preview.open_button.click()
        page.preview.copy_button.click()
        assert [url.toString() for url in opened] == ["https://wiki.example.com/a"]
        assert QGuiApplication.clipboard().text() == "https://wiki.example.com/a"
        page.list.setCurrentIndex(page.model.index(1, 0))
        await settled(page)
        assert page.preview.open_button.isHidden()
        page.preview.open_at_source()
        assert len(opened) == 1
        await end(page)

    run(main())


def test_endless_lines_are_broken_and_an_empty_text_is_explained(
    run: Run, page: LibraryPage, engine: FakeEngine
) -> None:
    texts_ = iter(["x" * 200_000 + "\nshort", ""])

    async def text(document_id: str, limit: int = 200_000) -> DocumentText:
        return DocumentText(document_id=document_id, text=next(texts_), truncated=False)

    engine.document_text = text  # type: ignore[method-assign]

    async def main() -> None:
        await page.activate()
        await settled(page)
        lines = page.preview.text.toPlainText().splitlines()
        assert max(len(line) for line in lines) == 2000
        assert "".join(lines[:-1]) == "x" * 200_000
        assert lines[-1] == "short"
        page.list.setCurrentIndex(page.model.index(1, 0))
        await settled(page)
        assert "This document has no text to show." in texts(page.preview)
        await end(page)

    run(main())


def test_an_empty_library_offers_the_next_step(run: Run, themed: object) -> None:
    engine = FakeEngine(empty=True)
    page = LibraryPage(engine)
    places: list[Place] = []
    page.navigate.connect(places.append)

    async def stats() -> LibraryStats:
        return LibraryStats(documents=0, bytes=0, contents=0, disk_bytes=0, deleted=0, index_documents=0)

    engine.library_stats = stats  # type: ignore[method-assign]

    async def main() -> None:
        page.show()
        await page.activate()
        assert "Nothing is synced yet" in texts(page.empty)
        assert page.side.isHidden()
        page.empty.action.click()
        engine.make_connection("Press", "rss", "new", "Not synced yet")
        await page.activate()
        page.empty.action.click()
        assert places == [Place("add_source"), Place("sources")]
        await end(page)

    run(main())


def test_no_hits_offer_to_clear_the_filters_or_ask_why(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        await page.activate()
        await ask(page, "travel")
        page.type.choose(["image"])
        await settled(page)
        assert page.empty.isVisible()
        assert page.empty.action.text() == "Clear filters"
        page.empty.action.click()
        await settled(page)
        assert page.list.isVisible()

        await ask(page, "xylophone")
        assert page.empty.action.text() == "Why is it missing?"
        page.empty.action.click()
        assert page.why.isVisible()
        assert page.why.source_id.text() == "xylophone"
        await end(page)

    run(main())


def test_why_is_asked_and_answered_in_the_panel(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        page.show_place(Place("library", ref="c2", tab="why", filter="2024/minutes.pdf"))
        await page.activate()
        assert page.why.isVisible()
        page.ask_why("c2", "2024/minutes.pdf")
        page.why.ask()
        await settled(page)
        assert "No connection has seen it." in texts(page.why)
        assert "Check its address." in texts(page.why)

        async def fails(ref: str, source_id: str) -> None:
            raise TransientError("The library is busy", where=ref, remedy="Ask again.")

        engine.why = fails  # type: ignore[method-assign,assignment]
        page.why.ask()
        await settled(page)
        assert "The library is busy" in texts(page.why)
        assert "No connection has seen it." not in texts(page.why)
        page.why.closed.emit()
        assert page.preview.isVisible()
        await end(page)

    run(main())


def test_a_failed_search_says_why_and_can_be_tried_again(run: Run, page: LibraryPage, engine: FakeEngine) -> None:
    async def main() -> None:
        await page.activate()
        engine.fail_next = TransientError("The index is being rebuilt", where="library", remedy="Wait a moment.")
        await ask(page, "travel")
        assert page.results.error.isVisible()
        assert "The index is being rebuilt" in texts(page.results.error)
        page.results.error.action.click()
        await settled(page)
        assert page.list.isVisible()
        await end(page)

    run(main())


def test_what_is_stored_meanwhile_appears_without_losing_the_place(
    run: Run, page: LibraryPage, engine: FakeEngine
) -> None:
    async def main() -> None:
        feed = EventFeed(engine)
        page.follow(feed)
        feed.start()
        await page.activate()
        await settled(page)
        page.list.setCurrentIndex(page.model.index(3, 0))
        await settled(page)
        chosen = page.preview.document
        assert chosen is not None
        new = replace(chosen, id="new", title="Just stored", updated_at=engine.now + 60)
        engine._documents["c1"].append(new)
        stats = await engine.library_stats()

        async def more() -> LibraryStats:
            return replace(stats, documents=stats.documents + 1)

        engine.library_stats = more  # type: ignore[method-assign]
        engine.emit("documents_stored", connection_id="c1")

        def first() -> str:
            found = page.model.result(0)
            return "" if found is None else found.title

        await until(lambda: first() == "Just stored")
        await settled(page)
        assert page.preview.document is not None
        assert page.preview.document.id == chosen.id
        current = page.model.result(page.list.currentIndex().row())
        assert current is not None
        assert current.document_id == chosen.id
        await feed.close()
        await end(page)

    run(main())


def test_every_input_has_an_accessible_name(page: LibraryPage) -> None:
    inputs: list[QWidget] = []
    for kind in (QLineEdit, QComboBox, QPlainTextEdit, QAbstractItemView):
        inputs += page.findChildren(kind)
    unnamed = [found for found in inputs if not found.accessibleName() and not isinstance(found.parent(), QComboBox)]
    assert [(type(found).__name__, found.objectName()) for found in unnamed if found.isVisibleTo(page)] == []
