"""What authors write into titles and patterns, and what people then read."""

from __future__ import annotations

import pytest

from app.forms import FieldSpec, FormState
from app.forms.markup import without_markup
from app.forms.moments import written
from app.forms.schema import humanise


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("<b>Bold</b> name", "Bold name"),
        ("Host<br/>name", "Host name"),
        ("R&amp;D", "R&D"),
        ("<a href='javascript:x'>Key</a>", "Key"),
        ("<script>x()</script>Key<style>y</style>", "Key"),
        ("a < b & c > d", "a < b & c > d"),
        ("<bucket>/<key>", "<bucket>/<key>"),
        ("<b>Use <bucket>/x</b>", "Use <bucket>/x"),
        ("&lt;b&gt; is bold", "<b> is bold"),
        ("<img src=x>", ""),
    ],
)
def test_a_title_in_html_is_read_as_its_text(title: str, read: str) -> None:
    assert without_markup(title) == read


def test_titles_everywhere_are_text() -> None:
    schema = {
        "groups": [{"id": "g", "title": "<i>Group</i>"}],
        "properties": {
            "a": {"type": "string", "title": "<img src=x>", "group": "g"},
            "e": {"enum": ["x"], "enumNames": ["<b>X</b> &amp; Y"]},
            "u": {"oneOf": [{"title": "<b>One</b>", "properties": {}}, {"title": "Two", "properties": {}}]},
        },
    }
    root = FormState(schema).form.root
    assert root.groups == (("g", "Group"),)
    assert root.by_name["a"].label == "A"
    assert root.by_name["e"].choices[0].label == "X & Y"
    assert [one.label for one in root.by_name["u"].branches] == ["One", "Two"]


def date(format: str, pattern: str = "") -> FieldSpec:
    field = {"type": "string", "format": format, **({"pattern": pattern} if pattern else {})}
    return FormState({"properties": {"a": field}}).form.root.by_name["a"]


@pytest.mark.parametrize(
    ("format", "pattern", "text"),
    [
        ("date", "", "2025-02-03"),
        ("date-time", "", "2025-02-03T00:00:00Z"),
        ("date-time", r"^\d{4}-\d{2}-\d{2}$", "2025-02-03"),
        ("date-time", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$", "2025-02-03T00:00:00Z"),
        ("date-time", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", "2025-02-03T00:00:00.000Z"),
        ("date-time", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$", "2025-02-03T00:00:00.000000Z"),
        ("date-time", r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$", "2025-02-03 00:00:00"),
        ("date-time", r"T00:00:00\.000Z$", "2025-02-03T00:00:00.000Z"),
        ("date-time", "never", "2025-02-03T00:00:00Z"),
    ],
)
def test_a_day_is_written_as_exactly_as_its_field_wants(format: str, pattern: str, text: str) -> None:
    assert written("2025-02-03", date(format, pattern)) == text


def test_an_error_shows_how_exact_a_date_has_to_be() -> None:
    field = {"type": "string", "format": "date-time", "pattern": r"\.\d{6}Z$"}
    errors = FormState({"properties": {"a": field}}, {"a": "2025-01-31T09:00:00Z"}).errors()
    assert [error.message for error in errors] == ["Should look like 2025-01-31T00:00:00.000000Z."]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("start_date", "Start date"),
        ("startDate", "Start date"),
        ("api_url", "API URL"),
        ("id", "ID"),
        ("user_ids", "User IDs"),
        ("oauth_token", "OAuth token"),
        ("URL", "URL"),
        ("idle", "Idle"),
    ],
)
def test_a_name_without_title_reads_well(name: str, label: str) -> None:
    assert humanise(name) == label
