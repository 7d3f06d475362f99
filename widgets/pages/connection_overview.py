"""A connection at a glance: what is happening, what happened last, what comes next, and what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget

from widgets import theme
from widgets.language import core
from widgets.pages.held_back import HeldBackPanel
from widgets.pages.overview_facts import Facts
from widgets.pages.overview_failing import Failing
from widgets.pages.overview_history import History
from widgets.pages.overview_numbers import Numbers
from widgets.pages.overview_progress import ProgressCard
from widgets.pages.page import Page
from widgets.pages.sign_in_again import SignInAgain
from widgets.parts import ErrorPanel, absolute_time, column, label
from widgets.parts.progress import Progress
from widgets.parts.status import status
from widgets.parts.words import sentences
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.api import ConnectionView, Gauge
    from connectors.sdk import ErrorInfo

__all__ = ["OverviewTab"]

HISTORY = 31
NARROW_BELOW = 720
"""Below this the two cards stand one above the other."""


class OverviewTab(QScrollArea):
    """`changes_wanted` names a kind of change to list, `run_wanted` a run to show, `settings_wanted` the settings."""

    changes_wanted = Signal(str)
    run_wanted = Signal(str)
    settings_wanted = Signal()
    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self.progress: Progress | None = None
        self._refresher = Refresher(page.tasks, "overview", self._load, interval=1.0)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        self._error = ErrorPanel(action_text=self.tr("Open settings"), on_action=self._remedy)
        self._error.hide()
        self.sign_in = SignInAgain(page)
        self.sign_in.saved.connect(lambda _view: self.changed.emit())
        self.sign_in.settings_wanted.connect(self.settings_wanted.emit)
        self.held = HeldBackPanel(page)
        self.held.decided.connect(self.changed.emit)
        self.held.hide()
        self.card = ProgressCard()
        self._last = label("", "body", wrap=True)
        self._next = label("", "body", "muted", wrap=True)
        self.numbers = Numbers()
        self.numbers.chosen.connect(self._number)
        self.failures = Failing(page)
        self.failures.retried.connect(self.changed.emit)
        self.history = History()
        self.history.chosen.connect(self.run_wanted.emit)
        self.facts = Facts()
        self.facts.settings_wanted.connect(self.settings_wanted.emit)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(theme.SPACE_L)
        self._cards.addWidget(self.history, 3)
        self._cards.addWidget(self.facts, 2)

        inner = QWidget()
        self.setWidget(inner)
        laid = column(
            self._error,
            self.sign_in,
            self.held,
            self.card,
            column(self._last, self._next, space=2),
            self.numbers,
            self.failures,
            self._cards,
            None,
            parent=inner,
            space=theme.SPACE_L,
        )
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_XL)

    # --- showing ---

    def show_connection(self, view: ConnectionView) -> None:
        """The connection as it is now."""
        other = self._view is None or self._view.id != view.id
        self._view = view
        run = view.active_run
        if run is None:
            self.progress = None
        elif self.progress is None or self.progress.run_id != run.id:
            self.progress = Progress(run)
        else:
            self.progress.take_run(run)
        self.tick()
        self.numbers.show_connection(view)
        error = self._problem(view)
        if error is not None:
            self._error.show_error(error)
        else:
            self._error.hide()
        self._error.action.setText(
            self.tr("Sign in again") if view.state == "sign_in_again" else self.tr("Open settings")
        )
        self._error.action.setAccessibleName(self._error.action.text())
        self.held.show_connection(view)
        self.failures.show_connection(view)
        if other:
            self.sign_in.close_form()
            self.history.show_runs([])
            self.verticalScrollBar().setValue(0)
        self._refresher.ask()

    def _problem(self, view: ConnectionView) -> ErrorInfo | None:
        """What stands in the way of the next sync: how the last one failed, or a secret that is missing since."""
        from connectors.sdk import ErrorInfo

        last = view.last_run.error if view.last_run is not None else None
        if view.state == "sign_in_again" and (last is None or last.category != "auth"):
            remedy = self.tr("Sign in again; everything else is as it was.")
            return ErrorInfo(category="auth", code="secret_gone", what=core(view.sentence), remedy=remedy)
        return last if view.state in ("needs_attention", "sign_in_again") else None

    def tick(self) -> None:
        """Time has passed: say again what tells of times."""
        view = self._view
        if view is None:
            return
        self.card.show_run(view, self.progress)
        said = status(view, self.progress)
        # The panels above say what is needed where there is an error or a decision.
        panel = view.state in ("held_back", "sign_in_again") or (view.last_run is not None and view.last_run.error)
        need = "" if panel else said.need
        self._last.setText(said.last)
        self._last.setToolTip(absolute_time(view.last_run.finished_at) if view.last_run is not None else "")
        self._next.setText(sentences(need, said.next))
        self.facts.show_connection(view)

    def show_alive(self, alive: bool) -> None:
        """Whether there is an engine that works on it."""
        self.card.alive = alive
        self.tick()

    def take(self, gauge: Gauge) -> None:
        """The latest of the running sync."""
        if self._view is not None and self.progress is not None and self.progress.run_id == gauge.run_id:
            self.progress.take(gauge)
            self.card.show_run(self._view, self.progress)
            self.numbers.show_counts(gauge.counts, live=True)

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        view = self._view
        if view is None:
            return
        try:
            runs = await self._page.client.runs(view.id, HISTORY)
        except HeadwaterError:
            if self.isVisible():
                raise
            return  # what is seen tells of it
        if self._view is not None and self._view.id == view.id:
            self.history.show_runs([run for run in runs if run.finished_at is not None])
        await self.failures.load()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two cards beside each other where there is room."""
        super().resizeEvent(event)
        narrow = self.viewport().width() < NARROW_BELOW
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._cards.direction() != way:
            self._cards.setDirection(way)

    # --- acts ---

    def _remedy(self) -> None:
        """Where the error can be mended: here, if it is the sign-in."""
        if self._view is not None and self._view.state == "sign_in_again":
            self.sign_in.open(self._view)
        else:
            self.settings_wanted.emit()

    def _number(self, name: str) -> None:
        if name == "failed":
            self.ensureWidgetVisible(self.failures)
            self.failures.table.view.setFocus()
        else:
            self.changes_wanted.emit("" if name == "documents" else name)
