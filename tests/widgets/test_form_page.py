"""A form in the real window: the page's own keys and the form's meet there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import window
from widgets.form.search import FormSearch
from widgets.pages.connection import ConnectionPage
from widgets.pages.page import Place
from widgets.shell import Shell

CONTROL = Qt.KeyboardModifier.ControlModifier


async def opened(shell: Shell) -> ConnectionPage:
    page = shell.current
    assert isinstance(page, ConnectionPage)
    shell.activateWindow()
    await until(lambda: page.settings.form is not None and shell.isActiveWindow())
    return page


def search_of(page: ConnectionPage) -> QLineEdit:
    search = page.settings.findChild(FormSearch)
    assert search is not None
    return search.line


def test_ctrl_f_searches_the_settings_from_the_form_and_from_the_page(
    engine: FakeEngine, tmp_path: Path, run: Run
) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, Place("connection", "Contracts", "settings")) as shell:
            page = await opened(shell)
            inner: QWidget | None = page.settings.findChild(QWidget, "field:/bucket")
            assert inner is not None
            inner.setFocus()
            QTest.keyClick(inner, Qt.Key.Key_F, CONTROL)
            assert search_of(page).hasFocus()
            page.settings.test.button.setFocus()
            focused = QApplication.focusWidget()
            assert focused is not None
            QTest.keyClick(focused, Qt.Key.Key_F, CONTROL)
            await until(search_of(page).hasFocus)
            assert page.stack.currentWidget() is page.settings

    run(body())
