"""Widget tests: a loop on Qt for coroutines, the palette set, leaked tasks and loop errors fail the test."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from tests.widgets.fake_engine import FakeEngine

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


async def until(holds: Callable[[], object]) -> None:
    """Let the loop turn until the condition holds; the `run` fixture bounds it."""
    while not holds():
        await asyncio.sleep(0.002)


Run = Callable[[Coroutine[Any, Any, Any]], Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says this of windows with a minimum size and of popups; it is about it, not about us."""
    for item in items:
        if "tests/widgets" in item.path.as_posix():
            item.add_marker(
                pytest.mark.qt_log_ignore(
                    r"This plugin does not support (propagateSizeHints|raise|grabbing)"
                    r"|No such signal QPlatformNativeInterface::systemTrayWindowChanged",
                    extend=True,
                )
            )


OFTEN = 40
_tests = count(1)


@pytest.fixture(autouse=True)
def swept(qapp: QApplication) -> Iterator[None]:
    """What a test leaves open does not slow down the next ones: a change of scheme dresses every widget there is. And
    garbage is collected here alone, as the window does it (`widgets.collector`): a worker that happens to collect would
    destroy timers of the window's thread, and their next tick ends the process."""
    gc.disable()
    yield
    for left in qapp.topLevelWidgets():
        left.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect(2 if next(_tests) % OFTEN == 0 else 1)


@pytest.fixture
def themed(qapp: QApplication) -> QApplication:
    """The application in our light palette."""
    from widgets import theme

    theme.apply(qapp, "light")
    return qapp


@pytest.fixture
def run(themed: QApplication) -> Iterator[Run]:
    """Runs a coroutine on the window's loop, at most thirty seconds; a task left behind or a loop error fails."""
    from widgets.loop import create_loop

    loop = create_loop(themed)
    asyncio.set_event_loop(loop)
    errors: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: errors.append(context))

    def call(coro: Coroutine[Any, Any, Any]) -> Any:
        return loop.run_until_complete(asyncio.wait_for(coro, 30))

    try:
        yield call
        loop.run_until_complete(asyncio.sleep(0))
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    assert not left, f"tasks were left running: {left}"
    assert not errors, f"the loop reported: {errors}"


@pytest.fixture
def engine() -> FakeEngine:
    """An engine in memory with connections in every state."""
    return FakeEngine()
