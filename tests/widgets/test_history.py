"""Back and forward, and that one comes back to what one left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import idle, mouse, press, window
from widgets.history import MOST, History
from widgets.pages.page import Place
from widgets.shell import Shell

A, B, C = Place("a"), Place("b"), Place("c")


def test_back_and_forward() -> None:
    history = History()
    assert history.back(A) is None
    history.visit(A)
    history.visit(B)
    assert history.back(C) == B
    assert history.back(B) == A
    assert not history.can_go_back
    assert history.forward(A) == B
    history.visit(B)
    assert not history.can_go_forward, "going somewhere forgets what was ahead"
    assert history.back(C) == B


def test_the_same_place_is_one_step_and_the_oldest_is_forgotten() -> None:
    history = History()
    history.visit(A)
    history.visit(A)
    assert history.back(B) == A
    assert not history.can_go_back
    for number in range(MOST + 5):
        history.visit(Place("page", str(number)))
    steps = 0
    while history.back(Place("now", str(steps))) is not None:
        steps += 1
    assert steps == MOST


def back(shell: Shell) -> None:
    QTest.keyClick(shell, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)


def forward(shell: Shell) -> None:
    QTest.keyClick(shell, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)


def test_alt_and_arrows_walk_through_pages_and_tabs(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            shell.go(Place("connection", "c2"))
            await idle(shell)
            shell.current.show_tab("runs")  # type: ignore[union-attr]
            press(shell, "rail_library")
            await idle(shell)
            back(shell)
            await idle(shell)
            assert shell.navigator.where() == Place("connection", "c2", "runs")
            back(shell)
            await idle(shell)
            assert shell.current is shell.pages["sources"]
            forward(shell)
            forward(shell)
            await idle(shell)
            assert shell.current is shell.pages["library"]

    run(main())


def test_the_mouse_has_buttons_for_it(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("library")) as shell:
            middle = shell.rect().center()
            mouse(shell, Qt.MouseButton.BackButton, middle)
            await idle(shell)
            assert shell.current is shell.pages["sources"]
            mouse(shell, Qt.MouseButton.ForwardButton, middle)
            await idle(shell)
            assert shell.current is shell.pages["library"]

    run(main())


def test_unsaved_changes_are_asked_about_and_the_way_back_is_kept(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("connection", "c2", "settings")) as shell:
            page = shell.current
            await until(lambda: page.settings.form is not None)  # type: ignore[union-attr]
            page.unsaved = lambda: True  # type: ignore[method-assign, union-attr]
            back(shell)
            assert shell.current is page
            assert page.leave_panel.isVisible()  # type: ignore[union-attr]
            assert shell.navigator.history.can_go_back
            page.unsaved = lambda: False  # type: ignore[method-assign, union-attr]
            back(shell)
            await idle(shell)
            assert shell.current is shell.pages["sources"]

    run(main())


def test_a_list_is_found_again_as_it_was_left(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        engine = FakeEngine(empty=True)
        for number in range(200):
            engine.make_connection(f"Source {number:03}", "folder", "up_to_date", "Up to date")
        async with window(engine, tmp_path) as shell:
            page = shell.pages["sources"]
            listed = page.list  # type: ignore[attr-defined]
            listed.setFocus()
            for _ in range(20):
                QTest.keyClick(listed, Qt.Key.Key_PageDown)
            before = (listed.currentIndex().row(), listed.verticalScrollBar().value())
            assert before[0] > 50
            assert before[1] > 1000
            QTest.keyClick(listed, Qt.Key.Key_Return)
            await idle(shell)
            assert shell.current is shell.pages["connection"]
            back(shell)
            await idle(shell)
            assert shell.current is page
            assert (listed.currentIndex().row(), listed.verticalScrollBar().value()) == before
            assert listed.hasFocus()

    run(main())
