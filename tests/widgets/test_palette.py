"""Ctrl-K: everything by its name, with the keyboard alone, and never a wait for the engine."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.api import SearchPage, SearchQuery
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import idle, mouse, window
from widgets.commands import keys_text
from widgets.pages.page import Place
from widgets.palette import Entry
from widgets.palette.match import best, match
from widgets.shell import Shell


def open_palette(shell: Shell) -> None:
    QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.served.palette.isVisible()


def texts(shell: Shell) -> list[str]:
    return [entry.text for entry in shell.served.palette.model.entries]


def type_(shell: Shell, text: str) -> None:
    field = QApplication.focusWidget()
    assert field is shell.served.palette.field
    QTest.keyClicks(field, text)


def press(shell: Shell, key: Qt.Key) -> None:
    QTest.keyClick(shell.served.palette.field, key)


def shows(shell: Shell, kind: str) -> bool:
    return any(each.id.startswith(kind) for each in shell.served.palette.model.entries)


async def loaded(shell: Shell) -> None:
    await until(lambda: any(entry.id.startswith("connection:") for entry in shell.served.palette._things))


def entry(text: str, **fields: Any) -> Entry:
    return Entry(text, text, lambda: None, **fields)


@pytest.mark.parametrize(
    ("query", "text"),
    [("sync", "Sync now"), ("sn", "Sync now"), ("now sync", "Sync now"), ("wiki", "Company Wiki"), ("库", "知识库")],
)
def test_what_matches(query: str, text: str) -> None:
    assert match(query, text) is not None


@pytest.mark.parametrize(("query", "text"), [("ysn", "Sync now"), ("sync x", "Sync now"), ("ync o", "Sync all")])
def test_what_does_not(query: str, text: str) -> None:
    assert match(query, text) is None


def test_the_better_match_comes_first_and_its_letters_are_marked() -> None:
    found = best("con", [entry("Second"), entry("A contract"), entry("Contracts"), entry("Con")], 10)
    assert [each.text for each in found] == ["Con", "Contracts", "A contract", "Second"]
    assert found[1].marks == (0, 1, 2)
    assert [each.text for each in best("x", [entry("a", also="x ray"), entry("x")], 10)] == ["x", "a"]
    refused = best("go", [entry("Go back", reason="No way"), entry("Go home")], 10)
    assert [each.text for each in refused] == ["Go home", "Go back"]


def test_the_name_of_a_thing_alone_does_not_bring_all_that_can_be_done_with_it() -> None:
    things = [entry("Wiki"), entry("Wiki: Sync now", beyond=4), entry("Wiki: Remove", beyond=4)]
    assert [each.text for each in best("wiki", things, 10)] == ["Wiki"]
    assert [each.text for each in best("wiki sync", things, 10)] == ["Wiki: Sync now"]
    assert [each.text for each in best("rem", things, 10)] == ["Wiki: Remove"]


@pytest.mark.point(37)
def test_it_reaches_every_command_and_shows_its_keys(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("connection", "Release notes")) as shell:
            await until(lambda: shell.context().connections)
            open_palette(shell)
            await loaded(shell)
            for command in shell.served.commands:
                if command.id == "go.palette" or (command.pages and not command.on("connection")):
                    continue
                shell.served.palette.field.setText(command.text.replace("&", "").removesuffix("…").strip())
                found = [each for each in shell.served.palette.model.entries if each.id == f"command:{command.id}"]
                assert found, f"{command.id} can't be reached"
                if command.on("connection"):
                    assert found[0].keys == keys_text(command)

    run(main())


@pytest.mark.point(37)
def test_it_reaches_every_kind_of_thing(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            reached = []
            for query, kind in (
                ("Contracts", "connection:"),
                ("contracts documents", "command:source.documents:"),
                ("staff portal", "account:"),
                ("contracts run", "run:"),
                ("onboarding", "document:"),
                ("network", "settings:"),
            ):
                open_palette(shell)
                await loaded(shell)
                type_(shell, query)
                await until(partial(shows, shell, kind))
                number = next(
                    number for number, e in enumerate(shell.served.palette.model.entries) if e.id.startswith(kind)
                )
                for _ in range(number):
                    press(shell, Qt.Key.Key_Down)
                press(shell, Qt.Key.Key_Return)
                assert shell.served.palette.isHidden()
                await idle(shell)
                reached.append((shell.navigator.place.page, shell.navigator.place.tab))
            assert reached == [
                ("connection", ""),
                ("connection", "documents"),
                ("accounts", ""),
                ("connection", "runs"),
                ("library", "document"),
                ("settings", "network"),
            ]

    run(main())


@pytest.mark.point(38)
def test_keys_choose_go_round_and_close(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            before = QApplication.focusWidget()
            open_palette(shell)
            await loaded(shell)
            panel = shell.served.palette
            press(shell, Qt.Key.Key_Up)
            assert panel.list.currentIndex().row() == panel.model.rowCount() - 1
            press(shell, Qt.Key.Key_Down)
            assert panel.list.currentIndex().row() == 0
            press(shell, Qt.Key.Key_Tab)
            assert panel.list.currentIndex().row() == 1
            assert panel.field.hasFocus()
            press(shell, Qt.Key.Key_Escape)
            assert panel.isHidden()
            assert QApplication.focusWidget() is before
            open_palette(shell)
            QTest.keyClick(panel.field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            assert panel.isHidden()

    run(main())


def test_a_press_beside_it_closes_it(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            open_palette(shell)
            inside = shell.served.palette.geometry().center()
            mouse(shell, Qt.MouseButton.RightButton, inside)
            assert shell.served.palette.isVisible()
            mouse(shell, Qt.MouseButton.RightButton, shell.rect().bottomRight())
            assert shell.served.palette.isHidden()

    run(main())


def test_what_can_not_be_done_stays_with_its_reason(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            open_palette(shell)
            type_(shell, "forward")
            chosen = shell.served.palette.model.entries[0]
            assert (chosen.text, chosen.reason) == ("Forward", "You have not gone back")
            assert "You have not gone back" in chosen.spoken()
            press(shell, Qt.Key.Key_Return)
            assert shell.served.palette.isVisible()

    run(main())


def test_the_last_choices_come_first_also_after_a_start(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            for query in ("Activity", "Contracts"):
                open_palette(shell)
                await loaded(shell)
                type_(shell, query)
                press(shell, Qt.Key.Key_Return)
                await idle(shell)
            shell.arrival.save()
        async with window(engine, tmp_path) as shell:
            open_palette(shell)
            await until(lambda: texts(shell)[:2] == ["Contracts", "Activity"])
            assert shell.served.palette.model.heading(0) == "Recent"

    run(main())


def test_nothing_fits_says_so_and_the_library_is_one_key_away(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            open_palette(shell)
            type_(shell, "q")
            press(shell, Qt.Key.Key_Backspace)
            type_(shell, "zzzz")
            assert texts(shell) == ["Search all documents for “zzzz”"]
            press(shell, Qt.Key.Key_Return)
            await idle(shell)
            assert shell.navigator.place == Place("library", filter="zzzz")

    run(main())


def test_before_the_engine_is_there_it_works_and_what_needs_it_says_so(themed: QApplication, tmp_path: Path) -> None:
    from tests.widgets.window import settings

    shell = Shell(settings(tmp_path))
    shell.show()
    shell.served.palette.open()
    shell.served.palette.field.setText("import")
    assert shell.served.palette.model.entries[0].reason == "The engine is still starting"
    shell.served.palette.field.setText("zzzz")
    assert texts(shell) == []
    assert shell.served.palette._nothing.isVisible()
    shell.served.palette.dismiss()
    shell.finish()


def test_a_search_that_is_overtaken_is_cancelled_and_never_shown(run: Run, tmp_path: Path) -> None:
    asked: list[str] = []
    cancelled: list[str] = []

    class Slow(FakeEngine):
        async def search(self, query: SearchQuery) -> SearchPage:
            asked.append(query.text)
            if query.text == "on*":
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    cancelled.append(query.text)
                    raise
            return await super().search(query)

    async def main() -> None:
        async with window(Slow(), tmp_path) as shell:
            open_palette(shell)
            type_(shell, "on")
            await until(lambda: asked == ["on*"])
            type_(shell, "b")
            await until(lambda: any(e.id.startswith("document:") for e in shell.served.palette.model.entries))
            assert asked == ["on*", "onb*"]
            assert cancelled == ["on*"]
            type_(shell, "x")
            press(shell, Qt.Key.Key_Escape)
            await until(lambda: not shell.tasks.running("palette documents"))
            assert asked == ["on*", "onb*"], "closed before its time had come"

    run(main())
