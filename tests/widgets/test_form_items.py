"""Lists of objects in a form: folded with a summary, moved by keys and by mouse, drawn in pages."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.forms.samples import DATABASE, STORE, STORE_VALUE
from tests.widgets.forms import button, click, field, press, settle, show, texts, unfold, write
from widgets.form import FormView
from widgets.form.item import Grip, Item
from widgets.form.row import Row

pytestmark = pytest.mark.usefixtures("themed")


def rules(count: int) -> dict[str, Any]:
    return {**STORE_VALUE, "rules": [{"path": f"p{n}", "keep": True} for n in range(count)]}


def paths(form: FormView) -> list[str]:
    return [rule["path"] for rule in form.value()["rules"]]


def test_many_items_come_folded_and_say_what_is_in_them(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=rules(4))
    assert not [row for row in form.findChildren(Row) if row.path[0] == "rules"]
    assert {"p0", "p3"} <= set(texts(form))
    click(button(form, "Rule 2"))
    assert field(form, "/rules/1/path").text() == "p1"
    assert "p1" not in texts(form)
    click(button(form, "Rule 2"))
    assert "p1" in texts(form)
    form.go_to("/rules/3/path")
    assert field(form, "/rules/3/path").hasFocus()


def test_a_folded_item_tells_that_something_in_it_is_wrong(qtbot: QtBot) -> None:
    value = rules(4)
    del value["rules"][2]["path"]
    form = show(qtbot, STORE, value=value)
    form.show_errors()
    assert field(form, "/rules/2/path").hasFocus()
    click(button(form, "Rule 3"))
    assert [one.warning.isVisible() for one in form.findChildren(Item)] == [False, False, True, False]


def test_a_summary_never_shows_a_secret(qtbot: QtBot) -> None:
    streams = [{"name": f"s{n}", "token": "canary-51c0"} for n in range(5)]
    form = show(qtbot, DATABASE, value={"streams": streams})
    unfold(form)
    assert "s4" in texts(form)
    assert "canary" not in " ".join(texts(form))


def test_alt_and_arrows_move_an_item_from_within(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=rules(3))
    line = field(form, "/rules/0/path")
    line.setFocus()
    press(line, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert paths(form) == ["p1", "p0", "p2"]
    assert field(form, "/rules/1/path").hasFocus()
    for _ in range(3):
        press(field(form, f"/rules/{paths(form).index('p0')}/path"), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert paths(form) == ["p1", "p2", "p0"]
    for _ in range(2):
        form.undo()
    assert paths(form) == ["p0", "p1", "p2"]


def test_an_item_is_dragged_to_its_place(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=rules(4))
    settle()
    first, last = form.findChildren(Item)[0], form.findChildren(Item)[3]
    grip = first.findChildren(Grip)[0]
    target = grip.mapFromGlobal(last.mapToGlobal(QPoint(10, last.height() - 2)))
    QTest.mousePress(grip, Qt.MouseButton.LeftButton)
    QTest.mouseMove(grip, target)
    QTest.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=target)
    assert paths(form) == ["p1", "p2", "p3", "p0"]
    QTest.mouseClick(grip, Qt.MouseButton.LeftButton)  # a click alone moves nothing
    assert paths(form) == ["p1", "p2", "p3", "p0"]
    form.undo()
    assert paths(form) == ["p0", "p1", "p2", "p3"]


def test_hundreds_are_drawn_in_pages_and_all_are_kept(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=rules(100))
    assert len(form.findChildren(Item)) == 30
    click(button(form, "Show 30 more"))
    assert len(form.findChildren(Item)) == 60
    form.go_to("/rules/99/path")
    write(form, "/rules/99/path", "last")
    assert paths(form)[-2:] == ["p98", "last"]
    assert len(paths(form)) == 100
