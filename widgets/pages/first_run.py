"""The first sync of a source that was just added, where it was added: how far it is, and then on to the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.language import core
from widgets.pages.page import Page
from widgets.parts import StateLabel, button, column, frame, icon_label, label, row
from widgets.parts.busy import BusyBar
from widgets.parts.flow import flow
from widgets.parts.progress import Progress
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import ConnectionView, Gauge, RunView
    from widgets.events import Events

__all__ = ["FirstRun"]

WIDTH = 560


class FirstRun(QWidget):
    """Says `ended` with the connection's id when the run is over, whatever came of it: its page tells that best."""

    ended = Signal(str)
    opened = Signal(str)
    another = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.setObjectName("first_run")
        self._page = page
        self._run: RunView | None = None
        self._progress: Progress | None = None
        self._refresher = Refresher(page.tasks, "first run", self._look, interval=0.5)
        self._title = label("", "section", wrap=True)
        self._state = StateLabel()
        self._counted = label("", "strong")
        self._current = label("", "detail", "muted")
        self._current.setMinimumWidth(1)
        self.bar = BusyBar()
        self.bar.tell(None)
        self.bar.setAccessibleName(self.tr("Progress of the first sync"))
        self.open_button = button(
            self.tr("Open the connection"), lambda: self._emit(self.opened), kind="primary", name="first_run_open"
        )
        more = button(self.tr("Add another source"), self.another.emit, name="first_run_another")
        card = frame("card")
        card.setMaximumWidth(theme.scaled(WIDTH))
        head = row(icon_label("sync", "accent", 24), self._title, self._state, space=theme.SPACE_M)
        head.setStretch(1, 1)
        laid = column(
            head,
            theme.SPACE_S,
            self._counted,
            self.bar,
            self._current,
            theme.SPACE_S,
            label(self.tr("It goes on if you leave this page. What is stored can be searched at once."), wrap=True),
            theme.SPACE_XS,
            flow(self.open_button, more),
            parent=card,
            space=theme.SPACE_S,
        )
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_XL)
        middle = row(None, card, None)
        middle.setStretch(1, 10)
        column(None, middle, None, None, parent=self, margin=theme.SPACE_XL)

    def follow(self, feed: Events) -> None:
        """Gauges move the bar, facts tell of the end."""
        feed.gauge.connect(self._take)
        feed.fact.connect(lambda fact: self._ask() if self._run and fact.run_id in (None, self._run.id) else None)
        feed.found.connect(self._ask)

    @property
    def running(self) -> bool:
        """Whether there is a run to show."""
        return self._run is not None

    def show_run(self, connection: ConnectionView, run: RunView) -> None:
        """Follow this run from now on."""
        self._run, self._progress = run, Progress(run)
        self._title.setText(self.tr("First sync of {0}").format(connection.name))
        self._show()
        self._refresher.now()
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Nobody looks at it any more."""
        self._run = None

    def _ask(self) -> None:
        if self._run is not None:
            self._refresher.ask()

    def _take(self, gauge: Gauge) -> None:
        if self._progress is not None and self._run is not None and gauge.run_id == self._run.id:
            self._progress.take(gauge)
            self._show()

    async def _look(self) -> None:
        from app.api import FINISHED

        if self._run is None:
            return
        run = await self._page.client.run(self._run.id)
        if self._run is None or self._run.id != run.id or self._progress is None:
            return
        self._run = run
        self._progress.take_run(run)
        self._show()
        if run.state in FINISHED:
            self._emit(self.ended)

    def _show(self) -> None:
        run, progress = self._run, self._progress
        if run is None or progress is None:
            return
        self._state.show_state(run.state)
        fraction = progress.fraction
        self.bar.tell(fraction if run.state == "running" else fraction or 0.0)
        said = progress.sentence() if progress.seen else ""
        self._counted.setText(said or core(run.reason) or self.tr("Listing what is there …"))
        room = self._current.fontMetrics().elidedText(
            progress.current, Qt.TextElideMode.ElideMiddle, theme.scaled(WIDTH) - 48
        )
        self._current.setText(room)
        self.setAccessibleName(f"{self._title.text()}: {self._counted.text()}")

    def _emit(self, signal: object) -> None:
        if self._run is not None:
            signal.emit(self._run.connection_id)  # type: ignore[attr-defined]
