"""The log as a table of any length: every row is known, but only the lines of a few chunks are kept in memory.

The engine tells no total and gives lines by number, so the model grows at both ends as a person scrolls: newer lines
are appended, older ones put in front. A chunk remembers its numbers; when its lines were let go and a row of it is
painted again, `wanted` asks for them and the row shows a placeholder until `fill` brings them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

if TYPE_CHECKING:
    from app.api import EngineApi, LogLine

__all__ = ["CHUNK", "COLUMNS", "KEPT", "NEWEST", "Chunk", "LogModel", "in_order", "last_line", "line_text"]

CHUNK = 1000
"""Lines of a chunk, and of a request."""
NEWEST = 1 << 62
"""Before this number is every line."""
KEPT = 24
"""Chunks whose lines are in memory."""
COLUMNS = ("time", "level", "connection", "message")
TOLD = 1000
"""Characters of a message that a tooltip shows."""
LINE = int(Qt.ItemDataRole.UserRole)
"""The whole LogLine of a row, None while it is being fetched."""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(slots=True, eq=False)
class Chunk:
    """Neighbouring lines: their first and last number, how many, and the lines themselves while they are kept."""

    first: int
    last: int
    count: int
    lines: list[LogLine] | None = field(default=None, repr=False)


class LogModel(QAbstractTableModel):
    """See the module. Rows are ordered by the lines' numbers, the newest last."""

    wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: dict[str, str] = {}
        """Connection ids to names."""
        self._chunks: list[Chunk] = []
        self._starts: list[int] = []
        self._rows = 0
        self._kept: OrderedDict[Chunk, None] = OrderedDict()
        self._asked: set[Chunk] = set()

    # --- what is known -----------------------------------------------------------------------------------------------

    @property
    def first(self) -> int | None:
        """The number of the first row's line."""
        return self._chunks[0].first if self._chunks else None

    @property
    def last(self) -> int | None:
        """The number of the last row's line."""
        return self._chunks[-1].last if self._chunks else None

    def kept(self) -> int:
        """How many lines are in memory."""
        return sum(len(chunk.lines or ()) for chunk in self._kept)

    def line(self, row: int) -> LogLine | None:
        """The line of a row; None asks for it."""
        if not 0 <= row < self._rows:
            return None
        at = bisect_right(self._starts, row) - 1
        chunk = self._chunks[at]
        if chunk.lines is None:
            if chunk not in self._asked:
                self._asked.add(chunk)
                self.wanted.emit(chunk)
            return None
        self._kept.move_to_end(chunk)
        place = row - self._starts[at]
        return chunk.lines[place] if place < len(chunk.lines) else None

    def chunk_of(self, row: int) -> Chunk | None:
        """The chunk a row belongs to."""
        return self._chunks[bisect_right(self._starts, row) - 1] if 0 <= row < self._rows else None

    # --- growing -----------------------------------------------------------------------------------------------------

    def reset(self, lines: list[LogLine]) -> None:
        """Forget everything and begin with these lines."""
        self.beginResetModel()
        self._chunks, self._starts, self._rows = [], [], 0
        self._kept.clear()
        self._asked.clear()
        self._chunks = [self._chunk(part) for part in _parts(lines)]
        self._count()
        self.endResetModel()

    def append(self, lines: list[LogLine]) -> None:
        """Newer lines, oldest first; those that are known already are left out."""
        last = self.last
        lines = [line for line in lines if last is None or line.seq > last]
        if not lines:
            return
        self.beginInsertRows(_NOWHERE, self._rows, self._rows + len(lines) - 1)
        tail = self._chunks[-1] if self._chunks else None
        if tail is not None and tail.lines is not None and tail.count < CHUNK:
            room, lines = lines[: CHUNK - tail.count], lines[CHUNK - tail.count :]
            tail.lines.extend(room)
            tail.count += len(room)
            tail.last = room[-1].seq
            self._rows += len(room)
        for part in _parts(lines):
            self._chunks.append(self._chunk(part))
            self._starts.append(self._rows)
            self._rows += len(part)
        self.endInsertRows()

    def prepend(self, lines: list[LogLine]) -> int:
        """Older lines, oldest first. Answers how many rows came in front."""
        first = self.first
        lines = [line for line in lines if first is None or line.seq < first]
        if not lines:
            return 0
        self.beginInsertRows(_NOWHERE, 0, len(lines) - 1)
        self._chunks[:0] = [self._chunk(part) for part in _parts(lines)]
        self._count()
        self.endInsertRows()
        return len(lines)

    def fill(self, chunk: Chunk, lines: list[LogLine]) -> None:
        """The lines of a chunk that had been let go. Fewer than before leave placeholders: they were pruned."""
        self._asked.discard(chunk)
        try:
            at = self._chunks.index(chunk)
        except ValueError:  # of before a reset
            return
        chunk.lines = [line for line in lines if chunk.first <= line.seq <= chunk.last][: chunk.count]
        self._keep(chunk)
        top = self._starts[at]
        self.dataChanged.emit(self.index(top, 0), self.index(top + chunk.count - 1, len(COLUMNS) - 1))

    def give_up(self, chunk: Chunk) -> None:
        """Its lines could not be fetched; the next painting asks again."""
        self._asked.discard(chunk)

    def show_names(self, names: dict[str, str]) -> None:
        """Other names of the connections."""
        if names != self.names:
            self.names = names
            if self._rows:
                self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(COLUMNS) - 1))

    def _chunk(self, lines: list[LogLine]) -> Chunk:
        chunk = Chunk(lines[0].seq, lines[-1].seq, len(lines), lines)
        self._keep(chunk)
        return chunk

    def _keep(self, chunk: Chunk) -> None:
        self._kept[chunk] = None
        self._kept.move_to_end(chunk)
        while len(self._kept) > KEPT:
            oldest, _ = self._kept.popitem(last=False)
            oldest.lines = None

    def _count(self) -> None:
        ends = list(accumulate(chunk.count for chunk in self._chunks))
        self._starts = [0, *ends[:-1]] if ends else []
        self._rows = ends[-1] if ends else 0

    # --- QAbstractTableModel -----------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, LINE):
            return None
        line = self.line(index.row())
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_text(line, self.name(line)) if line is not None else None
        if line is None:
            return "…" if index.column() == len(COLUMNS) - 1 else ""
        match COLUMNS[index.column()]:
            case "time":
                return time_text(line.at)
            case "level":
                return line.level
            case "connection":
                return self.name(line)
            case _:
                return line.message

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Time"), self.tr("Level"), self.tr("Connection"), self.tr("Message"))[section]
        return None

    def name(self, line: LogLine) -> str:
        """The name of a line's connection, "" for the engine's own."""
        return self.names.get(line.connection_id, line.connection_id) if line.connection_id else ""


def _parts(lines: list[LogLine]) -> list[list[LogLine]]:
    return [lines[at : at + CHUNK] for at in range(0, len(lines), CHUNK)]


def time_text(at: float) -> str:
    """The time of today, with the date before it for other days."""
    moment = datetime.fromtimestamp(at)
    today = moment.date() == datetime.now().date()
    return moment.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S")


def line_text(line: LogLine, name: str) -> str:
    """A line as text for the clipboard."""
    at = datetime.fromtimestamp(line.at).isoformat(sep=" ", timespec="milliseconds")
    fields = "".join(f" {key}={value}" for key, value in line.fields.items())
    return f"{at} {line.level.upper():<7} {name + ': ' if name else ''}{line.message}{fields}"


async def last_line(client: EngineApi) -> int:
    """The number of the last line there is, whether it matches or not: what was looked through in vain up to there
    need not be looked through again."""
    from app.api import LogFilter

    lines = await client.log(LogFilter(before=NEWEST, level="debug", limit=1))
    return lines[-1].seq if lines else 0


def tip_text(line: LogLine, name: str) -> str:
    """A line as its tooltip tells it: what its cells may cut."""
    at = datetime.fromtimestamp(line.at).isoformat(sep=" ", timespec="milliseconds")
    fields = "   ".join(f"{key} {str(value)[:200]}" for key, value in line.fields.items())
    return "\n".join(part for part in (f"{at}  {name}".rstrip(), line.message[:TOLD], fields[:TOLD]) if part)


def in_order(lines: list[LogLine]) -> list[LogLine]:
    """The oldest first."""
    return sorted(lines, key=lambda each: each.seq)
