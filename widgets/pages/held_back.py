"""Deletions that the guard held back: how many, which, and the person's word: apply or keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget

from widgets import theme
from widgets.pages.page import Page
from widgets.parts import button, column, icon_label, label, plural, row

if TYPE_CHECKING:
    from app.api import ConnectionView

__all__ = ["HeldBackPanel"]

SHOWN = 200


class HeldBackPanel(QFrame):
    """Says `decided` when the person has."""

    decided = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self.setObjectName("held_back")
        self.setProperty("ground", "warning")
        self._what = label("", "strong", wrap=True)
        why = label(
            self.tr("That is more than usual, so nothing was deleted yet. They stay searchable until you decide."),
            wrap=True,
        )
        self._list = QListWidget()
        self._list.setFont(theme.font("mono"))
        self._list.setMaximumHeight(180)
        self._list.setAccessibleName(self.tr("Documents that would be deleted"))
        self._list.hide()
        self.apply = button(
            self.tr("Apply the deletions"), lambda: self._decide(True), kind="danger", name="held_apply"
        )
        self.keep = button(self.tr("Keep the documents"), lambda: self._decide(False), name="held_keep")
        self._fold = button(self.tr("Show the list"), self._toggle, kind="link", name="held_list")
        text = column(
            self._what,
            why,
            self._list,
            row(self.keep, self.apply, self._fold, None, space=theme.SPACE_S),
            space=theme.SPACE_S,
        )
        laid = row(parent=self, space=theme.SPACE_M)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        laid.addWidget(icon_label("held", "warning", 20), 0, Qt.AlignmentFlag.AlignTop)
        laid.addLayout(text, 1)

    def show_connection(self, view: ConnectionView) -> None:
        """Visible while something is held back."""
        if self._view is None or self._view.id != view.id or self._view.held_back != view.held_back:
            self._list.clear()
            self._list.hide()
            self._fold.setText(self.tr("Show the list"))
        self._view = view
        self._what.setText(
            plural(
                view.held_back,
                "{0} document is no longer at the source.",
                "{0} documents are no longer at the source.",
            )
        )
        self.setVisible(view.held_back > 0)

    def _toggle(self) -> None:
        if self._list.isVisible():
            self._list.hide()
            self._fold.setText(self.tr("Show the list"))
        else:
            self._page.tasks.restart(self._fill(), "held back")

    async def _fill(self) -> None:
        from app.api import DocumentFilter

        if self._view is None:
            return
        found = await self._page.client.documents(
            DocumentFilter(connections=[self._view.id], status="held_back", limit=SHOWN)
        )
        self._list.clear()
        self._list.addItems([document.path or document.source_id for document in found.documents])
        if found.total > SHOWN:
            self._list.addItem(self.tr("… and {0} more").format(found.total - SHOWN))
        self._list.show()
        self._fold.setText(self.tr("Hide the list"))

    def _decide(self, apply: bool) -> None:
        async def work(ref: str) -> None:
            act = self._page.client.apply_held_back if apply else self._page.client.keep_held_back
            await act(ref)
            self.decided.emit()

        if self._view is not None and not self._page.tasks.running("held back decision"):
            self._page.tasks.start(work(self._view.id), "held back decision")
