"""Where the window was, restored so that it can be reached: the monitor it stood on may be gone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

__all__ = ["reachable", "restore"]

GRIP_WIDTH, GRIP_HEIGHT = 160, 28
"""So much of the title bar has to be on a screen to take hold of the window."""


def reachable(frame: QRect, screens: Sequence[QRect]) -> QRect:
    """The frame itself where a hand can take hold of its top; else in the middle of the first screen, no larger."""
    for screen in screens:
        grip = screen.intersected(QRect(frame.left(), frame.top(), frame.width(), GRIP_HEIGHT))
        if grip.width() >= min(GRIP_WIDTH, frame.width()) and grip.height() >= GRIP_HEIGHT // 2:
            return frame
    if not screens:
        return frame
    moved = QRect(frame)
    moved.setSize(frame.size().boundedTo(screens[0].size()))
    moved.moveCenter(screens[0].center())
    return moved


def restore(window: QWidget, saved: object) -> bool:
    """Put the window where it was, or where it can be reached. False if nothing usable was saved."""
    if not isinstance(saved, QByteArray) or not window.restoreGeometry(saved):
        return False
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    # The first screen is the primary one. A maximised window keeps to its screen by itself.
    if not window.isMaximized() and not window.isFullScreen():
        wanted = window.geometry()
        fitting = reachable(wanted, screens)
        if fitting != wanted:
            window.setGeometry(fitting)
    return True
