"""What stands around the pages: the rail, what asks at the top, the state line. Built anew for another language."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.closing import ClosePanel
from widgets.commands.window import RailPage
from widgets.parts.build import column, line, row
from widgets.rail import Rail
from widgets.stateline import StateLine
from widgets.tasks import TaskScope
from widgets.vault_panel import VaultPanel

__all__ = ["Frame"]


class Frame(QWidget):
    """The furniture, laid around `stack` and `notices`, which outlive it."""

    def __init__(self, pages: list[RailPage], stack: QWidget, notices: QWidget, tasks: TaskScope) -> None:
        super().__init__()
        foot = [page for page in pages if page[0] == "settings"]
        self.rail = Rail([page for page in pages if page not in foot], foot)
        self.state_line = StateLine()
        self.close_panel = ClosePanel()
        self.close_panel.hide()
        self.vault_panel = VaultPanel(tasks)
        body = QWidget()
        body.setLayout(column(self.close_panel, self.vault_panel, stack, notices, space=0))
        inner = column(space=0)
        middle = row(self.rail, line(vertical=True), body, space=0)
        middle.setStretch(2, 1)
        inner.addLayout(middle, 1)
        inner.addWidget(line())
        inner.addWidget(self.state_line)
        self.setLayout(inner)
