"""At 900 x 600, the least the window may be, each page fits: nothing is cut, nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.widgets.conftest import Run
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.fits import SMALL, misfits
from tests.widgets.window import idle, window
from widgets import language
from widgets.pages.page import Place

PAGES = [
    Place("sources"),
    Place("add_source"),
    Place("add_source", "s3"),
    Place("library"),
    Place("activity"),
    Place("accounts"),
    Place("settings"),
]
TABS = ("overview", "documents", "runs", "settings")


@pytest.fixture(params=["en", "de", "zh_CN"])
def spoken(request: pytest.FixtureRequest, themed: QApplication) -> Iterator[str]:
    language.apply(themed, request.param)
    yield request.param
    language.apply(themed, "en")


@pytest.mark.point(41)
def test_each_page_fits_the_smallest_window(run: Run, engine: FakeEngine, tmp_path: Path, spoken: str) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            shell.resize(*SMALL)
            for place in [*PAGES, *(Place("connection", f"c{number}", tab) for number in (1, 2, 5) for tab in TABS)]:
                shell.go(place)
                await idle(shell)
                assert list(misfits(shell, SMALL)) == [], place

    run(main())
