"""Text from the web that UTF-8 can't hold: half an emoji, as APIs leave it when they cut text to a length."""

from __future__ import annotations

from connectors.sdk import Json


def well_formed(value: Json) -> Json:
    """The value with every lone surrogate in its text replaced by a question mark."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [well_formed(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(name): well_formed(item) for name, item in value.items()}
    return value
