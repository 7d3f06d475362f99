"""Add a source: the catalogue at the left, the chosen type's form at the right, test and save in its footer.

Every type that was opened keeps its form, so that looking at another one loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from widgets import theme
from widgets.pages.catalogue import Catalogue
from widgets.pages.draft import DraftView
from widgets.pages.leaving import LeavePanel
from widgets.pages.page import Page, Place
from widgets.parts import EmptyState, button, column, label, line, row

if TYPE_CHECKING:
    from app.api import ConnectionView, ConnectorView, EngineApi

__all__ = ["AddSourcePage"]


class AddSourcePage(Page):
    """The catalogue and the drafts."""

    name = "add_source"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.drafts: dict[str, DraftView] = {}
        self.catalogue = Catalogue()
        self.catalogue.chosen.connect(lambda connector: self.open_type(connector))
        back = button(
            self.tr("Sources"),
            lambda: self.navigate.emit(Place("sources")),
            kind="link",
            icon="chevron-left",
            name="back",
        )
        back.setProperty("place", "back")
        header = row(label(self.tr("Add a source"), "title"), None, space=theme.SPACE_S)
        top = column(row(back, None), header, space=2)
        top.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        self._empty = EmptyState(
            "sources",
            self.tr("Choose a source"),
            detail=self.tr("Its settings appear here; nothing is stored before you save."),
        )
        self._problem = EmptyState("warning", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self._empty)
        self.stack.addWidget(self._problem)
        self.leave_panel = LeavePanel(self.tr("The new source is not saved."))
        self.leave_panel.left.connect(self._discard)
        middle = row(self.catalogue, line(vertical=True), self.stack, space=0)
        middle.setStretch(0, 1)
        middle.setStretch(2, 2)
        laid = column(self.leave_panel, top, line(), middle, parent=self, space=0)
        laid.setStretch(3, 1)

    @property
    def draft(self) -> DraftView | None:
        """The draft that is seen."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, DraftView) else None

    async def activate(self) -> None:
        """Read the catalogue; begin in its search."""
        self.catalogue.show_connectors(await self.client.connectors())
        if self.draft is None:
            self.catalogue.search.setFocus()

    def focus_search(self) -> None:
        """Ctrl-F."""
        self.catalogue.search.setFocus()
        self.catalogue.search.selectAll()

    def open_type(self, connector: ConnectorView) -> None:
        """Show the type's form, the one it had if it was open before."""
        if connector.problem:
            self._problem.say(self.tr("{0} can't be used").format(connector.title), connector.problem)
            self.stack.setCurrentWidget(self._problem)
            return
        if connector.type in self.drafts:
            self.stack.setCurrentWidget(self.drafts[connector.type])
            return
        self.tasks.restart(self._open(connector), "open")

    async def _open(self, connector: ConnectorView) -> None:
        schema = await self.client.connector_schema(connector.type)
        taken = {view.name for view in await self.client.connections()}
        draft = DraftView(self, connector, schema, _free_name(connector.title, taken))
        draft.saved.connect(self._saved)
        self.drafts[connector.type] = draft
        self.stack.addWidget(draft)
        self.stack.setCurrentWidget(draft)
        draft.name.setFocus()
        draft.name.selectAll()

    def _saved(self, view: ConnectionView) -> None:
        self._forget()
        self.navigate.emit(Place("connection", view.id))

    def unsaved(self) -> bool:
        """A draft that somebody typed into."""
        return any(draft.is_dirty() for draft in self.drafts.values())

    def ask_to_leave(self, place: Place) -> None:
        """Ask in the page."""
        self.leave_panel.ask(place)

    def _discard(self, place: Place) -> None:
        self._forget()
        self.navigate.emit(place)

    async def close_tasks(self) -> None:
        """The window closes."""
        for draft in self.drafts.values():
            await draft.shutdown()
        await super().close_tasks()

    async def _end(self, draft: DraftView) -> None:
        await draft.shutdown()
        draft.deleteLater()

    def _forget(self) -> None:
        self.stack.setCurrentWidget(self._empty)
        for draft in self.drafts.values():
            draft.test.clear()
            self.stack.removeWidget(draft)
            self.tasks.start(self._end(draft), f"end {draft.connector.type}")
        self.drafts.clear()
        self.catalogue.search.clear()
        self.catalogue.list.clearSelection()


def _free_name(title: str, taken: set[str]) -> str:
    number = 1
    while (name := title if number == 1 else f"{title} {number}") in taken:
        number += 1
    return name
