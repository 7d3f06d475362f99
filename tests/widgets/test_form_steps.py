"""A form with steps: each checked before the next, all of it one value, by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.forms.test_steps import SCHEMA
from tests.widgets.forms import button, field, press, settle, show, texts, write
from tests.widgets.test_paste import paste
from widgets.form import FormView

pytestmark = pytest.mark.usefixtures("themed")


def pointers(form: FormView) -> set[str]:
    settle()
    found = (one for one in form.findChildren(QWidget) if one.isVisible())
    return {one.objectName().removeprefix("field:") for one in found if one.objectName().startswith("field:/")}


def focused() -> QWidget:
    settle()
    one = QApplication.focusWidget()
    assert one is not None
    return one


def test_steps_are_gone_through_by_keyboard(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    assert pointers(form) == {"/host", "/token"}
    assert "Step 1 of 3" in texts(form)
    press(button(form, "Next"), Qt.Key.Key_Space)
    assert pointers(form) == {"/host", "/token"}, "the step is not right yet"
    assert focused() is field(form, "/host")
    assert form.state.visible_error(("host",)) is not None
    assert form.state.visible_error(("bucket",)) is None, "a step nobody has seen is not blamed"
    QTest.keyClicks(focused(), "h")
    press(button(form, "Next"), Qt.Key.Key_Space)
    assert pointers(form) == {"/bucket"}
    QTest.keyClicks(focused(), "b")
    press(button(form, "Next"), Qt.Key.Key_Space)
    assert pointers(form) == {"/depth", "/unnamed"}
    assert not [one for one in texts(form) if one == "Next"]
    write(form, "/unnamed", "u")
    press(button(form, "Back"), Qt.Key.Key_Space)
    assert field(form, "/bucket").text() == "b", "what was typed is there again"
    assert form.value() == {"host": "h", "bucket": "b", "unnamed": "u"}


def test_a_step_ahead_waits_for_those_before(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA, value={"host": "h"})
    button(form, "Step 3 of 3: Options").click()
    assert pointers(form) == {"/bucket"}, "the first step that is not right"
    write(form, "/bucket", "b")
    button(form, "Step 3 of 3: Options").click()
    assert pointers(form) == {"/depth", "/unnamed"}
    button(form, "Step 1 of 3: Sign in").click()
    assert pointers(form) == {"/host", "/token"}


def test_an_error_and_an_undo_lead_to_their_step(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA, value={"host": "h", "bucket": "b", "depth": 10})
    assert form.show_errors() == 1
    assert focused() is field(form, "/depth")
    write(form, "/depth", "3")
    button(form, "Back").click()
    form.undo()
    assert form.value()["depth"] == 10
    assert pointers(form) == {"/bucket"}


def test_secrets_and_pasted_settings_of_other_steps_are_kept(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    write(form, "/token", "t")
    panel = paste(form, "bucket=b\nhost=h\ndepth=2")
    button(panel, "Apply 3 settings").click()
    button(form, "Step 3 of 3: Options").click()
    assert pointers(form) == {"/depth", "/unnamed"}
    assert form.value() == {"host": "h", "bucket": "b", "depth": 2}
    assert form.secrets() == {"/token": "value:t"}
