"""Schedules: which part is wrong, and when they come next, over summer time too."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import FormState
from app.forms.cron import PARTS, fault, upcoming
from app.forms.messages import TEMPLATES
from app.forms.units import spoken_duration, stepped_duration

SCHEMA = {"properties": {"at": {"type": "string", "format": "cron"}}}
BERLIN = ZoneInfo("Europe/Berlin")


def message(text: str) -> str:
    return "".join(error.message for error in FormState(SCHEMA, {"at": text}).errors())


@pytest.mark.parametrize(
    "text",
    ["* * * * *", "*/15 * * * *", "0 9 * * 1-5", "0 0 1,15 * *", "5 4 * JAN-MAR sun", " 0  9 * * * ", "0 0 29 2 *"],
)
def test_what_cron_reads_is_good(text: str) -> None:
    assert fault(text) == ""
    assert message(text) == ""


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        ("60 * * * *", "minute", "first part"),
        ("0 24 * * *", "hour", "second part"),
        ("0 9 0 * *", "day", "third part"),
        ("0 9 ? * *", "day", "third part"),
        ("0 9 * 13 *", "month", "fourth part"),
        ("0 9 * * MONDAY", "weekday", "fifth part"),
        ("0 9 * * 8", "weekday", "fifth part"),
        ("*/0 * * * *", "minute", "first part"),
        ("0 9 31 2 *", "never", "No day of any year"),
        ("0 0 */31 * MON#2", "never", "No day of any year"),
        ("0 9 * *", "count", "five parts"),
        ("0 0 9 * * *", "count", "five parts"),
        ("@daily", "count", "five parts"),
        ("", "count", "five parts"),
    ],
)
def test_the_error_says_which_part_is_wrong(text: str, part: str, said: str) -> None:
    assert fault(text) == part
    assert said in message(text)


def test_the_first_wrong_part_is_told_and_no_part_of_what_was_typed() -> None:
    assert fault("0 25 99 * *") == "hour"
    assert "canary" not in message("canary 9 * * *")


def test_every_fault_has_its_sentence() -> None:
    assert {f"cron_{one}" for one in (*PARTS, "count", "never")} <= TEMPLATES.keys()


@given(st.text(alphabet="0123456789*,-/#LWMON? ²٣@", max_size=30))
def test_nothing_that_can_be_typed_raises(text: str) -> None:
    assert (fault(text) == "") is bool(upcoming(text, datetime(2025, 1, 1)))


def test_it_is_checked_in_an_alternative_and_in_a_list_too() -> None:
    schema = {"oneOf": [{"properties": {"runs": {"type": "array", "items": {"type": "string", "format": "cron"}}}}]}
    errors = FormState(schema, {"runs": ["0 9 * * *", "0 9 * 0 *"]}).errors()
    assert ["fourth part" in error.message for error in errors] == [True]


def test_the_next_times_follow_the_clock_on_the_wall() -> None:
    friday = datetime(2025, 10, 24, 12, 0, tzinfo=BERLIN)
    times = upcoming("30 9 * * 1-5", friday)
    assert [one.strftime("%a %d %H:%M %Z") for one in times] == [
        "Mon 27 09:30 CET",
        "Tue 28 09:30 CET",
        "Wed 29 09:30 CET",
    ]
    before = upcoming("30 2 * * *", datetime(2025, 3, 29, 12, 0, tzinfo=BERLIN), 2)
    # On the 30th the clock jumps from 2:00 to 3:00.
    assert [one.strftime("%d %H:%M") for one in before] == ["30 03:00", "31 02:30"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PT30M", "30 minutes"),
        ("PT90M", "90 minutes"),
        ("PT1H30M", "1 hour, 30 minutes"),
        ("P1M", "1 month"),
        ("P1Y2M3D", "1 year, 2 months, 3 days"),
        ("P2W", "2 weeks"),
        ("PT0S", "0 seconds"),
        ("P0DT0S", "0 seconds"),
        ("P", ""),
        ("PT", ""),
        ("P1DT", ""),
        ("30M", ""),
        ("P1D\n", ""),
    ],
)
def test_a_duration_in_words(text: str, words: str) -> None:
    assert spoken_duration(text) == words


@pytest.mark.parametrize(
    ("text", "by", "after"),
    [("PT30M", 1, "PT31M"), ("P1DT2H", -1, "P1DT1H"), ("PT1M", -1, "PT1M"), ("", 1, ""), ("PT1.5S", 1, "")],
)
def test_a_duration_steps_in_its_smallest_part(text: str, by: int, after: str) -> None:
    assert stepped_duration(text, by) == after


def test_what_the_core_words_itself_is_said_through_the_form() -> None:
    schema = {
        "properties": {
            "size": {"type": "integer", "x-unit": "bytes", "maximum": 1048576},
            "kind": {"type": ["string", "integer"]},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}},
        },
        "additionalProperties": {"type": "string"},
        "required": ["name"],
    }
    state = FormState(schema, {"size": 2**21}, say=lambda text: f"[{text}]")
    assert [error.message for error in state.errors()] == ["[Must be at most 1 [MB].]", "[This is required.]"]
    labels = {child.label for child in state.form.root.children}
    assert "[More entries]" in labels
    kind, pair = (state.form.root.by_name[name] for name in ("kind", "pair"))
    assert [one.label for one in kind.branches] == ["[Text]", "[Whole number]"]
    assert [one.label for one in pair.children] == ["[Entry 1]", "[More entries]"]
