"""The log table: a million lines in a bounded cache, growing at both ends, following, narrowing, copying."""

from __future__ import annotations

import asyncio
import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from app.api import LogFilter, LogLine
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from widgets.events import EventFeed
from widgets.pages.activity import MOST_COPIED, ActivityPage
from widgets.pages.activity_model import CHUNK, KEPT, LINE, Chunk, LogModel
from widgets.pages.page import Place

LEVELS = ("debug", "info", "warning", "error")


def make_line(seq: int) -> LogLine:
    return LogLine(
        seq=seq,
        at=1_700_000_000.0 + seq,
        level=LEVELS[seq % 4],  # type: ignore[arg-type]
        message=f"line {seq}",
        connection_id=f"c{seq % 3 + 1}",
        fields={"n": seq},
    )


def make_lines(first: int, last: int) -> list[LogLine]:
    """Many, made quickly."""
    return [LogLine(seq=seq, at=0.0, level="info", message="m") for seq in range(first, last + 1)]


class LoggingEngine(FakeEngine):
    """A log of `count` lines that are made when they are asked for."""

    def __init__(self, count: int = 0) -> None:
        super().__init__()
        self.count = count
        self.asked: list[LogFilter] = []

    async def log(self, filter: LogFilter) -> list[LogLine]:
        self.asked.append(filter)
        await asyncio.sleep(0)
        numbers = (
            range(filter.after + 1, self.count + 1)
            if filter.after is not None
            else range(min(self.count, (filter.before or self.count + 1) - 1), 0, -1)
        )
        found = []
        for seq in numbers:
            line = make_line(seq)
            if (
                LEVELS.index(line.level) >= LEVELS.index(filter.level)
                and filter.text.lower() in line.message
                and filter.connection in ("", line.connection_id)
            ):
                found.append(line)
            if len(found) == filter.limit:
                break
        return found if filter.after is not None else found[::-1]


@pytest.fixture
def page(engine_with_lines: LoggingEngine, themed: object) -> ActivityPage:
    page = ActivityPage(engine_with_lines)
    page.resize(1000, 700)
    page.show()
    return page


@pytest.fixture
def engine_with_lines() -> LoggingEngine:
    return LoggingEngine(10_000)


def shown(page: ActivityPage) -> list[int]:
    """The numbers of all lines the model has."""
    return [line.seq for row in range(page.model.rowCount()) if (line := page.model.line(row)) is not None]


def test_a_million_lines_are_rows_but_only_a_few_chunks_are_kept(themed: object) -> None:
    model = LogModel()
    view = QTableView()
    view.setModel(model)
    view.verticalHeader().setDefaultSectionSize(28)
    view.resize(900, 600)
    view.show()
    total = 1_000_000
    newest = total // 2
    for start in range(newest + 1, total + 1, 10_000):
        model.append(make_lines(start, start + 9_999))
    for end in range(newest, 0, -10_000):
        model.prepend(make_lines(end - 9_999, end))
    assert model.rowCount() == total

    asked: list[Chunk] = []
    model.wanted.connect(asked.append)
    for row in random.Random(35).sample(range(total), 100):
        line = model.index(row, 3).data(LINE)
        if line is None:
            chunk = asked[-1]
            model.fill(chunk, make_lines(chunk.first, chunk.last))
            line = model.index(row, 3).data(LINE)
        assert line.seq == row + 1
        assert model.kept() <= KEPT * CHUNK
    assert len(asked) > KEPT

    bar = view.verticalScrollBar()
    for part in range(20):
        asked.clear()
        bar.setValue(bar.maximum() * part // 20)
        view.viewport().repaint()
        assert len(asked) <= 2, "a screen of rows touches at most the chunks it lies in"
        for chunk in asked:
            model.fill(chunk, make_lines(chunk.first, chunk.last))
    assert model.kept() <= KEPT * CHUNK


def test_lines_that_are_known_are_not_shown_twice(themed: object) -> None:
    model = LogModel()
    model.reset([make_line(seq) for seq in range(50, 60)])
    model.append([make_line(seq) for seq in range(55, 65)])
    assert model.prepend([make_line(seq) for seq in range(45, 55)]) == 5
    assert [line.seq for row in range(model.rowCount()) if (line := model.line(row))] == list(range(45, 65))


def test_a_chunk_of_before_a_reset_fills_nothing(themed: object) -> None:
    model = LogModel()
    model.reset([make_line(seq) for seq in range(1, CHUNK * (KEPT + 2) + 1)])
    asked: list[Chunk] = []
    model.wanted.connect(asked.append)
    assert model.line(0) is None
    assert model.line(1) is None
    assert len(asked) == 1, "one request for a chunk, however many of its rows are painted"
    model.reset([make_line(7)])
    model.fill(asked[0], [make_line(seq) for seq in range(1, CHUNK + 1)])
    assert model.rowCount() == 1
    assert model.kept() == 1


def test_it_opens_at_the_newest_line_and_goes_back_on_scrolling(
    run: Run, page: ActivityPage, engine_with_lines: LoggingEngine
) -> None:
    async def main() -> None:
        page.show_place(Place("activity", filter="debug"))
        await page.activate()
        await until(lambda: page.model.rowCount() == CHUNK)
        bar = page.table.verticalScrollBar()
        assert page.following
        assert bar.value() == bar.maximum()
        assert page.model.last == 10_000

        seen = page.model.line(page.table.rowAt(0))
        bar.setValue(0)
        await until(lambda: page.model.rowCount() >= 2 * CHUNK)
        assert not page.following
        assert seen is not None
        top = page.model.line(page.table.rowAt(0))
        assert top is not None
        assert top.seq == 10_000 - CHUNK + 1, "what was at the top stays there while older lines come above it"
        for _ in range(12):
            bar.setValue(0)
            await until(lambda: not page.tasks.running("older"))
        assert page.model.rowCount() == 10_000
        page.deactivate()
        await page.close_tasks()

    run(main())


def test_new_lines_are_followed_or_counted(run: Run, page: ActivityPage, engine_with_lines: LoggingEngine) -> None:
    async def main() -> None:
        feed = EventFeed(engine_with_lines)
        page.follow(feed)
        feed.start()
        await page.activate()
        bar = page.table.verticalScrollBar()

        engine_with_lines.count += 40
        engine_with_lines.emit("documents_stored")
        await until(lambda: page.model.last == 10_039)
        assert bar.value() == bar.maximum()
        assert page.pill.isHidden()

        bar.setValue(bar.maximum() - 3000)
        place = bar.value()
        engine_with_lines.count += 40
        engine_with_lines.emit("documents_stored")
        await until(lambda: page.pill.isVisible())
        assert page.pill.text() == "30 new lines"
        assert bar.value() == place
        assert not page.follow_chip.isChecked()

        page.pill.click()
        assert page.following
        assert page.pill.isHidden()
        assert bar.value() == bar.maximum()
        page.deactivate()
        await feed.close()
        await page.close_tasks()

    run(main())


def test_level_words_and_connection_narrow_and_can_be_taken_back(
    run: Run, page: ActivityPage, engine_with_lines: LoggingEngine
) -> None:
    async def main() -> None:
        engine_with_lines.count = 60
        await page.activate()
        assert len(shown(page)) == 45
        page.show_place(Place("activity", ref="c1", filter="error"))
        await until(lambda: shown(page) == [3, 15, 27, 39, 51])
        page.search.setText("line 5")
        page.search.flush()
        await until(lambda: shown(page) == [51])
        page.search.setText("nothing of the kind")
        page.search.flush()
        await until(lambda: page.body.currentWidget() is page.empty)
        page.empty.action.click()
        await until(lambda: len(shown(page)) == 45)
        assert page.connection.value() == ""
        page.deactivate()
        await page.close_tasks()

    run(main())


def test_an_empty_log_offers_the_next_step(run: Run, page: ActivityPage, engine_with_lines: LoggingEngine) -> None:
    places: list[Place] = []
    page.navigate.connect(places.append)

    async def main() -> None:
        engine_with_lines.count = 0
        await page.activate()
        assert page.body.currentWidget() is page.empty
        page.empty.action.click()
        assert places == [Place("add_source")]
        engine_with_lines.count = 8
        page._look()
        await until(lambda: len(shown(page)) == 6)
        assert page.body.currentWidget() is not page.empty
        page.deactivate()
        await page.close_tasks()

    run(main())


def test_selected_lines_are_copied_and_one_is_told_in_full(
    run: Run, page: ActivityPage, engine_with_lines: LoggingEngine
) -> None:
    async def main() -> None:
        engine_with_lines.count = 20
        await page.activate()
        page.table.selectRow(2)
        assert page.detail.isVisible()
        page.copy()
        await until(lambda: not page.tasks.running("copy"))
        text = QGuiApplication.clipboard().text()
        assert text.endswith("ERROR   Handbook: line 3 n=3")
        page.table.selectAll()
        QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: QGuiApplication.clipboard().text().count("\n") == 14)
        QTest.keyClick(page.table, Qt.Key.Key_Escape)
        assert page.detail.isHidden()
        page.deactivate()
        await page.close_tasks()

    run(main())


def test_lines_that_were_let_go_are_copied_too(run: Run, page: ActivityPage, engine_with_lines: LoggingEngine) -> None:
    async def main() -> None:
        page.show_place(Place("activity", filter="debug"))
        await page.activate()
        first = page.model.first
        assert first is not None
        engine_with_lines.count = 60_000
        page.model.append(make_lines(10_001, 60_000))
        assert page.model.kept() == KEPT * CHUNK
        page.table.selectAll()
        page.copy()
        await until(lambda: not page.tasks.running("copy"))
        copied = QGuiApplication.clipboard().text().splitlines()
        assert len(copied) == MOST_COPIED
        assert f"line {first} " in copied[0]
        await until(lambda: not page.tasks.running("fetch"))
        page.deactivate()
        await page.close_tasks()

    run(main())


def test_a_hidden_page_asks_for_nothing(run: Run, page: ActivityPage, engine_with_lines: LoggingEngine) -> None:
    async def main() -> None:
        feed = EventFeed(engine_with_lines)
        page.follow(feed)
        await page.activate()
        page.deactivate()
        asked = len(engine_with_lines.asked)
        feed.batch.emit()
        assert not page._soon.isActive()
        assert not page._idle.isActive()
        assert len(engine_with_lines.asked) == asked
        await page.close_tasks()

    run(main())


def test_what_was_looked_through_in_vain_is_not_looked_through_again(
    run: Run, page: ActivityPage, engine_with_lines: LoggingEngine
) -> None:
    async def main() -> None:
        feed = EventFeed(engine_with_lines)
        page.follow(feed)
        await page.activate()
        page.search.setText(make_line(10_041).message.lower())
        page.search.flush()
        await until(lambda: page.model.rowCount() == 0)
        engine_with_lines.count += 20
        feed.batch.emit()
        await until(lambda: engine_with_lines.asked[-1].after == 10_000)
        engine_with_lines.count += 30
        feed.batch.emit()
        await until(lambda: page.model.rowCount() == 1)
        assert engine_with_lines.asked[-1].after == 10_020
        page.deactivate()
        await page.close_tasks()

    run(main())
