"""A state is always an icon, a word and a colour: one table for connections, runs and check steps."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.parts.build import icon_label, row
from widgets.parts.elided import Elided

__all__ = ["Look", "StateLabel", "look"]


class Look(NamedTuple):
    """How a state appears. `order` sorts what needs a person first."""

    icon: str
    word: str
    role: str
    order: int


_LOOKS: dict[str, Look] = {
    # connections
    "sign_in_again": Look("key", str(QT_TRANSLATE_NOOP("states", "Sign in again")), "error", 0),
    "needs_attention": Look("error", str(QT_TRANSLATE_NOOP("states", "Needs attention")), "error", 1),
    "held_back": Look("held", str(QT_TRANSLATE_NOOP("states", "Held back")), "warning", 2),
    "running": Look("running", str(QT_TRANSLATE_NOOP("states", "Syncing")), "accent", 3),
    "waiting": Look("waiting", str(QT_TRANSLATE_NOOP("states", "Waiting")), "warning", 4),
    "pausing": Look("paused", str(QT_TRANSLATE_NOOP("states", "Pausing …")), "muted", 3),
    "queued": Look("queued", str(QT_TRANSLATE_NOOP("states", "Queued")), "muted", 5),
    "new": Look("new", str(QT_TRANSLATE_NOOP("states", "Not synced yet")), "muted", 7),
    "up_to_date": Look("ok", str(QT_TRANSLATE_NOOP("states", "Up to date")), "ok", 8),
    "disabled": Look("disabled", str(QT_TRANSLATE_NOOP("states", "Disabled")), "muted", 9),
    # runs
    "paused": Look("paused", str(QT_TRANSLATE_NOOP("states", "Paused")), "muted", 6),
    "interrupted": Look("stopped", str(QT_TRANSLATE_NOOP("states", "Interrupted")), "warning", 1),
    "cancelled": Look("stopped", str(QT_TRANSLATE_NOOP("states", "Cancelled")), "muted", 6),
    "failed": Look("error", str(QT_TRANSLATE_NOOP("states", "Failed")), "error", 0),
    "done_with_failures": Look("warning", str(QT_TRANSLATE_NOOP("states", "Done with failures")), "warning", 1),
    "done": Look("ok", str(QT_TRANSLATE_NOOP("states", "Done")), "ok", 7),
    # check steps and items
    "ok": Look("ok", str(QT_TRANSLATE_NOOP("states", "OK")), "ok", 7),
    "warning": Look("warning", str(QT_TRANSLATE_NOOP("states", "Warning")), "warning", 1),
    "skipped": Look("skipped", str(QT_TRANSLATE_NOOP("states", "Skipped")), "muted", 8),
    # log levels
    "error": Look("error", str(QT_TRANSLATE_NOOP("states", "Error")), "error", 0),
    "info": Look("info", str(QT_TRANSLATE_NOOP("states", "Info")), "muted", 7),
    "debug": Look("more", str(QT_TRANSLATE_NOOP("states", "Debug")), "muted", 8),
}


def look(state: str) -> Look:
    """How `state` appears, its word translated. An unknown state shows its own name."""
    found = _LOOKS.get(state) or Look("info", state.replace("_", " "), "muted", 9)
    return found._replace(word=QCoreApplication.translate("states", found.word))


class StateLabel(QWidget):
    """Icon, word and colour of a state; `word` may say it better than the table."""

    def __init__(self, state: str = "", word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon_label("info", "muted", 16)
        self._word = Elided("")
        self._word.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)  # no wider than its words
        row(self._icon, self._word, None, parent=self, space=6)
        if state:
            self.show_state(state, word)

    def show_state(self, state: str, word: str = "") -> None:
        """Show another state."""
        shown = look(state)
        self._icon.show_icon(shown.icon, shown.role)
        self._word.setText(word or shown.word)
        if self._word.property("tone") != shown.role:
            self._word.setProperty("tone", shown.role)
            theme.repolish(self._word)
        self.setAccessibleName(word or shown.word)

    def text(self) -> str:
        """The word as shown."""
        return self._word.text()
