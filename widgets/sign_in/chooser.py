"""Where to sign in: every provider, found as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from widgets import theme
from widgets.parts import SearchField, column, label

if TYPE_CHECKING:
    from app.api import ProviderView

_ID = Qt.ItemDataRole.UserRole
SHOWN = 8
"""So many are seen at once; the rest scrolls."""
_GENERIC = ("oidc", "oauth2")
"""Any server that speaks a standard: listed last, for those who know they need it."""


class ProviderChooser(QWidget):
    """Says `chosen` with a provider's id."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.search = SearchField(self.tr("Search providers"))
        self.search.searched.connect(self._narrow)
        self.search.entered.connect(self._enter)
        self.search.moved.connect(self._move)
        self.list = QListWidget()
        self.list.setObjectName("providers")
        self.list.setAccessibleName(self.tr("Providers"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._pick)
        self.list.installEventFilter(self)
        self._none = label(
            self.tr("No provider matches. Any server that speaks a standard works too."), "body", "muted"
        )
        self._none.hide()
        self._providers: list[ProviderView] = []
        column(self.search, self._none, self.list, parent=self)

    def show_providers(self, providers: list[ProviderView]) -> None:
        """By title, those for any server last."""
        self._providers = sorted(providers, key=lambda one: (one.id in _GENERIC, one.title.casefold()))
        self._narrow(self.search.text().strip())

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        found = [one for one in self._providers if all(word in f"{one.title} {one.id}".casefold() for word in words)]
        self._none.setVisible(not found)
        shown = found or [one for one in self._providers if one.id in _GENERIC]
        self.list.clear()
        for one in shown:
            general = self.tr("{0} (any server)").format(one.title) if one.id in _GENERIC else one.title
            item = QListWidgetItem(theme.icon("globe" if one.id in _GENERIC else "user", "muted"), general)
            item.setData(_ID, one.id)
            item.setSizeHint(QSize(1, theme.ROW))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(SHOWN, max(1, len(shown))) * theme.ROW + 4)

    def _enter(self) -> None:
        if self.list.currentItem() is not None:
            self._pick(self.list.currentItem())

    def _move(self, by: int) -> None:
        self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + by)))

    def _pick(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(_ID)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter on the list chooses."""
        enter = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        pressed = event.type() == QEvent.Type.KeyPress and watched is self.list
        if pressed and isinstance(event, QKeyEvent) and event.key() in enter:
            self._enter()
            return True
        return super().eventFilter(watched, event)
