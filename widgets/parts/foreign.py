"""Text of anybody's, fit to stand beside ours: names, titles and messages that come from a source.

An override of the direction would turn the words around it, too; a line end would tear a row apart. What joins letters
(in emoji, in Persian) and what marks the direction of a single sign stays.
"""

from __future__ import annotations

import re
from unicodedata import category

from PySide6.QtCore import Qt

from widgets import theme

__all__ = ["called", "on_button", "one_line", "shortened", "tame", "visible"]

_TURNS = (*range(0x202A, 0x202F), 0x2066, 0x2067)
"""Embeddings, overrides and isolates with a direction of their own."""
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_LINES = re.compile(r"\s*[\n\t]\s*")
_TAMED = {
    **dict.fromkeys(_TURNS),
    **dict.fromkeys(_CONTROLS, " "),
    ord("\n"): "\n",
    ord("\t"): "\t",
    ord("\r"): None,
    0x2028: "\n",
    0x2029: "\n",
}


def tame(text: str) -> str:
    """Without what turns other words around, and with spaces for what can't be seen. Lines stay lines."""
    return text if text.isprintable() else text.translate(_TAMED)


def one_line(text: str) -> str:
    """The same on one line."""
    return text if text.isprintable() else _LINES.sub(" ", tame(text).strip("\n\t"))


def called(*texts: str) -> str:
    """The first of these that can be seen: a document without a title is called after its path."""
    return next((text for text in texts if visible(text)), "")


def visible(text: str) -> bool:
    """Whether there is anything to see."""
    return any(category(sign)[0] not in "CZ" for sign in text)


def shortened(text: str, most: int) -> str:
    """With an ellipsis where it is longer, for places that would grow with it."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def on_button(text: str, most: int = 28) -> str:
    """For buttons, menus and tabs, where "&" would underline the letter after it. No wider than so many usual letters;
    its tooltip says all of it."""
    line = shortened(text, most)
    wide = theme.metrics().averageCharWidth() * most
    return theme.metrics().elidedText(line, Qt.TextElideMode.ElideRight, wide).replace("&", "&&")
