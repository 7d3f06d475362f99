"""A form is reached by everybody: by keyboard alone, in visual order, with names for a screen reader."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.forms import Kind
from tests.forms.samples import DATABASE, DATABASE_VALUE, ODD, STORE, STORE_VALUE
from tests.gallery.legible import illegible
from tests.widgets.form_legible import Longer
from tests.widgets.form_schemas import KINDS, UNIONS
from tests.widgets.forms import button, click, field, press, settle, show, unfold
from widgets import theme
from widgets.form import FormView, help

pytestmark = pytest.mark.usefixtures("themed")


def inputs(form: FormView) -> list[QWidget]:
    return [
        one
        for one in form.findChildren(QWidget)
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled() and not one.focusProxy()
    ]


@pytest.mark.parametrize("schema", [STORE, DATABASE], ids=["store", "database"])
@pytest.mark.point(15)
def test_every_input_has_a_name_and_tab_reaches_it_in_visual_order(qtbot: QtBot, schema: dict[str, Any]) -> None:
    form = show(qtbot, schema, value={**(STORE_VALUE if schema is STORE else DATABASE_VALUE)})
    unfold(form)
    click(button(form, "Sign-in: Access key" if schema is STORE else "Tunnel: SSH"))
    form.set_tab_order()
    wanted = [one for one in inputs(form) if not isinstance(one.parentWidget(), QComboBox)]
    assert not [one for one in wanted if not one.accessibleName()]
    chain = [min(wanted, key=lambda one: one.mapTo(form, QPoint()).y())]
    while (one := chain[-1].nextInFocusChain()) is not None and one is not chain[0]:
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


@pytest.mark.point(38)
def test_keyboard_alone_fills_and_saves_a_form_of_unions(qtbot: QtBot) -> None:
    form = show(qtbot, UNIONS)
    saved: list[dict[str, Any]] = []
    save = QPushButton("Save")
    save.setAccessibleName("Save")
    save.clicked.connect(lambda: saved.extend([form.value()] if form.show_errors() == 0 else []))
    window = form.parentWidget()
    assert window is not None
    layout = window.layout()
    assert layout is not None
    layout.addWidget(save)
    field(form, "/auth").setFocus()

    def focused() -> QWidget:
        one = QApplication.focusWidget()
        assert one is not None
        return one

    def tab_to(name: str) -> QWidget:
        form.set_tab_order()
        for _ in range(40):
            press(focused(), Qt.Key.Key_Tab)
            if name in (focused().objectName(), focused().accessibleName()):
                return focused()
        raise AssertionError(f"Tab does not reach {name}")

    press(focused(), Qt.Key.Key_Right)
    QTest.keyClicks(tab_to("field:/auth/token"), "t0ken")
    press(tab_to("field:/where"), Qt.Key.Key_Right)
    press(tab_to("Save"), Qt.Key.Key_Space)
    assert saved == []
    assert focused().objectName() == "field:/where/url"  # the first thing that is missing
    QTest.keyClicks(focused(), "https://wiki.example")
    press(tab_to("field:/where/tls"), Qt.Key.Key_Right)
    QTest.keyClicks(tab_to("field:/where/tls/ca"), "pem")
    combo = tab_to("field:/format")
    for _ in range(3):
        press(combo, Qt.Key.Key_Down)
    QTest.keyClicks(tab_to("field:/format/option"), "lines")
    press(tab_to("field:/until"), Qt.Key.Key_Right)
    form.set_tab_order()
    press(focused(), Qt.Key.Key_Tab)  # the branch has the union's own pointer
    QTest.keyClicks(focused(), "30")
    press(tab_to("Save"), Qt.Key.Key_Space)
    assert saved == [
        {
            "auth": {"kind": "Token"},
            "where": {"kind": "Own server", "url": "https://wiki.example", "tls": {"kind": "On", "ca": "pem"}},
            "format": {"kind": "JSON lines", "option": "lines"},
            "until": 30,
        }
    ]
    assert form.secrets() == {"/auth/token": "value:t0ken"}


@pytest.mark.parametrize("schema", [KINDS, UNIONS, STORE, DATABASE, *ODD.values()])
@pytest.mark.point(39)
def test_no_input_is_without_a_name(qtbot: QtBot, schema: Any) -> None:
    form = show(qtbot, schema if isinstance(schema, dict) else {"properties": {"a": schema}})
    for union in [one for one in form.state.form.root.children if one.kind is Kind.UNION]:
        for place in range(len(union.branches)):
            form.state.choose((union.name,), place)
            form.build_all()
            settle()
            nameless = [one for one in inputs(form) if not named(one)]
            assert not nameless, nameless
    form.build_all()
    settle()
    assert not [one for one in inputs(form) if not named(one)]


def named(one: QWidget) -> bool:
    """Whether a screen reader has something to say of it; what is inside a combo box speaks for it."""
    return bool(one.accessibleName()) or isinstance(one.parentWidget(), QComboBox)


@pytest.mark.parametrize("schema", [KINDS, UNIONS, STORE, DATABASE], ids=["kinds", "unions", "store", "database"])
@pytest.mark.parametrize("how", ["plain", "double", "longer", "mirrored", "all"])
@pytest.mark.point(45)
def test_nothing_is_cut_off(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, schema: dict[str, Any], how: str
) -> None:
    """At 200 %, with 40 % longer words, and from right to left."""
    words = Longer()
    if how in ("double", "all"):
        monkeypatch.setattr(theme, "_SIZES", {role: (size * 2, bold) for role, (size, bold) in theme._SIZES.items()})
    if how in ("longer", "all"):
        qapp.installTranslator(words)
    if how in ("mirrored", "all"):
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    font = qapp.font()
    qapp.setFont(theme.font("body"))
    try:
        form = show(qtbot, schema)
        form.build_all()
        form.show_errors()
        window = form.window()
        layout = window.layout()
        assert layout is not None
        for _ in range(4):
            settle()
            window.resize(680, round(layout.totalHeightForWidth(680) * 1.2))
        assert illegible(window) == []
    finally:
        qapp.removeTranslator(words)
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        qapp.setFont(font)


def test_what_is_cut_off_is_found(qtbot: QtBot) -> None:
    form = show(qtbot, KINDS)
    field(form, "/port").setFixedHeight(8)
    button(form, "Browse for Folder").setFixedWidth(20)
    settle()
    found = " ".join(illegible(form.window()))
    assert "'field:/port' is cut off: 8 high" in found
    assert "Browse for Folder' is cut off: 20" in found


@pytest.mark.point(16)
def test_links_in_help_are_opened_by_keyboard_and_only_over_https(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    words = "See [this](https://ok.example/a) or <a href='file:///etc/passwd'>that</a>, [not](http://x.example)."
    form = show(qtbot, {"properties": {"a": {"type": "string", "description": words}}})
    field(form, "/a").setFocus()
    press(field(form, "/a"), Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QLabel)
    assert focused.accessibleName() == "See this or that, not."
    press(focused, Qt.Key.Key_Tab)  # on to its first link
    press(focused, Qt.Key.Key_Return)
    assert opened == ["https://ok.example/a"]
    for url in ("file:///etc/passwd", "http://x.example", "javascript:alert(1)", "https://", "HTTPS:x"):
        help.open_link(url)
    assert opened == ["https://ok.example/a"]


@pytest.mark.point(15)
def test_labels_are_buddies_with_mnemonics(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"bucket": {"type": "string"}, "beta": {"type": "string"}}})
    labels = [one for one in form.findChildren(QLabel) if one.buddy() is not None]
    assert [one.text() for one in labels] == ["&Bucket", "B&eta"]
    assert labels[0].buddy() is field(form, "/bucket")
