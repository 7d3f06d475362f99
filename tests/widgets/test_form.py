"""The generated form as a person uses it: real keys and mouse, and what comes out."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.forms.samples import DATABASE, DATABASE_VALUE, ODD, STORE, STORE_VALUE
from tests.widgets.forms import button, click, field, press, show, texts, unfold, write

pytestmark = pytest.mark.usefixtures("themed")


# --- values


@pytest.mark.point(14)
def test_untouched_form_gives_the_defaults(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string"}, "n": {"type": "integer", "default": 3}}})
    assert form.value() == {"n": 3}
    assert not form.is_dirty()
    assert form.secrets() == {}


@pytest.mark.parametrize(("schema", "value"), [(STORE, STORE_VALUE), (DATABASE, DATABASE_VALUE)])
def test_a_config_comes_back_as_it_was(qtbot: QtBot, schema: dict[str, Any], value: dict[str, Any]) -> None:
    form = show(qtbot, schema, value=value)
    unfold(form)
    assert form.value() == value
    assert not form.is_dirty()


@pytest.mark.parametrize(
    ("schema", "typed", "value"),
    [
        ({"type": "string"}, "docs", "docs"),
        ({"type": "string", "multiline": True}, "a b", "a b"),
        ({"type": "integer"}, "9223372036854775807", 9223372036854775807),
        ({"type": "integer"}, "-3", -3),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "integer"}, "3x", "3x"),
        ({"type": "number"}, "1,500", "1,500"),
        ({"type": "integer", "x-unit": "bytes", "default": 1048576}, "5", 5 * 1024 * 1024),
        ({"type": "string", "format": "date"}, "2025-01-31", "2025-01-31"),
        ({"type": "string", "x-path": {"kind": "folder"}}, "/srv", "/srv"),
        ({"type": "string", "x-options": {"source": "buckets"}}, "typed", "typed"),
        ({"type": "string", "x-tree": True}, "a/b", "a/b"),
        ({"type": "object", "x-editor": "json"}, '{"k": [1]}', {"k": [1]}),
        ({"enum": [f"item {n}" for n in range(20)]}, "item 7", "item 7"),
    ],
)
def test_what_is_typed_is_the_value(qtbot: QtBot, schema: dict[str, Any], typed: str, value: Any) -> None:
    form = show(qtbot, {"properties": {"a": schema, "z": {"type": "boolean"}}})
    write(form, "/a", typed)
    press(field(form, "/a"), Qt.Key.Key_Tab)
    assert form.value()["a"] == value
    assert type(form.value()["a"]) is type(value)


def test_emptied_field_is_absent(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string"}, "n": {"type": "integer"}}}, value={"a": "x", "n": 1})
    write(form, "/a", "")
    write(form, "/n", "")
    assert form.value() == {}


def test_check_box_and_choice(qtbot: QtBot) -> None:
    schema = {"properties": {"b": {"type": "boolean", "default": False}, "e": {"enum": ["x", "y", "z"]}}}
    form = show(qtbot, schema)
    click(field(form, "/b"))
    combo = field(form, "/e")
    combo.setFocus()
    press(combo, Qt.Key.Key_Down)
    press(combo, Qt.Key.Key_Down)
    assert form.value() == {"b": True, "e": "y"}


def test_a_required_answer_without_default_is_asked_for(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"b": {"type": "boolean"}}, "required": ["b"]})
    assert form.value() == {}
    assert form.show_errors() == 1
    click(button(form, "No"))
    assert form.value() == {"b": False}
    assert form.errors() == []


def test_several_of_some(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "array", "items": {"enum": ["r", "w", "x"]}}}})
    click(button(form, "w"))
    click(button(form, "x"))
    assert form.value() == {"a": ["w", "x"]}
    click(button(form, "w"))
    click(button(form, "x"))
    assert form.value() == {}


def test_number_steps_within_its_limits(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"n": {"type": "integer", "maximum": 3, "default": 2}}})
    line = field(form, "/n")
    for _ in range(3):
        press(line, Qt.Key.Key_Up)
    assert form.value() == {"n": 3}


def test_wheel_over_a_field_changes_nothing(qtbot: QtBot) -> None:
    schema = {"properties": {"e": {"enum": ["x", "y"], "default": "x"}, "n": {"type": "integer", "default": 1}}}
    form = show(qtbot, schema)
    for name in ("/e", "/n"):
        target = field(form, name)
        center = QPointF(target.rect().center())
        wheel = QWheelEvent(
            center,
            QPointF(target.mapToGlobal(target.rect().center())),
            QPoint(0, -120),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(target, wheel)
    assert form.value() == {"e": "x", "n": 1}


# --- collections


def test_entries_are_typed_pasted_taken_back_and_removed(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"globs": {"type": "array", "items": {"type": "string"}}}})
    line = field(form, "/globs")
    write(form, "/globs", "**/*.md")
    press(line, Qt.Key.Key_Return)
    QGuiApplication.clipboard().setText("a.txt\r\n\n  b.txt  \nc{1,2}\n")
    press(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert form.value() == {"globs": ["**/*.md", "a.txt", "b.txt", "c{1,2}"]}
    press(line, Qt.Key.Key_Backspace)
    assert line.text() == "c{1,2}"
    press(line, Qt.Key.Key_Backspace)
    press(line, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert form.value()["globs"][-1] == "c{1,2"
    press(button(form, "Remove a.txt"), Qt.Key.Key_Delete)
    assert form.value() == {"globs": ["**/*.md", "b.txt", "c{1,2"]}


def test_numbers_as_entries(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"ports": {"type": "array", "items": {"type": "integer"}}}})
    for text in ("80", "x"):
        write(form, "/ports", text)
        press(field(form, "/ports"), Qt.Key.Key_Return)
    assert form.value() == {"ports": [80, "x"]}
    assert [error.pointer for error in form.errors()] == ["/ports"]


def test_pairs(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value={"headers": {"A": "1"}})
    click(button(form, "Add to Headers"))
    name, value = [one for one in form.findChildren(QLineEdit) if one.accessibleName().endswith("in Headers")][-2:]
    assert name.hasFocus()
    for line, text in ((name, "B"), (value, "2")):
        for letter in text:
            press(line, Qt.Key(ord(letter)), Qt.KeyboardModifier.ShiftModifier)
    assert {key.upper(): one for key, one in form.value()["headers"].items()} == {"A": "1", "B": "2"}


def test_items_are_added_filled_moved_and_removed(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    click(field(form, "/rules"))
    assert field(form, "/rules/0/path").hasFocus()
    write(form, "/rules/0/path", "one")
    click(field(form, "/rules"))
    write(form, "/rules/1/path", "two")
    click(button(form, "Move Rule 2 up"))
    assert [rule["path"] for rule in form.value()["rules"]] == ["two", "one"]
    assert field(form, "/rules/0/path").text() == "two"
    click(button(form, "Remove Rule 1"))
    assert form.value()["rules"] == [{"path": "one", "keep": True}]
    form.undo()
    assert field(form, "/rules/0/path").text() == "two"


# --- unions and nested objects


@pytest.mark.point(12)
def test_branches_keep_what_was_typed(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    write(form, "/auth/access_key", "AKIA")
    click(button(form, "Sign-in: Role"))
    assert field(form, "/auth/minutes").text() == "60"
    visible = [one for one in form.findChildren(QLineEdit, "field:/auth/access_key") if one.isVisible()]
    assert [one.text() for one in visible] == [""]
    visible[0].setFocus()
    QGuiApplication.clipboard().setText("arn:x")
    press(visible[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert form.value()["auth"] == {"method": "role", "access_key": "arn:x", "minutes": 60}
    click(button(form, "Sign-in: Access key"))
    assert form.value()["auth"] == {"method": "keys", "access_key": "AKIA"}
    click(button(form, "Sign-in: Role"))
    assert form.value()["auth"]["access_key"] == "arn:x"


def test_a_branch_that_is_a_check_box_shows_it(qtbot: QtBot) -> None:
    both = {
        "oneOf": [{"type": "boolean", "default": False}, {"type": "object", "properties": {"a": {"type": "string"}}}]
    }
    form = show(qtbot, {"type": "object", "required": ["u"], "properties": {"u": {**both, "default": False}}})
    unfold(form)
    (box,) = [one for one in form.findChildren(QCheckBox) if one.isVisible()]
    click(box)
    assert form.value() == {"u": True}


def test_more_branches_than_segments_make_a_list(qtbot: QtBot) -> None:
    branches = [{"title": f"Way {n}", "properties": {"k": {"const": n}, f"f{n}": {"type": "string"}}} for n in range(5)]
    form = show(qtbot, {"properties": {"u": {"oneOf": branches}}, "required": ["u"]})
    combo = field(form, "/u")
    assert isinstance(combo, QComboBox)
    combo.setFocus()
    press(combo, Qt.Key.Key_Down)
    write(form, "/u/f1", "x")
    assert form.value() == {"u": {"k": 1, "f1": "x"}}


def test_optional_object_is_switched_on(qtbot: QtBot) -> None:
    inner = {"type": "object", "required": ["host"], "properties": {"host": {"type": "string"}}}
    form = show(qtbot, {"properties": {"proxy": {"title": "Proxy", **inner}}})
    assert form.value() == {}
    click(field(form, "/proxy"))
    write(form, "/proxy/host", "p")
    assert form.value() == {"proxy": {"host": "p"}}
    click(field(form, "/proxy"))
    assert form.value() == {}


# --- errors


@pytest.mark.point(8)
def test_error_shows_when_the_field_is_left_not_while_typing(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    write(form, "/region", "E")
    assert "Should look like eu-1." not in texts(form)
    press(field(form, "/region"), Qt.Key.Key_Tab)
    assert "Should look like eu-1." in texts(form)
    assert "Should look like eu-1." in field(form, "/region").accessibleDescription()
    write(form, "/region", "eu-2")
    assert "Should look like eu-1." not in texts(form)


@pytest.mark.point(9)
def test_show_errors_goes_to_the_first_bad_field_even_if_it_is_folded_away(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value={**STORE_VALUE, "workers": 99})
    assert form.show_errors() == 1
    assert field(form, "/workers").hasFocus()
    assert "Must be at most 32." in texts(form)
    form = show(qtbot, STORE)
    assert form.show_errors() == 3
    assert field(form, "/bucket").hasFocus()


def test_error_of_a_whole_object_and_of_a_list_are_told(qtbot: QtBot) -> None:
    schema = {
        "additionalProperties": False,
        "properties": {"rules": {"type": "array", "minItems": 1, "items": {"properties": {"a": {"type": "string"}}}}},
    }
    form = show(qtbot, schema, value={"old": 1, "rules": []})
    assert form.show_errors() == 2
    assert {"Unknown setting: old.", "Add at least 1."} <= set(texts(form))
    form.show_error("", "The server is on fire.")
    assert "The server is on fire." in texts(form)


def test_error_found_elsewhere(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=STORE_VALUE)
    form.show_error("/auth/access_key", "The role can't be assumed.")
    assert field(form, "/auth/access_key").hasFocus()
    assert "The role can't be assumed." in texts(form)
    write(form, "/auth/access_key", "arn:other")
    assert "The role can't be assumed." not in texts(form)


def test_half_typed_json_is_an_error_and_not_saved(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"x-editor": "json"}, "b": {"type": "string"}}})
    write(form, "/a", '{"x": ')
    field(form, "/b").setFocus()
    assert form.value() == {}
    assert "This is not JSON yet: look at line 1, column 7." in texts(form)
    write(form, "/a", '{"x": 1}')
    assert form.value() == {"a": {"x": 1}}
    assert form.errors() == []


def test_leaving_a_field_or_showing_errors_is_no_change(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    heard: list[bool] = []
    form.changed.connect(lambda: heard.append(True))
    field(form, "/bucket").setFocus()
    press(field(form, "/bucket"), Qt.Key.Key_Tab)
    form.show_errors()
    form.show_error("/bucket", "No such bucket.")
    assert heard == []
    write(form, "/bucket", "b")
    assert heard == [True]


# --- undo, reset


def test_undo_and_redo_by_keyboard(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    click(button(form, "Sign-in: Role"))
    click(field(form, "/follow"))
    box = field(form, "/follow")
    press(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.value()["follow"] is False
    press(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.value()["auth"] == {"method": "keys"}
    press(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert form.value()["auth"]["method"] == "role"


@pytest.mark.point(14)
def test_a_changed_field_says_so_and_goes_back(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=STORE_VALUE)
    write(form, "/bucket", "other")
    mark = button(form, "Changed. Back to what it was: Bucket")
    click(mark)
    assert form.value() == STORE_VALUE
    assert not mark.isVisible()


def test_a_changed_list_and_a_changed_choice_go_back_whole(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=STORE_VALUE)
    click(button(form, "Sign-in: Anonymous"))
    click(button(form, "Remove Rule 1"))
    click(button(form, "Changed. Back to what it was: Sign-in"))
    assert form.value()["auth"] == STORE_VALUE["auth"]
    click(button(form, "Changed. Back to what it was: Rules"))
    assert form.value() == STORE_VALUE
    assert not form.is_dirty()


# --- strange schemas


@pytest.mark.parametrize("name", ODD)
def test_strange_schemas_are_drawn(qtbot: QtBot, name: str) -> None:
    if not isinstance(ODD[name], dict):
        ODD_FORM: dict[str, Any] = {"properties": {"a": ODD[name]}}
    else:
        ODD_FORM = ODD[name]
    form = show(qtbot, ODD_FORM)
    form.show_errors()
    form.set_value({"a": {"b": 1}, "u": {"k": "x"}, "b": [None]})
    form.show_errors()
    form.undo()
    for one in form.findChildren(QAbstractButton):
        if one.isVisible() and one.isEnabled() and one.accessibleName().startswith("Add"):
            click(one)
    form.reset()


def test_help_is_never_markup_of_the_schemas_own(qtbot: QtBot) -> None:
    evil = (
        "<b>Bold</b> <img src='http://x/i.png'><script>x</script> <a href='file:///etc'>f</a> [s](https://ok.example)"
    )
    form = show(qtbot, {"properties": {"a": {"type": "string", "title": "<img src=x>", "description": evil}}})
    shown = " ".join(texts(form))
    assert "<b>Bold</b>" in shown
    assert '<a href="https://ok.example">s</a>' in shown
    assert "file:" not in shown
    assert "script" not in shown
    assert "http://x" not in shown
    assert field(form, "/a").accessibleName() == "A"


def test_a_value_of_another_shape_is_edited_as_json(qtbot: QtBot) -> None:
    schema = {
        "properties": {"o": {"type": "object", "properties": {"x": {"type": "string"}}}, "n": {"type": "integer"}}
    }
    form = show(qtbot, schema, value={"o": [1], "n": {"k": 2}})
    assert form.value() == {"o": [1], "n": {"k": 2}}
    assert isinstance(field(form, "/o"), QPlainTextEdit)
    write(form, "/n", "7")
    assert form.value() == {"o": [1], "n": 7}
    assert field(form, "/n").hasFocus()
    assert isinstance(field(form, "/n"), QLineEdit)  # a number again: its own editor takes over
    press(field(form, "/o"), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field(form, "/o"), '{"x": "y"')
    assert [error.pointer for error in form.errors()] == ["/o"]
    QTest.keyClicks(field(form, "/o"), "}")
    assert form.value() == {"o": {"x": "y"}, "n": 7}
    assert field(form, "/o/x").text() == "y"
    form.set_value({"o": 5})
    assert field(form, "/o").toPlainText() == "5"
