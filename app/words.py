"""Words for people: numbers in sentences, and text of anybody's made harmless."""

from __future__ import annotations

from connectors.sdk import counted

__all__ = ["counted", "plain"]


def plain(text: str) -> str:
    """Text of anybody's on one line: control characters and line ends, shown as escapes, can do nothing."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
