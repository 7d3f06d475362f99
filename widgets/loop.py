"""The window's event loop: asyncio on Qt. The only module that imports qasync.

The application never ends through `quit()` or the last window closing (with qasync that leaves a dead loop behind):
`run` ends when its coroutine returns, and everything is closed by then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

__all__ = ["create_loop", "run"]

T = TypeVar("T")


def create_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """A loop that runs coroutines within Qt's own."""
    app.setQuitOnLastWindowClosed(False)
    return cast(asyncio.AbstractEventLoop, QEventLoop(app))


def run(app: QApplication, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end, cancel what it left behind, close the loop."""
    loop = create_loop(app)
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()
