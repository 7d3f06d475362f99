"""Names and titles that somebody made to deceive or to break: they are shown as text, on one line, and turn nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QTabBar,
    QToolTip,
    QWidget,
)

from app.api import DocumentView
from tests.widgets.conftest import Run, until
from tests.widgets.fake_data import replace
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.fits import SMALL, misfits
from tests.widgets.window import find, idle, window
from widgets.notify import Notifier
from widgets.pages.actions import file_name
from widgets.pages.filter_chip import Choice, FilterChip
from widgets.pages.library import LibraryPage
from widgets.pages.page import Place
from widgets.parts import Banner, label, row_painter
from widgets.parts.elided import Elided
from widgets.parts.foreign import called, on_button, one_line, tame, visible
from widgets.shell import Shell
from widgets.tasks import TaskScope

NAMES = {
    "turned": "invoice\u202efdp.exe\u2067",
    "markup": "<b>bold</b> <img src='file:///etc/hostname'> &lt;i&gt;",
    "ampersand": "R&D && Sales",
    "lines": "first\nsecond\r\nthird\x07\u2028fourth",
    "long": "W" * 200,
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 Familie \U0001f3f3\ufe0f\u200d\U0001f308",
    "blank": " \u200b ",
}
TURNS = re.compile("[\u202a-\u202e\u2066\u2067]")
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def named(engine: FakeEngine, name: str) -> str:
    """A connection, its account and its first document of that name; answers the connection's id."""
    first = next(iter(engine._connections.values()))
    error_free = replace(first, name=name, sentence=f"Up to date with {name}")
    engine.put(error_free)
    documents: list[DocumentView] = [
        replace(document, title=name, connection=name, path=f"folder/{name}", source_id=f"id {name}")
        for document in engine._documents.get(first.id, [])
    ]
    engine._documents[first.id] = documents
    for run_id, run in list(engine._runs.items()):
        if run.connection_id == first.id:
            engine._runs[run_id] = replace(run, connection=name, reason=name, summary=name)
            engine._items[run_id] = [
                replace(item, title=name, source_id=name) for item in engine._items.get(run_id, [])
            ]
    return first.id


@pytest.fixture
def painted() -> Iterator[list[str]]:
    texts: list[str] = []
    row_painter.heard_by(lambda each: texts.append(each.shown))
    yield texts
    row_painter.heard_by(None)


def faults(shell: QWidget) -> Iterator[str]:
    """What of the text that is seen turns others around, breaks its line, is markup, or has lost a sign."""
    for one in shell.findChildren(QWidget):
        if not one.isVisible():
            continue
        if isinstance(one, QLabel) and not isinstance(one, QLineEdit):
            if TURNS.search(one.text()):
                yield f"label {one.text()!r} turns"
            if not one.wordWrap() and BREAKS.search(one.text().rstrip("\n")):
                yield f"label {one.text()!r} breaks"
            if one.textFormat() != Qt.TextFormat.PlainText and "<b>bold" in one.text():
                yield f"label {one.text()!r} is markup"
        if isinstance(one, QAbstractButton) and (TURNS.search(one.text()) or BREAKS.search(one.text())):
            yield f"button {one.text()!r}"
        if isinstance(one, QAbstractButton) and "R&D" in one.text().replace("&&", "\0"):
            yield f"button {one.text()!r} has lost a sign"
        if isinstance(one, QTabBar):
            for number in range(one.count()):
                if TURNS.search(one.tabText(number)) or BREAKS.search(one.tabText(number)):
                    yield f"tab {one.tabText(number)!r}"
        if isinstance(one, QAbstractItemView):
            yield from _rows(one)


def _rows(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    if model is None:
        return
    heights = {view.visualRect(model.index(row, 0)).height() for row in range(min(model.rowCount(), 12))} - {0}
    if len(heights) > 1 and view.objectName() not in ("palette_list", "catalogue"):
        yield f"{view.objectName()}: rows of heights {sorted(heights)}"


PLACES = [
    Place("sources"),
    *(Place("connection", "c1", tab) for tab in ("overview", "documents", "runs", "settings")),
    Place("library"),
    Place("activity"),
    Place("accounts"),
]


@pytest.mark.parametrize("kind", NAMES)
def test_no_page_is_deceived_or_torn(
    run: Run, engine: FakeEngine, tmp_path: Path, painted: list[str], kind: str
) -> None:
    name = NAMES[kind]
    id = named(engine, name)

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            shell.resize(*SMALL)
            for place in PLACES:
                shell.go(replace_ref(place, id))
                await idle(shell)
                assert [*faults(shell), *misfits(shell, SMALL)] == [], place
            page = await library(shell)
            if page.list.model().rowCount():
                page.list.setCurrentIndex(page.list.model().index(0, 0))
                await idle(shell)
                assert [*faults(shell), *misfits(shell, SMALL)] == [], "preview"
                assert visible(find(page, QLabel, "preview_title").text())
            QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            await until(shell.served.palette.isVisible)
            shell.grab()
            assert [*faults(shell), *misfits(shell, SMALL)] == [], "palette"
            shell.served.palette.dismiss()
        assert painted
        for text in painted:
            assert not TURNS.search(text), repr(text)
            assert not BREAKS.search(text), repr(text)

    run(main())


async def library(shell: Shell) -> LibraryPage:
    shell.go(Place("library"))
    await idle(shell)
    return cast(LibraryPage, shell.current)


def replace_ref(place: Place, id: str) -> Place:
    return Place(place.page, id, place.tab) if place.ref else place


def test_what_is_left_of_a_text() -> None:
    assert tame("a\u202eb") == "ab"
    assert tame("one\r\ntwo\x07") == "one\ntwo "
    assert one_line("one\r\ntwo\tthree\u2028four") == "one two three four"
    assert one_line(NAMES["emoji"]) == NAMES["emoji"]
    assert on_button("R&D") == "R&&D"
    assert on_button("i" * 200) == "i" * 27 + "…"
    wide = on_button("W" * 200)
    assert wide.endswith("W…")
    assert len(wide) < 28, "wide letters take the room of more"
    assert not visible(NAMES["blank"])
    assert called(NAMES["blank"], "", "folder/a.md") == "folder/a.md"
    assert visible(NAMES["emoji"])


def test_a_tooltip_is_text(themed: QApplication) -> None:
    parent = QWidget()
    parent.show()
    QToolTip.showText(parent.mapToGlobal(parent.rect().center()), NAMES["markup"], parent)
    tips = [one for one in QApplication.topLevelWidgets() if one.metaObject().className() == "QTipLabel"]
    assert [cast(QLabel, tip).text() for tip in tips] == [NAMES["markup"]]
    assert {cast(QLabel, tip).textFormat() for tip in tips} == {Qt.TextFormat.PlainText}
    QToolTip.hideText()
    parent.deleteLater()


def test_labels_and_banners_turn_nothing(themed: QApplication) -> None:
    assert label(NAMES["turned"]).text() == "invoicefdp.exe"
    assert Banner(f"Removed {NAMES['turned']} and more").text() == "Removed invoicefdp.exe and more"
    cut = Elided(NAMES["lines"])
    assert cut.text() == "first second third fourth"
    cut.setText(NAMES["turned"])
    assert cut.text() == "invoicefdp.exe"


def test_a_chip_and_its_menu_show_an_ampersand(themed: QApplication) -> None:
    chip = FilterChip("connection", "Every connection")
    chip.offer([Choice("a", "R&D"), Choice("b", NAMES["turned"])])
    chip.choose(["a"])
    assert chip.text().startswith("R&&D ")
    assert chip.accessibleName() == "R&D"
    assert [action.text() for action in chip.menu().actions()][2:] == ["R&&D", "invoicefdp.exe"]
    assert chip.toolTip() == "R&D"
    chip.deleteLater()


def test_a_notification_holds_no_markup(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    """Desktops read `<b>` in a notification's text; the name is shown as it is."""
    id = named(engine, NAMES["markup"])

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            view = replace(await engine.connection(id), state="sign_in_again", sentence=NAMES["markup"])
            notice = Notifier(shell, TaskScope("notices")).notice(view)
            assert notice is not None
            assert "<" not in notice.title + notice.text
            assert "bold" in notice.title

    run(main())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Company Wiki", "Company Wiki"),
        ("../../etc/passwd", "______etc_passwd"),
        (NAMES["turned"], "invoice_fdp_exe_"),
        ("\u6f22" * 200, "\u6f22" * 60),
        ("CON", "CON_"),
        ("nul", "nul_"),
        ("  ", "connections"),
        ("...", "___"),
    ],
)
def test_the_file_of_an_export_can_be_made(tmp_path: Path, name: str, file: str) -> None:
    assert file_name(name, "connections") == file
    (tmp_path / f"{file}.json").write_text("{}")


def test_the_engine_takes_any_visible_name(run: Run, tmp_path: Path) -> None:
    """What can't be seen is dropped from a name, not refused: it came with a paste."""
    from app.connections.store import LONGEST_NAME, check_name
    from connectors.sdk import ConfigError

    assert check_name(NAMES["emoji"]) == NAMES["emoji"]
    assert check_name(NAMES["turned"]) == "invoicefdp.exe"
    assert check_name(" Team\u200b\n wiki\u00a0\ufeff ") == "Team wiki"
    assert check_name("x" * LONGEST_NAME) == "x" * LONGEST_NAME
    for bad in ("", "  \n ", NAMES["blank"], "\u202e", "x" * (LONGEST_NAME + 1)):
        with pytest.raises(ConfigError) as refused:
            check_name(bad)
        assert refused.value.remedy
