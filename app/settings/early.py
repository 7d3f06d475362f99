"""What a window has to know before it paints, read from the settings' file without a model or a check of the rest.

Whatever is wrong with the file, this answers the defaults; the engine, which opens it soon after, says what it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FILE_NAME = "settings.json"
TEXT_SIZES = (100, 110, 125, 150, 175, 200)


@dataclass(frozen=True)
class Early:
    """The look, the language and how to start. `text_size` is in percent, `language` "system" or a code."""

    scheme: Literal["system", "light", "dark"] = "system"
    text_size: int = 100
    reduced_motion: bool = False
    language: str = "system"
    keep_running: bool = False
    notifications: bool = True


def read_early(profile: Path) -> Early:
    """The settings of a profile as far as they can be read."""
    try:
        return early_of(json.loads((profile / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return Early()


def early_of(values: Any) -> Early:
    """The same from the settings' values."""
    usual = Early()
    scheme = _get(values, "appearance", "scheme")
    size = _get(values, "appearance", "text_size")
    language = _get(values, "language", "language")
    return Early(
        scheme=scheme if scheme in ("light", "dark") else usual.scheme,
        text_size=size if size in TEXT_SIZES else usual.text_size,
        reduced_motion=_flag(values, "appearance", "reduced_motion", usual.reduced_motion),
        language=language if isinstance(language, str) and language else usual.language,
        keep_running=_flag(values, "startup", "keep_running", usual.keep_running),
        notifications=_flag(values, "startup", "notifications", usual.notifications),
    )


def _get(values: Any, section: str, name: str) -> Any:
    inner = values.get(section) if isinstance(values, dict) else None
    return inner.get(name) if isinstance(inner, dict) else None


def _flag(values: Any, section: str, name: str, usual: bool) -> bool:
    found = _get(values, section, name)
    return found if isinstance(found, bool) else usual
