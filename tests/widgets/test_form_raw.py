"""Raw values in the form, as JSON and as YAML."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.widgets.forms import button, click, field, press, settle, show, texts, write
from widgets import theme
from widgets.form import FormView

pytestmark = pytest.mark.usefixtures("themed")

FREE: dict[str, Any] = {
    "properties": {
        "a": {"x-editor": "yaml", "title": "Filter"},
        "t": {"type": "string", "x-editor": "yaml", "title": "Pipeline"},
        "z": {"type": "string"},
    }
}


def area(form: FormView, pointer: str) -> QPlainTextEdit:
    found = field(form, pointer)
    assert isinstance(found, QPlainTextEdit)
    return found


def type_into(form: FormView, pointer: str, text: str) -> None:
    """Types over what is there. Enter keeps the indentation, so the lines are typed without theirs where it is kept."""
    write(form, pointer, "")
    area(form, pointer).setFocus()
    for place, line in enumerate(text.split("\n")):
        if place:
            press(area(form, pointer), Qt.Key.Key_Return)
            while area(form, pointer).textCursor().positionInBlock() and not line.startswith(" "):
                press(area(form, pointer), Qt.Key.Key_Backspace)
            line = line[area(form, pointer).textCursor().positionInBlock() :]
        QTest.keyClicks(area(form, pointer), line)


def test_yaml_is_typed_and_json_is_saved(qtbot: QtBot) -> None:
    form = show(qtbot, FREE)
    type_into(form, "/a", "country: no\nsince: 2024-01-31\nat: 12:30\n7:\n  - 007\n  - 8")
    assert form.value() == {"a": {"country": "no", "since": "2024-01-31", "at": "12:30", "7": ["007", 8]}}
    assert form.errors() == []
    assert area(form, "/a").toPlainText().startswith("country: no\n")  # nobody rewrites what is being typed


def test_what_is_wrong_stays_and_blocks_saving(qtbot: QtBot) -> None:
    form = show(qtbot, FREE, value={"a": {"x": 1}})
    assert area(form, "/a").toPlainText() == "x: 1\n"
    type_into(form, "/a", "x: 1\nx: 2")
    field(form, "/z").setFocus()
    assert "The name “x” stands there twice: look at line 2, column 1." in texts(form)
    assert form.show_errors() == 1
    assert area(form, "/a").toPlainText() == "x: 1\nx: 2"
    assert "a" not in form.value()
    form.undo()
    assert form.value() == {"a": {"x": 1}}
    assert area(form, "/a").toPlainText() == "x: 1\n"
    form.redo()
    assert area(form, "/a").toPlainText() == "x: 1\nx: 2"
    assert len(form.errors()) == 1


def test_another_notation_is_the_same_value_and_no_change(qtbot: QtBot) -> None:
    form = show(qtbot, FREE, value={"a": {"country": "no", "list": [1, "1"]}})
    click(button(form, "Write Filter as JSON"))
    assert area(form, "/a").toPlainText() == '{\n  "country": "no",\n  "list": [\n    1,\n    "1"\n  ]\n}'
    assert not form.is_dirty()
    assert not form.state.can_undo
    click(button(form, "Write Filter as YAML"))
    assert area(form, "/a").toPlainText() == "country: 'no'\nlist:\n- 1\n- '1'\n"
    assert form.value() == {"a": {"country": "no", "list": [1, "1"]}}


def test_text_in_the_other_notation_is_read_once_it_is_named(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"x-editor": "json", "title": "A"}}})
    type_into(form, "/a", "x: [1, 2]")
    assert len(form.errors()) == 1
    click(button(form, "Write A as YAML"))
    assert form.value() == {"a": {"x": [1, 2]}}
    assert area(form, "/a").toPlainText() == "x: [1, 2]"


def test_the_notation_is_chosen_by_keyboard(qtbot: QtBot) -> None:
    form = show(qtbot, FREE, value={"a": [1]})
    form.set_tab_order()
    area(form, "/a").setFocus()
    press(area(form, "/a"), Qt.Key.Key_Tab)
    assert button(form, "Write Filter as JSON").hasFocus()
    press(button(form, "Write Filter as JSON"), Qt.Key.Key_Space)
    settle()
    assert area(form, "/a").toPlainText().startswith("[\n")


def test_a_text_that_holds_yaml_is_saved_to_the_letter(qtbot: QtBot) -> None:
    form = show(qtbot, FREE)
    text = "# keep\nsteps:\n  - run: no\n---\n!mine x"
    type_into(form, "/t", text)
    assert form.value() == {"t": text}
    form.set_value({"t": "a: 1"})
    assert area(form, "/t").toPlainText() == "a: 1"
    type_into(form, "/t", "a: [1")
    assert form.show_errors() == 1
    assert "This is not YAML yet: look at line 1, column 6." in texts(form)
    assert area(form, "/t").toPlainText() == "a: [1"


def test_true_is_not_taken_for_one(qtbot: QtBot) -> None:
    form = show(qtbot, FREE, value={"a": True})
    form.set_value({"a": 1})
    assert area(form, "/a").toPlainText() == "1\n"


def test_source_is_of_fixed_width_and_grows_with_its_text(qtbot: QtBot) -> None:
    form = show(qtbot, FREE)
    low = area(form, "/a").height()
    assert area(form, "/a").font().family() == theme.font("mono").family()
    form.set_value({"a": list(range(12))})
    settle()
    assert area(form, "/a").height() > low
    form.set_value({"a": list(range(500))})
    settle()
    assert area(form, "/a").height() < 3 * low + 100
