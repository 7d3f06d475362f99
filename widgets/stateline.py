"""The line at the window's foot: whether the engine works, how many runs, and where secrets are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.parts.build import button, label, row
from widgets.parts.words import plural

if TYPE_CHECKING:
    from app.api import EngineView

__all__ = ["StateLine"]


class StateLine(QFrame):
    """`engine` is what it shows, None before the engine has answered."""

    changed = Signal(object)
    unlock_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("state_line")
        self.setAccessibleName(self.tr("State of the engine"))
        self.engine: EngineView | None = None
        self._engine = label(self.tr("Engine starting"), "detail", "muted")
        self._runs = label("", "detail", "muted")
        self._vault = label("", "detail", "muted")
        self._unlock = button(self.tr("Unlock"), self.unlock_wanted.emit, kind="link", name="unlock")
        self._unlock.hide()
        laid = row(self._engine, self._runs, None, self._vault, self._unlock, parent=self, space=theme.SPACE_XL)
        laid.setSpacing(theme.SPACE_L)
        laid.setContentsMargins(theme.SPACE_L, 0, theme.SPACE_L, 0)
        self.setFixedHeight(28)

    def show_engine(self, view: EngineView) -> None:
        """The engine as it answered."""
        if view == self.engine:
            return
        self.engine = view
        self._engine.setText(self.tr("Engine running"))
        if view.active_runs:
            text = plural(view.active_runs, self.tr("run"), self.tr("runs"))
            if view.queued_runs:
                text += ", " + self.tr("{0} queued").format(view.queued_runs)
        else:
            text = self.tr("{0} queued").format(view.queued_runs) if view.queued_runs else self.tr("No runs")
        self._runs.setText(text)
        self._unlock.setVisible(view.vault_state in ("passphrase", "locked"))
        self._vault.setText(self.tr("Secrets: {0}").format(view.vault))
        self.setToolTip(self.tr("Headwater {0}, profile {1}").format(view.version, view.profile))
        self.changed.emit(view)

    def show_stopped(self) -> None:
        """The engine is not there."""
        self.engine = None
        self._engine.setText(self.tr("Engine not running"))
        self._runs.setText("")
        self._vault.setText("")
