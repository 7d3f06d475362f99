"""Where banners stand: above the state line, where they push nothing away that is being read."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from widgets import theme
from widgets.language import advice, core
from widgets.parts.panels import Banner, error_text

__all__ = ["Notices"]

MOST = 3
SAID_SECONDS = 6.0


class Notices(QWidget):
    """At most three; the oldest leaves."""

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
        while self._column.count() >= MOST:
            first = self._column.takeAt(0)
            oldest = first.widget() if first is not None else None
            if isinstance(oldest, Banner):
                oldest.expire()
        self._column.addWidget(banner)
        banner.destroyed.connect(self._fit)
        self._fit()
        banner.show()

    def say(self, text: str) -> None:
        """A sentence that leaves by itself; the one said before makes room."""
        if self._said is not None and isValid(self._said) and not self._said.isHidden():
            self._said.expire()
        self._said = Banner(text, icon="info", seconds=SAID_SECONDS)
        self.show_notice(self._said)

    def report(self, error: BaseException) -> None:
        """Something failed that nobody waited for: say so without standing in the way."""
        from app.api import VAULT_TROUBLE
        from connectors.sdk import error_info

        info = error_info(error)
        if info.code in VAULT_TROUBLE:
            self.locked.emit(core(info.what))
            return
        banner = Banner(advice(info), ground="error", icon="error", action_text=self.tr("Copy"), action_kind="quiet")
        banner.acted.connect(lambda: QGuiApplication.clipboard().setText(error_text(info)))
        self.show_notice(banner)

    def _fit(self) -> None:
        gap = theme.SPACE_M if self._column.count() else 0
        self._column.setContentsMargins(theme.SPACE_XL, gap, theme.SPACE_XL, gap)
