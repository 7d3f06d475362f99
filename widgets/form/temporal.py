"""Editors for dates, times and durations. Typing comes first and ISO 8601 text is what is saved; beside it stands what
the text means in words. Calendar, arrow keys and a list of usual durations only help: an empty field stays empty."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, Qt, QTime
from PySide6.QtGui import QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from app.forms import UNSET, FieldSpec, Json
from app.forms.moments import DAY, written
from app.forms.units import spoken_duration, stepped_duration
from widgets import theme
from widgets.form.editor import EXAMPLES, digits, plain_text
from widgets.form.text import LineEditor
from widgets.form.wording import say
from widgets.parts import column, label, tool_button


class TemporalEditor(LineEditor):
    """A line of ISO text with its meaning beside it. Subclasses say what it means and what one step up is."""

    digits = 21

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.column.removeWidget(self.line)
        self.line.setFixedWidth(digits(self.digits))
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._explain)
        self.meaning = label("", "detail", "muted", wrap=True)
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.SPACE_XS)
        self.row.addWidget(self.line)
        self.row.addWidget(self.meaning, 1)
        self.column.addLayout(self.row)

    def words(self, text: str) -> str:
        """What a text means; "" for what it does not understand."""
        raise NotImplementedError

    def stepped(self, text: str, by: int) -> str:
        """The text one step later or earlier; "" where there is nothing to step from."""
        return ""

    def hint(self) -> str:
        """Only the example: the line is no longer than what is typed in it."""
        if self.spec.placeholder:
            return self.spec.placeholder
        if self.spec.default is not UNSET and self.spec.default is not None:
            return plain_text(self.spec.default)
        return plain_text(self.spec.examples[0]) if self.spec.examples else self.example()

    def example(self) -> str:
        """A text of its format."""
        return EXAMPLES[self.spec.text("format")]

    def help_with(self, tool: QToolButton) -> None:
        """Puts a button beside the line."""
        tool.setEnabled(not self.spec.read_only)
        self.row.insertWidget(1, tool, 0, Qt.AlignmentFlag.AlignVCenter)

    def take(self, text: str) -> None:
        """Takes a text as if it had been typed."""
        self.line.setText(text)
        self._edited(text)
        self.line.setFocus()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Up and Down step what stands there."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not self.spec.read_only:
            by = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            text = self.stepped(self.line.text().strip(), by) if by else ""
            if text:
                self.take(text)
                return True
        return False

    def read(self, text: str) -> Json:
        """Blanks around it are never meant."""
        return text.strip() or text

    def _explain(self, text: str) -> None:
        self.meaning.setText(self.words(text.strip()))


class DateEditor(TemporalEditor):
    """A date or a moment. The calendar and the example write it as precisely as the schema's pattern asks."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.popup: Calendar | None = None
        self.open = tool_button(
            "calendar", self.tr("Calendar for {label}").format(label=spec.label), self.open_calendar
        )
        self.help_with(self.open)

    def example(self) -> str:
        """As its pattern wants it."""
        return written(DAY, self.spec) if self.spec.text("pattern") else super().example()

    def words(self, text: str) -> str:
        """The day in the person's language, with the time if there is one."""
        moment = _moment(text)
        if moment is None:
            return ""
        locale = QLocale()
        day = locale.toString(QDate(moment.year, moment.month, moment.day), "ddd d MMM yyyy")
        if not isinstance(moment, datetime) or moment.time() == time(0) or self.spec.precision == "day":
            return day
        clock = locale.toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)
        return f"{day}, {clock} UTC" if moment.utcoffset() == timedelta(0) else f"{day}, {clock}"

    def stepped(self, text: str, by: int) -> str:
        """A day; what follows the date stays."""
        moment = _moment(text)
        if moment is None:
            return ""
        try:
            return f"{(moment + timedelta(days=by)).strftime('%Y-%m-%d')}{text[10:]}"
        except OverflowError:
            return ""

    def open_calendar(self) -> None:
        """Below the line, at the day that stands there."""
        if self.popup is None:
            self.popup = Calendar(self)
            self.popup.calendar.clicked.connect(self.pick)
            self.popup.calendar.activated.connect(self.pick)
        moment = _moment(self.line.text().strip())
        if moment is not None:
            self.popup.calendar.setSelectedDate(QDate(moment.year, moment.month, moment.day))
        self.popup.move(self.line.mapToGlobal(QPoint(0, self.line.height() + 2)))
        self.popup.show()
        self.popup.calendar.setFocus()

    def pick(self, day: QDate) -> None:
        """Takes a day. A time that was typed stays."""
        if self.popup is not None:
            self.popup.hide()
        text = self.line.text().strip()
        rest = text[10:] if _moment(text) is not None else None
        self.take(
            day.toString(Qt.DateFormat.ISODate) + rest
            if rest is not None
            else written(day.toString(Qt.DateFormat.ISODate), self.spec)
        )


class Calendar(QFrame):
    """A month to pick a day from; Esc closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("ground", "card")
        self.calendar = QCalendarWidget()
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setAccessibleName(self.tr("Calendar"))
        for tool, icon, words in (
            ("qt_calendar_prevmonth", "chevron-left", self.tr("Earlier")),
            ("qt_calendar_nextmonth", "chevron-right", self.tr("Later")),
        ):
            found = self.calendar.findChild(QToolButton, tool)
            if isinstance(found, QToolButton):
                theme.set_icon(found, icon, "muted")
                found.setAccessibleName(words)
        self._dress()
        theme.theme_changed.connect(self._dress)
        column(self.calendar, parent=self, margin=theme.SPACE_XS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the line."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _dress(self) -> None:
        # Qt paints weekends red, which here would mean an error.
        quiet, head = QTextCharFormat(), QTextCharFormat()
        quiet.setForeground(theme.color("text"))
        head.setForeground(theme.color("muted"))
        self.calendar.setHeaderTextFormat(head)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, quiet)


class TimeEditor(TemporalEditor):
    """A time of day."""

    digits = 17

    def words(self, text: str) -> str:
        """As the person's clock shows it."""
        moment = _clock(text)
        return QLocale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat) if moment else ""

    def stepped(self, text: str, by: int) -> str:
        """A minute."""
        moment = _clock(text)
        if moment is None:
            return ""
        later = datetime.combine(date(2000, 1, 2), moment) + timedelta(minutes=by)
        return later.strftime("%H:%M") + text[5:]


class PresetEditor(TemporalEditor):
    """With a button that offers what is usual. The menu is filled when it opens, for it may build on what is typed."""

    def __init__(self, spec: FieldSpec, title: str) -> None:
        super().__init__(spec)
        self.usual = tool_button("waiting", title.format(label=spec.label))
        self.usual.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.usual)
        menu.aboutToShow.connect(partial(self._refill, menu))
        self.usual.setMenu(menu)
        self.help_with(self.usual)

    def fill(self, menu: QMenu) -> None:
        """Puts the choices in, with `offer`."""
        raise NotImplementedError

    def offer(self, menu: QMenu, words: str, text: str) -> None:
        """One choice: its words, and the text it stands for."""
        menu.addAction(words).triggered.connect(partial(self._take, text))

    def _refill(self, menu: QMenu) -> None:
        menu.clear()
        self.fill(menu)

    def _take(self, text: str, *_: object) -> None:
        self.take(text)


class DurationEditor(PresetEditor):
    """A length of time, such as PT30M."""

    digits = 17

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, self.tr("Usual durations for {label}"))

    def fill(self, menu: QMenu) -> None:
        """From minutes to a month."""
        for text in ("PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D", "P7D", "P30D"):
            self.offer(menu, self.words(text), text)

    def words(self, text: str) -> str:
        """As it is written."""
        return spoken_duration(text, say)

    def stepped(self, text: str, by: int) -> str:
        """One more or less of its smallest part."""
        return stepped_duration(text, by)


def _moment(text: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
