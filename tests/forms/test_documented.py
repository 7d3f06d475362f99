"""Authors can read of every word that forms read."""

from __future__ import annotations

import re
from pathlib import Path

import app.forms
from app.forms.override import _NEUTRAL, _WIDGETS, _WORDS
from app.forms.repair import _OTHERS
from connectors import sdk

PAGE = (Path(sdk.__file__).parent / "FORMS.md").read_text(encoding="utf-8")
INTERNAL = {"x-ui", "x-any", "x-indexes", "x-tag", "x-oauth-basic"}
"""How parts of forms pass something on to others; no author writes them."""


def test_every_word_of_ours_has_its_line() -> None:
    sources = [file.read_text(encoding="utf-8") for file in Path(app.forms.__path__[0]).rglob("*.py")]
    words = {word for source in sources for word in re.findall(r'"(x-[A-Za-z-]+)"', source)} - INTERNAL
    assert {"x-options", "x-migrate", "x-editor"} <= words
    assert {word for word in words if f"| `{word}` |" not in PAGE} == set()


def test_every_word_of_other_dialects_is_on_the_page() -> None:
    words = {*_OTHERS.split(), *(f"ui:{word}" for word in _WORDS), *_WIDGETS}
    assert {word for word in words if f"`{word}" not in PAGE} - {"date-time"} == set()
    assert {word for word in _NEUTRAL if f"`{word}" not in PAGE and f"`ui:{word}" not in PAGE} == set()
