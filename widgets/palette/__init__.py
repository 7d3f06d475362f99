"""Ctrl-K: one field that reaches every command and every thing by its name."""

from widgets.palette.entry import Entry
from widgets.palette.panel import Palette

__all__ = ["Entry", "Palette"]
