"""Small pieces that several pages share. Each renders data it is given and holds no state of the engine.

A name is fetched from its module when it is asked for: the first frame needs few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from widgets.parts.build import button, column, frame, heading, icon_label, label, line, row, tool_button
    from widgets.parts.inputs import Chip, SearchField
    from widgets.parts.panels import Banner, EmptyState, ErrorPanel, error_text
    from widgets.parts.states import Look, StateLabel, look
    from widgets.parts.words import (
        about,
        absolute_time,
        ago,
        clock_time,
        countdown,
        format_bytes,
        format_count,
        format_duration,
        format_rate,
        plural,
        relative_time,
    )

__all__ = [
    "Banner",
    "Chip",
    "EmptyState",
    "ErrorPanel",
    "Look",
    "SearchField",
    "StateLabel",
    "about",
    "absolute_time",
    "ago",
    "button",
    "clock_time",
    "column",
    "countdown",
    "error_text",
    "format_bytes",
    "format_count",
    "format_duration",
    "format_rate",
    "frame",
    "heading",
    "icon_label",
    "label",
    "line",
    "look",
    "plural",
    "relative_time",
    "row",
    "tool_button",
]

_MODULES = ("build", "words", "inputs", "states", "panels")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
