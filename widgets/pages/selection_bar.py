"""What can be done to several chosen connections, in the place of the filters while there are several."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton

from widgets import theme
from widgets.pages.bulk import applies
from widgets.parts import button, label, plural, row, tool_button
from widgets.parts.flow import flow

if TYPE_CHECKING:
    from app.api import ConnectionView

__all__ = ["SelectionBar"]


class SelectionBar(QFrame):
    """`acted` with the act; `cleared` when the person wants none chosen."""

    acted = Signal(str)
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("selection_bar")
        self._count = label("", "strong")
        self.buttons: dict[str, QPushButton] = {}
        for act, text, icon in (
            ("sync", self.tr("Sync"), "sync"),
            ("pause", self.tr("Pause"), "pause"),
            ("resume", self.tr("Resume"), "play"),
            ("test", self.tr("Test"), "flask"),
            ("export", self.tr("Export …"), "export"),
            ("remove", self.tr("Remove"), "trash"),
        ):
            self.buttons[act] = button(text, partial(self.acted.emit, act), kind="quiet", icon=icon, name=f"bulk_{act}")
        clear = tool_button("close", self.tr("Choose none  Esc"), self.cleared.emit, name="bulk_clear")
        self._count.setContentsMargins(0, 0, theme.SPACE_S, 0)
        row(flow(self._count, *self.buttons.values(), space=theme.SPACE_XS), clear, parent=self)

    def show_selection(self, views: list[ConnectionView]) -> None:
        """What is chosen now; an act that would do nothing says so."""
        self._count.setText(plural(len(views), "{0} source chosen", "{0} sources chosen"))
        self.setAccessibleName(self._count.text())
        reasons = {
            "sync": self.tr("None of them can sync now"),
            "pause": self.tr("None of them is syncing"),
            "resume": self.tr("None of them is paused"),
        }
        for act, reason in reasons.items():
            can = any(not applies(act, view) for view in views)
            self.buttons[act].setEnabled(can)
            self.buttons[act].setToolTip("" if can else reason)
