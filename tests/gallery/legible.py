"""Finds what cannot be read in a window: cut-off text, and widgets that stand outside of the one around them.

Texts that delegates paint tell of themselves (`widgets.parts.row_painter`); they are cut off where they leave their
row, stand on one another, or end in "…" and nothing else says them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionTab,
    QTabBar,
    QToolButton,
    QWidget,
)

from widgets.parts.elided import Elided
from widgets.parts.row_painter import Painted, heard_by

__all__ = ["illegible", "painted"]

WORD = re.compile(r"\w+")
SHORT = 12
"""Characters of a text, as a date or a size, of which nothing may be cut."""


def illegible(window: QWidget) -> list[str]:
    """What is cut off, as sentences. A text that ends in "…" is whole where its tooltip says it all."""
    found: list[str] = []
    for one in window.findChildren(QWidget):
        if not one.isVisible() or one.parentWidget() is None or isinstance(one.parentWidget(), QComboBox | QLineEdit):
            continue
        name = f"{type(one).__name__} {one.objectName() or one.accessibleName() or _text(one)!r}"
        found.extend(f"{name} {what}" for what in _problems(one))
    return found + list(_painted_badly(painted(window)))


def painted(window: QWidget) -> list[Painted]:
    """What delegates paint in it, as they tell."""
    heard: list[Painted] = []
    heard_by(heard.append)
    try:
        window.grab()
    finally:
        heard_by(None)
    return heard


def _painted_badly(heard: list[Painted]) -> Iterator[str]:
    for one in heard:
        name = f"{type(one.view).__name__} {one.view.objectName()}"
        if not one.row.adjusted(-1, -1, 1, 1).contains(one.ink):
            yield f"{name} paints “{one.text}” outside: {one.ink.getRect()} in {one.row.getRect()}"
        if one.shown != one.text:
            if len(one.text) <= SHORT:
                yield f"{name} cuts “{one.text}” to “{one.shown}”"
            elif not set(WORD.findall(one.text)) <= set(WORD.findall(one.tip)):
                yield f"{name} cuts “{one.text}” and its tooltip does not say it"
    places: dict[tuple[QWidget, int, int], list[Painted]] = {}
    for one in heard:
        places.setdefault((one.view, one.row.top(), one.row.left()), []).append(one)
    for (view, _top, _left), together in places.items():
        for one, other in combinations(together, 2):
            if one.ink.adjusted(0, 1, 0, -1).intersects(other.ink.adjusted(0, 1, 0, -1)) and one.text != other.text:
                yield f"{type(view).__name__} {view.objectName()} paints “{one.text}” over “{other.text}”"


def _text(one: QWidget) -> str:
    return one.text() if isinstance(one, QLabel | QAbstractButton | QLineEdit) else ""


def _problems(one: QWidget) -> Iterator[str]:
    parent = one.parentWidget()
    shrinks = isinstance(one, Elided) or one.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
    elided = shrinks and bool(one.toolTip())
    said = isinstance(one, QLabel | QAbstractButton | QLineEdit | QComboBox)
    if said and parent is not None and not parent.rect().adjusted(-1, -1, 1, 1).contains(one.geometry()):
        inside, around = one.geometry(), parent.rect()
        yield f"stands outside: {inside.getRect()} in {around.getRect()}"
    if isinstance(one, QLabel) and one.text() and not elided:
        needed = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
        if one.height() < needed - 1:
            yield f"is cut off: {one.height()} of {needed} high"
        if not one.wordWrap() and one.width() < one.sizeHint().width() - 1:
            yield f"is cut off: {one.width()} of {one.sizeHint().width()} wide"
    icon_alone = isinstance(one, QToolButton) and one.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    if isinstance(one, QPushButton) and not one.text():
        icon_alone = True
        if min(one.width(), one.height()) < one.iconSize().width() + 4:
            yield f"is cut off: {one.width()} wide"
    if (
        isinstance(one, QAbstractButton)
        and not elided
        and not icon_alone
        and one.width() < one.minimumSizeHint().width() - 1
    ):
        yield f"is cut off: {one.width()} of {one.minimumSizeHint().width()} wide"
    if isinstance(one, QLineEdit):
        if one.height() < one.fontMetrics().height():
            yield f"is cut off: {one.height()} high"
        wide = one.fontMetrics().horizontalAdvance(one.placeholderText())
        if not one.text() and one.width() < wide and one.placeholderText() not in one.toolTip():
            yield f"has a cut-off “{one.placeholderText()}”: {one.width()} of {wide} wide"
    if isinstance(one, QComboBox):
        wide = one.fontMetrics().horizontalAdvance(one.currentText())
        if one.width() < wide and not one.toolTip():
            yield f"cuts “{one.currentText()}” off: {one.width()} of {wide} wide"
    if isinstance(one, QTabBar):
        yield from _tabs(one)
    if isinstance(one, QHeaderView) and one.orientation() == Qt.Orientation.Horizontal:
        yield from _headers(one)


def _tabs(bar: QTabBar) -> Iterator[str]:
    for number in range(bar.count()):
        option = QStyleOptionTab()
        bar.initStyleOption(option, number)
        room = bar.style().subElementRect(QStyle.SubElement.SE_TabBarTabText, option, bar).width()
        wide = bar.fontMetrics().horizontalAdvance(bar.tabText(number).replace("&", ""))
        if room < wide - 1 or option.text != bar.tabText(number):
            yield f"cuts its tab “{bar.tabText(number)}” off: {room} of {wide} wide"


def _headers(header: QHeaderView) -> Iterator[str]:
    model = header.model()
    for number in range(header.count()):
        if header.isSectionHidden(number) or model is None:
            continue
        text = model.headerData(number, Qt.Orientation.Horizontal) or ""
        wide = header.fontMetrics().horizontalAdvance(str(text))
        if header.sectionSize(number) < wide:
            yield f"cuts its column “{text}” off: {header.sectionSize(number)} of {wide} wide"
