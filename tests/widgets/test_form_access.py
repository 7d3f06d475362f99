"""A form is reached by everybody: by keyboard alone, in visual order, with names for a screen reader."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.forms.samples import DATABASE, DATABASE_VALUE, STORE, STORE_VALUE
from tests.widgets.forms import button, click, field, press, show, unfold
from widgets.form import FormView

pytestmark = pytest.mark.usefixtures("themed")


def inputs(form: FormView) -> list[QWidget]:
    return [
        one
        for one in form.findChildren(QWidget)
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled() and not one.focusProxy()
    ]


@pytest.mark.parametrize("schema", [STORE, DATABASE], ids=["store", "database"])
def test_every_input_has_a_name_and_tab_reaches_it_in_visual_order(qtbot: QtBot, schema: dict[str, Any]) -> None:
    form = show(qtbot, schema, value={**(STORE_VALUE if schema is STORE else DATABASE_VALUE)})
    unfold(form)
    click(button(form, "Sign-in: Access key" if schema is STORE else "Tunnel: SSH"))
    form.set_tab_order()
    wanted = [one for one in inputs(form) if not isinstance(one.parentWidget(), QComboBox)]
    assert not [one for one in wanted if not one.accessibleName()]
    chain = [min(wanted, key=lambda one: one.mapTo(form, QPoint()).y())]
    while (one := chain[-1].nextInFocusChain()) is not chain[0]:
        chain.append(one)
    chain = [one for one in chain if one in wanted]
    assert set(chain) == set(wanted)
    tops = [one.mapTo(form, QPoint()).y() for one in chain]
    assert all(after >= before - 40 for before, after in pairwise(tops)), tops


def test_keyboard_alone_fills_the_form(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    field(form, "/bucket").setFocus()

    def focused() -> QWidget:
        one = QApplication.focusWidget()
        assert one is not None
        return one

    def tab_to(name: str) -> QWidget:
        for _ in range(60):
            if focused().objectName() == name:
                return focused()
            press(focused(), Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}")

    QTest.keyClicks(focused(), "docs")
    press(tab_to("field:/auth"), Qt.Key.Key_Right)
    assert form.value()["auth"]["method"] == "role"
    form.set_tab_order()
    QTest.keyClicks(tab_to("field:/auth/access_key"), "arn:r")
    press(tab_to("field:/follow"), Qt.Key.Key_Space)
    assert form.value()["bucket"] == "docs"
    assert form.value()["auth"]["access_key"] == "arn:r"
    assert form.value()["follow"] is True
    assert form.errors() == []


def test_labels_are_buddies_with_mnemonics(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"bucket": {"type": "string"}, "beta": {"type": "string"}}})
    labels = [one for one in form.findChildren(QLabel) if one.buddy() is not None]
    assert [one.text() for one in labels] == ["&Bucket", "B&eta"]
    assert labels[0].buddy() is field(form, "/bucket")
