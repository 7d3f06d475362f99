"""The few words that the engine itself shows a person outside any window, in their language: the page on which a
browser ends after a sign-in. Everything else is English here, and translated by who shows it."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

__all__ = ["CONTEXT", "FOLDER", "chosen", "translated"]

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "translations"
CONTEXT = "core"
"""Of the texts that do not come from the window, in its catalogues, too."""


def chosen(setting: str, accepted: str = "") -> str:
    """The language to speak: what was set; where that is the system's, the first that a browser accepts and that there
    is (RFC 9110 12.5.4). English otherwise."""
    listed = [part.partition(";")[0].strip().replace("-", "_") for part in accepted.split(",")]
    asked = [setting] if setting not in ("", "system") else listed  # browsers name the best first
    known = {file.stem: file.stem for file in sorted(FOLDER.glob("*.mo"))}
    known |= {code.partition("_")[0]: code for code in known}
    for code in asked:
        if code.partition("_")[0] == "en":
            break
        if found := known.get(code) or known.get(code.partition("_")[0]):
            return found
    return "en"


def translated(text: str, code: str) -> str:
    """A text of the catalogues, English where it is unknown."""
    return _catalogue(code).pgettext(CONTEXT, text)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    try:
        with (FOLDER / f"{code}.mo").open("rb") as stream:
            return gettext.GNUTranslations(stream)
    except (OSError, UnicodeDecodeError):
        return gettext.NullTranslations()
