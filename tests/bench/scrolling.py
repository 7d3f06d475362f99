"""Tables of a million rows: the time of a frame while one scrolls, and from the last key to the first rows.

A frame is measured in processor time of the loop's thread: others may share the machine.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

from tests.bench.stalls import Stalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QAbstractItemView, QLineEdit

    from widgets.shell import Shell

FRAMES = 120
OLDER = 1_000_000


async def measure(shell: Shell, engine: Any) -> dict[str, Any]:
    """Of each table: rows, p50, p99 and longest frame of jumps and of the wheel; of each search, first and later."""
    from widgets.pages.page import Place

    stalls = Stalls()
    found: dict[str, Any] = {}
    (connection, *_) = await engine.connections()
    stalls.during = "documents"
    shell.go(Place("connection", connection.id, "documents"))
    page: Any = shell.current
    await _until(lambda: page.documents.model.rowCount() > 1000)
    await asyncio.sleep(1)
    rows = page.documents.model.rowCount
    found["documents"] = await _scroll(page.documents.table, rows())
    found["documents, filter"] = await _filter(
        stalls, page.documents.search, ("pump", "0777777", "valve 07"), page.documents.model
    )
    stalls.during = "library"
    shell.go(Place("library"))
    library: Any = shell.current
    await _until(lambda: library.model.rowCount() > 0)
    found["library, search"] = await _filter(stalls, library.search, ("pump", "valve", "notice seal"), library.model)
    for _ in range(40):
        library.list.scrollToBottom()
        await asyncio.sleep(0.02)
    found["library"] = await _scroll(library.list, library.model.rowCount())
    stalls.during = "activity"
    shell.go(Place("activity"))
    activity: Any = shell.current
    await _until(lambda: activity.model.rowCount() > 0)
    found["activity, search"] = await _filter(stalls, activity.search, ("pump", "xyzzy", "valve"), activity.model)
    activity.search.clear()
    await asyncio.sleep(0.5)
    before = -1
    while before < activity.model.rowCount() < OLDER:
        before = activity.model.rowCount()
        await activity._load_older()
    await asyncio.sleep(0.5)
    found["activity"] = await _scroll(activity.table, activity.model.rowCount())
    stalls.close()
    late = sorted(stalls.late)
    found["loop"] = {"p99": late[int(len(late) * 0.99)], "most": late[-1]}
    found["where"] = [str(one) for one in sorted(stalls.found, key=lambda one: -one.ms)[:6]]
    return found


async def _scroll(view: QAbstractItemView, rows: int) -> dict[str, Any]:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    bar, port = view.verticalScrollBar(), view.viewport()
    chance = random.Random(1)
    jumps, wheel = [], []
    for _ in range(FRAMES):
        to = chance.randrange(bar.maximum() + 1)
        began = time.thread_time()
        bar.setValue(to)
        port.repaint()
        jumps.append((time.thread_time() - began) * 1000)
        await asyncio.sleep(0.016)
        began = time.thread_time()
        port.repaint()  # what was fetched meanwhile
        jumps.append((time.thread_time() - began) * 1000)
    middle = QPointF(port.rect().center())
    for _ in range(FRAMES):
        event = QWheelEvent(
            middle,
            QPointF(port.mapToGlobal(port.rect().center())),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        began = time.thread_time()
        QApplication.sendEvent(port, event)
        port.repaint()
        wheel.append((time.thread_time() - began) * 1000)
        await asyncio.sleep(0.008)
    return {"rows": rows, "jump": _spread(jumps), "wheel": _spread(wheel)}


async def _filter(stalls: Stalls, search: QLineEdit, texts: tuple[str, ...], model: Any) -> dict[str, Any]:
    """Milliseconds from the question to its first rows, without the moment that the field waits for another key."""
    took = []
    for text in texts:
        shown = asyncio.Event()
        model.modelReset.connect(shown.set)
        search.setText(text)
        began = time.perf_counter()
        search.flush()  # type: ignore[attr-defined]
        await asyncio.wait_for(shown.wait(), 30)
        took.append((time.perf_counter() - began) * 1000)
        model.modelReset.disconnect(shown.set)
        await asyncio.sleep(0.7)
    return {"first": took[0], "later": max(took[1:]), "each": took}


def _spread(times: list[float]) -> dict[str, float]:
    times.sort()
    return {"p50": times[len(times) // 2], "p99": times[int(len(times) * 0.99)], "most": times[-1]}


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.05)
