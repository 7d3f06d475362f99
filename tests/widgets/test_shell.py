"""The window around the pages: closing, remembering, guarding, and telling what went wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from connectors.sdk import ConfigError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.window import find, idle, press, settings, window
from widgets import session as entry
from widgets.pages.page import Place
from widgets.parts import Banner
from widgets.shell import Shell


def test_pages_are_built_on_their_first_visit(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            assert set(shell.pages) == {"sources"}
            press(shell, "rail_library")
            await idle(shell)
            assert set(shell.pages) == {"sources", "library"}
            assert shell.stack.currentWidget() is shell.pages["library"]

    run(main())


@pytest.mark.point(30)
def test_close_during_a_run_asks_once_and_stay_stays(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            quits: list[bool] = []
            shell.quit_requested.connect(lambda: quits.append(True))
            await until(lambda: shell.state_line.engine is not None)
            shell.close()
            assert shell.isVisible()
            assert shell.close_panel.isVisible()
            shell.close()
            assert not quits
            QTest.keyClick(shell.close_panel, Qt.Key.Key_Escape)
            assert shell.close_panel.isHidden()
            shell.close()
            press(shell.close_panel, "close_stop")
            assert quits == [True]

    run(main())


def test_close_without_a_run_does_not_ask(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(FakeEngine(empty=True), tmp_path) as shell:
            quits: list[bool] = []
            shell.quit_requested.connect(lambda: quits.append(True))
            await until(lambda: shell.state_line.engine is not None)
            shell.close()
            assert quits == [True]
            assert shell.close_panel.isHidden()

    run(main())


@pytest.mark.point(30)
@pytest.mark.point(42)
def test_keeping_on_goes_to_the_tray_or_without_one_to_the_task_bar(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            shell.ask_to_close()
            keep = find(shell.close_panel, QAbstractButton, "close_keep")
            assert keep.text() == "Minimise and keep running"
            press(shell.close_panel, "close_keep")
            assert shell.isMinimized()
            shell.come_forward()
            assert not shell.isMinimized()
            shell.tray_available = True
            shell.ask_to_close()
            assert keep.text() == "Keep running in the tray"
            press(shell.close_panel, "close_keep")
            assert shell.isHidden()

    run(main())


@pytest.mark.point(30)
def test_a_window_that_keeps_running_goes_to_the_tray_without_a_question_and_quit_still_asks(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            shell.keep_running = True
            shell.close()
            assert shell.close_panel.isVisible(), "there is no tray to keep it in"
            shell.close_panel.hide()
            shell.tray_available = True
            shell.close()
            assert shell.isHidden()
            shell.ask_to_quit()
            assert shell.isVisible()
            assert shell.close_panel.isVisible()

    run(main())


@pytest.mark.point(44)
def test_size_and_page_are_remembered(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            shell.resize(900, 640)  # not wider: the offscreen screen is small, and a window is kept on it
            press(shell, "rail_activity")
            await idle(shell)
            shell.arrival.save()
        async with window(engine, tmp_path) as shell:
            assert (shell.width(), shell.height()) == (900, 640)
            assert shell.current is shell.pages["activity"]

    run(main())


@pytest.mark.point(44)
def test_the_tab_that_was_seen_is_opened_at_the_next_start_unless_its_connection_is_gone(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("connection", "c2", "runs")) as shell:
            shell.arrival.save()
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.current is shell.pages.get("connection"))
            assert shell.navigator.where() == Place("connection", "c2", "runs")
            shell.arrival.save()
        await engine.remove_connection("c2")
        async with window(engine, tmp_path) as shell:
            assert shell.current is shell.pages["sources"]
        await engine.purge_connection("c2")
        async with window(engine, tmp_path) as shell:
            assert shell.current is shell.pages["sources"]
            assert not shell.navigator.history.can_go_back

    run(main())


def test_an_engine_that_does_not_start_is_told_and_tried_again(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    opened: list[int] = []

    class Opened(FakeEngine):
        async def start(self) -> None:
            opened.append(1)
            if len(opened) == 1:
                raise ConfigError(
                    "The profile can't be written", where=str(tmp_path), remedy="Choose another directory."
                )

        async def close(self) -> None:
            opened.append(-1)

    async def main() -> None:
        shell = Shell(settings(tmp_path))
        task = asyncio.ensure_future(entry.session(shell, tmp_path, open_engine=lambda _profile: Opened(empty=True)))
        await until(lambda: shell.findChild(QWidget, "error_panel") is not None)
        words = [label.text() for label in find(shell, QWidget, "error_panel").findChildren(QLabel)]
        assert "The profile can't be written" in words
        assert "Choose another directory." in words
        press(shell, "error_action")
        await until(lambda: shell.client is not None)
        shell.quit_requested.emit()
        await task
        assert opened == [1, -1, 1, -1]

    run(main())


@pytest.mark.qt_no_exception_capture
def test_what_nobody_awaited_becomes_a_banner(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    class Opened(FakeEngine):
        async def start(self) -> None: ...

        async def close(self) -> None: ...

    async def broken() -> None:
        raise ConfigError("The bucket does not exist", where="s3://nowhere", remedy="Check its name.")

    async def main() -> None:
        shell = Shell(settings(tmp_path))
        task = asyncio.ensure_future(entry.session(shell, tmp_path, open_engine=lambda _profile: Opened()))
        await until(lambda: shell.client is not None)
        await idle(shell)
        shell.tasks.start(broken(), "act")
        await until(lambda: shell.findChild(Banner, "banner") is not None)
        assert find(shell, Banner, "banner").text() == "The bucket does not exist (s3://nowhere). Check its name."
        shell.quit_requested.emit()
        await task

    run(main())


def test_demo_starts_once_the_person_opens_that_door(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Opened(FakeEngine):
        async def start(self) -> None: ...

        async def close(self) -> None:
            told.append("engine closed")

    class Handle:
        async def close(self) -> None:
            told.append("demo closed")

    async def start_demo(_client: object) -> Handle:
        told.append("demo started")
        return Handle()

    module = cast(Any, type("module", (), {"start_demo": staticmethod(start_demo)}))
    monkeypatch.setitem(__import__("sys").modules, "app.demo", module)

    async def main() -> None:
        shell = Shell(settings(tmp_path))
        task = asyncio.ensure_future(entry.session(shell, tmp_path, open_engine=lambda _profile: Opened(empty=True)))
        await until(lambda: shell.client is not None)
        await idle(shell)
        press(shell, "door_demo")
        await until(lambda: told == ["demo started"])
        shell.quit_requested.emit()
        await task

    run(main())
    assert told == ["demo started", "demo closed", "engine closed"]


def test_the_rail_folds_in_a_narrow_window(themed: QApplication, tmp_path: Path) -> None:
    shell = Shell(settings(tmp_path))
    shell.resize(1180, 700)
    shell.show()
    wide = shell.rail.width()
    shell.resize(900, 600)
    assert shell.rail.width() < wide / 2
    shell.finish()


def test_every_input_has_a_name(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit

    def within_a_box(widget: QWidget) -> bool:
        above = widget.parentWidget()
        while above is not None and not isinstance(above, QComboBox):
            above = above.parentWidget()
        return above is not None

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            for place in (Place("add_source"), Place("connection", "c2"), Place("connection", "c2", "settings")):
                shell.go(place)
                await idle(shell)
            await until(lambda: cast(Any, shell.current).settings.form is not None)
            for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView):
                for widget in shell.findChildren(kind):
                    unreachable = widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.isHidden()
                    if unreachable or within_a_box(widget):
                        continue
                    text = widget.text() if isinstance(widget, QAbstractButton) else ""
                    assert widget.accessibleName() or text, (
                        f"{type(widget).__name__} {widget.objectName()!r} in {widget.parent()} has no accessible name"
                    )

    run(main())


def test_state_line_counts_runs(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            texts = [label.text() for label in shell.state_line.findChildren(QLabel)]
            active = (await engine.engine()).active_runs
            assert texts == ["Engine running", "1 run" if active == 1 else f"{active} runs"]
            assert find(shell.state_line, QAbstractButton, "vault_state").text() == "Secrets: Secret Service"
            for busy in await engine.connections():
                engine.put(replace(busy, active_run=None))
            engine.emit("run_finished", connection_id="c2")
            await until(lambda: "No runs" in [label.text() for label in shell.state_line.findChildren(QLabel)])

    run(main())


def test_the_window_opens_with_the_focus_where_it_matters(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        shell = Shell(settings(tmp_path))
        shell.show()
        shell.activateWindow()
        await until(shell.isActiveWindow)
        assert not shell.rail.isAncestorOf(cast(QWidget, QApplication.focusWidget()))
        shell.attach(cast(Any, engine))
        await idle(shell)
        page = cast(Any, shell.current)
        await until(lambda: QApplication.focusWidget() is page.list)
        shell.rail.setFocus()
        page.search.setFocus()
        shell.go(Place("activity"))
        shell.go(Place("sources"))
        await idle(shell)
        assert QApplication.focusWidget() is page.search  # later nothing takes it away
        await shell.detach()
        shell.finish()
        shell.deleteLater()

    run(main())


def test_what_is_awaited_has_the_title_of_the_page_to_come(themed: QApplication, tmp_path: Path) -> None:
    stored = settings(tmp_path)
    stored.setValue("page", "library")
    shell = Shell(stored)
    assert "Library" in [label.text() for label in shell.starting.findChildren(QLabel)]
    shell.deleteLater()


def test_a_demo_that_fails_opens_its_door_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    class Opened(FakeEngine):
        async def start(self) -> None: ...

        async def close(self) -> None: ...

    async def start_demo(_client: object) -> None:
        tries.append(1)
        raise ConfigError("The port is taken", remedy="Close what listens there.")

    module = cast(Any, type("module", (), {"start_demo": staticmethod(start_demo)}))
    monkeypatch.setitem(__import__("sys").modules, "app.demo", module)

    async def main() -> None:
        shell = Shell(settings(tmp_path))
        task = asyncio.ensure_future(entry.session(shell, tmp_path, open_engine=lambda _profile: Opened(empty=True)))
        await until(lambda: shell.client is not None)
        await idle(shell)
        door = find(shell, QAbstractButton, "door_demo")
        for number in (1, 2):
            press(shell, "door_demo")
            await until(lambda: len(tries) == number)  # noqa: B023 - waited for at once
            await until(lambda: door.text() == "Start the demo")
        shell.quit_requested.emit()
        await task

    run(main())
