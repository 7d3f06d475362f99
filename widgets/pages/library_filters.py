"""What narrows the library: connection, type, time, and who may see a document. With a question or without one."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.pages.filter_chip import Choice, FilterChip
from widgets.parts import button, column
from widgets.parts.flow import flow

__all__ = ["Filters"]

DAY = 86_400.0


class Filters(QWidget):
    """The chips in a row, and the way back to everything."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.connection = FilterChip("connection", self.tr("All sources"), several=True)
        self.type = FilterChip("type", self.tr("Any type"))
        self.type.offer(
            [
                Choice("text/markdown", self.tr("Markdown"), "text"),
                Choice("text/plain", self.tr("Plain text"), "text"),
                Choice("text/html", self.tr("Web pages"), "globe"),
                Choice("message/rfc822", self.tr("Mail"), "mail"),
                Choice("application/pdf", self.tr("PDF"), "file"),
                Choice("application/json", self.tr("JSON"), "rest"),
                Choice("image", self.tr("Pictures"), "image"),
            ]
        )
        self.date = FilterChip("date", self.tr("Any time"))
        self.date.offer(
            [
                Choice("1", self.tr("Past day")),
                Choice("7", self.tr("Past week")),
                Choice("31", self.tr("Past month")),
                Choice("366", self.tr("Past year")),
            ]
        )
        self.access = FilterChip("access", self.tr("Any access"))
        self.access.setToolTip(self.tr("Who may see a document at its source, as far as the source tells"))
        self.access.offer(
            [
                Choice("public", self.tr("Public"), "globe"),
                Choice("limited", self.tr("Only some people"), "user"),
                Choice("unknown", self.tr("Not told by the source"), "info"),
            ]
        )
        self._chips = (self.connection, self.type, self.date, self.access)
        self._clear = button(self.tr("Clear filters"), self.clear, kind="link", name="clear_filters")
        column(flow(*self._chips, self._clear), parent=self)
        self._clear.hide()
        for chip in self._chips:
            chip.changed.connect(self._changed)

    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return any(chip.chosen() for chip in self._chips)

    def asked(self) -> dict[str, Any]:
        """As `DocumentFilter` and `SearchQuery` take it."""
        return {
            "connections": self.connection.chosen(),
            "type": self.type.value(),
            "after": time.time() - float(self.date.value()) * DAY if self.date.value() else None,
            "access": self.access.value(),
        }

    def clear(self) -> None:
        """Everything again."""
        for chip in self._chips:
            chip.blockSignals(True)
            chip.choose([])
            chip.blockSignals(False)
        self._changed()

    def _changed(self) -> None:
        self._clear.setVisible(self.narrowed())
        self.changed.emit()
