"""An editor for schedules in cron's five parts: typed or chosen, and below it the next times in the person's zone."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QDate, QLocale, QTime, QTimeZone
from PySide6.QtWidgets import QMenu

from app.forms import FieldSpec
from app.forms.cron import upcoming
from widgets.form.temporal import PresetEditor

HOURS = range(0, 24, 3)
"""What the menu offers as the time of day; any other is typed."""


class CronEditor(PresetEditor):
    """A line such as `0 9 * * 1-5`. Another choice from the menu keeps the time of day, and another time the days."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, self.tr("Usual schedules for {label}"))
        self.row.removeWidget(self.meaning)
        self.row.addStretch(1)
        self.add(self.meaning)
        self.meaning.hide()

    def words(self, text: str) -> str:
        """The next three times."""
        now = datetime.now(local_zone())
        times = upcoming(text, now)
        if not times:
            return ""
        said = self.tr(" · ").join(_moment(one, now) for one in times)
        return self.tr("Next: {times} ({zone})").format(times=said, zone=times[0].tzname())

    def _explain(self, text: str) -> None:
        super()._explain(text)
        self.meaning.setVisible(bool(self.meaning.text()))

    def fill(self, menu: QMenu) -> None:
        """From minutes to months."""
        at, days = _halves(self.line.text())
        clock = _clock(at)
        self.offer(menu, self.tr("Every 15 minutes"), "*/15 * * * *")
        self.offer(menu, self.tr("Every hour"), "0 * * * *")
        menu.addSeparator()
        self.offer(menu, self.tr("Every day at {time}").format(time=clock), f"{at} * * *")
        self.offer(menu, self.tr("Monday to Friday at {time}").format(time=clock), f"{at} * * 1-5")
        weekly = menu.addMenu(self.tr("Every week at {time}").format(time=clock))
        for day in range(1, 8):
            self.offer(weekly, QLocale().standaloneDayName(day), f"{at} * * {day % 7}")
        self.offer(menu, self.tr("First day of each month at {time}").format(time=clock), f"{at} 1 * *")
        menu.addSeparator()
        times = menu.addMenu(self.tr("Time of day"))
        for hour in HOURS:
            self.offer(times, _clock(f"0 {hour}"), f"0 {hour} {days}")


def local_zone() -> tzinfo | None:
    """The zone of this machine with its summer times; a fixed offset where its name is not known."""
    try:
        return ZoneInfo(QTimeZone.systemTimeZoneId().toStdString())
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now().astimezone().tzinfo


def _moment(moment: datetime, now: datetime) -> str:
    locale = QLocale()
    shape = "ddd d MMM" if moment.year == now.year else "ddd d MMM yyyy"
    day = locale.toString(QDate(moment.year, moment.month, moment.day), shape)
    return f"{day}, {locale.toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)}"


def _halves(text: str) -> tuple[str, str]:
    """The time of day and the days of a schedule; what is usual where it has no such, or comes more than once a day."""
    parts = text.split()
    if len(parts) != 5:
        return "0 9", "* * *"
    at = " ".join(parts[:2]) if all(part.isdecimal() for part in parts[:2]) else "0 9"
    days = " ".join(parts[2:])
    return (at, days) if upcoming(f"{at} {days}", datetime(2000, 1, 1)) else ("0 9", "* * *")


def _clock(at: str) -> str:
    minute, hour = map(int, at.split())
    return QLocale().toString(QTime(hour, minute), QLocale.FormatType.ShortFormat)
