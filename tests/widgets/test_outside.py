"""What the window shows outside of itself: the tray's state and quick actions, and notifications that are worth one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction, QIcon

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.window import idle, window
from widgets.notify import Notice
from widgets.outside import Outside
from widgets.pages.page import Place
from widgets.shell import Shell
from widgets.tray import tray_icon


def attach(shell: Shell, engine: FakeEngine, *, tray: bool) -> tuple[Outside, list[Notice]]:
    shell.tray_available = tray
    outside = Outside(shell)
    outside.begin(engine)
    told: list[Notice] = []
    outside.notifier.notified.connect(told.append)
    return outside, told


def finish(engine: FakeEngine, name: str, state: str, sentence: str, run: str = "failed", **fields: Any) -> str:
    """A run of a connection ends like this."""
    view = next(each for each in engine._connections.values() if each.name == name)
    ended = engine.make_run(view, run, 60, 5, **fields)  # type: ignore[arg-type]
    engine.put(replace(view, state=state, sentence=sentence, active_run=None, last_run=ended))
    engine.emit("run_finished", connection_id=view.id)
    return view.id


def entry(outside: Outside, text: str) -> QAction:
    assert outside.tray is not None
    return next(action for action in outside.tray.menu.actions() if action.text() == text)


def test_the_trays_words_and_icon_tell_the_state(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            outside, _told = attach(shell, engine, tray=True)
            await until(lambda: shell.watch.connections)
            tray = outside.tray
            assert tray is not None
            assert tray.icon.toolTip() == "Headwater: 3 sources need attention, 2 syncs running"
            for view in await engine.connections():
                engine.put(replace(view, state="up_to_date", active_run=None))
            shell.watch.look()
            await until(lambda: tray.icon.toolTip() == "Headwater: everything is up to date")
            outside.end()

    run(main())


def test_each_state_has_a_drawing_of_its_own(run: Run) -> None:
    def pixels(icon: QIcon) -> bytes:
        return bytes(icon.pixmap(32, 32).toImage().constBits())

    states: tuple[Any, ...] = ("", "running", "attention", "paused")
    assert len({pixels(tray_icon(state)) for state in states}) == 4


def test_its_quick_actions_do_what_they_say(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            outside, _told = attach(shell, engine, tray=True)
            await until(lambda: shell.watch.connections)
            shell.hide()
            entry(outside, "3 sources need attention").trigger()
            assert shell.isVisible()
            assert shell.navigator.place == Place("sources", filter="needs_attention")
            entry(outside, "Sync all sources").trigger()
            await until(lambda: any(call[0] == "start_sync" for call in engine.calls))
            entry(outside, "Pause all syncs").trigger()
            await until(lambda: any(call[0] == "pause_run" for call in engine.calls))
            quits: list[bool] = []
            shell.quit_requested.connect(lambda: quits.append(True))
            entry(outside, "Quit").trigger()
            assert shell.close_panel.isVisible()
            assert not quits
            outside.end()

    run(main())


@pytest.mark.point(43)
def test_it_tells_only_while_nobody_looks_and_a_click_opens_that_source(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            outside, told = attach(shell, engine, tray=True)
            assert shell.isActiveWindow()
            facts: list[object] = []
            assert shell.feed is not None
            shell.feed.fact.connect(facts.append)
            finish(engine, "Release notes", "needs_attention", "The server answers 500")
            await until(lambda: facts)
            await until(lambda: not shell.tasks.running("Notifier"))
            outside.notifier.flush()
            assert told == [], "the window is looked at"
            shell.hide()
            where = finish(engine, "Company drive", "needs_attention", "The folder is not there")
            await until(lambda: outside.notifier._gathered)
            outside.notifier.flush()
            assert [(notice.title, notice.text) for notice in told] == [("Company drive", "The folder is not there")]
            assert outside.tray is not None
            outside.tray.icon.messageClicked.emit()
            assert shell.isVisible()
            assert shell.navigator.place == Place("connection", where)
            outside.end()

    run(main())


@pytest.mark.point(43)
def test_what_comes_at_once_is_told_once_and_a_failure_that_repeats_is_no_news(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            outside, told = attach(shell, engine, tray=True)
            shell.hide()
            finish(engine, "Release notes", "needs_attention", "The server answers 500")
            finish(engine, "Company drive", "sign_in_again", "Sign in again")
            await until(lambda: len(outside.notifier._gathered) == 2)
            outside.notifier.flush()
            assert [notice.title for notice in told] == ["2 sources need attention"]
            assert told[0].place == Place("sources", filter="needs_attention")
            finish(engine, "Release notes", "needs_attention", "The server answers 500")
            finish(engine, "Press", "up_to_date", "Up to date", run="done", trigger="first")
            await until(lambda: outside.notifier._gathered)
            await until(lambda: not shell.tasks.running("Notifier"))
            outside.notifier.flush()
            assert [notice.title for notice in told[1:]] == ["Press"]
            assert told[1].text.startswith("The first sync is done")
            outside.end()

    run(main())


@pytest.mark.point(43)
def test_an_ordinary_sync_is_no_news_and_the_person_may_switch_them_off(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            outside, told = attach(shell, engine, tray=True)
            shell.hide()
            view = await engine.connection("Release notes")
            done = engine.make_run(view, "done", 60, 5)
            assert outside.notifier.notice(replace(view, state="up_to_date", last_run=done)) is None
            finish(engine, "Company drive", "needs_attention", "The folder is not there")
            await until(lambda: outside.notifier._gathered)
            outside.notifier.enabled = False
            outside.notifier.flush()
            assert told == []
            outside.end()

    run(main())


@pytest.mark.point(42)
def test_without_a_tray_everything_else_works(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            outside, told = attach(shell, engine, tray=False)
            assert outside.tray is None
            shell.keep_running = True
            shell.showMinimized()
            finish(engine, "Company drive", "needs_attention", "The folder is not there")
            await until(lambda: outside.notifier._gathered)
            outside.notifier.flush()
            assert [notice.title for notice in told] == ["Company drive"], "the task bar's entry asks for a look"
            outside.open(Place("library"))
            assert shell.isVisible()
            assert not shell.isMinimized()
            await idle(shell)
            await until(lambda: shell.state_line.engine is not None)
            shell.close()
            assert shell.isVisible(), "a window without a tray is never hidden: nothing would bring it back"
            outside.end()

    run(main())
