"""The runs of a connection, and of the chosen one what it could not bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QWidget

from widgets import theme
from widgets.pages.page import Page
from widgets.parts import (
    EmptyState,
    ErrorPanel,
    absolute_time,
    ago,
    button,
    column,
    format_bytes,
    format_count,
    format_duration,
    heading,
    label,
    look,
    row,
)
from widgets.parts.body import Body
from widgets.parts.items import ItemsTable
from widgets.parts.status import outcome
from widgets.parts.tables import Column, RecordTable, on_page, table_view
from widgets.parts.words import listed

if TYPE_CHECKING:
    from app.api import ConnectionView, RunView

__all__ = ["RunsTab"]

ITEMS = 500


class RunsTab(QWidget):
    """Newest first. Reads again when the connection changes, keeping the chosen run."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self._chosen = ""
        self._loaded = False
        triggers = {
            "manual": self.tr("hand"),
            "schedule": self.tr("schedule"),
            "watch": self.tr("change"),
            "first": self.tr("first sync"),
        }
        modes = {
            "full": self.tr("everything again"),
            "reconcile": self.tr("looked for deletions"),
            "dry_run": self.tr("trial, nothing stored"),
            "retry": self.tr("only what failed"),
        }

        def number(name: str) -> Column[RunView]:
            titles = {
                "new": self.tr("New"),
                "changed": self.tr("Changed"),
                "deleted": self.tr("Deleted"),
                "failed": self.tr("Failed"),
            }
            return Column(
                titles[name],
                lambda run: format_count(getattr(run.counts, name)) if getattr(run.counts, name) else "–",
                role=lambda run: "error" if name == "failed" and run.counts.failed else "text",
                right=True,
                width=78,
            )

        self.model: RecordTable[RunView] = RecordTable(
            [
                Column(
                    self.tr("Run"),
                    lambda run: look(run.state).word,
                    icon=lambda run: (look(run.state).icon, look(run.state).role),
                    tip=lambda run: f"{look(run.state).word}\n{outcome(run)}".strip(),
                    width=164,
                ),
                Column(
                    self.tr("Started"),
                    lambda run: ago(run.started_at or run.queued_at),
                    tip=lambda run: absolute_time(run.started_at or run.queued_at),
                    width=92,
                ),
                Column(
                    self.tr("By"),
                    lambda run: listed((triggers.get(run.trigger, ""), modes.get(run.mode, ""))),
                    role=lambda _r: "muted",
                ),
                number("new"),
                number("changed"),
                number("deleted"),
                number("failed"),
                Column(
                    self.tr("Fetched"),
                    lambda run: format_bytes(run.counts.bytes) if run.counts.bytes else "–",
                    right=True,
                    width=74,
                    spare=True,
                ),
                Column(self.tr("Took"), _took, right=True, width=66, spare=True),
            ]
        )
        self.table = table_view(self.model, "runs", self.tr("Runs"), stretch=(2,))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.items = ItemsTable("run_items", self.tr("Items of the run"))
        self._title = heading("")
        self._words = label("", "body", "muted", wrap=True)
        self._copy = button(self.tr("Copy"), self.items.copy, kind="quiet", icon="copy", name="items_copy")
        self._error = ErrorPanel()
        self._error.hide()
        self._all_well = label(self.tr("No item failed or was skipped."), "body", "muted")
        self._below = below = QWidget()
        head = column(
            row(self._title, None, self._copy), self._words, self._error, self._all_well, space=theme.SPACE_XS
        )
        head.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_S)
        self._listed = on_page(self.items.view)
        laid = column(head, self._listed, parent=below, space=0)
        laid.setStretch(1, 1)
        laid.addStretch(0)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.addWidget(on_page(self.table))
        self._splitter.addWidget(below)
        self._splitter.setSizes([280, 220])
        self._splitter.setChildrenCollapsible(False)
        none = EmptyState(
            "activity",
            self.tr("No runs yet"),
            detail=self.tr("Each sync leaves a line here, with what it could not bring."),
        )
        self.body = Body(self._splitter, none)
        self.body.retried.connect(self.reload)
        column(self.body, parent=self, space=0)

    def show_connection(self, view: ConnectionView) -> None:
        """The connection whose runs are meant."""
        if self._view is not None and self._view.id != view.id:
            self.forget()
        self._view = view
        if self.isVisible():
            self.reload()

    def forget(self) -> None:
        """Another connection is to come."""
        self._view = None
        self._chosen = ""
        self._loaded = False
        self.body.clear()

    def choose(self, run_id: str) -> None:
        """Show a certain run; of the connection that is to come, if none is known."""
        self._chosen = run_id
        self.reload()

    def reload(self) -> None:
        """Read the runs again."""
        if self._view is not None and not self._page.tasks.closed:
            self._page.tasks.restart(self._load(self._view.id), "runs")

    async def _load(self, ref: str) -> None:
        from connectors.sdk import HeadwaterError

        if not self._loaded:
            self.body.wait(self.tr("Reading the runs …"))
        try:
            await self._read(ref)
        except HeadwaterError as error:
            if not self._loaded:
                self.body.show_error(error.info())
            return  # what is listed still holds; the page says that the engine is away
        self._loaded = True

    async def _read(self, ref: str) -> None:
        runs = await self._page.client.runs(ref, 100)
        # A reset must not be taken for a choice of the person.
        self.table.selectionModel().blockSignals(True)
        self.model.show_records(runs)
        self.table.selectionModel().blockSignals(False)
        if not runs:
            self.body.show_empty()
            return
        ids = [run.id for run in runs]
        number = ids.index(self._chosen) if self._chosen in ids else 0
        self.table.selectRow(number)
        await self._show(runs[number])
        self.body.show_content()

    def _choose(self, current: QModelIndex, _before: QModelIndex) -> None:
        run = self.model.record(current.row())
        if run is not None and run.id != self._chosen:
            self._chosen = run.id
            self._page.tasks.restart(self._show(run), "run items")

    async def _show(self, run: RunView) -> None:
        items = await self._page.client.run_items(run.id, ITEMS)
        self._title.setText(listed((look(run.state).word, ago(run.started_at or run.queued_at))))
        words = outcome(run) if run.error is None else ""  # the panel below says it
        if run.resumed:
            words = (
                f"{words}  ·  " + self.tr("went on from an earlier run")
                if words
                else self.tr("Went on from an earlier run")
            )
        self._words.setText(words)
        self._words.setVisible(bool(words))
        if run.error is not None:
            self._error.show_error(run.error)
        else:
            self._error.hide()
        self.items.show_records(items)
        self._listed.setVisible(bool(items))
        self._copy.setVisible(bool(items))
        self._all_well.setVisible(not items and run.error is None)
        if run.counts.failed + run.counts.skipped > len(items) >= ITEMS:
            self._words.setText(self.tr("The first {0} items.").format(format_count(ITEMS)))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is said of a run wraps anew."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """An error is read to its end; it may take more of the height than was given to what is below."""
        laid = self._below.layout()
        needed = 0
        if laid is not None and not self._error.isHidden():
            needed = laid.heightForWidth(self.width()) if laid.hasHeightForWidth() else laid.sizeHint().height()
        wanted = min(needed, self.height() * 2 // 3)
        if wanted != self._below.minimumHeight():
            self._below.setMinimumHeight(wanted)
            QTimer.singleShot(0, self, lambda: self.table.scrollTo(self.table.currentIndex()))


def _took(run: RunView) -> str:
    if run.started_at is None or run.finished_at is None:
        return "–"
    return format_duration(run.finished_at - run.started_at)
