"""A connection at a glance: what is happening, what happened last, what comes next, and what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QScrollArea, QWidget

from widgets import theme
from widgets.pages.held_back import HeldBackPanel
from widgets.pages.page import Page
from widgets.pages.schedule import schedule_words
from widgets.pages.sign_in_again import SignInAgain
from widgets.parts import (
    ErrorPanel,
    about,
    absolute_time,
    button,
    column,
    format_bytes,
    format_count,
    format_duration,
    format_rate,
    frame,
    heading,
    label,
    look,
    plural,
    relative_time,
    row,
)
from widgets.parts.items import ItemsTable
from widgets.parts.progress import Progress
from widgets.parts.runbars import RunBars
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import ConnectionView, Gauge, ItemView, RunView

__all__ = ["OverviewTab"]

STEPS = 1000


class Number(QFrame):
    """A number that leads to the documents it counts."""

    clicked = Signal()

    def __init__(self, name: str, title: str, tip: str) -> None:
        super().__init__()
        self._title = title
        self._button = QPushButton("–")
        self._button.setObjectName(f"number_{name}")
        self._button.setProperty("kind", "number")
        self._button.setFont(theme.font("title"))
        self._button.setToolTip(tip)
        self._button.clicked.connect(lambda _=False: self.clicked.emit())
        laid = column(self._button, label(title, "detail", "muted"), parent=self, space=0)
        laid.setContentsMargins(0, 0, theme.SPACE_XL, 0)

    def show_number(self, number: int, tone: str = "") -> None:
        """The number now."""
        text = format_count(number)
        if self._button.text() != text:
            self._button.setText(text)
            self._button.setAccessibleName(f"{self._title}: {text}")
        if self._button.property("tone") != tone:
            self._button.setProperty("tone", tone)
            theme.repolish(self._button)


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
        self._progress: Progress | None = None
        self._refresher = Refresher(page.tasks, "overview", self._load, interval=1.0)
        self.setWidgetResizable(True)

        self._error = ErrorPanel(action_text=self.tr("Open settings"), on_action=self._remedy)
        self._error.hide()
        self.sign_in = SignInAgain(page)
        self.sign_in.saved.connect(lambda _view: self.changed.emit())
        self.sign_in.settings_wanted.connect(self.settings_wanted.emit)
        self.held = HeldBackPanel(page)
        self.held.decided.connect(self.changed.emit)
        self.held.hide()

        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, STEPS)
        self._bar.setAccessibleName(self.tr("Progress of the sync"))
        self._counted = label("", "strong")
        self._rate = label("", "body", "muted")
        self._now = label("", "detail", "muted")
        self._running = frame("card")
        inside = column(
            row(self._counted, None, self._rate), self._bar, self._now, parent=self._running, space=theme.SPACE_S
        )
        inside.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)

        self._last = label("", "body", wrap=True)
        self._next = label("", "body", "muted", wrap=True)
        self.numbers = {
            "documents": Number("documents", self.tr("documents"), self.tr("Show all documents")),
            "new": Number("new", self.tr("new"), self.tr("Show what the last run brought")),
            "changed": Number("changed", self.tr("changed"), self.tr("Show what the last run changed")),
            "deleted": Number("deleted", self.tr("deleted"), self.tr("Show what the last run deleted")),
            "failed": Number("failed", self.tr("failing"), self.tr("Show the items that fail")),
        }
        for name, number in self.numbers.items():
            number.clicked.connect(lambda name=name: self._number(name))
        self._since = label("", "detail", "muted")
        self.bars = RunBars()
        self.bars.chosen.connect(self.run_wanted.emit)
        self._history = QWidget()
        column(heading(self.tr("Last runs")), row(self.bars, None), parent=self._history, space=theme.SPACE_S)

        self.failing = ItemsTable("failing", self.tr("Failing items"))
        self.failing.view.setMinimumHeight(theme.ROW * 3)
        self._retry = button(self.tr("Retry all"), self._retry_items, icon="sync", name="retry")
        self._copy = button(self.tr("Copy"), self.failing.copy, kind="quiet", icon="copy", name="copy_failing")
        self.failing.view.selectionModel().selectionChanged.connect(lambda *_: self._name_retry())
        self._failing_title = heading(self.tr("Failing items"))
        self._failures = QWidget()
        card = frame("card")
        column(self.failing.view, parent=card, margin=1)
        column(
            row(self._failing_title, None, self._copy, self._retry), card, parent=self._failures, space=theme.SPACE_S
        )

        inner = QWidget()
        laid = column(
            self._error,
            self.sign_in,
            self.held,
            self._running,
            column(self._last, self._next, space=2),
            column(row(*self.numbers.values(), None, space=0), self._since, space=theme.SPACE_S),
            self._history,
            self._failures,
            None,
            parent=inner,
            space=theme.SPACE_XL,
        )
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_XL)
        self.setWidget(inner)
        for hidden in (self._running, self._history, self._failures):
            hidden.hide()

    # --- showing ---

    def show_connection(self, view: ConnectionView) -> None:
        """The connection as it is now."""
        other = self._view is None or self._view.id != view.id
        self._view = view
        run = view.active_run
        if run is None:
            self._progress = None
        elif self._progress is None or self._progress.run_id != run.id:
            self._progress = Progress(run)
        else:
            self._progress.take_run(run)
        self._show_running()
        self._show_words()
        last = view.last_run
        failed = view.state in ("needs_attention", "sign_in_again") and last is not None and last.error is not None
        if failed and last is not None and last.error is not None:
            self._error.show_error(last.error)
        else:
            self._error.hide()
        self._error.action.setText(
            self.tr("Sign in again") if view.state == "sign_in_again" else self.tr("Open settings")
        )
        self._error.action.setAccessibleName(self._error.action.text())
        self.held.show_connection(view)
        if other:
            self.sign_in.close_form()
            self.failing.show_records([])
            self._failures.hide()
            self._history.hide()
        self._refresher.ask()

    def _remedy(self) -> None:
        """Where the error can be mended: here, if it is the sign-in."""
        if self._view is not None and self._view.state == "sign_in_again":
            self.sign_in.open(self._view)
        else:
            self.settings_wanted.emit()

    def take(self, gauge: Gauge) -> None:
        """The latest of the running sync."""
        if self._progress is not None and self._progress.run_id == gauge.run_id:
            self._progress.take(gauge)
            self._show_running()
            self._show_counts(gauge.counts, live=True)

    def _show_running(self) -> None:
        progress, view = self._progress, self._view
        self._running.setVisible(progress is not None)
        if progress is None or view is None or view.active_run is None:
            return
        run = view.active_run
        state = run.state
        if state == "running":
            self._counted.setText(progress.counted())
        else:
            word = look(state).word
            self._counted.setText(f"{word}: {run.reason}" if run.reason else word)
        parts = []
        if state == "waiting" and run.until is not None:
            parts.append(self.tr("tries again {0}").format(relative_time(run.until)))
        if state == "running" and progress.rate > 0:
            parts.append(format_rate(progress.rate))
        if state == "running" and progress.remaining is not None:
            parts.append(about(progress.remaining))
        self._rate.setText("  ·  ".join(parts))
        self._now.setText(progress.current)
        self._now.setVisible(bool(progress.current))
        self._bar.setVisible(state == "running")
        fraction = progress.fraction
        if fraction is None and state == "running":
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, STEPS)
            self._bar.setValue(max(self._bar.value(), round((fraction or 0) * STEPS)))
        if self._bar.maximum() and fraction is not None and self._bar.value() / STEPS > fraction + 0.05:
            self._bar.setValue(round(fraction * STEPS))

    def _show_words(self) -> None:
        view = self._view
        assert view is not None
        last = view.last_run
        if last is None:
            started = view.active_run is not None
            self._last.setText(self.tr("First sync.") if started else self.tr("It has not been synced yet."))
        else:
            self._last.setText(_last_words(last, self.tr))
            self._last.setToolTip(absolute_time(last.finished_at or last.queued_at))
        if not view.enabled:
            text = self.tr("Disabled: it does not run by itself.")
        elif view.next_run_at is not None:
            text = self.tr("Next run {0}.").format(relative_time(view.next_run_at))
        elif view.schedule.watch:
            text = self.tr("It is watched for changes and syncs by itself.")
        elif view.schedule.every:
            text = self.tr("Syncs by itself: {0}.").format(schedule_words(view.schedule).lower())
        else:
            text = self.tr("It runs only by hand.")
        self._next.setText(text)
        self.numbers["documents"].show_number(view.documents)
        self.numbers["failed"].show_number(view.failed_items, "error" if view.failed_items else "")
        run = view.active_run or last
        for number in ("new", "changed", "deleted"):
            self.numbers[number].setVisible(run is not None)
        if run is not None:
            self._show_counts(run.counts, live=view.active_run is not None)

    def _show_counts(self, counts: object, live: bool) -> None:
        for number in ("new", "changed", "deleted"):
            self.numbers[number].show_number(getattr(counts, number))
        text = (
            self.tr("New, changed and deleted in this run")
            if live
            else self.tr("New, changed and deleted in the last run")
        )
        view = self._view
        if view is not None and view.bytes:
            text += "  ·  " + self.tr("{0} in the library").format(format_bytes(view.bytes))
        self._since.setText(text)

    async def _load(self) -> None:
        view = self._view
        if view is None:
            return
        runs = await self._page.client.runs(view.id, 31)
        finished = [run for run in runs if run.finished_at is not None]
        self._history.setVisible(len(finished) > 1)
        self.bars.show_runs(finished)
        items = await self._page.client.failed_items(view.id, 500)
        if self._view is None or self._view.id != view.id:
            return
        self._show_failing(items)

    # --- failing items ---

    def _show_failing(self, items: list[ItemView]) -> None:
        self.failing.show_records(items)
        self._failures.setVisible(bool(items))
        self._failing_title.setText(plural(len(items), self.tr("item fails"), self.tr("items fail")))
        height = theme.ROW * min(9, len(items)) + self.failing.view.horizontalHeader().sizeHint().height() + 6
        self.failing.view.setFixedHeight(height)
        self._name_retry()

    def _name_retry(self) -> None:
        chosen = len(self.failing.selected())
        self._retry.setText(self.tr("Retry {0}").format(chosen) if chosen else self.tr("Retry all"))
        self._retry.setEnabled(self._view is not None and self._view.active_run is None)
        tip = "" if self._retry.isEnabled() else self.tr("A sync is running; it tries them anyway.")
        self._retry.setToolTip(tip)

    def _retry_items(self) -> None:
        items = self.failing.selected() or self.failing.records
        ids = [item.source_id for item in items if item.source_id is not None]

        async def work(ref: str) -> None:
            await self._page.client.retry_items(ref, ids)
            self.changed.emit()

        if self._view is not None and ids:
            self._page.tasks.start(work(self._view.id), "retry")

    def _number(self, name: str) -> None:
        if name == "failed":
            self.ensureWidgetVisible(self._failures)
            self.failing.view.setFocus()
        else:
            self.changes_wanted.emit("" if name == "documents" else name)


def _last_words(run: RunView, tr: object) -> str:
    """What happened last, in one sentence."""
    assert callable(tr)
    when = relative_time(run.finished_at or run.queued_at)
    word = look(run.state).word
    text = str(tr("Last run {0} {1}")).format(word[:1].lower() + word[1:], when)
    # The engine's summary tells how long it took; without one it is told here.
    summary = run.summary.removeprefix(word).lstrip(": ").rstrip(".")
    if summary:
        return f"{text}. {summary[:1].upper()}{summary[1:]}."
    if run.started_at is not None and run.finished_at is not None:
        text += str(tr(" in {0}")).format(format_duration(run.finished_at - run.started_at))
    return f"{text}."
