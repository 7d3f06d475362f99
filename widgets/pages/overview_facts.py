"""What holds of a connection at any time: what it is, when it syncs, how much of it there is, how long it is here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout

from widgets import theme
from widgets.language import core
from widgets.parts import (
    absolute_time,
    ago,
    button,
    clock_time,
    column,
    format_bytes,
    heading,
    label,
    plural,
    relative_time,
    row,
)
from widgets.parts.elided import Elided
from widgets.parts.status import every
from widgets.parts.words import format_count, listed
from widgets.vault_words import kept

if TYPE_CHECKING:
    from app.api import ApiBudget, ConnectionView

__all__ = ["Facts"]


class Facts(QFrame):
    """`settings_wanted` when the person wants to change them."""

    settings_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self.setObjectName("facts")
        titles = {
            "type": self.tr("Source"),
            "schedule": self.tr("Syncs"),
            "next": self.tr("Next sync"),
            "last": self.tr("Last worked"),
            "library": self.tr("Library"),
            "budget": self.tr("Requests"),
            "secrets": self.tr("Secrets"),
            "added": self.tr("Added"),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.SPACE_L)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._rows = {}
        for number, (name, title) in enumerate(titles.items()):
            named, value = label(title, "body", "muted"), Elided("")
            grid.addWidget(named, number, 0)
            grid.addWidget(value, number, 1)
            self._rows[name] = (named, value)
        change = button(self.tr("Settings"), self.settings_wanted.emit, kind="link", name="facts_settings")
        head = heading(self.tr("About"))
        head.setMinimumHeight(theme.ROW - 4)
        laid = column(row(head, None, change), grid, None, parent=self)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)

    def show_connection(self, view: ConnectionView) -> None:
        """As it is now."""
        if view.schedule.every:
            pace = every(view.schedule.every)
        else:
            pace = self.tr("on every change") if view.schedule.watch else self.tr("only by hand")
        upcoming = ""
        if view.next_run_at is not None and view.enabled:
            upcoming = listed((relative_time(view.next_run_at), clock_time(view.next_run_at)))
        stored = plural(view.documents, "{0} document", "{0} documents")
        texts = {
            "type": (core(view.type_title), ""),
            "schedule": (pace, ""),
            "next": (upcoming, absolute_time(view.next_run_at)),
            "last": (ago(view.last_ok_at), absolute_time(view.last_ok_at)),
            "library": (listed((stored, format_bytes(view.bytes))) if view.documents else stored, ""),
            "budget": self._budget(view.budget),
            "secrets": (listed(dict.fromkeys(map(kept, view.secrets.values()))), ""),
            "added": (ago(view.created_at), absolute_time(view.created_at)),
        }
        for name, (text, tip) in texts.items():
            named, value = self._rows[name]
            value.tell(text, tip)
            named.setVisible(bool(text))
            value.setVisible(bool(text))

    def _budget(self, budget: ApiBudget | None) -> tuple[str, str]:
        """What the source's server still grants; told by itself, and true for as long."""
        if budget is None or budget.resets_at <= time.time():
            return "", ""
        left, all = format_count(budget.remaining), format_count(budget.limit)
        text = self.tr("{0} of {1} left until {2}").format(left, all, clock_time(budget.resets_at))
        return text, self.tr("What {0} says it still grants").format(budget.host)
