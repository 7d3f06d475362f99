"""The line at the window's foot: whether the engine works, how many runs, and where secrets are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.parts.build import button, label, row
from widgets.parts.words import listed, plural
from widgets.vault_words import STATE_TONES, action, place

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
        self._vault = button(self.tr("Secrets"), self.unlock_wanted.emit, kind="quiet", name="vault_state")
        self._unlock = button(self.tr("Unlock"), self.unlock_wanted.emit, kind="link", name="unlock")
        for made in (self._vault, self._unlock):
            made.setFont(theme.font("detail"))
            made.hide()
        laid = row(self._engine, self._runs, None, self._vault, self._unlock, parent=self, space=theme.SPACE_XL)
        laid.setSpacing(theme.SPACE_L)
        laid.setContentsMargins(theme.SPACE_L, 0, theme.SPACE_L, 0)
        theme.theme_changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(theme.ROW - 2)  # as high as a button in it

    def show_engine(self, view: EngineView) -> None:
        """The engine as it answered."""
        if view == self.engine:
            return
        self.engine = view
        self._engine.setText(self.tr("Engine running"))
        if view.active_runs:
            text = plural(view.active_runs, "{0} run", "{0} runs")
            if view.queued_runs:
                text = listed((text, self.tr("{0} queued").format(view.queued_runs)))
        else:
            text = self.tr("{0} queued").format(view.queued_runs) if view.queued_runs else self.tr("No runs")
        self._runs.setText(text)
        self._show_vault(place(view), action(view.vault_state), STATE_TONES.get(view.vault_state, "muted"))
        self.setToolTip(self.tr("Headwater {0}, profile {1}").format(view.version, view.profile))
        self.changed.emit(view)

    def show_stopped(self) -> None:
        """The engine is not there."""
        self.engine = None
        self._engine.setText(self.tr("Engine not running"))
        self._runs.setText("")
        self._vault.hide()
        self._unlock.hide()

    def _show_vault(self, text: str, next_action: str, tone: str) -> None:
        """Where secrets are: pressed, it says more. Beside it what there is to do, if there is."""
        self._vault.setText(text)
        self._vault.setAccessibleName(text)
        self._vault.setProperty("tone", tone)
        theme.repolish(self._vault)
        self._unlock.setText(next_action)
        self._unlock.setAccessibleName(next_action)
        self._unlock.setVisible(bool(next_action))
        self._vault.show()
