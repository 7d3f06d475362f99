"""Keys and mouse for a form: does with simulated events what a person does to reach a field and to fill it in.

Inputs are found as a script would find them, by their object name and by what kind of widget they are, so that nothing
here depends on how an editor works inside.
"""

from __future__ import annotations

import json

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QToolButton,
    QWidget,
)

from app.forms import UNSET, Json, Kind, Path
from widgets.author.finding import binder_of
from widgets.author.fitting import KEY
from widgets.form import FormView
from widgets.form.binder import object_name
from widgets.form.raw import RawEditor
from widgets.form.row import Row


class Unreached(Exception):
    """There is no input for what was wanted."""


class Typist:
    """Reaches and fills the fields of one form that is shown."""

    def __init__(self, view: FormView) -> None:
        self.view = view
        self.state = view.state
        self.binder = binder_of(view)

    # --- making fields appear

    def begin(self, path: Path) -> None:
        """Ticks the box of an object that is not there yet, if it has one."""
        if self.state.get(path) in (UNSET, None):
            box = self._named(path)
            if isinstance(box, QCheckBox) and not box.isChecked():
                self.click(box)

    def choose(self, path: Path, place: int) -> None:
        """Chooses a branch in its segments or list."""
        if self.state.branch(path) == place:
            return
        chooser = self._named(path)
        if isinstance(chooser, QComboBox):
            self.select(chooser, place)
        else:
            wanted = self._named(path, f":{place}") if place else chooser
            if wanted is not None:
                self.click(wanted)

    def add(self, path: Path) -> Path:
        """Clicks the button that adds, and names the new entry of a map."""
        before = self.state.items(path)
        button = self._named(path)
        if button is not None:
            self.click(button)
        after = self.state.items(path)
        if len(after) == len(before):
            raise Unreached(self.state.pointer(path))
        focus = _focus()
        if self.state.spec(path).kind is Kind.MAP and isinstance(focus, QLineEdit):
            self.type(focus, KEY)
        return after[-1]

    def unfold(self, path: Path) -> None:
        """Opens the folded sections on the way to a field."""
        for end in range(len(path)):
            block = self.binder.blocks.get(path[:end])
            name = f"advanced:{self.state.pointer(path[:end])}"
            for toggle in block.findChildren(QToolButton, name) if block is not None else ():
                if not toggle.isChecked() and toggle.isVisibleTo(self.view):
                    self.click(toggle)
        self.binder.reveal(path)
        QCoreApplication.sendPostedEvents()  # what was just built is shown by its layout

    def row(self, path: Path) -> Row:
        """The row of a leaf."""
        self.unfold(path)
        block = self.binder.blocks.get(path)
        if not isinstance(block, Row) or not block.isVisibleTo(self.view):
            raise Unreached(self.state.pointer(path))
        return block

    def _named(self, path: Path, suffix: str = "") -> QWidget | None:
        self.unfold(path)
        block = self.binder.blocks.get(path)
        if block is None:
            return None
        found = block.findChildren(QWidget, object_name(self.state, path) + suffix)
        return next((one for one in found if one.isVisibleTo(self.view) and one.isEnabled()), None)

    # --- filling them in

    def fill(self, row: Row, value: Json, now: Json = UNSET) -> None:
        """Puts a value into the editor of a leaf that holds `now`."""
        editor, spec = row.editor, row.spec
        labels = {json.dumps(one.value): one.label for one in spec.choices}
        had = now if isinstance(now, list) else []
        match spec.kind:
            case _ if isinstance(editor, RawEditor):
                self.type(editor.target, json.dumps(value))
            case Kind.BOOLEAN:
                buttons = self._buttons(editor)
                if len(buttons) == 1:
                    if buttons[0].isChecked() != value:
                        self.click(buttons[0])
                else:
                    self.click(buttons[0 if value else 1])
            case Kind.ENUM:
                self._pick(editor, labels[json.dumps(value)])
            case Kind.MULTI_ENUM:
                for one in [one for one in value if one not in had] + [one for one in had if one not in value]:
                    self._tick(editor, labels[json.dumps(one)])
            case Kind.TAGS:
                for one in value[len(had) :]:
                    self.type(editor.target, _typed(one))
                    QTest.keyClick(editor.target, Qt.Key.Key_Return)
            case Kind.PAIRS:
                for key, one in value.items():
                    self.click(editor.target)
                    self.type(_focus(), key)
                    QTest.keyClick(_focus(), Qt.Key.Key_Tab)
                    self.type(_focus(), _typed(one))
            case Kind.SECRET:
                if isinstance(editor.target, QAbstractButton):
                    self.click(editor.target)
                self.type(editor.target, _typed(value))
            case _:
                self.type(editor.target, _typed(value))
                for unit in editor.findChildren(QComboBox):
                    if unit is not editor.target and unit.isVisibleTo(editor):
                        self.select(unit, 0)

    def _buttons(self, editor: QWidget) -> list[QAbstractButton]:
        return [one for one in editor.findChildren(QAbstractButton) if one.isCheckable() and one.isVisibleTo(editor)]

    def _pick(self, editor: QWidget, text: str) -> None:
        for combo in editor.findChildren(QComboBox):
            place = combo.findText(text, Qt.MatchFlag.MatchFixedString | Qt.MatchFlag.MatchCaseSensitive)
            self.select(combo, place)
            return
        self._tick(editor, text)

    def _tick(self, editor: QWidget, text: str) -> None:
        for button in self._buttons(editor):
            if button.text().replace("&&", "&") == text:
                self.click(button)
                return
        for listed in editor.findChildren(QListWidget):
            rows = [row for row in range(listed.count()) if listed.item(row).text() == text]
            if rows:
                self.show(listed)
                listed.setFocus()
                QTest.keyClick(listed, Qt.Key.Key_Home)
                for _ in range(rows[0]):
                    QTest.keyClick(listed, Qt.Key.Key_Down)
                QTest.keyClick(listed, Qt.Key.Key_Space)
                return
        raise Unreached(text)

    # --- single gestures

    def select(self, combo: QComboBox, place: int) -> None:
        """Chooses an entry with the keys."""
        self.show(combo)
        line = combo.lineEdit()
        if line is not None:
            self.type(line, combo.itemText(place))
            completer = combo.completer()
            popup = completer.popup() if completer is not None else None
            if popup is not None and popup.isVisible():
                QTest.keyClick(popup, Qt.Key.Key_Escape)
            return
        combo.setFocus()
        if combo.currentIndex() > 0:
            QTest.keyClick(combo, Qt.Key.Key_Home)
        while combo.currentIndex() < place:
            before = combo.currentIndex()
            QTest.keyClick(combo, Qt.Key.Key_Down)
            if combo.currentIndex() == before:
                raise Unreached(combo.itemText(place))

    def type(self, widget: QWidget | None, text: str) -> None:
        """Clicks into an input and types in place of what is there."""
        if isinstance(widget, QComboBox):
            widget = widget.lineEdit()
        if not isinstance(widget, QLineEdit | QPlainTextEdit):
            raise Unreached(text)
        self.click(widget.viewport() if isinstance(widget, QPlainTextEdit) else widget)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(widget, Qt.Key.Key_Delete)
        for sign in text:
            if sign.isascii():
                QTest.keyClicks(widget, sign)
            else:  # no keyboard of Qt's test library has it; an input method would bring it as text
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    key = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, sign)
                    QApplication.sendEvent(widget, key)

    def click(self, widget: QWidget) -> None:
        """A click: on the indicator of a check box or radio button, in the middle of anything else."""
        self.show(widget)
        small = isinstance(widget, QCheckBox | QRadioButton)
        place = QPoint(10, widget.height() // 2) if small else widget.rect().center()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)

    def show(self, widget: QWidget) -> None:
        """Scrolls to a widget, once what was just built has its place."""
        QCoreApplication.sendPostedEvents()
        for area in self.view.findChildren(QScrollArea):
            if area.isAncestorOf(widget):
                area.ensureWidgetVisible(widget)
        if not widget.isVisible():
            raise Unreached(widget.objectName())


def _focus() -> QWidget:
    QCoreApplication.sendPostedEvents()  # a row that was just added takes the focus once it is shown
    found = QApplication.focusWidget()
    if found is None:
        raise Unreached("focus")
    return found


def _typed(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
