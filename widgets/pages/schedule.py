"""When a connection syncs by itself, as one choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from widgets.parts import format_duration

if TYPE_CHECKING:
    from app.api import Schedule

__all__ = ["ScheduleBox", "schedule_words"]

MINUTE, HOUR, DAY = 60, 3600, 86400


def schedule_words(schedule: Schedule) -> str:
    """A schedule in a few words; empty for "only by hand"."""
    if schedule.watch:
        return QCoreApplication.translate("ScheduleBox", "As soon as something changes")
    known = {
        15 * MINUTE: QCoreApplication.translate("ScheduleBox", "Every 15 minutes"),
        HOUR: QCoreApplication.translate("ScheduleBox", "Every hour"),
        6 * HOUR: QCoreApplication.translate("ScheduleBox", "Every 6 hours"),
        DAY: QCoreApplication.translate("ScheduleBox", "Every day"),
    }
    if not schedule.every:
        return ""
    every = QCoreApplication.translate("ScheduleBox", "Every {0}").format(format_duration(schedule.every))
    return known.get(schedule.every, every)


class ScheduleBox(QComboBox):
    """By hand, on change where the source can tell, or every so often."""

    chosen = Signal()

    def __init__(self, watch: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("schedule")
        self.setAccessibleName(self.tr("Sync"))
        from app.api import Schedule

        self.addItem(self.tr("Only by hand"), (None, False))
        choices = [Schedule(every=seconds) for seconds in (15 * MINUTE, HOUR, 6 * HOUR, DAY)]
        for choice in [Schedule(watch=True), *choices] if watch else choices:
            self.addItem(schedule_words(choice), (choice.every, choice.watch))
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
        self.addItem(schedule_words(schedule), (schedule.every, schedule.watch))
        self.setCurrentIndex(self.count() - 1)
