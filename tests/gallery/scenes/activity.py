"""Activity: the log, narrowed, with a line opened, empty."""

from __future__ import annotations

from typing import Literal

from app.api import LogFilter, LogLine
from connectors.sdk import Json
from tests.gallery.scene import Scene, does, fails, hangs, pick, press, types
from tests.gallery.scenes.common import ENGINE_GONE
from tests.widgets.fake_engine import FakeEngine
from widgets.pages.page import Place

ACTIVITY = Place("activity")
SAID: tuple[tuple[Literal["debug", "info", "warning", "error"], str | None, str, dict[str, Json]], ...] = (
    ("info", "c2", "Sync started", {"run": "r31", "trigger": "schedule"}),
    ("debug", "c2", "GET https://s3.example.com/contracts?list-type=2 answered 200 in 34 ms", {"bytes": 48_120}),
    ("info", "c2", "1,000 objects on the page, 12 new", {"page": 1}),
    ("warning", "c3", "The server asks to wait until 14:05", {"retry_after": 240}),
    ("error", "c1", "The server no longer accepts the password", {"code": "auth_failed", "status": 401}),
    ("info", "c4", "Sync finished: 4 new, 2 changed", {"seconds": 6.2}),
    ("info", None, "The library was checked: 12,480 documents, all whole", {}),
)


def log(engine: FakeEngine) -> None:
    """A morning's lines."""
    lines = [
        LogLine(
            seq=number + 1,
            at=engine.now - (60 - number) * 47,
            level=SAID[number % len(SAID)][0],
            connection_id=SAID[number % len(SAID)][1],
            message=SAID[number % len(SAID)][2],
            fields=SAID[number % len(SAID)][3],
        )
        for number in range(60)
    ]
    rank = ("debug", "info", "warning", "error")

    async def command(filter: LogFilter) -> list[LogLine]:
        return [
            line
            for line in lines
            if (filter.after is None or line.seq > filter.after)
            and (filter.before is None or line.seq < filter.before)
            and rank.index(line.level) >= rank.index(filter.level)
            and filter.text.lower() in line.message.lower()
            and (not filter.connection or filter.connection == line.connection_id)
        ]

    engine.log = command  # type: ignore[method-assign]


SCENES = (
    Scene("activity", ACTIVITY, given=(log,)),
    Scene("activity-errors", ACTIVITY, given=(log,), acts=(press("chip_error"),)),
    Scene("activity-everything", ACTIVITY, given=(log,), acts=(press("chip_debug"),)),
    Scene("activity-line", ACTIVITY, given=(log,), acts=(does(lambda s: s.page._follow(False)), pick("log", 40))),
    Scene("activity-nothing", ACTIVITY, given=(log,), acts=(types("search", "zzz"),)),
    Scene("activity-empty", ACTIVITY, engine="empty"),
    Scene("activity-failed", ACTIVITY, given=(fails(ENGINE_GONE, "log"),)),
    Scene("activity-loading", ACTIVITY, given=(hangs("log"),)),
    Scene("activity-narrow", ACTIVITY, given=(log,), size=(900, 600)),
)
