"""Words for people that a source or the engine composes, so that a window can say them in another language."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["N_", "counted"]

Said = TypeVar("Said")


def N_(said: Said) -> Said:
    """Marks a text, or a table of texts, that a person reads, where `packaging/spoken.py` can't see it by itself."""
    return said


def counted(number: int, noun: str, nouns: str = "") -> str:
    """ "1 document", "1,204 documents"; `nouns` is the plural where it is not made with an s."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"
