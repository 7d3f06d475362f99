"""Times as web services write them, as UTC epoch seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.sdk import Json

MILLISECONDS_FROM = 1e11  # as seconds this is the year 5138: a larger number counts milliseconds
MICROSECONDS_FROM = 1e14
FARTHEST = 2.5e17  # in microseconds the year 9892: no time at all


def parse_time(value: Json) -> float | None:
    """Epoch seconds of a number (s, ms or us), an ISO 8601 or an RFC 5322 date; None for anything else.

    A time without a zone is taken as UTC."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"\d{9,}(\.\d+)?", text):
            return parse_time(float(text))
        return _parse_text(text)
    if isinstance(value, int | float):
        return float(value) / _unit(value) if abs(value) < FARTHEST else None
    return None


def earlier(value: Json, seconds: float) -> Json:
    """The same time `seconds` earlier, written as `value` is: a number stays a number, a date a date."""
    if not seconds:
        return value
    if isinstance(value, int | float):
        return type(value)(value - seconds * _unit(value))
    text = str(value).strip()
    if re.fullmatch(r"\d{9,}", text):
        return str(earlier(int(text), seconds))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        at = parse_time(text)
        return value if at is None else _iso(datetime.fromtimestamp(at - seconds, UTC))
    try:
        before = moment - timedelta(seconds=seconds)
    except OverflowError:  # the calendar's first day
        return value
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return before.date().isoformat()
    return _iso(before) if text.endswith(("Z", "z")) else before.isoformat()


def _unit(value: float) -> int:
    size = abs(value)
    return 1_000_000 if size >= MICROSECONDS_FROM else 1_000 if size >= MILLISECONDS_FROM else 1


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _parse_text(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None
