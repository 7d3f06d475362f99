"""A long list of documents that is scrolled faster than it can be read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import msgspec

from app.api import DocumentFilter, DocumentPage
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import window
from widgets.pages.page import Place

TOTAL = 100_000


class LongEngine(FakeEngine):
    """A hundred thousand documents; pages after the first wait for `door`."""

    def __init__(self) -> None:
        super().__init__()
        self.door = asyncio.Event()
        self.asked: list[int] = []

    async def documents(self, filter: DocumentFilter) -> DocumentPage:
        found = (await super().documents(DocumentFilter(limit=1))).documents[0]
        if filter.offset:
            self.asked.append(filter.offset)
            await self.door.wait()
        rows = range(filter.offset, filter.offset + filter.limit)
        total = TOTAL if not filter.text else TOTAL - 1
        return DocumentPage(
            documents=[msgspec.structs.replace(found, title=f"{filter.text or 'all'} {row}") for row in rows],
            total=total,
        )


def test_only_what_is_looked_at_is_read(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        engine = LongEngine()
        async with window(engine, tmp_path, Place("connection", "c2", "documents")) as shell:
            tab = cast(Any, shell.current).documents
            await until(lambda: tab.model.rowCount() == TOTAL)
            bar = tab.table.verticalScrollBar()
            for step in range(1, 40):
                bar.setValue(step * bar.maximum() // 40)
                tab.table.viewport().repaint()
                await asyncio.sleep(0)
            engine.door.set()
            row = tab.table.rowAt(0)
            await until(lambda: tab.model.record(row) is not None)
            assert tab.model.record(row).title == f"all {row}"
            assert len(engine.asked) <= 4
            bar.setValue(bar.maximum() // 40)
            tab.table.viewport().repaint()
            await until(lambda: tab.model.record(tab.table.rowAt(0)) is not None)

    run(main())


def test_rows_of_an_earlier_question_never_show(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        engine = LongEngine()
        async with window(engine, tmp_path, Place("connection", "c2", "documents")) as shell:
            tab = cast(Any, shell.current).documents
            await until(lambda: tab.model.rowCount() == TOTAL)
            tab.table.verticalScrollBar().setValue(50_000)
            tab.table.viewport().repaint()
            await until(lambda: bool(engine.asked))
            tab.search.setText("pump")
            tab.search.flush()
            await until(lambda: tab.model.rowCount() == TOTAL - 1)
            engine.door.set()
            tab.table.verticalScrollBar().setValue(50_000)
            tab.table.viewport().repaint()
            row = tab.table.rowAt(0)
            await until(lambda: tab.model.record(row) is not None)
            assert tab.model.record(row).title == f"pump {row}"

    run(main())
