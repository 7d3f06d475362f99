"""Ctrl-K reaches whatever can be pressed: walks every button of every page in every state of the gallery."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton, QWidget

from tests.gallery.scenes import SCENES
from tests.gallery.stage import play, still
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, window
from widgets.pages.page import Place
from widgets.shell import Shell

SHEETS = sorted({scene.sheet for scene in SCENES.values()})
IN_A_FIELD = {
    "Row": "a field of a form: its picker, its reveal, its way back to the default",
    "SearchField": "the magnifier and the cross of a search field, which Ctrl-F and Esc stand for",
    "QLineEdit": "the eye of a password",
    "Preview": "the ticks of what a pasted text would fill in",
}
"""Where a button belongs to an input, and why nobody would look for it by name."""
APART = {
    "test_deep": "a tick beside Test: an input of it",
    "rail_palette": "opens the palette",
}


def outer(widget: QWidget) -> set[str]:
    """The classes of all that a widget is in."""
    names: set[str] = set()
    found = widget.parentWidget()
    while found is not None:
        names.add(type(found).__name__)
        found = found.parentWidget()
    return names


def words(button: QAbstractButton) -> str:
    return (button.accessibleName() or button.text()).replace("&", "").removesuffix("…").strip()


def reached(shell: Shell, button: QAbstractButton) -> bool:
    """Whether a line of the open palette presses it, or does what it does."""
    context = shell.context()
    lines = {entry.id: entry for entry in shell.served.palette.offered()}
    for command in shell.served.commands:
        if button.objectName() in command.buttons and command.on(context.place.page):
            line = lines.get(f"command:{command.id}")
            if line is not None and (not line.reason or not button.isEnabled()):
                return True
    return any(line.text == words(button) for id, line in lines.items() if id.startswith("command:seen."))


@pytest.mark.point(37)
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_button_that_is_seen_is_in_the_palette(run: Run, sheet: str) -> None:
    async def main() -> None:
        missing, walked = set(), 0
        for scene in SCENES.values():
            if scene.sheet != sheet:
                continue
            async with play(scene) as stage:
                shell = stage.shell
                buttons = [each for each in shell.findChildren(QAbstractButton) if each.isVisible()]
                if not shell.served.palette.isVisible():
                    shell.served.palette.open()
                for button in buttons:
                    if button.objectName() in APART or outer(button) & set(IN_A_FIELD):
                        continue
                    walked += 1
                    if not reached(shell, button):
                        missing.add(f"{scene.name}: {button.objectName()!r} {words(button)!r}")
        assert walked
        assert not missing, "\n".join(sorted(missing))

    with still():
        run(main())


@pytest.mark.point(37)
def test_what_is_chosen_there_is_pressed(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("library")) as shell:
            await until(lambda: shell.current is not None and find(shell, QPushButton, "ask_why").isVisible())
            QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            field = find(shell, QLineEdit, "palette_field")
            QTest.keyClicks(field, "why missing")
            QTest.keyClick(field, Qt.Key.Key_Return)
            assert find(shell, QWidget, "why_panel").isVisible()
            # A button that nobody has listed.
            QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClicks(field, "find out")
            line = shell.served.palette.model.entries[0]
            assert line.id.startswith("command:seen.why_ask")
            QTest.keyClick(field, Qt.Key.Key_Return)
            await idle(shell)
            assert (
                any(name == "why" for name, _args in engine.calls) or not find(shell, QWidget, "why_panel").isHidden()
            )

    run(main())


@pytest.mark.point(37)
def test_what_can_not_be_pressed_stands_there_with_its_reason(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        view = await engine.connection("Contracts")
        async with window(engine, tmp_path, Place("connection", view.id, "settings")) as shell:
            await until(lambda: shell.context().connections)
            await idle(shell)
            QTest.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            lines = {entry.id: entry for entry in shell.served.palette.offered()}
            assert lines["command:connection.save"].reason == "Nothing has changed"
            assert lines["command:connection.apply_held"].reason == "No deletions are held back"
            assert not lines["command:connection.rename"].reason

    run(main())


def test_keys_walk_the_tabs_and_begin_a_rename(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        view = await engine.connection("Contracts")
        async with window(engine, tmp_path, Place("connection", view.id)) as shell:
            await until(lambda: shell.context().connections)
            for tab in ("documents", "runs", "settings", "overview"):
                QTest.keyClick(shell, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
                where = shell.navigator.where()
                assert where is not None
                assert where.tab == tab
            QTest.keyClick(shell, Qt.Key.Key_F2)
            name = find(shell, QLineEdit, "connection_name")
            assert name.hasFocus()
            assert name.selectedText() == "Contracts"

    run(main())
