"""What the sources of the web share: HTML as text, times, addresses, broken Unicode."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk import Endpoint, Json
from connectors.sources._html import html_to_text
from connectors.sources._times import earlier, parse_time
from connectors.sources._unicode import well_formed
from connectors.sources._web import authority, endpoint


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Title</h1><p>One  two<br>three</p>four", "# Title\n\nOne two\nthree\n\nfour"),
        ("a <b>bold</b><i> word</i>.<!-- no --> Tail", "a bold word. Tail"),
        ("<p>x<script>no()</script>y<style>p{}</style></p>", "xy"),
        ("<ul><li>one<li><p>two</p><ol><li>a<li>b</ol></ul>", "- one\n- two\n  1. a\n  2. b"),
        ("<table><tr><th>A<th>B<tr><td>1<td></table>", "A | B\n\n1 |"),
        ("<pre>if x:\n    y()</pre>", "```\nif x:\n    y()\n```"),
        ("5 &lt; 6 &amp; caf&eacute; &#128512;", "5 < 6 & café 😀"),
        ("<img src=x alt='A map'>", "A map"),
        ("<?xml version='1.0' encoding='latin-1'?><p>é</p>", "é"),
        ("", ""),
        ("<script>alone</script>", ""),
    ],
)
def test_html_reads_as_a_person_would(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text(alphabet="<>/&;!-=\"'abpulrei \n\x00é\ud800", max_size=200))
def test_no_html_is_too_broken(html: str) -> None:
    html_to_text(html).encode()


def test_deep_nesting_keeps_what_stands_before_it() -> None:
    assert html_to_text("<p>Before</p>" + "<div>" * 10_000 + "deep").startswith("Before")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1_700_000_000, 1_700_000_000.0),
        (1_700_000_000_123, 1_700_000_000.123),
        (1_700_000_000_123_456, 1_700_000_000.123456),
        ("1700000000", 1_700_000_000.0),
        ("2023-11-14T22:13:20Z", 1_700_000_000.0),
        ("2023-11-15T00:13:20+02:00", 1_700_000_000.0),
        ("2023-11-14 22:13:20", 1_700_000_000.0),
        ("2023-11-14", 1_699_920_000.0),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 1_700_000_000.0),
        ("", None),
        ("soon", None),
        (None, None),
        (True, None),
        ({"at": 1}, None),
        (float("nan"), None),
        (10**400, None),
    ],
)
def test_times_are_read_as_services_write_them(value: Json, seconds: float | None) -> None:
    assert parse_time(value) == seconds


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers()))
def test_no_time_is_too_odd(value: Json) -> None:
    if parse_time(value) is not None:
        earlier(value, 60)


@given(st.datetimes().map(lambda moment: moment.isoformat() + "Z"), st.integers(0, 100_000))
def test_earlier_is_earlier_by_as_much(text: str, seconds: int) -> None:
    at, before = parse_time(text), parse_time(earlier(text, seconds))
    assert at is not None
    assert before is not None
    assert at - before in (pytest.approx(seconds, abs=0.001), 0)  # 0 at the beginning of the calendar


def test_nothing_is_earlier_than_the_calendar() -> None:
    assert earlier("0001-01-01T00:00:00Z", 60) == "0001-01-01T00:00:00Z"


def test_an_address_is_a_host_a_port_and_a_scheme() -> None:
    assert endpoint("https://Example.com/x") == Endpoint(host="example.com", port=443, typed=True)
    assert endpoint("http://[::1]:8080/") == Endpoint(host="::1", port=8080, scheme="http", typed=True)
    assert authority("https://example.com/x") == "example.com:443"
    assert authority("http://[::1]/x") == "[::1]:80"


def test_half_an_emoji_is_replaced_wherever_it_stands() -> None:
    broken = json.loads('{"a\\ud800": ["x\\udc00y", 1, null], "b": "\\ud83d\\ude00"}')
    assert well_formed(broken) == {"a?": ["x?y", 1, None], "b": "😀"}
