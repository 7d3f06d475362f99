"""Finds what cannot be read in a window: cut-off text, and widgets that stand outside of the one around them."""

from __future__ import annotations

from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QSizePolicy, QWidget


class Longer(QTranslator):
    """A language whose words are all 40 % longer."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        """Part of QTranslator."""
        return longer(text)

    def isEmpty(self) -> bool:
        """It knows every text."""
        return False


def longer(text: str) -> str:
    """The text with 40 % more letters. Places for values stay."""
    return f"{text}{'ó' * max(1, round(len(text) * 0.4))}" if text.strip() else text


def illegible(window: QWidget) -> list[str]:
    """What is cut off, as sentences."""
    found = []
    for one in window.findChildren(QWidget):
        if not one.isVisible() or one.parentWidget() is None or isinstance(one.parentWidget(), QComboBox | QLineEdit):
            continue
        name = f"{type(one).__name__} {one.accessibleName() or getattr(one, 'text', str)()!r}"
        parent = one.parentWidget()
        said = isinstance(one, QLabel | QAbstractButton | QLineEdit | QComboBox)
        if said and parent is not None and not parent.rect().adjusted(-1, -1, 1, 1).contains(one.geometry()):
            found.append(f"{name} stands outside: {one.geometry()} in {parent.rect()}")
        elided = one.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored and bool(one.toolTip())
        if isinstance(one, QLabel) and one.text() and not elided:
            needed = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
            if one.height() < needed - 1:
                found.append(f"{name} is cut off: {one.height()} of {needed} high")
            if not one.wordWrap() and one.width() < one.sizeHint().width() - 1:
                found.append(f"{name} is cut off: {one.width()} of {one.sizeHint().width()} wide")
        if isinstance(one, QAbstractButton) and not elided and one.width() < one.minimumSizeHint().width() - 1:
            found.append(f"{name} is cut off: {one.width()} of {one.minimumSizeHint().width()} wide")
        if isinstance(one, QLineEdit) and one.height() < one.fontMetrics().height():
            found.append(f"{name} is cut off: {one.height()} high")
        if isinstance(one, QLineEdit) and not one.text() and one.placeholderText():
            wide = one.fontMetrics().horizontalAdvance(one.placeholderText())
            if one.width() < wide:
                found.append(f"{name}: “{one.placeholderText()}” is cut off: {one.width()} of {wide} wide")
    return found
