"""The store of a form: one flat dictionary of cells, and the undo list over it.

What a cell holds depends on its field: a leaf its JSON value, a union the branch that is `Chosen`, a list its item ids,
a map its (id, key) pairs, an object `Present` (or nothing, then it is there as soon as one of its fields is). No cell
at all means UNSET. Since paths are stable, the cells of branches not chosen and of removed items just stay: that is the
memory of unions, and undo is nothing but writing old cells back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.forms.values import UNSET, Path


@dataclass(slots=True)
class Step:
    """One undoable change: what each cell held before and after. `burst` joins keystrokes into one step."""

    before: dict[Path, Any]
    after: dict[Path, Any]
    burst: Path | None = None


@dataclass(slots=True)
class Cells:
    """The cells and their history."""

    now: dict[Path, Any] = field(default_factory=dict)
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    _inhabited: Counter[Path] | None = None

    def write(self, changes: Mapping[Path, Any], burst: Path | None = None, *, join: bool = False) -> tuple[Path, ...]:
        """Writes cells (UNSET removes one) as one undo step, or with the last one; answers what really changed."""
        changed = {path: new for path, new in changes.items() if not _identical(self.now.get(path, UNSET), new)}
        if not changed:
            return ()
        before = {path: self.now.get(path, UNSET) for path in changed}
        self._put(changed)
        self.undone.clear()
        last = self.done[-1] if self.done else None
        if last is not None and (join or (burst is not None and last.burst == burst)):
            for path, old in before.items():
                last.before.setdefault(path, old)
            last.after.update(changed)
        else:
            self.done.append(Step(before, changed, burst))
        return tuple(changed)

    def forget(self) -> None:
        """What is now has no history."""
        self.done.clear()
        self.undone.clear()

    def end_burst(self) -> None:
        """The next change begins a step of its own."""
        if self.done:
            self.done[-1].burst = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Joins all that is written meanwhile into one step."""
        self.end_burst()
        start = len(self.done)
        yield
        joined = Step({}, {})
        for step in self.done[start:]:
            joined.before = {**step.before, **joined.before}
            joined.after |= step.after
        if joined.after:
            self.done[start:] = [joined]

    def undo(self) -> tuple[Path, ...]:
        """Takes the last step back; () if there is none."""
        return self._replay(self.done, self.undone, back=True)

    def redo(self) -> tuple[Path, ...]:
        """Makes the last undone step again; () if there is none."""
        return self._replay(self.undone, self.done, back=False)

    def _replay(self, source: list[Step], target: list[Step], *, back: bool) -> tuple[Path, ...]:
        if not source:
            return ()
        step = source.pop()
        step.burst = None
        target.append(step)
        self._put(step.before if back else step.after)
        return tuple(step.before)

    def fill(self, cells: Mapping[Path, Any]) -> None:
        """Puts in what was loaded; no step."""
        self._put(cells)

    def is_inhabited(self, path: Path) -> bool:
        """Whether there is a cell at or below a path. Recursive schemas have places without end where there is none."""
        if self._inhabited is None:
            self._inhabited = Counter(one[:end] for one in self.now for end in range(len(one) + 1))
        return self._inhabited[path] > 0

    def _put(self, changes: Mapping[Path, Any]) -> None:
        for path, value in changes.items():
            if self._inhabited is not None and (value is UNSET) is (path in self.now):
                step = -1 if value is UNSET else 1
                for end in range(len(path) + 1):
                    self._inhabited[path[:end]] += step
            if value is UNSET:
                self.now.pop(path, None)
            else:
                self.now[path] = value

    def below(self, prefix: Path) -> Iterable[Path]:
        """The paths of the cells at and below a field."""
        return [path for path in self.now if path[: len(prefix)] == prefix]


def _identical(left: Any, right: Any) -> bool:
    return left is right or (type(left) is type(right) and bool(left == right) and repr(left) == repr(right))
