"""Words for people: numbers in sentences, and text of anybody's made harmless."""

from __future__ import annotations

__all__ = ["counted", "plain"]


def counted(number: int, noun: str, nouns: str = "") -> str:
    """ "1 document", "1,204 documents"; `nouns` is the plural where it is not made with an s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def plain(text: str) -> str:
    """Text of anybody's on one line: control characters and line ends, shown as escapes, can do nothing."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
