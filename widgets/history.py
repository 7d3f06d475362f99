"""Where the person has been in the window, for back and forward."""

from __future__ import annotations

from widgets.pages.page import Place

__all__ = ["History"]

MOST = 50
"""Places that are remembered: more than anybody walks back."""


class History:
    """`visit` a place; `back` and `forward` answer where to go, or None. Each takes the place that is left, as it is
    left: with the tab that is seen there now."""

    def __init__(self) -> None:
        self._behind: list[Place] = []
        self._ahead: list[Place] = []

    def visit(self, left: Place) -> None:
        """The person goes on from a place; what was ahead is forgotten."""
        if not self._behind or self._behind[-1] != left:
            self._behind = [*self._behind, left][-MOST:]
        self._ahead.clear()

    def back(self, left: Place) -> Place | None:
        """One step back."""
        return _step(self._behind, self._ahead, left)

    def forward(self, left: Place) -> Place | None:
        """One step forward, where the person has come back from."""
        return _step(self._ahead, self._behind, left)

    @property
    def can_go_back(self) -> bool:
        return bool(self._behind)

    @property
    def can_go_forward(self) -> bool:
        return bool(self._ahead)


def _step(out_of: list[Place], into: list[Place], left: Place) -> Place | None:
    while out_of:
        place = out_of.pop()
        if place != left:
            into.append(left)
            return place
    return None
