"""The base of every shape that crosses the engine's border."""

from __future__ import annotations

import msgspec


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every shape that crosses the engine's border."""
