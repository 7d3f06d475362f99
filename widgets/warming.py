"""Import what the pages need while nobody waits for it, so that a first visit costs what building the page costs.

One module at a time with a rest in between; what has no window in it is imported beside the loop.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Sequence

from widgets.navigation import PAGES

__all__ = ["warm_up"]

logger = logging.getLogger("headwater.window")

AFTER_SECONDS = 1.5
"""The first page has what it wanted by then."""
REST_SECONDS = 0.03
MODULES = (
    "selectolax.lexbor",
    "jsonschema_rs",
    "app.forms",
    "widgets.form",
    "widgets.sign_in",
    *(module for module, _page in PAGES.values()),
)


async def warm_up(modules: Sequence[str] = MODULES) -> None:
    """Import these. One that can't be imported is told by the page that needs it."""
    await asyncio.sleep(AFTER_SECONDS)
    for name in modules:
        try:
            if name.startswith("widgets."):
                importlib.import_module(name)
            else:
                await asyncio.to_thread(importlib.import_module, name)
        except ImportError:
            logger.exception("%s could not be imported", name)
        await asyncio.sleep(REST_SECONDS)
