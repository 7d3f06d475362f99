"""Secrets in the form: masked, never shown back, never in a value; typed, from the environment, or from a file."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.forms import button, click, field, press, show, texts, write
from widgets.form import FormView
from widgets.form.secret import SecretEditor

pytestmark = pytest.mark.usefixtures("themed")

CANARY = "canary-51c0"
SCHEMA: dict[str, Any] = {
    "properties": {
        "token": {"type": "string", "format": "password", "writeOnly": True},
        "other": {"type": "string"},
        "key": {"type": "string", "airbyte_secret": True, "multiline": True},
    }
}


def readable(form: FormView) -> str:
    """All text that the widgets show or tell a screen reader; a masked line shows only dots."""
    found = []
    for one in form.findChildren(QWidget):
        found += [one.toolTip(), one.accessibleName(), one.accessibleDescription(), one.objectName()]
        if isinstance(one, QLabel):
            found.append(one.text())
        elif isinstance(one, QLineEdit):
            found.append(one.displayText())
        elif isinstance(one, QPlainTextEdit) and one.isVisible():
            found.append(one.toPlainText())
    return "\n".join(found) + repr(form.value()) + repr(vars(form.state)) + repr(form.errors())


def editor(form: FormView, place: int = 0) -> SecretEditor:
    return form.findChildren(SecretEditor)[place]


@pytest.mark.point(11)
def test_typed_secret_is_masked_and_only_in_secrets(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    write(form, "/token", CANARY)
    assert form.secrets() == {"/token": f"value:{CANARY}"}
    assert form.value() == {}
    assert CANARY not in readable(form)
    click(button(form, "Show Token"))
    assert field(form, "/token").displayText() == CANARY
    write(form, "/other", "x")  # leaving the field masks it again
    assert CANARY not in readable(form)
    form.undo()
    assert CANARY not in readable(form)
    assert form.is_dirty()
    write(form, "/token", "")
    assert form.secrets() == {}
    assert not form.is_dirty()


def test_a_pasted_newline_is_not_part_of_a_token(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    QGuiApplication.clipboard().setText(f"{CANARY}\n")
    line = field(form, "/token")
    line.setFocus()
    press(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert form.secrets() == {"/token": f"value:{CANARY}"}


@pytest.mark.point(11)
def test_stored_secret_is_named_replaced_and_removed(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA, value={}, secrets={"/token": "set in keyring"})
    assert "Stored in the vault" in texts(form)
    assert form.secrets() == {}
    click(button(form, "Replace Token"))
    write(form, "/token", CANARY)
    assert form.secrets() == {"/token": f"value:{CANARY}"}
    click(button(form, "Keep the stored Token"))
    assert form.secrets() == {}
    assert "Stored in the vault" in texts(form)
    click(button(form, "Remove Token"))
    assert form.secrets() == {"/token": ""}
    form.reset()
    assert form.secrets() == {}
    assert "Stored in the vault" in texts(form)


def test_replacing_by_nothing_keeps_the_stored_one(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA, value={}, secrets={"/token": "set in keyring"})
    click(button(form, "Replace Token"))
    write(form, "/token", "x")
    write(form, "/token", "")
    assert form.secrets() == {}


@pytest.mark.parametrize(("mode", "text"), [("env", "S3_SECRET"), ("file", "/run/secrets/s3")])
def test_a_reference_stands_for_the_secret(qtbot: QtBot, mode: str, text: str) -> None:
    form = show(qtbot, SCHEMA)
    editor(form).set_mode(mode)
    write(form, "/token", text)
    assert form.secrets() == {"/token": f"{mode}:{text}"}
    assert field(form, "/token").displayText() == text  # a reference is no secret
    editor(form).set_mode("value")
    assert form.secrets() == {}


def test_reference_of_a_stored_secret_is_named(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA, value={}, secrets={"/token": "env:S3_SECRET"})
    assert "From the environment variable S3_SECRET" in texts(form)


def test_secret_of_many_lines_keeps_them_and_hides_when_left(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    pem = f"-----BEGIN-----\n{CANARY}\n-----END-----\n"
    QGuiApplication.clipboard().setText(pem)
    area = field(form, "/key")
    area.setFocus()
    press(area, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert form.secrets() == {"/key": f"value:{pem}"}
    field(form, "/other").setFocus()
    assert CANARY not in readable(form)
    assert form.secrets() == {"/key": f"value:{pem}"}


def test_secret_of_a_removed_item_goes_with_it(qtbot: QtBot) -> None:
    item = {"type": "object", "properties": {"t": {"type": "string", "format": "password"}}}
    form = show(qtbot, {"properties": {"a": {"type": "array", "items": item}}})
    for _ in range(2):
        click(field(form, "/a"))
    write(form, "/a/1/t", CANARY)
    click(button(form, "Remove A 1"))
    assert form.secrets() == {"/a/0/t": f"value:{CANARY}"}
    click(button(form, "Remove A 1"))
    assert form.secrets() == {}
