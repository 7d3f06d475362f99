"""Helpers for tests that drive a form with real keys and mouse."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.form import FormView


def show(qtbot: QtBot, schema: dict[str, Any], **keywords: Any) -> FormView:
    """A form in a window that has the focus. The window lives as long as the test holds the form."""
    window = QWidget()
    form = FormView(schema, **keywords)
    QVBoxLayout(window).addWidget(form)
    window.resize(640, 800)
    # qtbot itself keeps no reference that would hold it.
    qtbot.addWidget(window, before_close_func=lambda _: window.hide())
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return form


def field(form: FormView, pointer: str) -> Any:
    """The input of a field."""
    settle()
    found = form.findChildren(QWidget, f"field:{pointer}")
    assert len(found) == 1, f"{pointer}: {len(found)} inputs"
    return found[0]


def write(form: FormView, pointer: str, text: str) -> None:
    """Clicks into a field, replaces what is there, and goes on to the next."""
    target = field(form, pointer)
    click(target)
    target.setFocus()
    QTest.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(target, Qt.Key.Key_Delete)
    QTest.keyClicks(target, text)


def click(widget: QWidget) -> None:
    """A real click: on the indicator of a check box, in the middle of anything else."""
    place = QPoint(10, widget.height() // 2) if isinstance(widget, QAbstractButton) else widget.rect().center()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """One key."""
    settle()
    QTest.keyClick(widget, key, modifier)


def button(form: QWidget, name: str) -> QAbstractButton:
    """The visible button with this accessible name."""
    settle()
    found = [one for one in form.findChildren(QAbstractButton) if one.accessibleName() == name and one.isVisible()]
    assert len(found) == 1, f"{name}: {[one.accessibleName() for one in form.findChildren(QAbstractButton)]}"
    return found[0]


def settle() -> None:
    """Lets Qt show what was just built, and delete what was taken away."""
    QApplication.sendPostedEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def texts(form: QWidget) -> list[str]:
    """What can be read in labels."""
    settle()
    return [label.text() for label in form.findChildren(QLabel) if label.isVisible() and label.text()]


def unfold(form: QWidget) -> None:
    """Opens every folded section."""
    for one in form.findChildren(QToolButton):
        if one.objectName().startswith("advanced:"):
            one.setChecked(True)
    settle()
