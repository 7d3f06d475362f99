"""Deep links: what they may be, and where they lead."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, window
from widgets.links import Link, parse
from widgets.pages.page import Place
from widgets.parts import Banner
from widgets.shell import Shell


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Company Wiki", Link("Company Wiki")),
        ("headwater://connection/c2", Link("c2", "connection")),
        ("HEADWATER://Run/r%2017/", Link("r 17", "run")),
        ("headwater://library", Link("", "library")),
        ("", None),
        ("a\nb", None),
        ("headwater://connection/", None),
        ("headwater://engine/stop", None),
        ("headwater://document/a%0Ab", None),
        ("https://example.org/run/1", None),
        ("headwater://[/x", None),
        ("x" * 3000, None),
    ],
)
def test_what_a_link_may_be(text: str, link: Link | None) -> None:
    assert parse(text) == link


def is_at(shell: Shell, place: Place) -> bool:
    return shell.navigator.place == place


def test_a_link_opens_its_page_and_one_that_leads_nowhere_says_so(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            document = engine._documents["c2"][3]
            newest = (await engine.runs("c2"))[0]
            for text, place in (
                ("Contracts", Place("connection", "c2")),
                (newest.id, Place("connection", "c2", "runs", newest.id)),
                (f"headwater://document/{document.id}", Place("library", "", "document", document.id)),
            ):
                shell.open_link(text)
                await until(partial(is_at, shell, place))
                await idle(shell)
            library = shell.pages["library"]
            await until(lambda: library.preview.document is not None)  # type: ignore[attr-defined]
            assert library.preview.document.id == document.id  # type: ignore[attr-defined]
            shell.open_link("headwater://run/nothing")
            await until(lambda: shell.findChild(Banner, "banner") is not None)
            assert "There is nothing here by that name" in find(shell, Banner, "banner").text()
            assert shell.navigator.place.page == "library"

    run(main())
