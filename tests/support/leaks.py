"""The watch over what a test leaves behind: tasks, threads, and what asyncio says about either.

A leaked task keeps a connection open or a file locked, and shows as a hang at another place. So the test that leaks is
the one that fails.
"""

from __future__ import annotations

import asyncio
import asyncio.runners
import logging
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_reported: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()


@contextmanager
def watch() -> Iterator[list[str]]:
    """Fills the list with a sentence for each leak when the block ends."""
    found: list[str] = []
    threads = set(threading.enumerate())
    complaints = _Complaints()
    logging.getLogger("asyncio").addHandler(complaints)
    cancel_all: Any = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]

    def report_and_cancel(loop: asyncio.AbstractEventLoop) -> None:
        # asyncio.run() cancels silently what its coroutine left running.
        found.extend(_leaked(task) for task in asyncio.all_tasks(loop))
        cancel_all(loop)

    asyncio.runners._cancel_all_tasks = report_and_cancel  # type: ignore[attr-defined]
    try:
        yield found
    finally:
        asyncio.runners._cancel_all_tasks = cancel_all  # type: ignore[attr-defined]
        logging.getLogger("asyncio").removeHandler(complaints)
    found.extend(_leaked(task) for task in _pending_tasks())
    found.extend(f"asyncio complains: {line}" for line in complaints.lines)
    found.extend(f"Leaked thread {thread.name!r}: join it." for thread in _still_running(threads))


def _leaked(task: asyncio.Task[Any]) -> str:
    _reported.add(task)
    return f"Leaked task {task.get_name()!r} ({task.get_coro()!r}): cancel and await it."


def _pending_tasks() -> list[asyncio.Task[Any]]:
    """Tasks of any loop that nobody ended.

    The public `asyncio.all_tasks` tells those of one loop; the registry behind it has them all (`_all_tasks` up to
    Python 3.11, `_scheduled_tasks` after it). Looking through all objects instead would cost 0.1 s for every test.
    """
    registry: Any = getattr(asyncio.tasks, "_all_tasks", None) or getattr(asyncio.tasks, "_scheduled_tasks", ())
    return [task for task in list(registry) if not task.done() and task not in _reported]


def _still_running(before: set[threading.Thread]) -> list[threading.Thread]:
    """Non-daemon threads that were started and go on; one that is just ending gets a second for it."""
    started = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    deadline = time.monotonic() + 1
    for thread in started:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [thread for thread in started if thread.is_alive()]


class _Complaints(logging.Handler):
    """Keeps the errors that asyncio can only log: a task destroyed while pending, an exception nobody looked at."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage().splitlines()[0])
