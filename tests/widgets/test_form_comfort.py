"""What makes a form pleasant: search, a summary of problems, lazy building, inputs that invent nothing."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.bench.forms import schema as many
from tests.forms.samples import DATABASE, STORE, STORE_VALUE
from tests.widgets.forms import button, click, field, press, settle, show, texts, write
from widgets.form import FormView, schedule
from widgets.form.later import Later
from widgets.form.row import Row
from widgets.form.schedule import CronEditor
from widgets.form.search import FormSearch
from widgets.form.summary import ProblemsBar
from widgets.form.temporal import DateEditor, DurationEditor

pytestmark = pytest.mark.usefixtures("themed")
CONTROL = Qt.KeyboardModifier.ControlModifier


# --- search


def find(form: FormView, text: str) -> FormSearch:
    focused = QApplication.focusWidget()
    assert focused is not None
    press(focused, Qt.Key.Key_F, CONTROL)
    search = form.findChild(FormSearch)
    assert search is not None
    assert search.line.hasFocus()
    QTest.keyClicks(search.line, text)
    search.line.flush()
    return search


def found(search: FormSearch) -> list[str]:
    items = [search.list.topLevelItem(place) for place in range(search.list.topLevelItemCount())]
    return [f"{item.text(0)} | {item.text(1)}" for item in items if item is not None]


def test_search_leads_into_a_folded_section(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    field(form, "/bucket").setFocus()
    search = find(form, "parallel")
    assert found(search) == ["Parallel requests | "]
    assert "1 setting found" in texts(form)
    press(search.line, Qt.Key.Key_Return)
    assert field(form, "/workers").hasFocus()


def test_search_tells_of_branches_that_are_not_chosen_and_chooses_none(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    field(form, "/bucket").setFocus()
    search = find(form, "session")
    assert found(search) == ["Session token | Sign-in › Access key", "Session length | Sign-in › Role (not chosen)"]
    before = form.value()
    press(search.line, Qt.Key.Key_Down)
    press(search.list, Qt.Key.Key_Down)
    press(search.list, Qt.Key.Key_Return)
    assert button(form, "Sign-in: Role").hasFocus()
    assert form.value() == before


def test_escape_clears_the_search_then_closes_it(qtbot: QtBot) -> None:
    form = show(qtbot, STORE)
    field(form, "/bucket").setFocus()
    search = find(form, "no such thing")
    assert "No setting is called that." in texts(form)
    press(search.line, Qt.Key.Key_Escape)
    search.line.flush()
    assert search.line.text() == ""
    assert search.isVisible()
    press(search.line, Qt.Key.Key_Escape)
    assert not search.isVisible()
    assert field(form, "/bucket").hasFocus()


# --- the summary


@pytest.mark.point(9)
def test_problems_are_counted_and_lead_to_their_fields(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value={**STORE_VALUE, "workers": 99, "region": "E"})
    assert form.findChild(ProblemsBar) is None
    assert form.show_errors() == 2
    assert field(form, "/region").hasFocus()
    assert "2 problems" in texts(form)
    click(button(form, "Parallel requests: Must be at most 32."))
    assert field(form, "/workers").hasFocus()
    press(field(form, "/workers"), Qt.Key.Key_F8)
    assert field(form, "/region").hasFocus()
    press(field(form, "/region"), Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert field(form, "/workers").hasFocus()
    write(form, "/workers", "3")
    assert "1 problem" in texts(form)
    write(form, "/region", "eu-1")
    bar = form.findChild(ProblemsBar)
    assert bar is not None
    assert not bar.isVisible()


def test_many_problems_are_listed_on_demand(qtbot: QtBot) -> None:
    names = [f"f{n}" for n in range(9)]
    form = show(qtbot, {"properties": {name: {"type": "string"} for name in names}, "required": names})
    form.show_errors()
    links = [one for one in form.findChildren(QPushButton) if one.isVisible() and "This is required" in one.text()]
    assert len(links) == 4
    click(button(form, "5 more"))
    assert button(form, "F8: This is required.")


def test_what_the_test_blames_is_counted_too(qtbot: QtBot) -> None:
    form = show(qtbot, STORE, value=STORE_VALUE)
    assert form.show_errors() == 0
    form.show_error("/bucket", "No such bucket.")
    assert "1 problem" in texts(form)
    write(form, "/bucket", "other")
    assert "1 problem" not in texts(form)


# --- lazy building


def long_form(qtbot: QtBot, fields: int) -> tuple[FormView, QScrollArea]:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.resize(700, 600)
    form = FormView(many(fields))
    area.setWidget(form)
    qtbot.addWidget(area, before_close_func=lambda _: area.hide())
    with qtbot.waitExposed(area):
        area.show()
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow)
    settle()
    return form, area


def test_only_what_is_seen_is_built(qtbot: QtBot) -> None:
    form, area = long_form(qtbot, 200)
    assert len(form.findChildren(Row)) < 40
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: any(row.path == ("field_199",) for row in form.findChildren(Row)))
    assert len(form.findChildren(Row)) < 80
    assert len(form.value()) == 50  # the value never depends on what is drawn: each eighth has a default, twice


def test_tab_goes_on_into_what_is_not_built_yet(qtbot: QtBot) -> None:
    form, _ = long_form(qtbot, 60)
    for later in form.findChildren(Later):
        assert later.accessibleName()
    reached: list[str] = []
    field(form, "/field_0").setFocus()
    for _ in range(200):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused.objectName().startswith("field:/") and focused.objectName() not in reached:
            reached.append(focused.objectName())
        if focused.objectName() == "field:/field_59":
            break
        press(focused, Qt.Key.Key_Tab)
        form.set_tab_order()
    assert reached == [f"field:/field_{n}" for n in range(60)]


def test_a_jump_builds_what_it_leads_to(qtbot: QtBot) -> None:
    form, _ = long_form(qtbot, 200)
    form.go_to("/field_150")
    assert field(form, "/field_150").hasFocus()


def test_everything_can_be_built_at_once(qtbot: QtBot) -> None:
    form = show(qtbot, DATABASE)
    form.build_all()
    assert field(form, "/streams")
    assert not [one for one in form.findChildren(Later) if one.isVisible()]


# --- dates, times, durations


def editor(form: FormView, kind: type[QWidget]) -> Any:
    return form.findChild(kind)


def test_the_calendar_writes_what_the_pattern_asks_and_keeps_a_typed_time(qtbot: QtBot) -> None:
    schema = {"properties": {"d": {"type": "string", "format": "date-time", "pattern": r"T00:00:00\.000Z$"}}}
    form = show(qtbot, schema)
    dates = editor(form, DateEditor)
    dates.open_calendar()
    assert form.value() == {}  # looking at a calendar is no choice
    press(dates.popup.calendar, Qt.Key.Key_Escape)
    assert not dates.popup.isVisible()
    dates.pick(QDate(2025, 1, 31))
    assert form.value() == {"d": "2025-01-31T00:00:00.000Z"}
    write(form, "/d", "2025-01-31T09:30:00Z")
    dates.pick(QDate(2024, 2, 29))
    assert form.value() == {"d": "2024-02-29T09:30:00Z"}
    assert "Thu 29 Feb 2024, 09:30 UTC" in texts(form)


@pytest.mark.parametrize(
    ("kind", "text", "after"),
    [("date", "2024-02-28", "2024-02-29"), ("time", "23:59:00Z", "00:00:00Z"), ("date", "", None), ("time", "x", "x")],
)
def test_arrows_step_what_is_there_and_invent_nothing(qtbot: QtBot, kind: str, text: str, after: str | None) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string", "format": kind}}})
    write(form, "/a", text)
    press(field(form, "/a"), Qt.Key.Key_Up)
    assert form.value() == ({} if after is None else {"a": after})


def test_a_duration_is_said_in_words_and_chosen_from_usual_ones(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string", "format": "duration"}}})
    write(form, "/a", "PT90M")
    assert "90 minutes" in texts(form)
    menu = editor(form, DurationEditor).usual.menu()
    menu.aboutToShow.emit()
    assert form.value() == {"a": "PT90M"}
    next(one for one in menu.actions() if one.text() == "1 day").trigger()
    assert form.value() == {"a": "P1D"}
    assert form.errors() == []


@pytest.mark.parametrize("kind", ["uri", "email", "uuid", "hostname", "ipv4", "ipv6", "date", "date-time", "time"])
def test_formats_are_checked_in_words(qtbot: QtBot, kind: str) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string", "format": kind}, "z": {"type": "string"}}})
    write(form, "/a", "not any of them")
    field(form, "/z").setFocus()
    assert [one for one in texts(form) if ", such as " in one]


def test_a_pasted_newline_is_not_part_of_a_line(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string"}}})
    QApplication.clipboard().setText("docs\n")
    line = field(form, "/a")
    line.setFocus()
    press(line, Qt.Key.Key_V, CONTROL)
    assert form.value() == {"a": "docs"}


# --- schedules

CRON = {"properties": {"a": {"type": "string", "format": "cron"}, "z": {"type": "string"}}}


def choose(menu: QMenu, *names: str) -> None:
    """Opens a menu as a click does, and takes an entry by its words."""
    menu.aboutToShow.emit()
    for name in names[:-1]:
        below = next(one.menu() for one in menu.actions() if one.text() == name)
        assert isinstance(below, QMenu)
        menu = below
    next(one for one in menu.actions() if one.text() == names[-1]).trigger()


def test_a_schedule_is_typed_and_says_when_it_comes_next(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "local_zone", lambda: ZoneInfo("Asia/Tokyo"))
    form = show(qtbot, CRON)
    write(form, "/a", "30 6 1 1 *")
    assert form.value() == {"a": "30 6 1 1 *"}
    said = next(one for one in texts(form) if one.startswith("Next: "))
    assert said.count("1 Jan 20") == 3
    assert said.count("06:30") == 3
    assert said.endswith("(JST)")
    write(form, "/a", "30 6 1 13 *")
    field(form, "/z").setFocus()
    assert not any(one.startswith("Next: ") for one in texts(form))
    assert any("fourth part" in one for one in texts(form))


def test_a_schedule_is_chosen_and_keeps_the_time_of_day(qtbot: QtBot) -> None:
    form = show(qtbot, CRON)
    menu = editor(form, CronEditor).usual.menu()
    choose(menu, "Monday to Friday at 09:00")
    assert form.value() == {"a": "0 9 * * 1-5"}
    choose(menu, "Time of day", "18:00")
    assert form.value() == {"a": "0 18 * * 1-5"}
    choose(menu, "Every week at 18:00", "Sunday")
    assert form.value() == {"a": "0 18 * * 0"}
    choose(menu, "Every hour")
    assert form.value() == {"a": "0 * * * *"}
    choose(menu, "First day of each month at 09:00")
    assert form.errors() == []


def test_the_menu_of_schedules_is_reached_by_keyboard(qtbot: QtBot) -> None:
    form = show(qtbot, CRON)
    form.set_tab_order()
    field(form, "/a").setFocus()
    press(field(form, "/a"), Qt.Key.Key_Tab)
    usual = button(form, "Usual schedules for A")
    assert QApplication.focusWidget() is usual


def test_a_duration_steps_with_the_arrows(qtbot: QtBot) -> None:
    form = show(qtbot, {"properties": {"a": {"type": "string", "format": "duration"}}})
    write(form, "/a", "PT90M")
    press(field(form, "/a"), Qt.Key.Key_Up)
    assert form.value() == {"a": "PT91M"}
