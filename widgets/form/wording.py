"""The texts of forms that the core words: errors, units, and labels no author gave. Here they are translated."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def say(text: str) -> str:
    """A text of the core in the person's language."""
    return QCoreApplication.translate("Forms", text)
