"""Choices as radio buttons, and the names by which inputs of alternatives are found."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.form_schemas import branch
from tests.widgets.forms import button, click, field, press, show, texts, write
from widgets.form import FormView

pytestmark = pytest.mark.usefixtures("themed")
TEXT = {"type": "string"}
NAMES = ("Off", "SSH", "TLS", "Proxy", "VPN")


def radios(form: FormView) -> list[QRadioButton]:
    return [one for one in form.findChildren(QRadioButton) if one.isVisible()]


def union(count: int, **words: Any) -> dict[str, Any]:
    names = [f"Kind {n}" for n in range(count)]
    return {
        "required": ["u"],
        "properties": {"u": {"title": "Tunnel", "oneOf": [branch(name, a=TEXT) for name in names], **words}},
    }


def test_a_union_that_asks_for_radio_buttons_has_them(qtbot: QtBot) -> None:
    form = show(qtbot, union(5, display_type="radio"))
    assert [one.text() for one in radios(form)] == [f"Kind {n}" for n in range(5)]
    assert [one.isChecked() for one in radios(form)] == [True, False, False, False, False]
    click(button(form, "Tunnel: Kind 3"))
    write(form, "/u/a", "x")
    assert form.value() == {"u": {"kind": "Kind 3", "a": "x"}}
    radios(form)[3].setFocus()
    press(radios(form)[3], Qt.Key.Key_Up)
    assert form.value()["u"]["kind"] == "Kind 2"
    form.undo()
    assert form.value() == {"u": {"kind": "Kind 3", "a": "x"}}
    assert radios(form)[3].isChecked()


@pytest.mark.parametrize(
    ("count", "words"), [(9, {"display_type": "radio"}), (5, {}), (5, {"display_type": "dropdown"})]
)
def test_many_alternatives_and_those_that_do_not_ask_are_a_list(qtbot: QtBot, count: int, words: Any) -> None:
    form = show(qtbot, union(count, **words))
    assert radios(form) == []
    assert isinstance(field(form, "/u"), QComboBox)


CHOICE = {
    "properties": {
        "e": {
            "enum": ["a", 2, "c"],
            "title": "Mode",
            "enumNames": ["Ask", "Never", "Always"],
            "enumDescriptions": ["Each time", "", "Without asking"],
            "display_type": "radio",
        },
        "z": TEXT,
    }
}


def test_an_enum_that_asks_for_radio_buttons_has_them_with_their_help(qtbot: QtBot) -> None:
    form = show(qtbot, CHOICE)
    assert [one.text() for one in radios(form)] == ["Ask", "Never", "Always", "Not set"]
    assert "Without asking" in texts(form)
    click(button(form, "Mode: Never"))
    assert form.value() == {"e": 2}
    click(button(form, "Mode: Not set"))
    assert form.value() == {}


def test_a_value_that_is_not_listed_is_shown_and_kept(qtbot: QtBot) -> None:
    form = show(qtbot, CHOICE, value={"e": "old"})
    assert [one.text() for one in radios(form) if one.isChecked()] == ["old (not listed)"]
    assert form.value() == {"e": "old"}
    click(button(form, "Mode: Ask"))
    form.undo()
    assert form.value() == {"e": "old"}


def test_tab_goes_into_the_radio_buttons_and_out(qtbot: QtBot) -> None:
    form = show(qtbot, CHOICE, value={"e": "c"})
    form.set_tab_order()
    field(form, "/z").setFocus()
    press(field(form, "/z"), Qt.Key.Key_Backtab)
    focused = QApplication.focusWidget()
    assert focused is button(form, "Mode: Not set")
    press(focused, Qt.Key.Key_Space)
    assert form.value() == {}
    press(focused, Qt.Key.Key_Up)
    assert form.value() == {"e": "c"}


def test_every_input_of_nested_alternatives_has_a_name_of_its_own(qtbot: QtBot) -> None:
    inner = {"title": "Days", "anyOf": [{"type": "integer", "title": "Some"}, {"type": "boolean", "title": "All"}]}
    schema = {"required": ["until"], "properties": {"until": {"anyOf": [{**TEXT, "title": "A name"}, inner]}}}
    form = show(qtbot, schema, value={"until": 7})
    names = [one.objectName() for one in form.findChildren(QWidget) if one.objectName().startswith("field:")]
    assert len(names) == len(set(names))
    write(form, "/until@1@0", "9")
    assert form.value() == {"until": 9}
    click(field(form, "/until"))
    write(form, "/until@0", "soon")
    assert form.value() == {"until": "soon"}


def test_the_value_of_an_alternative_is_named_and_says_itself_what_is_wrong(qtbot: QtBot) -> None:
    day = {**TEXT, "format": "date"}
    form = show(
        qtbot,
        {
            "required": ["until"],
            "properties": {
                "until": {"title": "Until", "anyOf": [day, {"type": "integer", "title": "Days"}]},
                "list": {"type": "array", "title": "Dates", "items": {"type": ["string", "null"], "format": "date"}},
                "z": TEXT,
            },
        },
        value={"until": "2024-01-31", "list": [None]},
    )
    assert field(form, "/until@0").accessibleName() == "Until, required"
    assert field(form, "/list/0").accessibleName() == "Dates, required"
    write(form, "/until@0", "soon")
    field(form, "/z").setFocus()
    assert [one for one in texts(form) if one.startswith("Enter a date")]
    assert field(form, "/until@0").property("invalid")
    write(form, "/until@0", "")
    assert form.show_errors() == 1
    assert field(form, "/until@0").hasFocus()
