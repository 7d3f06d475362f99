"""How long a generated form takes: built (widgets made, not shown) and opened (built, laid out and painted once)."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SIZES = (8, 40, 200, 500)
KINDS: tuple[dict[str, Any], ...] = (
    {"type": "string", "description": "Where the documents are, as the account's pages call it."},
    {"type": "integer", "minimum": 0, "maximum": 9_223_372_036_854_775_807},
    {"type": "boolean", "default": False},
    {"enum": ["daily", "weekly", "monthly"], "default": "daily"},
    {"type": "string", "format": "date", "examples": ["2025-01-31"]},
    {"type": "array", "items": {"type": "string"}},
    {"type": "string", "format": "password", "writeOnly": True},
    {"type": "string", "pattern": "^[a-z]+$", "pattern_descriptor": "lower case"},
)


@dataclass(frozen=True)
class Times:
    """Milliseconds of one size."""

    fields: int
    built: tuple[float, ...]
    opened: tuple[float, ...]


def schema(fields: int) -> dict[str, Any]:
    """A flat form, the worst case: nothing is folded away."""
    made = {f"field_{n}": {**KINDS[n % len(KINDS)], "title": f"Field {n}"} for n in range(fields)}
    return {"type": "object", "properties": made, "required": list(made)}


def measure(rounds: int) -> Iterator[Times]:
    """Each size in a window of 900 x 700, `rounds` times after one that warms up."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication, QScrollArea

    from widgets import theme
    from widgets.form import FormView

    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication([])
    theme.apply(app, "light")
    for fields in SIZES:
        built, opened = [], []
        for _ in range(rounds + 1):
            gc.collect()  # what the last form left is not this one's cost
            described = schema(fields)
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.resize(900, 700)
            began = time.perf_counter()
            form = FormView(described)
            built.append((time.perf_counter() - began) * 1000)
            area.setWidget(form)
            area.show()
            app.processEvents()
            opened.append((time.perf_counter() - began) * 1000)
            area.hide()
            area.deleteLater()
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        yield Times(fields, tuple(built[1:]), tuple(opened[1:]))


def report(rounds: int) -> None:
    """One line per size."""
    print(f"{'form':14}{'built: median':>16}{'p99':>8}{'opened: median':>18}{'p99':>8}")
    for times in measure(rounds):
        print(
            f"{times.fields:>4} fields   {statistics.median(times.built):13.1f} ms{_p99(times.built):8.1f}"
            f"{statistics.median(times.opened):15.1f} ms{_p99(times.opened):8.1f}",
            flush=True,
        )


def _p99(values: tuple[float, ...]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
