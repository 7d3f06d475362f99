"""Says aloud what the eye would catch by itself: a notice, a result, the end of a sync. Heard by whoever uses a screen
reader; without one it costs nothing."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

__all__ = ["announce"]


def announce(where: QWidget, text: str, *, urgent: bool = False) -> None:
    """Speak `text` for a widget; `urgent` interrupts what is being read."""
    if not text or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(where, text)
    if urgent:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    QAccessible.updateAccessibility(event)
