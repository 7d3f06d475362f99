"""The languages that the window speaks: English, and those whose catalogue is there."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"
NAMES = {"en": "English", "de": "Deutsch", "zh_CN": "简体中文"}
"""Each in its own words, so that who can't read the others finds it."""


def languages() -> dict[str, str]:
    """By code, English first."""
    codes = ["en", *sorted(file.stem for file in FOLDER.glob("*.mo") if file.stem != "en")]
    return {code: NAMES.get(code, code) for code in codes}
