"""Where banners stand: above the state line, where they push nothing away that is being read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from widgets import theme
from widgets.language import advice, core
from widgets.parts.announce import announce

if TYPE_CHECKING:
    from widgets.parts.panels import Banner

__all__ = ["Notices"]

MOST = 3
SAID_SECONDS = 6.0


class Notices(QWidget):
    """At most three: a sentence leaves before what has an action, and the oldest first. An offer to undo stays."""

    locked = Signal(str)
    """What was to be reported waits for the vault, not for a reader."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(theme.SPACE_S)
        self._said: Banner | None = None
        self._fit()

    def show_notice(self, banner: Banner) -> None:
        """Place a banner below the page."""
        shown = [each for each in self._banners() if each.weight() < 2]
        while shown and self._column.count() >= MOST:
            leaving = min(shown, key=lambda each: each.weight())
            shown.remove(leaving)
            self._column.removeWidget(leaving)
            leaving.expire()
        self._column.addWidget(banner)
        banner.destroyed.connect(self._fit)
        self._fit()
        banner.show()
        announce(banner, banner.text(), urgent=banner.property("ground") == "error")

    def say(self, text: str) -> None:
        """A sentence that leaves by itself; the one said before makes room."""
        if self._said is not None and isValid(self._said) and not self._said.isHidden():
            self._said.expire()
        from widgets.parts.panels import Banner

        self._said = Banner(text, icon="info", seconds=SAID_SECONDS)
        self.show_notice(self._said)

    def report(self, error: BaseException) -> None:
        """Something failed that nobody waited for: say so without standing in the way."""
        from app.api import VAULT_TROUBLE
        from connectors.sdk import error_info
        from widgets.parts.panels import Banner, error_text

        info = error_info(error)
        if info.code in VAULT_TROUBLE:
            self.locked.emit(core(info.what))
            return
        banner = Banner(advice(info), ground="error", icon="error", action_text=self.tr("Copy"), action_kind="quiet")
        banner.acted.connect(lambda: QGuiApplication.clipboard().setText(error_text(info)))
        self.show_notice(banner)

    def _banners(self) -> list[Banner]:
        from widgets.parts.panels import Banner

        items = (self._column.itemAt(number) for number in range(self._column.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if isinstance(widget, Banner)]

    def _fit(self) -> None:
        gap = theme.SPACE_M if self._column.count() else 0
        self._column.setContentsMargins(theme.SPACE_XL, gap, theme.SPACE_XL, gap)
