"""What stands in a page's body: waiting only when it lasts, failure with another try; and the first start's doors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from connectors.sdk import TransientError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, press, real_window, window
from widgets.pages.page import Place
from widgets.parts import EmptyState
from widgets.parts.body import Body

COMMANDS = {"add_source": "connectors", "library": "library_stats", "activity": "log"}


def body_of(page: Any) -> Body:
    return cast(Body, page.results if page.name == "library" else page.body)


def test_waiting_that_is_over_at_once_is_never_seen(run: Run) -> None:
    async def main() -> None:
        body = Body(QLabel("content"), EmptyState("search", "Nothing"))
        seen: list[object] = []
        body.currentChanged.connect(lambda _at: seen.append(body.currentWidget()))
        body.slow.connect(lambda: seen.append("slow"))
        body.show()
        body.wait("Reading …")
        body.show_content()
        assert not body._later.isActive()
        body.wait("Reading …")
        await until(lambda: "slow" in seen)
        assert seen == [body.content, "slow"], "what is there stays while something else is asked"
        body.show_empty()
        body.wait("Reading …")
        await until(lambda: body.currentWidget() is body.waiting)
        body.deleteLater()

    run(main())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_page_waits_fails_and_comes_back(
    run: Run, engine: FakeEngine, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    failing = [TransientError("The engine does not answer", remedy="Try again in a moment.")]
    real = getattr(engine, COMMANDS[name])

    async def hesitate(*arguments: Any) -> Any:
        await gate.wait()
        if failing:
            raise failing.pop()
        return await real(*arguments)

    monkeypatch.setattr(engine, COMMANDS[name], hesitate)

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            shell.go(Place(name))
            body = body_of(shell.current)
            await until(lambda: body.currentWidget() is body.waiting)
            gate.set()
            await until(body.error.isVisible)
            said = [label.text() for label in body.error.findChildren(QLabel) if label.isVisible()]
            assert "The engine does not answer" in said
            assert "Try again in a moment." in said
            press(body.error, "error_action")
            await until(lambda: body.currentWidget() in (body.content, body.empty))
            await idle(shell)

    run(main())


@pytest.mark.point(6)
def test_the_doors_are_reached_by_keyboard_and_named(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with real_window(tmp_path / "profile") as shell:
            shell.activateWindow()
            doors = [find(shell, QPushButton, f"door_{name}") for name in ("add", "demo", "import")]
            await until(doors[0].hasFocus)
            assert [door.accessibleName() for door in doors] == [
                "Add a source",
                "Try the demo library",
                "Import connections",
            ]
            assert all(door.accessibleDescription() for door in doors)
            assert [door.property("kind") for door in doors].count("primary") == 1
            for door in (doors[1], doors[2], doors[0]):
                QTest.keyClick(cast(Any, QApplication.focusWidget()), Qt.Key.Key_Right)
                assert door.hasFocus()
            QTest.keyClick(doors[0], Qt.Key.Key_Space)
            await until(lambda: shell.current is shell.pages.get("add_source"))
            await idle(shell)

    run(main())
