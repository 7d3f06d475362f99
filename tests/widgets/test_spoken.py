"""What the core and the sources word is read in the window's language: errors, forms, sources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

from connectors.sdk import ErrorInfo
from widgets import language
from widgets.form.wording import in_words, say

FIXED = "This is required."


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    language.apply(qapp, "de")
    yield
    language.apply(qapp, "en")


def test_english_changes_nothing(qapp: QApplication) -> None:
    schema = {"title": "Bucket"}
    error = ErrorInfo(category="config", code="x", what=FIXED, remedy="Check it.", where="/bucket")
    assert in_words(schema) is schema
    assert language.told(error) is error
    assert language.advice(error) == "This is required. (/bucket). Check it."


@pytest.mark.usefixtures("german")
def test_an_error_keeps_its_place_and_raw_text() -> None:
    raw = "HTTP/1.1 500: the disk is full"
    error = ErrorInfo(category="config", code="x", what=FIXED, remedy="Check it.", where="/bucket", detail=raw)
    told = language.told(error)
    assert told.what == language.core(FIXED) != FIXED
    assert told.remedy == language.core("Check it.") != "Check it."
    assert (told.where, told.detail) == ("/bucket", raw)
    kept = replace(error, where="keyring", detail="it has expired")
    assert language.told(kept).where == "Schlüsselbund"
    assert language.told(kept).detail == language.core(kept.detail) != kept.detail
    assert language.advice(error, where=False).startswith(told.what)
    assert "/bucket" not in language.advice(error, where=False)


@pytest.mark.usefixtures("german")
def test_a_schema_is_read_but_its_values_are_not() -> None:
    schema = {
        "title": "Prefix",
        "properties": {
            "title": {
                "title": "Password",
                "default": "Password",
                "enum": ["Password"],
                "enumDescriptions": ["Prefix"],
            },
            "own": {"title": "What nobody translated", "x-enum-labels": {"Password": "Password", "b": 1}},
        },
    }
    spoken = in_words(schema)
    password = say("Password")
    assert password != "Password"
    assert spoken["title"] == say("Prefix") != "Prefix"
    first, own = spoken["properties"]["title"], spoken["properties"]["own"]
    assert first == {
        "title": password,
        "default": "Password",
        "enum": ["Password"],
        "enumDescriptions": [say("Prefix")],
    }
    assert own == {"title": "What nobody translated", "x-enum-labels": {"Password": password, "b": 1}}
    assert schema["title"] == "Prefix"
