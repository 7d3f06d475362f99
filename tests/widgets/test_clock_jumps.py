"""The system's clock is put forwards or back, or an hour is added to a day: no time that is told turns absurd."""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel

from tests.widgets.conftest import Run
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import idle, window
from widgets.pages.page import Place
from widgets.parts import row_painter
from widgets.parts.status import status
from widgets.parts.words import ago, clock_time, format_duration, relative_time

HOUR, DAY = 3600.0, 86400.0
ABSURD = re.compile(
    r"(?<![\w.])-\d|\b0 (days|h) |(Synced|worked|sync failed|cancelled|interrupted) (in \d|tomorrow|in a moment)"
)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the clocks change."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()


@pytest.fixture(autouse=True)
def zone_back() -> object:
    yield
    time.tzset()


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ("2025-03-12 00:30", "2025-03-12 23:00", "22 h ago"),  # the same day, and nearly a day
        ("2025-10-26 00:05", "2025-10-26 23:55", "25 h ago"),  # an hour was added
        ("2025-03-30 01:30", "2025-03-30 03:30", "1 h ago"),  # an hour was left out
        ("2025-10-25 23:50", "2025-10-26 23:55", "yesterday"),
    ],
)
def test_a_day_of_23_or_25_hours(zone: None, then: str, now: str, words: str) -> None:
    moments = [datetime.fromisoformat(text).timestamp() for text in (then, now)]
    assert relative_time(*moments) == words


def test_what_has_happened_is_never_to_come() -> None:
    now = datetime(2025, 3, 12, 12).timestamp()
    assert ago(now - 120, now) == "2 min ago"
    assert ago(now + 20, now) == "just now"
    assert ago(now + HOUR, now) == clock_time(now + HOUR), "when it was, by the clock of then"
    assert ago(None, now) == "never"


def test_no_duration_is_negative() -> None:
    assert format_duration(-HOUR) == "0 ms"


@pytest.mark.parametrize("shift", [-DAY, -HOUR, HOUR, DAY])
def test_no_page_tells_an_absurd_time(
    run: Run, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: float
) -> None:
    real = time.time
    painted: list[str] = []

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            monkeypatch.setattr(time, "time", lambda: real() + shift)
            row_painter.heard_by(lambda each: painted.append(f"{each.text} {each.tip}"))
            try:
                for place in (
                    Place("sources"),
                    *(Place("connection", view.id, tab) for view in engine._connections.values() for tab in TABS),
                    Place("accounts"),
                ):
                    shell.go(place)
                    await idle(shell)
                    shell.grab()
                    seen: list[QLabel | QAbstractButton] = [
                        *shell.findChildren(QLabel),
                        *shell.findChildren(QAbstractButton),
                    ]
                    painted.extend(f"{one.text()} {one.toolTip()}" for one in seen if one.isVisible())
            finally:
                row_painter.heard_by(None)
            absurd = [text for text in painted if ABSURD.search(text)]
            assert absurd == []
            for view in engine._connections.values():
                said = " ".join(status(view, at=real() + shift))
                assert not ABSURD.search(said), said

    run(main())


TABS = ("overview", "documents", "runs")
