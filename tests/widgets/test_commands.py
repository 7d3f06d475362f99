"""Commands: said once, no key with two meanings, a reason where one can't be done, the menus of each platform."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, press, settings, window
from widgets.commands import Command, Commands, Context, keys_text, sequences
from widgets.commands.actions import menu_of
from widgets.commands.served import Served
from widgets.pages.page import Place
from widgets.parts import Banner
from widgets.shell import Shell

PORTABLE = QKeySequence.SequenceFormat.PortableText
TEXT_KEYS = {
    "Ctrl+A",
    "Ctrl+C",
    "Ctrl+V",
    "Ctrl+X",
    "Ctrl+Z",
    "Ctrl+Y",
    "Ctrl+Shift+Z",
    "Ctrl+Shift+V",
    "Ctrl+Insert",
    "Shift+Insert",
    "Shift+Del",
    "Ctrl+Left",
    "Ctrl+Right",
    "Ctrl+Shift+Left",
    "Ctrl+Shift+Right",
    "Ctrl+Home",
    "Ctrl+End",
    "Ctrl+Shift+Home",
    "Ctrl+Shift+End",
    "Ctrl+Backspace",
    "Ctrl+Del",
    "Home",
    "End",
    "Left",
    "Right",
    "Up",
    "Down",
    "PgUp",
    "PgDown",
    "Backspace",
    "Tab",
    "Shift+Tab",
    "Ctrl+E",
    "Ctrl+U",
    "Ctrl+D",
    "Ctrl+H",
}
"""What fields do with keys on Windows and Linux; on a Mac Ctrl is Cmd, and its fields use none of ours."""
NOT_A_SHORTCUT = {"Return", "Del"}
"""Keys of the list that has the focus; no field ever loses them."""


def keys(command: Command) -> set[str]:
    return {key.toString(PORTABLE) for key in sequences(command)}


def done(_context: Context) -> None: ...


def test_a_key_with_two_meanings_at_one_place_is_found() -> None:
    commands = Commands(
        [
            Command("a", "A", done, keys=("F5",), pages=frozenset({"sources"})),
            Command("b", "B", done, keys=("F5",), pages=frozenset({"library"})),
            Command("c", "C", done, keys=("Ctrl+K",)),
        ]
    )
    assert commands.conflicts() == []
    commands.add(Command("d", "D", done, keys=("F5", "Ctrl+K"), pages=frozenset({"library", "activity"})))
    assert sorted(commands.conflicts()) == ["Ctrl+K is both c and d", "F5 is both b and d"]
    with pytest.raises(ValueError, match="a already"):
        commands.add(Command("a", "Another", done))


@pytest.mark.point(37)
@pytest.mark.point(38)
def test_no_key_of_the_window_means_two_things_or_takes_one_from_a_field(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            for place in (
                Place("connection", "c2", "settings"),
                Place("library"),
                Place("activity"),
                Place("accounts"),
                Place("add_source"),
            ):
                shell.go(place)
                await idle(shell)
            commands = shell.served.commands
            assert commands.conflicts() == []
            ours = {key: command.id for command in commands for key in keys(command) - NOT_A_SHORTCUT}
            taken = {key: ours[key] for key in set(ours) & TEXT_KEYS}
            assert not taken, "these keys belong to text fields"
            # What the pages themselves have made, beside the commands.
            others = [shortcut.key() for shortcut in shell.findChildren(QShortcut)]
            others += [button.shortcut() for button in shell.findChildren(QAbstractButton)]
            made = {key.toString(PORTABLE) for key in others if not key.isEmpty()}
            assert "Ctrl+Z" in made, "the walk finds the form's own shortcuts"
            assert not made & set(ours)

    run(main())


@pytest.mark.point(37)
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_the_palette_opens_from_within_a_field(
    run: Run, engine: FakeEngine, tmp_path: Path, kind: type[QWidget]
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            field = kind(shell)
            field.show()
            field.setFocus()
            QTest.keyClicks(field, "some words")
            QTest.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            assert shell.served.palette.isVisible()
            text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()  # type: ignore[attr-defined]
            assert text == "some words"
            QTest.keyClick(shell.served.palette.field, Qt.Key.Key_Escape)
            assert field.hasFocus()

    run(main())


def test_a_key_that_can_not_act_now_says_why(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(FakeEngine(empty=True), tmp_path) as shell:
            QTest.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
            assert find(shell, Banner, "banner").text() == "Back: this is where you began"
            QTest.keyClick(shell, Qt.Key.Key_F5)
            await until(lambda: len([b for b in shell.findChildren(Banner) if b.isVisible()]) == 1)
            said = next(banner for banner in shell.findChildren(Banner) if banner.isVisible())
            assert said.text() == "Sync now: choose a source first"

    run(main())


def test_f5_syncs_what_is_seen_and_looks_again_elsewhere(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        rested = await engine.connection("Release notes")
        async with window(engine, tmp_path, Place("connection", rested.id)) as shell:
            await until(lambda: shell.context().connections)
            QTest.keyClick(shell, Qt.Key.Key_F5)
            await until(lambda: ("start_sync", (rested.id, "incremental")) in engine.calls)
            shell.go(Place("library"))
            await idle(shell)
            before = len([call for call in engine.calls if call[0] == "documents"])
            QTest.keyClick(shell, Qt.Key.Key_F5)
            await until(lambda: len([call for call in engine.calls if call[0] == "documents"]) > before)
            assert len([call for call in engine.calls if call[0] == "start_sync"]) == 1

    run(main())


@pytest.mark.point(23)
def test_an_open_menu_greys_what_can_not_be_done_with_its_reason(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(FakeEngine(empty=True), tmp_path) as shell:
            menu = find(shell, QMenu, "menu_source")
            menu.popup(shell.mapToGlobal(shell.rect().center()))
            sync = shell.served.actions.action("source.sync")
            assert not sync.isEnabled()
            assert sync.toolTip() == "choose a source first"
            menu.close()
            await until(sync.isEnabled)
            for name in ("file", "source", "go", "view", "help"):
                for action in find(shell, QMenu, f"menu_{name}").actions():
                    assert action.isSeparator() or action.text()

    run(main())


@pytest.mark.point(38)
def test_f10_opens_the_menu_and_every_command_is_in_it(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            menu = find(shell, QMenu, "window_menu")
            QTest.keyClick(shell, Qt.Key.Key_F10)
            assert menu.isVisible()
            menu.close()
            press(shell, "menu_button")
            assert menu.isVisible()
            menu.close()
            inside = {
                action.objectName()
                for each in shell.findChildren(QMenu)
                if each.objectName().startswith("menu_")
                for action in each.actions()
            }
            assert {command.id for command in shell.served.commands if not command.pages} <= inside

    run(main())


def test_on_a_mac_the_bar_has_the_roles_of_quit_settings_and_about(themed: QApplication, tmp_path: Path) -> None:
    shell = Shell(settings(tmp_path))
    served = Served(shell, [("sources", "Sources", "sources")], native_menu=True)
    bar = [action.menu() for action in shell.menuBar().actions()]
    assert [menu.title() for menu in bar if isinstance(menu, QMenu)] == ["&File", "&Source", "&Go", "&View", "&Help"]
    roles = {
        action.menuRole(): action.objectName() for menu in bar if isinstance(menu, QMenu) for action in menu.actions()
    }
    assert roles[QAction.MenuRole.QuitRole] == "app.quit"
    assert roles[QAction.MenuRole.AboutRole] == "help.about"
    if "app.settings" in served.commands:
        assert roles[QAction.MenuRole.PreferencesRole] == "app.settings"
    shell.finish()


def test_the_menu_of_one_thing_leaves_out_what_does_not_apply_and_shows_keys(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            view = await engine.connection("Contracts")
            chosen: list[str] = []
            context = Context(Place("sources"), True, (view,))
            commands = [command for command in shell.served.commands if command.menu == "source"]
            menu = menu_of(commands, context, lambda command, _where: chosen.append(command.id), shell)
            shown = {action.objectName(): action for action in menu.actions() if not action.isSeparator()}
            assert "source.sync" not in shown, "it is syncing"
            assert "source.enable" not in shown
            cancel = shell.served.commands["source.cancel"]
            assert shown["source.cancel"].text() == f"Cancel sync\t{keys_text(cancel)}"
            shown["source.copy_link"].trigger()
            assert chosen == ["source.copy_link"]
            shell.served.run(shell.served.commands["source.copy_link"], context)
            assert QGuiApplication.clipboard().text() == f"headwater://connection/{view.id}"

    run(main())


@pytest.mark.point(38)
def test_the_sheet_of_keys_shows_each_shortcut_and_gives_the_focus_back(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            shell.go(Place("library"))
            await idle(shell)
            QTest.keyClick(shell, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
            before = QApplication.focusWidget()
            QTest.keyClick(shell, Qt.Key.Key_F1)
            assert shell.served.sheet.isVisible()
            lines = [line for group in shell.served.sheet.lines().values() for line in group]
            for command in shell.served.commands:
                if command.keys:
                    text = command.text.removesuffix("…").strip()
                    assert any(text == name and keys_text(command) in caps for name, caps in lines), command.id
            QTest.keyClick(shell, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
            assert shell.served.sheet.isHidden()
            assert QApplication.focusWidget() is before
            QTest.keyClick(shell, Qt.Key.Key_F1)
            QTest.keyClick(shell.served.sheet, Qt.Key.Key_Escape)
            assert shell.served.sheet.isHidden()

    run(main())


def test_all_sources_are_synced_but_those_that_are_at_work_or_disabled(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.watch.connections)
            resting = [view.id for view in shell.watch.connections if view.enabled and view.active_run is None]
            QTest.keyClick(shell, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
            await until(lambda: len([call for call in engine.calls if call[0] == "start_sync"]) == len(resting))
            assert [call[1][0] for call in engine.calls if call[0] == "start_sync"] == resting
            await until(lambda: shell.watch.why_not_sync() is not None)

    run(main())
