"""What is wrong with a form, at which field, and whether it is to be seen yet.

An error shows once its field was left or the form was submitted, never during first typing. One that was found
elsewhere (by a connection test) shows at once and goes away when its field changes or the form is submitted again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.forms.assemble import Assembler
from app.forms.cells import Cells
from app.forms.messages import TEMPLATES, explain
from app.forms.notation import PROBLEMS
from app.forms.secrets import SecretSlot
from app.forms.validation import Validation
from app.forms.values import Nameless, Path, Say, Unparsed, starts_with


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, in the person's language."""

    pointer: str
    message: str
    path: Path = ()


class Problems:
    """The errors of one form; found again when they are asked for after a change."""

    def __init__(
        self, validation: Validation, tree: Assembler, cells: Cells, secrets: Mapping[Path, SecretSlot], say: Say
    ) -> None:
        self._validation = validation
        self._tree = tree
        self._cells = cells
        self._secrets = secrets
        self._say = say
        self._touched: set[Path] = set()
        self._submitted = False
        self._elsewhere: dict[Path, FieldError] = {}
        self._found: dict[Path, FieldError] | None = None

    def outdated(self) -> None:
        """Something changed."""
        self._found = None

    def touch(self, path: Path) -> bool:
        """The field was left; False if it had been before."""
        known = path in self._touched
        self._touched.add(path)
        return not known

    def submit(self) -> None:
        """All are to be seen; what was found elsewhere belongs to an earlier attempt."""
        self._submitted = True
        self._elsewhere.clear()

    def start_over(self) -> None:
        """As if nobody had touched the form."""
        self._touched.clear()
        self._submitted = False
        self._elsewhere.clear()

    def add(self, path: Path, message: str) -> None:
        """One found elsewhere."""
        self._elsewhere[path] = FieldError(self._tree.pointer(path), message, path)

    def forget(self, paths: Iterable[Path]) -> None:
        """What was found elsewhere at or below these fields may no longer hold."""
        for path in paths:
            for where in [where for where in self._elsewhere if starts_with(where, path)]:
                del self._elsewhere[where]

    def all(self) -> list[FieldError]:
        """What the schema says against the value, in the order of the form."""
        return list(self._check().values())

    def visible(self, path: Path) -> FieldError | None:
        """The error of a field, if it is to be seen yet."""
        if path in self._elsewhere:
            return self._elsewhere[path]
        return self._check().get(path) if self._submitted or path in self._touched else None

    def _check(self) -> dict[Path, FieldError]:
        if self._found is not None:
            return self._found
        found: dict[Path, FieldError] = {}

        def add(path: Path, message: str) -> None:
            found.setdefault(path, FieldError(self._tree.pointer(path), message, path))

        for path, cell in self._cells.now.items():
            if isinstance(cell, Unparsed) and self._tree.is_active(path):
                add(path, cell.problem)
            elif (problem := _misnamed(cell, self._say)) and self._tree.is_active(path):
                add(path, problem)
        for violation in self._validation.violations(self._tree.instance(), self._tree.unions_at):
            path = self._tree.visible(violation.tokens)
            slot = self._secrets.get(path)
            if slot is not None and slot.filled and slot.text is None:
                continue  # what stands in for a stored secret can't be wrong
            add(path, explain(violation.keyword, violation.details, self._tree.innermost(path), self._say))
        self._found = dict(sorted(found.items(), key=lambda entry: self._tree.position(entry[0])))
        return self._found


def _misnamed(cell: object, say: Say) -> str:
    """What is wrong with the names of a map's entries, which are all kept here but could not all be saved."""
    names = [entry[1] for entry in cell if isinstance(entry, tuple)] if isinstance(cell, tuple) else []
    if any(isinstance(name, Nameless) for name in names):
        return say(TEMPLATES["nameless"])
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    return say(PROBLEMS["twice"]).format(name=twice) if twice is not None else ""
