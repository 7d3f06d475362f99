"""Nothing but the main window ever appears by itself: a widget that is shown before it has its place is a window for a
moment. It flickers, and takes the focus from what the person was typing into."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import idle, window
from widgets.navigation import PAGES
from widgets.pages.accounts import AccountsPage
from widgets.pages.page import Place
from widgets.shell import Shell
from widgets.sign_in import SignInWanted


class Watch(QObject):
    """Notes every window that is shown and is not the main one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and not isinstance(watched, Shell):
            self.seen.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def test_pages_open_without_other_windows(run: Run, themed: QApplication, tmp_path: Path) -> None:
    watch = Watch()

    async def main(engine: FakeEngine) -> None:
        async with window(engine, tmp_path) as shell:
            for name in PAGES:
                shell.go(Place(name, "Contracts" if name == "connection" else ""))
                await idle(shell)

    themed.installEventFilter(watch)
    try:
        for empty in (False, True):
            run(main(FakeEngine(empty=empty)))
    finally:
        themed.removeEventFilter(watch)
    assert watch.seen == []


def test_a_sign_in_begins_without_other_windows(run: Run, themed: QApplication, tmp_path: Path) -> None:
    watch = Watch()

    async def main(engine: FakeEngine) -> None:
        async with window(engine, tmp_path, Place("accounts")) as shell:
            page = cast(AccountsPage, shell.current)
            for provider in await engine.providers():
                page.panel.open(SignInWanted(provider=provider.id))
                await until(page.panel.client_step.isVisible)
                page.panel.close_panel()

    themed.installEventFilter(watch)
    try:
        run(main(FakeEngine()))
    finally:
        themed.removeEventFilter(watch)
    assert watch.seen == []
