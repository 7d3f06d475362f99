"""Whether a window fits the size it was given: it does not grow, nothing scrolls sideways, no text is cut."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from tests.gallery.legible import illegible

__all__ = ["SMALL", "misfits"]

SMALL = (900, 600)
"""The least that the window may be."""


def misfits(shell: QWidget, size: tuple[int, int]) -> Iterator[str]:
    """What does not fit, as sentences."""
    for _ in range(3):  # what was shown just now is laid out, and what that asks for
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    if (shell.width(), shell.height()) != size:
        yield f"the window has grown to {shell.width()} x {shell.height()}"
    for area in shell.findChildren(QAbstractScrollArea):
        bar = area.horizontalScrollBar()
        if area.isVisible() and bar.isVisible() and bar.maximum() > bar.minimum():
            yield f"{type(area).__name__} {area.objectName() or area.accessibleName()} scrolls sideways"
    yield from illegible(shell)
