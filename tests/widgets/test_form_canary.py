"""A secret typed into every kind of secret field is readable nowhere: no repr, undo step, log, error or picture."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.forms import click, field, press, settle, show, texts
from widgets.form import FormView
from widgets.form.secret import SecretEditor

pytestmark = pytest.mark.usefixtures("themed")

CANARY = "canary-7f3e91d2"
OTHER = "sparrow-a61b80c4"[: len(CANARY)]
LINE: dict[str, Any] = {"type": "string", "format": "password", "minLength": 40, "pattern": "^[A-Z]+$"}
KINDS: dict[str, dict[str, Any]] = {
    "/plain": LINE,
    "/airbyte": {"type": "string", "airbyte_secret": True},
    "/write_only": {"type": ["string", "null"], "writeOnly": True},
    "/number": {"type": "integer", "airbyte_secret": True},
    "/lines": {"type": "string", "airbyte_secret": True, "multiline": True},
    "/inner/token": {"type": "object", "properties": {"token": LINE}},
    "/either/token": {"oneOf": [{"title": "A", "properties": {"kind": {"const": "a"}, "token": LINE}}]},
    "/listed/0/token": {"type": "array", "items": {"type": "object", "properties": {"token": LINE}}},
}


def schema() -> dict[str, Any]:
    properties = {pointer.split("/")[1]: {"title": pointer, **kind} for pointer, kind in KINDS.items()}
    return {"properties": {**properties, "other": {"type": "string"}}, "required": [*properties, "other"]}


def type_everywhere(form: FormView, text: str) -> None:
    """As a person does: into the field, and on to another one."""
    click(field(form, "/listed"))
    for pointer in KINDS:
        form.go_to(pointer)
        target = field(form, pointer)
        target.setFocus()
        if isinstance(target, QPlainTextEdit):
            QGuiApplication.clipboard().setText(text)
            press(target, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
            QGuiApplication.clipboard().clear()
        else:
            QTest.keyClicks(target, text)
        form.go_to("/other")
    settle()


def readable(form: FormView) -> str:
    """All that widgets show, or tell a screen reader."""
    said = texts(form)
    for one in form.findChildren(QWidget):
        said += [one.toolTip(), one.statusTip(), one.whatsThis(), one.objectName()]
        told = QAccessible.queryAccessibleInterface(one)
        if told is not None:
            said += [told.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Description)]
            said.append(told.text(QAccessible.Text.Value) if isinstance(one, QLineEdit) else "")
        if isinstance(one, QLineEdit):
            said.append(one.displayText())
        if isinstance(one, QPlainTextEdit) and one.isVisible():
            said.append(one.toPlainText())
    return "\n".join(said)


def test_a_typed_secret_is_readable_nowhere(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    form = show(qtbot, schema())
    type_everywhere(form, CANARY)
    assert set(form.secrets()) == set(KINDS)  # each was taken, and is handed to the vault only
    assert all(change == f"value:{CANARY}" for change in form.secrets().values())
    errors = form.show_errors()
    assert errors
    state = form.state
    parts = [vars(part) for part in vars(state).values() if hasattr(part, "__dict__")]
    history = [state._cells.done, state._cells.undone, state._cells.now, state._secrets, state._stored]
    told = {
        "widgets": readable(form),
        "value": repr(form.value()),
        "errors": repr(form.errors()),
        "state": repr(state) + repr(vars(state)) + repr(parts),
        "history": repr(history),
        "log": caplog.text + repr(capfd.readouterr()),
    }
    assert not [where for where, text in told.items() if CANARY in text]
    for _ in range(40):
        form.undo()
    assert CANARY not in readable(form) + repr(vars(state)) + repr(form.value())


def test_the_state_of_a_form_with_a_typed_secret_can_not_be_dumped(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"t": LINE}})
    field(form, "/t").setFocus()
    QTest.keyClicks(field(form, "/t"), CANARY)
    slot = form.state.secret(("t",))
    with pytest.raises(TypeError):
        pickle.dumps(slot)
    with pytest.raises(TypeError):
        pickle.dumps(form.state._secrets)
    assert CANARY not in repr(copy.deepcopy(slot))


def test_saving_lets_go_of_the_text(qtbot: QtBot) -> None:
    form = show(qtbot, schema())
    type_everywhere(form, CANARY)
    form.mark_saved()
    settle()
    lines = [one.text() for one in form.findChildren(QLineEdit)]
    lines += [one.toPlainText() for one in form.findChildren(QPlainTextEdit)]
    assert not [line for line in lines if CANARY in line]
    assert form.secrets() == {}


def masked(qtbot: QtBot, text: str, pointer: str) -> QImage:
    form = show(qtbot, schema())
    type_everywhere(form, text)
    form.go_to(pointer)
    form.go_to("/other")
    settle()
    editor = next(one for one in form.findChildren(SecretEditor) if one.isAncestorOf(field(form, pointer)))
    picture = editor.grab().toImage()
    form.window().hide()
    return picture


@pytest.mark.parametrize("pointer", KINDS)
def test_pictures_of_two_masked_secrets_are_the_same(qtbot: QtBot, pointer: str) -> None:
    assert masked(qtbot, CANARY, pointer) == masked(qtbot, OTHER, pointer)
    assert len(CANARY) == len(OTHER)
