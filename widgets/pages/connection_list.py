"""The model behind the list of connections: what needs a person first, updated by difference, narrowed by words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from widgets.language import core
from widgets.parts.progress import Progress
from widgets.parts.states import look
from widgets.parts.status import seen_state, status
from widgets.parts.words import absolute_time, ago, format_count, listed, plural, sentences

if TYPE_CHECKING:
    from app.api import ConnectionView, Gauge, RunView

__all__ = [
    "GROUP",
    "ROW_ROLE",
    "ConnectionsModel",
    "Row",
    "can_end",
    "can_pause",
    "next_act",
    "quiet_line",
    "time_line",
]

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
GROUP = {
    "sign_in_again": "needs_attention",
    "needs_attention": "needs_attention",
    "held_back": "needs_attention",
    "running": "running",
    "waiting": "running",
    "queued": "running",
    "paused": "paused",
    "new": "new",
    "up_to_date": "up_to_date",
    "disabled": "disabled",
}
"""What the filters above the list tell apart: what needs a person, what is at work, what rests."""
Index = QModelIndex | QPersistentModelIndex


@dataclass
class Row:
    """A connection as the list shows it."""

    view: ConnectionView
    progress: Progress | None = None

    @property
    def order(self) -> tuple[int, list[tuple[int, str]]]:
        """What needs a person first, then by name, "Team 2" before "Team 10"."""
        parts = re.split(r"(\d+)", self.view.name.casefold())
        return look(self.view.state).order, [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


class ConnectionsModel(QAbstractListModel):
    """All connections, of which those that match are rows."""

    def __init__(self) -> None:
        super().__init__()
        self._all: dict[str, Row] = {}
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._text = ""
        self._state = ""

    # --- what it holds ---

    def show_connections(self, views: list[ConnectionView]) -> None:
        """The connections as they are now; rows that stay keep their place in the view and their progress."""
        fresh: dict[str, Row] = {}
        changed: set[str] = set()
        for view in views:
            row = self._all.get(view.id) or Row(view)
            if row.view != view:
                row.view = view
                changed.add(view.id)
            run = view.active_run
            if run is None:
                row.progress = None
            elif row.progress is None or row.progress.run_id != run.id:
                row.progress = Progress(run)
            else:
                row.progress.take_run(run)
            fresh[view.id] = row
        self._all = fresh
        self._arrange()
        for number, row in enumerate(self._rows):
            if row.view.id in changed:
                self.dataChanged.emit(self.index(number), self.index(number))

    def take(self, gauge: Gauge) -> None:
        """The latest of a running sync."""
        row = self._all.get(gauge.connection_id)
        if row is None or row.progress is None or row.progress.run_id != gauge.run_id:
            return
        row.progress.take(gauge)
        place = self._places.get(gauge.connection_id)
        if place is not None:
            self.dataChanged.emit(self.index(place), self.index(place))

    def narrow(self, text: str | None = None, state: str | None = None) -> None:
        """Show only what matches; None leaves that filter as it is."""
        self._text = self._text if text is None else text.lower()
        self._state = self._state if state is None else state
        self._arrange()

    def counts(self) -> Counter[str]:
        """How many rows each group of states would show, as the search stands."""
        return Counter(GROUP[row.view.state] for row in self._all.values() if self._found(row))

    def views(self) -> list[ConnectionView]:
        """The connections shown, in order."""
        return [row.view for row in self._rows]

    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self._all)

    def row_of(self, connection_id: str) -> int | None:
        """Where a connection stands among the rows shown."""
        return self._places.get(connection_id)

    def at(self, index: Index) -> Row | None:
        """The row at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def tick(self) -> None:
        """Time has passed: "6 min ago" is "7 min ago", "in 42 s" is "in 41 s"."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _matches(self, row: Row) -> bool:
        return (not self._state or GROUP[row.view.state] == self._state) and self._found(row)

    def _found(self, row: Row) -> bool:
        view = row.view
        where = f"{view.name} {core(view.type_title)} {view.type_title} {core(view.sentence)}".lower()
        return all(word in where for word in self._text.split())

    def _arrange(self) -> None:
        self._order()
        self._places = {row.view.id: number for number, row in enumerate(self._rows)}

    def _order(self) -> None:
        wanted = sorted((row for row in self._all.values() if self._matches(row)), key=lambda row: row.order)
        if [row.view.id for row in wanted] == [row.view.id for row in self._rows]:
            self._rows = wanted
            return
        keep = {row.view.id for row in wanted}
        for number in range(len(self._rows) - 1, -1, -1):
            if self._rows[number].view.id not in keep:
                self.beginRemoveRows(QModelIndex(), number, number)
                del self._rows[number]
                self.endRemoveRows()
        known = {row.view.id for row in self._rows}
        new = [row for row in wanted if row.view.id not in known]
        if new:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows = self._rows + new
            self.endInsertRows()
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        places = {row.view.id: number for number, row in enumerate(wanted)}
        moved = [self.index(places[self._rows[index.row()].view.id]) for index in old]
        self._rows = wanted
        self.changePersistentIndexList(old, moved)
        self.layoutChanged.emit()

    # --- Qt ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row itself for the delegate, words for screen readers and tooltips."""
        row = self.at(index)
        if row is None:
            return None
        view = row.view
        if role == Qt.ItemDataRole.DisplayRole:
            return view.name
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = status(view, row.progress)
            words = [
                view.name,
                core(view.type_title),
                look(seen_state(view)).word,
                said.now,
                said.need,
                said.last,
                said.next,
            ]
            return listed(dict.fromkeys(word.rstrip(".。") for word in words))
        if role == Qt.ItemDataRole.ToolTipRole:
            said = status(view, row.progress)
            lines = [view.name, quiet_line(view, self.tr), said.now, *_times(view, self.tr), said.last, said.next]
            lines = list(dict.fromkeys(line for line in lines if line))
            if view.last_ok_at:
                lines.append(self.tr("Last synced {0}").format(absolute_time(view.last_ok_at)))
            if view.next_run_at:
                lines.append(self.tr("Next run {0}").format(absolute_time(view.next_run_at)))
            return "\n".join(lines)
        return None


def can_pause(run: RunView) -> bool:
    """Whether a run has something to go on from: a try or a retry of single items has not."""
    return run.mode not in ("dry_run", "retry")


def can_end(view: ConnectionView) -> bool:
    """Whether its run can be ended beside what is done with it next. One that is about to pause is asked one thing."""
    run = view.active_run
    return run is not None and not run.pausing and next_act(view) in ("pause", "resume")


def next_act(view: ConnectionView) -> str:
    """The one thing to do next with a connection: the word of its button."""
    run = view.active_run
    if run is not None and run.pausing:
        return "resume"
    if run is not None and can_pause(run) and view.state in ("running", "waiting", "queued"):
        return "pause"
    acts = {
        "sign_in_again": "sign_in",
        "needs_attention": "look",
        "held_back": "review",
        "running": "cancel",
        "waiting": "cancel",
        "queued": "cancel",
        "paused": "resume",
        "disabled": "enable",
    }
    return acts.get(view.state, "sync")


def quiet_line(view: ConnectionView, tr: Callable[[str], str]) -> str:
    """The second, quieter line of a connection: what it is, and what its sentence does not say of it already."""
    parts = [core(view.type_title)]
    if view.state in ("up_to_date", "disabled", "running", "paused"):  # its sentence counts
        return core(view.type_title)
    if view.documents:
        parts.append(plural(view.documents, "{0} document", "{0} documents"))
    if view.failed_items and view.state != "needs_attention":
        parts.append(tr("{0} failing").format(format_count(view.failed_items)))
    return "  ·  ".join(parts)


def time_line(view: ConnectionView, tr: Callable[[str], str]) -> str:
    """What happened last and what comes next, in half a line; where a person is needed, what to do."""
    return sentences(*_times(view, tr))


def _times(view: ConnectionView, tr: Callable[[str], str]) -> list[str]:
    said = status(view)
    if view.state in ("sign_in_again", "held_back", "needs_attention"):
        return [said.need, tr("Last worked {0}.").format(ago(view.last_ok_at)) if view.last_ok_at else ""]
    if view.state == "disabled":
        return [said.last]
    return [said.next] if view.state == "new" else [said.last, said.next]
