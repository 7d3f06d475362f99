"""What a person types into maps, numbers, choices and texts is what is saved: nothing of it is lost by the way."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.forms import button, click, field, press, settle, show, write
from widgets.form import FormView

pytestmark = pytest.mark.usefixtures("themed")
HEADERS = {"properties": {"h": {"title": "Headers", "type": "object", "additionalProperties": {"type": "string"}}}}
NODES = {
    "properties": {
        "m": {
            "title": "Nodes",
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"x": {"type": "string"}}},
        }
    }
}


def lines(form: QWidget, name: str) -> list[QLineEdit]:
    settle()
    return [one for one in form.findChildren(QLineEdit) if one.accessibleName() == name and one.isVisible()]


def add_pair(form: FormView, name: str, value: str) -> None:
    click(button(form, "Add to Headers"))
    QTest.keyClicks(lines(form, "Name in Headers")[-1], name)
    QTest.keyClicks(lines(form, "Value in Headers")[-1], value)


def messages(form: FormView) -> list[tuple[str, str]]:
    return [(error.pointer, error.message) for error in form.errors()]


def test_a_name_that_stands_twice_is_an_error_and_loses_nothing(qtbot: QtBot) -> None:
    form = show(qtbot, HEADERS, value={"h": {"a": "1"}})
    add_pair(form, "a", "2")
    assert messages(form) == [("/h", "The name “a” stands there twice.")]
    assert [one.text() for one in lines(form, "Value in Headers")] == ["1", "2"]
    QTest.keyClicks(lines(form, "Name in Headers")[1], "b")
    assert form.value() == {"h": {"a": "1", "ab": "2"}}
    assert messages(form) == []
    form.undo()
    assert form.value() == {"h": {"a": "1"}}
    form.redo()
    assert form.value() == {"h": {"a": "1", "ab": "2"}}
    assert [one.text() for one in lines(form, "Name in Headers")] == ["a", "ab"]


def test_what_stands_twice_is_still_there_after_undo_and_in_a_draft(qtbot: QtBot) -> None:
    form = show(qtbot, HEADERS, value={"h": {"a": "1"}})
    add_pair(form, "a", "2")
    kept = form.state.keep()
    form.undo()
    form.redo()
    assert [one.text() for one in lines(form, "Value in Headers")] == ["1", "2"]
    again = show(qtbot, HEADERS)
    again.state.take_up(kept)
    assert [one.text() for one in lines(again, "Value in Headers")] == ["1", "2"]
    assert messages(again) == [("/h", "The name “a” stands there twice.")]


def test_a_value_without_a_name_is_an_error(qtbot: QtBot) -> None:
    form = show(qtbot, HEADERS)
    add_pair(form, "", "2")
    assert messages(form) == [("/h", "Every entry needs a name.")]
    QTest.keyClicks(lines(form, "Name in Headers")[0], "n")
    assert form.value() == {"h": {"n": "2"}}
    click(button(form, "Add to Headers"))  # a row that is still empty is none
    assert messages(form) == []


def test_an_empty_name_that_was_there_stays_when_another_row_is_changed(qtbot: QtBot) -> None:
    form = show(qtbot, HEADERS, value={"h": {"": "e", "a": "1"}})
    QTest.keyClicks(lines(form, "Value in Headers")[1], "9")
    assert form.value() == {"h": {"": "e", "a": "19"}}
    assert messages(form) == []


def test_cards_of_the_same_name_are_an_error(qtbot: QtBot) -> None:
    form = show(qtbot, NODES, value={"m": {"a": {"x": "1"}, "b": {"x": "2"}}})
    name = lines(form, "Name of Nodes 2")[0]
    name.setFocus()
    press(name, Qt.Key.Key_Backspace)
    QTest.keyClicks(name, "a")
    assert messages(form) == [("/m", "The name “a” stands there twice.")]
    QTest.keyClicks(name, "2")
    assert messages(form) == []
    assert form.value() == {"m": {"a": {"x": "1"}, "a2": {"x": "2"}}}


def test_a_card_without_a_name_is_an_error_until_it_has_one(qtbot: QtBot) -> None:
    form = show(qtbot, NODES, value={"m": {"": {"x": "1"}}})
    assert messages(form) == []  # an empty name is a name, where there was one
    click(button(form, "Add to Nodes"))
    name = lines(form, "Name of Nodes 2")[0]
    assert messages(form) == [("/m", "Every entry needs a name.")]
    again = show(qtbot, NODES)
    again.state.take_up(form.state.keep())
    assert messages(again) == [("/m", "Every entry needs a name.")]
    QTest.keyClicks(name, "b")
    assert messages(form) == []
    assert form.value() == {"m": {"": {"x": "1"}, "b": {}}}


@pytest.mark.parametrize(
    ("schema", "ups", "downs"),
    [
        ({"type": "integer", "multipleOf": 5, "minimum": 2, "maximum": 11}, [5, 10, 10], [5, 5]),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3}, [1, 2, 2], [1, 1]),
        ({"type": "number", "multipleOf": 0.1}, [0.1, 0.2, 0.3], [0.2, 0.1]),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 2}, [1, 1], [1]),
        ({"type": "integer", "minimum": 3}, [3, 4], [3, 3]),
        ({"type": "integer"}, [1, 2], [1, 0, -1]),
    ],
)
def test_arrow_keys_step_to_what_is_allowed(
    qtbot: QtBot, schema: dict[str, Any], ups: list[Any], downs: list[Any]
) -> None:
    form = show(qtbot, {"properties": {"n": schema}})
    for key, wanted in ((Qt.Key.Key_Up, ups), (Qt.Key.Key_Down, downs)):
        for number in wanted:
            press(field(form, "/n"), key)
            assert form.value() == {"n": number}
            assert messages(form) == []


@pytest.mark.parametrize(("text", "number"), [("1e5", 100_000), ("5.", 5), ("2.0", 2), ("1e2", 100)])
def test_a_whole_number_is_saved_as_one(qtbot: QtBot, text: str, number: int) -> None:
    form = show(qtbot, {"properties": {"n": {"type": "integer"}}})
    write(form, "/n", text)
    assert (form.value(), type(form.value()["n"])) == ({"n": number}, int)
    assert field(form, "/n").text() == text  # not rewritten while the person types


@pytest.mark.parametrize("count", [3, 20])
def test_choosing_none_of_what_is_preset_saves_none(qtbot: QtBot, count: int) -> None:
    names = [f"v{place}" for place in range(count)]
    listed = {"title": "Slices", "type": "array", "items": {"enum": names}, "default": ["v0"]}
    form = show(qtbot, {"properties": {"l": listed, "o": {**listed, "default": None}}})
    editor = field(form, "/l")
    if count == 3:
        click(editor)
    else:
        editor.setFocus()
        press(editor, Qt.Key.Key_Home)
        press(editor, Qt.Key.Key_Space)
    assert form.value()["l"] == []  # without it the source would take its default again


def test_choices_keep_the_order_they_had(qtbot: QtBot) -> None:
    schema = {"properties": {"l": {"type": "array", "items": {"enum": ["a", "b", "c"]}}}}
    form = show(qtbot, schema, value={"l": ["c", "x", "a", "a"]})
    click(button(form, "b"))
    assert form.value() == {"l": ["c", "x", "a", "a", "b"]}
    click(button(form, "c"))
    assert form.value() == {"l": ["x", "a", "a", "b"]}


def test_signs_that_look_like_blanks_stay_in_a_text(qtbot: QtBot) -> None:
    schema = {"properties": {"t": {"type": "string", "multiline": True}}}
    form = show(qtbot, schema, value={"t": "a\u00a0b\n\tc"})
    area = field(form, "/t")
    area.setFocus()
    press(area, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(area, "!")
    assert form.value() == {"t": "a\u00a0b\n\tc!"}


def test_what_is_half_typed_counts_as_a_change(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"raw": {"type": "object", "x-editor": "json"}, **HEADERS["properties"]}})
    assert not form.is_dirty()
    QTest.keyClicks(field(form, "/raw"), '{"a": ')
    assert form.is_dirty()
    form.undo()
    assert not form.is_dirty()
    add_pair(form, "", "2")
    assert form.is_dirty()
