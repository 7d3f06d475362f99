"""Bars on a terminal that somebody watches; nothing anywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.cli.output import Output
from app.words import counted, plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from app.api import Gauge


class Bar:
    """How far one thing is."""

    def __init__(self, output: Output, title: str) -> None:
        self._output = output
        self._title = title
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if self._output.live:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=self._output.notes, transient=True)
            self._task = self._progress.add_task(self._title, total=None)
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def show(self, done: int, total: int) -> None:
        """Move it."""
        if self._progress is not None:
            self._progress.update(self._task, completed=done, total=total)

    def stop(self) -> None:
        """Take it away."""
        if self._progress is not None:
            self._progress.stop()


class RunBars:
    """A bar for each run: documents, rate, time left where the total is known, and the item at hand."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if self._output.live:
            from rich.progress import BarColumn, Progress, TextColumn
            from rich.table import Column

            self._progress = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[figures]}", markup=False),
                TextColumn(
                    "{task.fields[current]}", style="dim", markup=False, table_column=Column(no_wrap=True, ratio=1)
                ),
                console=self._output.notes,
                transient=True,
                expand=True,
            )
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def add(self, run_id: str, connection: str) -> None:
        """A run that begins."""
        if self._progress is not None and run_id not in self._tasks:
            self._tasks[run_id] = self._progress.add_task(plain(connection), total=None, figures="", current="")

    def show(self, gauge: Gauge) -> None:
        """The latest of a run."""
        if self._progress is not None and gauge.run_id in self._tasks:
            self._progress.update(
                self._tasks[gauge.run_id],
                completed=gauge.counts.documents,
                total=gauge.total,
                figures=figures(gauge),
                current=plain(gauge.current),
            )

    def wait(self, run_id: str, reason: str) -> None:
        """A run that waits."""
        if self._progress is not None and run_id in self._tasks:
            self._progress.update(self._tasks[run_id], current=f"waiting: {plain(reason)}")

    def remove(self, run_id: str) -> None:
        """A run that has ended."""
        if self._progress is not None and run_id in self._tasks:
            self._progress.remove_task(self._tasks.pop(run_id))
            self._progress.refresh()


def figures(gauge: Gauge) -> str:
    """A run in numbers, such as "1,024 of 10,000 documents, 512/s, 2.1 MB/s, 18 s left"."""
    from app.cli.render.pieces import size, span

    seen = f"{gauge.counts.documents:,}"
    parts = [f"{seen} of {counted(gauge.total, 'document')}" if gauge.total is not None else f"{seen} documents"]
    if gauge.rate:
        parts.append(f"{gauge.rate:,.0f}/s")
    if gauge.bytes_rate >= 1:
        parts.append(f"{size(int(gauge.bytes_rate))}/s")
    if gauge.counts.failed:
        parts.append(f"{gauge.counts.failed:,} failed")
    if gauge.remaining is not None:
        parts.append(f"{span(gauge.remaining)} left")
    return ", ".join(parts)
