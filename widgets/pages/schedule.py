"""When a connection syncs by itself, as one choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from widgets.parts import format_duration

if TYPE_CHECKING:
    from app.api import Schedule

__all__ = ["ScheduleBox"]

MINUTE, HOUR, DAY = 60, 3600, 86400


class ScheduleBox(QComboBox):
    """By hand, on change where the source can tell, or every so often."""

    chosen = Signal()

    def __init__(self, watch: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("schedule")
        self.setAccessibleName(self.tr("Sync"))
        self.addItem(self.tr("Only by hand"), (None, False))
        if watch:
            self.addItem(self.tr("As soon as something changes"), (None, True))
        for text, seconds in (
            (self.tr("Every 15 minutes"), 15 * MINUTE),
            (self.tr("Every hour"), HOUR),
            (self.tr("Every 6 hours"), 6 * HOUR),
            (self.tr("Every day"), DAY),
        ):
            self.addItem(text, (seconds, False))
        self.activated.connect(lambda _number: self.chosen.emit())

    def schedule(self) -> Schedule:
        """What is chosen."""
        from app.api import Schedule

        every, watch = self.currentData()
        return Schedule(every=every, watch=watch)

    def show_schedule(self, schedule: Schedule) -> None:
        """Show a schedule; one that is not among the choices becomes one."""
        for number in range(self.count()):
            if tuple(self.itemData(number)) == (schedule.every, schedule.watch):
                self.setCurrentIndex(number)
                return
        every = self.tr("Every {0}").format(format_duration(schedule.every)) if schedule.every else ""
        watch = self.tr("As soon as something changes") if schedule.watch else ""
        self.addItem(" · ".join(text for text in (watch, every) if text), (schedule.every, schedule.watch))
        self.setCurrentIndex(self.count() - 1)
