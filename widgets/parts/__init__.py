"""Small pieces that several pages share. Each renders data it is given and holds no state of the engine."""

from widgets.parts.build import button, column, frame, heading, icon_label, label, line, row, tool_button
from widgets.parts.inputs import Chip, SearchField
from widgets.parts.panels import Banner, EmptyState, ErrorPanel, error_text
from widgets.parts.states import Look, StateLabel, look
from widgets.parts.words import (
    about,
    absolute_time,
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
