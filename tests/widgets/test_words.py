"""Numbers, sizes and times as people read them."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import QLocale

from widgets.parts import (
    about,
    clock_time,
    format_bytes,
    format_count,
    format_duration,
    format_rate,
    plural,
    relative_time,
)

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def english(qapp: object) -> object:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (0, "just now"),
        (44, "just now"),
        (60, "1 min ago"),
        (3569, "59 min ago"),
        (3580, "1 h ago"),
        (7300, "2 h ago"),
        (24 * 3600, "yesterday"),
        (5 * 86400, "5 days ago"),
        (-5, "in a moment"),
        (-120, "in 2 min"),
    ],
)
def test_relative_time(ago: float, words: str) -> None:
    assert relative_time(NOW - ago, NOW) == words


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en_GB", "3 Feb 2025"), ("en_US", "Feb 3, 2025"), ("de_DE", "3. Feb. 2025"), ("zh_CN", "2025年2月3日")],
)
def test_a_date_is_read_in_one_way_only(locale: str, words: str) -> None:
    QLocale.setDefault(QLocale(locale))
    day = datetime(2025, 2, 3, 12).timestamp()
    assert relative_time(day, NOW) == words
    assert words in clock_time(day)


def test_never() -> None:
    assert relative_time(None) == "never"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (38_400_000, "38 MB"), (5e9, "5.0 GB")],
)
def test_bytes(size: float, words: str) -> None:
    assert format_bytes(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0031, "3 ms"), (4.21, "4.2 s"), (59.97, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_duration(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


def test_rates_are_rounded_to_what_can_be_told_apart() -> None:
    assert [format_rate(rate) for rate in (0.52, 9.7, 86, 1240)] == ["0.5/s", "9.7/s", "90/s", "1,200/s"]


def test_time_left_is_coarse() -> None:
    assert [about(seconds) for seconds in (3, 34, 100, 7300)] == [
        "a few seconds left",
        "about 40 s left",
        "about 2 min left",
        "about 2 h left",
    ]


def test_counts() -> None:
    assert format_count(1204) == "1,204"
    assert plural(1, "{0} document", "{0} documents") == "1 document"
    assert plural(2, "{0} document", "{0} documents") == "2 documents"
