"""The head of a connection's page: what it is called, how it stands, and the one thing to do with it next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from widgets import theme
from widgets.language import core
from widgets.pages.connection_list import can_end, next_act
from widgets.pages.connection_row import act_word
from widgets.parts import StateLabel, button, column, icon_label, label, row, tool_button
from widgets.parts.inputs import NameEdit
from widgets.parts.status import seen_state, stopped

if TYPE_CHECKING:
    from app.api import ConnectionView
    from widgets.parts.progress import Progress

__all__ = ["ConnectionHead"]

ICONS = {
    "sync": "sync",
    "pause": "pause",
    "resume": "play",
    "cancel": "stop",
    "enable": "play",
    "sign_in": "key",
    "review": "held",
}


class ConnectionHead(QWidget):
    """Shows; what is done stands with the page."""

    def __init__(self, act: Callable[[], object], cancel: Callable[[], object], menu: QMenu) -> None:
        super().__init__()
        self._alive = True
        self._icon = icon_label("plug", "accent", 24)
        self.title = NameEdit()
        self.title.setObjectName("connection_name")
        self.title.setAccessibleName(self.tr("Name of the connection"))
        self.title.setToolTip(self.tr("Click to rename"))
        self.title.setProperty("plain", "true")
        self.title.setFont(theme.font("title"))
        self.state = StateLabel()
        room = self.state.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # what is below does not jump when it is known
        self.state.setSizePolicy(room)
        self._type = label("", "body", "muted")
        self.act = button("", act, kind="primary", name="act")
        self.cancel = button(self.tr("Cancel"), cancel, icon="stop", name="cancel")
        self._more = tool_button("more", self.tr("More actions"), name="more")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(menu)
        words = column(self.title, row(self.state, self._type, None, space=theme.SPACE_M), space=2)
        laid: QHBoxLayout = row(self._icon, words, self.cancel, self.act, self._more, parent=self, space=theme.SPACE_S)
        laid.setStretch(1, 1)
        self.show_alive(True)
        self.forget()

    def forget(self) -> None:
        """Nothing is known of it, and nothing can be done with it, yet or any more."""
        self.title.clear()
        self._offer(False)

    def show_alive(self, alive: bool) -> None:
        """Without an engine nothing can be done."""
        self._alive = alive
        why = "" if alive else self.tr("The engine is being started again.")
        for made in (self.act, self.cancel):
            made.setEnabled(alive)
            made.setToolTip(why)
        if alive:
            self.cancel.setToolTip(self.tr("End this sync; what has arrived stays"))

    def show_connection(self, view: ConnectionView) -> None:
        """What it is, and what can be done with it now. One that is about to pause is asked one thing."""
        self._icon.show_icon(view.icon, "accent")
        if not self.title.hasFocus():
            self.title.setText(view.name)
            self.title.setCursorPosition(0)
        self.title.setToolTip(view.name + "\n" + self.tr("Click to rename"))
        self._type.setText(core(view.type_title))
        self._offer(True)
        act = next_act(view)
        act = "sync" if act == "look" else act
        self.act.setText(self.tr("Sync now") if act == "sync" else act_word(act))
        self.act.setAccessibleName(self.act.text())
        calm = act in ("cancel", "pause") or seen_state(view) == "pausing"
        self.act.setProperty("kind", "" if calm else "primary")
        theme.set_icon(self.act, ICONS[act], "text" if calm else "on_accent")
        theme.repolish(self.act)
        self.cancel.setVisible(can_end(view))

    def say(self, view: ConnectionView, progress: Progress | None, words: str) -> None:
        """How it stands, in one sentence or the state's own word."""
        if not self._alive and view.active_run is not None:
            self.state.show_state("cancelled", stopped(view, progress))
        else:
            self.state.show_state(seen_state(view), words)

    def _offer(self, there: bool) -> None:
        for part in (self._icon, self.state, self._type, self.act, self.cancel, self._more):
            part.setVisible(there)
