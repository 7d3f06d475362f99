"""The sources that somebody began to add and did not finish, above the catalogue: go on, or discard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.language import core
from widgets.parts import ago, button, column, icon_label, label, line, row, tool_button
from widgets.parts.foreign import on_button

if TYPE_CHECKING:
    from widgets.pages.drafts import Draft

__all__ = ["DraftsList"]

SHOWN = 4
"""More are found at their types in the catalogue below."""


class DraftsList(QFrame):
    """Says `opened` and `discarded` with the draft's type."""

    opened = Signal(str)
    discarded = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drafts")
        self.setAccessibleName(self.tr("Unfinished sources"))
        self._rows = column(space=theme.SPACE_XS)
        heading = label(self.tr("Not finished"), "detail", "muted")
        inside = column(heading, self._rows, space=theme.SPACE_XS)
        inside.setContentsMargins(theme.SPACE_L, theme.SPACE_S, theme.SPACE_S, theme.SPACE_M)
        column(inside, line(), parent=self, space=0)
        self._shown: list[tuple[str, ...]] = []
        self.hide()

    def show_drafts(self, drafts: Iterable[Draft]) -> None:
        """These, the latest first."""
        shown = list(drafts)[:SHOWN]
        said = [(draft.type, draft.name, core(draft.title), ago(draft.at)) for draft in shown]
        self.setVisible(bool(shown))
        if said == self._shown:
            return
        self._shown = [tuple(one) for one in said]
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for draft in shown:
            self._rows.addWidget(self._row(draft))

    def _row(self, draft: Draft) -> QWidget:
        title = core(draft.title)
        name = draft.name or title
        go = button(on_button(name), lambda: self.opened.emit(draft.type), kind="link", name=f"draft_open_{draft.type}")
        go.setAccessibleName(self.tr("Go on with {0}").format(name))
        go.setToolTip(name)
        drop = tool_button(
            "trash",
            self.tr("Discard {0}").format(name),
            lambda: self.discarded.emit(draft.type),
            name=f"draft_discard_{draft.type}",
        )
        when = ago(draft.at)
        about = label(when if name == title else f"{title}  ·  {when}", "detail", "muted")
        words = column(row(go, None), about, space=0)
        made = QWidget()
        laid = row(icon_label(draft.icon, "accent", 20), words, drop, parent=made, space=theme.SPACE_M)
        laid.setStretch(1, 1)
        laid.setAlignment(drop, Qt.AlignmentFlag.AlignVCenter)
        return made
