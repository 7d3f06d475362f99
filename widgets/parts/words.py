"""Numbers, sizes and times as people read them. Rounded for the eye; the exact value belongs into a tooltip."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, reduce

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale
from PySide6.QtGui import QKeySequence

from widgets.language import plural_form

__all__ = [
    "about",
    "absolute_time",
    "ago",
    "clock_time",
    "countdown",
    "enumerated",
    "format_bytes",
    "format_count",
    "format_duration",
    "format_rate",
    "listed",
    "locale",
    "native_keys",
    "plural",
    "relative_time",
    "sentences",
]

_WEEKDAY = re.compile(r"[^\w']*dddd[^\w']*(?:'[^']*'\s*)?(?=\S)|[^\w']*dddd$")


def tr(text: str) -> str:
    return QCoreApplication.translate("words", text)


def native_keys(keys: str | QKeySequence | QKeySequence.StandardKey) -> str:
    """Keys as this system and language write them: "Strg+N", "⌘N"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def locale() -> QLocale:
    """The person's locale; where the system names none, digits are grouped as in English."""
    chosen = QLocale()
    if chosen.language() == QLocale.Language.C:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
    return chosen


def format_count(number: int) -> str:
    """1204 as "1,204", by the locale."""
    return locale().toString(number)


def plural(number: int, one: str, many: str) -> str:
    """A number in a phrase: plural(1204, "{0} document", "{0} documents"). The phrases are translated here, each
    language with as many forms as it has."""
    return plural_form(number, one, many).format(format_count(number))


def countdown(seconds: float) -> str:
    """The time until something, to the second where seconds count: "42 s", "2:05 min", "3 h"."""
    left = max(0, round(seconds))
    if left < 60:
        return tr("{0} s").format(left)
    if left < 3600:
        return tr("{0} min").format(f"{left // 60}:{left % 60:02}")
    return tr("{0} h").format(max(1, round(left / 3600)))


def listed(parts: Iterable[str]) -> str:
    """Several in one line, as the language lists them: "12 new, 3 changed"."""
    return tr(", ").join(part for part in parts if part)


def enumerated(parts: Iterable[str]) -> str:
    """Several clauses in one line, which may have commas of their own: "A: it is empty; B: it is gone"."""
    return tr("; ").join(part for part in parts if part)


def sentences(*texts: str) -> str:
    """One after the other; not every language puts a space between them."""
    said = [text for text in texts if text]
    return reduce(tr("{0} {1}").format, said) if said else ""


def format_bytes(size: float) -> str:
    """Decimal units, as file managers show them."""
    if size < 1000:
        return plural(int(size), "{0} byte", "{0} bytes")
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 999.5 or unit == "TB":
            return f"{locale().toString(size, 'f', 1 if size < 9.95 else 0)} {unit}"
    raise AssertionError


def format_rate(per_second: float) -> str:
    """Documents a second, without false precision."""
    if per_second >= 10:
        digits = -1 if per_second < 1000 else -2
        return tr("{0}/s").format(format_count(int(round(per_second, digits))))
    return tr("{0}/s").format(locale().toString(per_second, "f", 1))


def format_duration(seconds: float) -> str:
    """How long something took: "840 ms", "4.2 s", "3 min 20 s", "2 h 5 min". The clock may have been put back."""
    seconds = max(0.0, seconds)
    if seconds < 0.9995:
        return tr("{0} ms").format(round(seconds * 1000))
    if seconds < 59.95:
        return tr("{0} s").format(locale().toString(seconds, "f", 1 if seconds < 9.95 else 0))
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return tr("{0} min {1} s").format(minutes, rest) if rest else tr("{0} min").format(minutes)
    hours, minutes = divmod(minutes, 60)
    return tr("{0} h {1} min").format(hours, minutes) if minutes else tr("{0} h").format(hours)


def about(seconds: float) -> str:
    """Time left, coarse on purpose so that it does not flicker: "a few seconds left", "about 2 min left"."""
    if seconds < 10:
        return tr("a few seconds left")
    if seconds < 55:
        return tr("about {0} s left").format(int(-(-seconds // 10) * 10))
    if seconds < 55 * 60:
        return tr("about {0} min left").format(max(1, round(seconds / 60)))
    return tr("about {0} h left").format(max(1, round(seconds / 3600)))


def relative_time(at: float | None, now: float | None = None) -> str:
    """ "just now", "6 min ago", "in 2 h", "yesterday", then the date. None is "never"."""
    if at is None:
        return tr("never")
    now = time.time() if now is None else now
    ago = now - at
    if abs(ago) < 45:
        return tr("just now") if ago >= 0 else tr("in a moment")
    span = abs(ago)
    days = (datetime.fromtimestamp(now).date() - datetime.fromtimestamp(at).date()).days
    if span < 3570:
        text = tr("{0} min").format(max(1, round(span / 60)))
    elif span < 22 * 3600 or not days:
        text = tr("{0} h").format(round(span / 3600))
    else:
        if days == 1:
            return tr("yesterday")
        if days == -1:
            return tr("tomorrow")
        if abs(days) > 13:
            return _date(at)
        text = tr("{0} days").format(abs(days))
    return tr("{0} ago").format(text) if ago > 0 else tr("in {0}").format(text)


def ago(at: float | None, now: float | None = None) -> str:
    """The same of what has happened. Where that is still to come, the clock was put back: its own time says more."""
    now = time.time() if now is None else now
    if at is None or at <= now:
        return relative_time(at, now)
    return tr("just now") if at - now < 45 else clock_time(at)


def clock_time(at: float) -> str:
    """Hour and minute, with the date unless it is today."""
    text: str = locale().toString(QDateTime.fromSecsSinceEpoch(int(at)).time(), QLocale.FormatType.ShortFormat)
    return text if datetime.fromtimestamp(at).date() == datetime.now().date() else f"{_date(at)} {text}"


def _date(at: float) -> str:
    """A day, such as "3 Feb 2025": never in figures alone, which one country reads as March."""
    text: str = locale().toString(QDateTime.fromSecsSinceEpoch(int(at)).date(), _day_format(locale().name()))
    return text


@lru_cache(maxsize=8)
def _day_format(name: str) -> str:
    """The locale's long format without the day of the week, and with a short month."""
    long = QLocale(name).dateFormat(QLocale.FormatType.LongFormat)
    return _WEEKDAY.sub("", long).replace("MMMM", "MMM").strip()


def absolute_time(at: float | None) -> str:
    """Date and time to the second, for tooltips."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S")
