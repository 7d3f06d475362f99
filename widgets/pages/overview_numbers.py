"""The numbers of a connection, each leading to what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from widgets import theme
from widgets.parts import column, format_count, label, row

if TYPE_CHECKING:
    from app.api import ConnectionView, RunCounts

__all__ = ["Numbers"]


class Number(QFrame):
    """One number, as a button."""

    clicked = Signal()

    def __init__(self, name: str, title: str, tip: str) -> None:
        super().__init__()
        self._title = title
        self._button = QPushButton("–")
        self._button.setObjectName(f"number_{name}")
        self._button.setProperty("kind", "number")
        self._button.setFont(theme.font("title"))
        self._button.setToolTip(tip)
        self._button.setAccessibleDescription(tip)
        self._button.clicked.connect(lambda _=False: self.clicked.emit())
        laid = column(self._button, label(title, "detail", "muted"), parent=self, space=0)
        laid.setContentsMargins(0, 0, theme.SPACE_XL, 0)

    def show_number(self, number: int, tone: str = "") -> None:
        """The number now. There is nothing to see behind a nought."""
        text = format_count(number)
        if self._button.text() != text:
            self._button.setText(text)
            self._button.setAccessibleName(f"{self._title}: {text}")
        self._button.setEnabled(number > 0)
        if self._button.property("tone") != tone:
            self._button.setProperty("tone", tone)
            theme.repolish(self._button)


class Numbers(QWidget):
    """`chosen` with the kind that the person wants to see: documents, new, changed, deleted, failed."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.each = {
            "documents": Number("documents", self.tr("documents"), self.tr("Show all documents")),
            "new": Number("new", self.tr("new"), self.tr("Show what the last run brought")),
            "changed": Number("changed", self.tr("changed"), self.tr("Show what the last run changed")),
            "deleted": Number("deleted", self.tr("deleted"), self.tr("Show what the last run deleted")),
            "failed": Number("failed", self.tr("failing"), self.tr("Show the items that fail")),
        }
        for name, number in self.each.items():
            number.clicked.connect(lambda name=name: self.chosen.emit(name))
        self._since = label("", "detail", "muted")
        column(row(*self.each.values(), None, space=0), self._since, parent=self, space=theme.SPACE_XS)

    def show_connection(self, view: ConnectionView) -> None:
        """As persisted."""
        self.each["documents"].show_number(view.documents)
        self.each["failed"].show_number(view.failed_items, "error" if view.failed_items else "")
        run = view.active_run or view.last_run
        for name in ("new", "changed", "deleted"):
            self.each[name].setVisible(run is not None)
        self._since.setVisible(run is not None)
        self.each["failed"].setVisible(run is not None or view.failed_items > 0)
        brought = run is not None and (run is view.active_run or run.counts.documents + run.counts.deleted > 0)
        self.setVisible(brought or view.documents > 0 or view.failed_items > 0)
        if run is not None:
            self.show_counts(run.counts, live=view.active_run is not None)

    def show_counts(self, counts: RunCounts, *, live: bool) -> None:
        """What a run brought so far, or in all."""
        for name in ("new", "changed", "deleted"):
            self.each[name].show_number(getattr(counts, name))
        now, last = self.tr("New, changed and deleted in this run"), self.tr("New, changed and deleted in the last run")
        self._since.setText(now if live else last)
