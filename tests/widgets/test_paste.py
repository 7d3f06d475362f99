"""Pasting into a form by keyboard: seen before it is applied, one undo step, and never a secret on the screen."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from tests.forms.samples import STORE
from tests.widgets.forms import button, field, press, settle, show, texts, write
from tests.widgets.test_form_secret import CANARY, readable
from widgets.form import FormView
from widgets.form.paste import PastePanel

pytestmark = pytest.mark.usefixtures("themed")

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ENV = f"STORE_BUCKET=docs\nACCESS_KEY_ID=AKIA1\nSECRET_KEY={CANARY}\nREGION=nowhere\nDEBUG=1"


def focused() -> QWidget:
    settle()
    one = QApplication.focusWidget()
    assert one is not None
    return one


def paste(form: FormView, text: str) -> PastePanel:
    """Copies a text and presses the keys."""
    QGuiApplication.clipboard().setText(text)
    press(form, Qt.Key.Key_V, CONTROL | SHIFT)
    settle()
    panel = form.findChild(PastePanel)
    assert isinstance(panel, PastePanel)
    return panel


def check(panel: QWidget, pointer: str) -> QCheckBox:
    found = panel.findChild(QCheckBox, f"paste:{pointer}")
    assert isinstance(found, QCheckBox)
    return found


def start(qtbot: QtBot, **keywords: Any) -> FormView:
    form = show(qtbot, STORE, **keywords)
    form.state.choose(("auth",), 2)
    field(form, "/bucket").setFocus()
    return form


@pytest.mark.point(10)
def test_keyboard_alone_pastes_looks_and_applies(qtbot: QtBot) -> None:
    form = start(qtbot)
    before = form.value()
    paste(form, ENV)
    assert form.value() == before, "nothing is applied before it was seen"
    assert focused().objectName() == "paste:/bucket"
    seen = "\n".join(texts(form)).replace("\u200b", "")
    assert "docs" in seen
    assert "from STORE_BUCKET" in seen
    assert "No field for: DEBUG" in seen
    assert "Region, from REGION: " in seen
    press(focused(), Qt.Key.Key_Return)
    assert form.value()["bucket"] == "docs"
    assert form.value()["auth"] == {"method": "keys", "access_key": "AKIA1"}
    assert form.secrets() == {"/auth/secret_key": f"value:{CANARY}"}
    assert focused().objectName() == "paste"
    form.undo()
    assert form.value() == before
    form.redo()
    assert form.value()["bucket"] == "docs"


def test_escape_leaves_everything_as_it_was(qtbot: QtBot) -> None:
    form = start(qtbot)
    before = form.value()
    paste(form, ENV)
    press(focused(), Qt.Key.Key_Escape)
    assert form.value() == before
    assert form.secrets() == {}
    assert focused().objectName() == "paste"
    assert CANARY not in readable(form)


def test_what_is_unchecked_is_not_applied(qtbot: QtBot) -> None:
    form = start(qtbot)
    panel = paste(form, ENV)
    press(check(panel, "/bucket"), Qt.Key.Key_Space)
    assert button(panel, "Apply 3 settings").isEnabled()
    press(check(panel, "/auth"), Qt.Key.Key_Space)
    assert not check(panel, "/auth/access_key").isChecked(), "a field goes with its branch"
    assert not form.findChild(QAbstractButton, "paste_apply").isEnabled()  # type: ignore[union-attr]
    press(check(panel, "/auth/access_key"), Qt.Key.Key_Space)
    assert check(panel, "/auth").isChecked(), "and its branch comes with it"
    button(panel, "Apply 2 settings").click()
    assert form.value()["auth"] == {"method": "keys", "access_key": "AKIA1"}
    assert "bucket" not in form.value()
    assert form.secrets() == {}


def test_without_a_fitting_clipboard_it_asks(qtbot: QtBot) -> None:
    form = start(qtbot)
    panel = paste(form, "just some words")
    assert focused() is panel.box
    QTest.keyClicks(panel.box, "bucket=docs")
    press(focused(), Qt.Key.Key_Return)
    assert focused() is check(panel, "/bucket")
    button(panel, "Paste another text").click()
    QGuiApplication.clipboard().setText("colour of the day")
    press(focused(), Qt.Key.Key_V, CONTROL)
    assert "No setting of this form was recognised in that text." in texts(form)
    QGuiApplication.clipboard().setText("bucket=other\nprefix=p")
    press(focused(), Qt.Key.Key_V, CONTROL)
    button(panel, "Apply 2 settings").click()
    assert form.value()["bucket"] == "other"


def test_the_preview_follows_the_form(qtbot: QtBot) -> None:
    form = start(qtbot)
    panel = paste(form, "bucket=docs\nprefix=p\nparts=a,b")
    press(check(panel, "/prefix"), Qt.Key.Key_Space)
    write(form, "/bucket", "docs")
    settle()
    assert panel.findChild(QCheckBox, "paste:/bucket") is None
    assert "Already so: Bucket" in texts(form)
    assert not check(panel, "/prefix").isChecked()
    button(panel, "Apply 1 setting").click()
    assert form.value()["parts"] == ["a", "b"]


def test_everything_has_a_name(qtbot: QtBot) -> None:
    form = start(qtbot)
    panel = paste(form, ENV)
    inputs = [one for one in panel.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert not [one for one in inputs if one.isVisible() and not one.accessibleName()]
    assert check(panel, "/bucket").accessibleName() == "Bucket: empty becomes docs"
    assert check(panel, "/auth").accessibleName() == "Sign-in: Anonymous becomes Access key"
    assert check(panel, "/auth/secret_key").accessibleName() == "Secret access key: empty becomes a secret"


def picture(form: FormView, text: str) -> QImage:
    paste(form, text)
    QTest.qWait(1)
    image = form.grab().toImage()
    press(focused(), Qt.Key.Key_Escape)
    return image


@pytest.mark.point(10)
def test_canary_is_on_no_screen_and_in_no_name(qtbot: QtBot) -> None:
    form = start(qtbot)
    panel = paste(form, ENV)
    assert CANARY not in readable(form) + repr(vars(panel)) + repr(panel.preview and vars(panel.preview))
    press(focused(), Qt.Key.Key_Escape)
    other = ENV.replace(CANARY, "another-58d2"[: len(CANARY)].ljust(len(CANARY), "x"))
    assert picture(form, ENV) == picture(form, other)
    assert picture(form, ENV) != picture(form, ENV.replace("docs", "dogs")), "the comparison can tell pictures apart"


@pytest.mark.parametrize(
    "text",
    [
        f"s3://AKIA1:{CANARY}@docs/2024?region=eu",
        f"s3://AKIA1:{CANARY}/x+y@docs/2024",
        f"https://ada:{CANARY}@h.example/docs",
        f"https://h.example/docs?X-Amz-Signature={CANARY}&x=1",
        f"bucket=https://ada:a@{CANARY}@h/x\nprefix=p",
    ],
)
def test_the_password_of_an_address_is_on_no_screen(qtbot: QtBot, text: str) -> None:
    form = start(qtbot)
    panel = paste(form, text)
    assert CANARY not in readable(form) + repr(vars(panel))
    if panel.preview is not None:
        panel.apply()
    assert CANARY not in readable(form)
    assert CANARY not in repr(form.value())


def test_a_form_without_fields_has_nothing_to_paste_into(qtbot: QtBot) -> None:
    form = show(qtbot, {"type": "object", "properties": {}})
    assert not form.findChild(QAbstractButton, "paste").isVisible()  # type: ignore[union-attr]
