"""A line of the palette: something that can be gone to or done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from widgets.parts.words import listed

__all__ = ["Entry"]


@dataclass(frozen=True)
class Entry:
    """`id` is remembered when it was chosen. `also` are words it is found by besides its text; `reason` says why it
    can't be done now; `marks` are the letters of `text` that matched."""

    id: str
    text: str
    run: Callable[[], object] = field(compare=False)
    detail: str = ""
    icon: str = "chevron-right"
    keys: str = ""
    also: str = ""
    reason: str = ""
    danger: bool = False
    group: str = ""
    """A heading above it and its like, in the list that is shown before anything was typed."""
    beyond: int = 0
    """What is typed has to match something after so many letters: a connection's name alone means the connection, and
    not each thing that can be done with it."""
    weight: int = 0
    """Among equal matches the heavier comes first: what is at hand before what is far."""
    marks: tuple[int, ...] = ()

    def spoken(self) -> str:
        """What a screen reader says of it."""
        return listed((self.text, self.detail, self.keys, self.reason))
