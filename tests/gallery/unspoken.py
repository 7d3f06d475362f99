"""Finds what a window says in English though another language is chosen: a text that nobody gave to the catalogues.

In the pseudo-language every text that is translated has letters that English has not; a word without them that is no
name of the gallery's own world (`names.txt`) was forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QComboBox, QHeaderView, QLabel, QLineEdit, QTabBar, QWidget

from tests.gallery.legible import painted

__all__ = ["NAMES", "unspoken"]

NAMES = Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
"""Words and phrases that are the same in every language: names of the sample world and of products, units."""
NAMED = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(filter(None, NAMES), key=len, reverse=True)]
SAME = re.compile("|".join([r"\S*[/@_\\]\S*", r"\b[\w-]+(?:\.\w+)+\b", *NAMED, r"<[^>]+>"]))
"""These, markup, paths and addresses, names of files."""
WORD = re.compile(r"[^\W\d_]{3,}")
UNTOLD = ("log",)
"""The log is written once, for whoever helps, and in English."""


def unspoken(window: QWidget) -> list[str]:
    """The texts with a forgotten word, each with what shows it."""
    found: dict[str, None] = {}
    for where, text in _texts(window):
        words = [word for word in WORD.findall(SAME.sub(" ", text)) if word.isascii()]
        if words:
            found[f"{where} says “{text}”: {', '.join(dict.fromkeys(words))}"] = None
    return list(found)


def _texts(window: QWidget) -> Iterator[tuple[str, str]]:
    for one in window.findChildren(QWidget):
        if not one.isVisible() or isinstance(one.parentWidget(), QComboBox) or one.objectName() in UNTOLD:
            continue
        where = f"{type(one).__name__} {one.objectName()}".strip()
        for text in (*_said(one), one.toolTip(), one.accessibleName(), one.accessibleDescription()):
            yield where, text
    for said in painted(window):
        if said.view.objectName() not in UNTOLD:
            where = f"{type(said.view).__name__} {said.view.objectName()}"
            yield where, said.text
            yield where, said.tip


def _said(one: QWidget) -> tuple[str, ...]:
    if isinstance(one, QLabel | QAbstractButton):
        return (one.text(),)
    if isinstance(one, QLineEdit):
        return (one.placeholderText(),)
    if isinstance(one, QComboBox):
        return (one.currentText(),)
    if isinstance(one, QTabBar):
        return tuple(one.tabText(number) for number in range(one.count()))
    if isinstance(one, QHeaderView) and (model := one.model()) is not None:
        sections = range(one.count())
        return tuple(str(model.headerData(number, one.orientation()) or "") for number in sections)
    return ()
