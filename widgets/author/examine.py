"""Builds the real form of a schema and says what became of it: the one line per schema of `headwater form --json`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path as File
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.forms import UNSET, FormState, Json, Kind, Path
from app.forms.secrets import typed
from app.forms.values import tokens_of
from widgets.author.finding import binder_of
from widgets.author.reading import Source, Unreadable, read_document, values_for
from widgets.author.walk import Walk
from widgets.form import FormView
from widgets.form.binder import Binder
from widgets.form.raw import RawEditor
from widgets.form.row import Row


@dataclass(slots=True)
class Report:
    """What is said of one schema. `unreached` is None where nobody asked for the exercise."""

    schema: str
    built: bool = False
    leaves: int = 0
    editable: int = 0
    unions: int = 0
    raw: int = 0
    warnings: list[str] = field(default_factory=list)
    untouched: Json = None
    value: Json = None
    errors: list[dict[str, str]] = field(default_factory=list)
    build_ms: float = 0.0
    unreached: list[str] | None = None

    def line(self) -> str:
        """As one line of JSON."""
        words = asdict(self)
        if self.unreached is None:
            del words["unreached"]
        return json.dumps(words, ensure_ascii=False)

    def sentence(self) -> str:
        """As a person reads it."""
        if not self.built:
            return f"{self.schema}: no form. {self.errors[0]['message'] if self.errors else ''}"
        found = [
            f"{self.editable} of {self.leaves} fields editable",
            f"{self.unions} unions",
            f"{self.build_ms:.1f} ms",
        ]
        if self.raw:
            found.append(f"{self.raw} as JSON")
        if self.unreached is not None:
            found.append(f"not reached: {', '.join(self.unreached)}" if self.unreached else "all reached")
        return "\n  ".join([f"{self.schema}: {'; '.join(found)}", *self.warnings])


def examine(
    source: Source, values: File | None = None, override: File | None = None, *, exercise: bool = False
) -> Report:
    """Builds a form and goes through all of it. Whatever goes wrong is in the report, never raised."""
    report = Report(source.name)
    try:
        _examine(report, source, values, override, exercise=exercise)
    except Unreadable as error:
        report.errors.append({"pointer": "", "message": str(error)})
    except Exception as error:  # the promise of this command: a line for every schema, whatever is in it
        report.errors.append({"pointer": "", "message": f"{type(error).__name__}: {error}"})
    return report


def _examine(report: Report, source: Source, values: File | None, override: File | None, *, exercise: bool) -> None:
    schema, given = source.read(), values_for(source, values)
    keywords = keywords_for(override)
    began = time.perf_counter()
    with opened(FormView(schema, **keywords)) as view:
        report.build_ms = round((time.perf_counter() - began) * 1000, 3)
        report.untouched = held(view.state)
        if given is not None:
            view.set_value(given)
            report.value = held(view.state)
        report.errors = [{"pointer": one.pointer, "message": one.message} for one in view.state.errors()]
        report.built = True
        _count(report, view)
        report.warnings = view.warnings()
    if exercise:
        from widgets.author.exercise import unreached

        with opened(FormView(schema, **keywords, scrollable=True)) as view:
            report.unreached = unreached(view)


def keywords_for(override: File | None) -> dict[str, Any]:
    """What a form is built with besides its schema. Raises Unreadable."""
    return {} if override is None else {"override": read_document(override)}


@contextmanager
def opened(view: FormView) -> Iterator[FormView]:
    """A form that is freed at the end: thousands are built in one call."""
    try:
        yield view
    finally:
        view.hide()
        view.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.sendPostedEvents()  # without a running loop the queue would grow, and each form be slower


def warm_up() -> None:
    """Loads what the first form of a process loads, so that its time is that of its schema like all others."""
    kinds: list[dict[str, Any]] = [
        {"type": "string"},
        {"type": "integer"},
        {"type": "boolean"},
        {"enum": [1, 2]},
        {"type": "string", "writeOnly": True},
        {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
        {"oneOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"a": {"const": 2}}}]},
    ]
    properties = {str(place): kind for place, kind in enumerate(kinds)}
    with opened(FormView({"properties": properties, "required": list(properties)})):
        pass


class _Reaching:
    """Makes fields appear by telling the form's state, as its own switches and lists do."""

    def __init__(self, state: FormState) -> None:
        self._state = state

    def begin(self, path: Path) -> None:
        if self._state.get(path) in (UNSET, None):
            self._state.begin(path)

    def choose(self, path: Path, place: int) -> None:
        self._state.choose(path, place)

    def add(self, path: Path) -> Path:
        return self._state.add(path, "name")

    def left(self, path: Path, place: int) -> None:
        pass


def _count(report: Report, view: FormView) -> None:
    binder = binder_of(view)
    walk = Walk(view.state, _Reaching(view.state))
    with binder.quiet():
        _look(report, view, binder, walk)
    report.unions = walk.unions


def _look(report: Report, view: FormView, binder: Binder, walk: Walk) -> None:
    for path, spec in walk.leaves():
        report.leaves += 1
        row = row_of(binder, path)
        if row is None:
            continue
        if not _shows(row, view.state, path):
            report.errors.append({"pointer": view.state.pointer(path), "message": f"“{spec.label}” hides its value"})
        if isinstance(row.editor, RawEditor):
            report.raw += 1
        elif row.editor.target.isEnabled() and row.editor.target.isVisibleTo(view):
            report.editable += 1


def _shows(row: Row, state: FormState, path: Path) -> bool:
    """Whether a field for text has something in it just if the form holds something for it."""
    if row.spec.kind not in (Kind.STRING, Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.SECRET):
        return True
    value = state.get(path)
    holds = state.secret(path).filled or value not in (UNSET, None, "")
    texts = [one.text() for one in row.findChildren(QLineEdit)]
    texts += [one.toPlainText() for one in row.findChildren(QPlainTextEdit)]
    return any(texts) == holds or not texts


def row_of(binder: Binder, path: Path) -> Row | None:
    """The row of a leaf, with everything unfolded that hid it."""
    binder.reveal(path)
    block = binder.blocks.get(path)
    return block if isinstance(block, Row) else None


def held(state: FormState) -> Json:
    """What would be saved, with the secrets that are typed into it in their places: nothing else could be compared
    with a value that was set. Only for an author's own schemas and values."""
    value = state.get(())
    if value is UNSET:
        value = {} if state.form.root.kind in (Kind.OBJECT, Kind.MAP, Kind.PAIRS, Kind.UNION) else None
    for pointer, change in state.secrets().items():
        kind, _, text = change.partition(":")
        if kind == "value":
            path = state.find(pointer)
            value = _put(value, tokens_of(pointer), text if path is None else typed(state.spec(path).schema, text))
    return value


def _put(value: Json, tokens: list[str], new: Json) -> Json:
    if not tokens:
        return new
    first, rest = tokens[0], tokens[1:]
    if isinstance(value, list) and first.isdigit() and int(first) < len(value):
        place = int(first)
        return [*value[:place], _put(value[place], rest, new), *value[place + 1 :]]
    whole = value if isinstance(value, dict) else {}
    return {**whole, first: _put(whole.get(first), rest, new)}
