"""A run at work: how far, how fast, how long still; why it waits and until when; paused, cancelled, gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

from widgets import theme
from widgets.parts import column, label, row
from widgets.parts.busy import BusyBar
from widgets.parts.elided import Elided
from widgets.parts.status import status, stopped

if TYPE_CHECKING:
    from app.api import ConnectionView
    from widgets.parts.progress import Progress

__all__ = ["ProgressCard"]


class ProgressCard(QFrame):
    """Visible while there is a run that is not over."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self.setObjectName("progress")
        self.alive = True
        """Whether there is an engine; without one, how far it had come."""
        self._bar = BusyBar()
        self._bar.setAccessibleName(self.tr("Progress of the sync"))
        self.counted = label("", "strong", wrap=True)
        self.pace = label("", "body", "muted")
        self.current = Elided("", "detail", "muted")
        head = row(self.counted, self.pace)
        head.setStretch(0, 1)
        laid = column(head, self._bar, self.current, parent=self, space=theme.SPACE_S)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        self.hide()

    def show_run(self, view: ConnectionView, progress: Progress | None) -> None:
        """How it stands now."""
        run = view.active_run
        self.setVisible(progress is not None and run is not None)
        if progress is None or run is None:
            return
        working = run.state == "running" and self.alive
        plain = working and not run.pausing and run.mode in ("incremental", "reconcile")
        said = status(view, progress).now if self.alive else stopped(view, progress)
        self.counted.setText(progress.counted() if plain else said)
        self.pace.setText(progress.pace() if plain else "")
        self.current.setText(progress.current if working else "")
        self.current.setVisible(working and bool(progress.current))
        fraction = progress.fraction
        self._bar.setVisible(working or (run.state in ("running", "paused", "waiting") and fraction is not None))
        resting = "" if working else "true"
        if self._bar.property("resting") != resting:
            self._bar.setProperty("resting", resting)
            theme.repolish(self._bar)
        self._bar.tell(fraction)
        self._bar.setAccessibleDescription(said)
