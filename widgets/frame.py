"""What stands around the pages: the rail, what asks at the top, the state line. Built anew for another language."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.parts.build import column, line, row
from widgets.rail import Rail, RailPage
from widgets.stateline import StateLine
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from widgets.closing import ClosePanel
    from widgets.vault_panel import VaultPanel

__all__ = ["Frame"]


class Frame(QWidget):
    """The furniture, laid around `stack` and `notices`, which outlive it. What asks is made when it first does."""

    unlocked = Signal()
    """Secrets can be had, or are kept otherwise."""
    keep_wanted = Signal()
    stop_wanted = Signal()
    """What a person wants of a running sync as the window closes."""

    def __init__(self, pages: list[RailPage], stack: QWidget, notices: QWidget, tasks: TaskScope) -> None:
        super().__init__()
        self._tasks = tasks
        foot = [page for page in pages if page[0] == "settings"]
        self.rail = Rail([page for page in pages if page not in foot], foot)
        self.state_line = StateLine()
        body = QWidget()
        self._body = column(stack, notices, parent=body, space=0)
        inner = column(space=0)
        middle = row(self.rail, line(vertical=True), body, space=0)
        middle.setStretch(2, 1)
        inner.addLayout(middle, 1)
        inner.addWidget(line())
        inner.addWidget(self.state_line)
        self.setLayout(inner)

    @cached_property
    def vault_panel(self) -> VaultPanel:
        """Where secrets are kept, above the page."""
        from widgets.vault_panel import VaultPanel

        made = VaultPanel(self._tasks)
        made.unlocked.connect(self.unlocked)
        self._body.insertWidget(self._body.count() - 2, made)
        return made

    @cached_property
    def close_panel(self) -> ClosePanel:
        """What becomes of a running sync, above all else."""
        from widgets.closing import ClosePanel

        made = ClosePanel()
        made.hide()
        made.stay.connect(made.hide)
        made.keep.connect(self.keep_wanted)
        made.stop.connect(self.stop_wanted)
        self._body.insertWidget(0, made)
        return made
