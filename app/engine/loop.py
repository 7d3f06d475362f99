"""The event loop an engine runs on."""

from __future__ import annotations

import sys
from typing import Any


def loop_factory() -> Any:
    """The quickest event loop there is: uvloop where it exists, the platform's own elsewhere."""
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
