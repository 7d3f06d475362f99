"""A connection in words: a table of states, each with its four sentences."""

from __future__ import annotations

from typing import Any

import pytest

from app.api import ConnectionView, Gauge, RunCounts, RunView, Schedule
from connectors.sdk import ErrorInfo
from widgets.parts.progress import Progress
from widgets.parts.status import Status, every, status

NOW = 1_700_000_000.0
GONE = ErrorInfo(category="config", code="no_bucket", what="The bucket does not exist", remedy="Check its name.")
DENIED = ErrorInfo(category="auth", code="auth_failed", what="The key is refused", remedy="Make a new key.")


def run(state: Any, **fields: Any) -> RunView:
    given: dict[str, Any] = {"queued_at": NOW - 600, "started_at": NOW - 600, "finished_at": NOW - 360, **fields}
    return RunView(id="r", connection_id="c", connection="Wiki", state=state, **given)


def view(state: Any, **fields: Any) -> ConnectionView:
    given: dict[str, Any] = {
        "id": "c",
        "name": "Wiki",
        "type": "webdav",
        "type_title": "WebDAV",
        "icon": "webdav",
        "sentence": "said by the engine",
        "config": {},
        "config_version": 1,
        "revision": 1,
        "epoch": 1,
        "documents": 1204,
        "last_ok_at": NOW - 360,
        **fields,
    }
    return ConnectionView(state=state, **given)


DONE = run("done", counts=RunCounts(documents=1204, new=12, changed=3))
FAILED = run("failed", error=GONE)
HOURLY = Schedule(every=3600)
AT_WORK = run("running", finished_at=None, counts=RunCounts(documents=400))
DOCUMENTS = "1,204 documents"

TABLE: list[tuple[str, ConnectionView, Status]] = [
    (
        "never synced, by hand",
        view("new", documents=0, last_ok_at=None),
        Status("Not synced yet", "Never synced.", "Syncs only by hand.", "Sync it for the first time."),
    ),
    (
        "never synced, scheduled",
        view("new", documents=0, last_ok_at=None, schedule=HOURLY, next_run_at=NOW + 2400),
        Status("Not synced yet", "Never synced.", "Next sync in 40 min.", ""),
    ),
    (
        "up to date",
        view("up_to_date", last_run=DONE, schedule=HOURLY, next_run_at=NOW + 2400),
        Status(f"Up to date, {DOCUMENTS}", "Synced 6 min ago: 12 new, 3 changed.", "Next sync in 40 min.", ""),
    ),
    (
        "up to date, nothing new, watched",
        view("up_to_date", last_run=run("done"), schedule=Schedule(watch=True)),
        Status(f"Up to date, {DOCUMENTS}", "Synced 6 min ago: nothing new.", "Syncs as soon as something changes.", ""),
    ),
    (
        "the schedule is due",
        view("up_to_date", last_run=DONE, schedule=HOURLY, next_run_at=NOW - 1),
        Status(f"Up to date, {DOCUMENTS}", "Synced 6 min ago: 12 new, 3 changed.", "The next sync is due.", ""),
    ),
    (
        "no engine runs the schedule",
        view("up_to_date", last_run=DONE, schedule=HOURLY),
        Status(f"Up to date, {DOCUMENTS}", "Synced 6 min ago: 12 new, 3 changed.", "Syncs every hour.", ""),
    ),
    (
        "first sync",
        view("running", documents=0, last_ok_at=None, active_run=AT_WORK),
        Status("Syncing  400 documents", "This is its first sync.", "Syncs only by hand.", ""),
    ),
    (
        "running after a failure tells it",
        view("running", active_run=AT_WORK, last_run=FAILED),
        Status(
            "Syncing  400 documents",
            "The last sync failed 6 min ago: The bucket does not exist. It last worked 6 min ago.",
            "Syncs only by hand.",
            "",
        ),
    ),
    (
        "retrying",
        view("running", active_run=run("running", finished_at=None, mode="retry"), last_run=DONE),
        Status("Retrying", "Synced 6 min ago: 12 new, 3 changed.", "Syncs only by hand.", ""),
    ),
    (
        "pausing",
        view("running", active_run=run("running", finished_at=None, pausing=True), last_run=DONE),
        Status(
            "Pausing as soon as this page is stored",
            "Synced 6 min ago: 12 new, 3 changed.",
            "Syncs only by hand.",
            "",
        ),
    ),
    (
        "paused",
        view("paused", active_run=run("paused", finished_at=None, counts=RunCounts(documents=400)), last_run=DONE),
        Status("Paused at 400 documents", "Synced 6 min ago: 12 new, 3 changed.", "Goes on when you resume it.", ""),
    ),
    (
        "queued",
        view("queued", active_run=run("queued", started_at=None, finished_at=None), last_run=DONE),
        Status("Queued: other syncs come first", "Synced 6 min ago: 12 new, 3 changed.", "Syncs only by hand.", ""),
    ),
    (
        "waiting with a countdown",
        view(
            "waiting",
            active_run=run("waiting", finished_at=None, reason="Too many requests", until=NOW + 42),
            last_run=DONE,
        ),
        Status(
            "Tries again in 42 s: Too many requests",
            "Synced 6 min ago: 12 new, 3 changed.",
            "Syncs only by hand.",
            "",
        ),
    ),
    (
        "waiting for longer",
        view("waiting", active_run=run("waiting", finished_at=None, until=NOW + 125), last_run=DONE),
        Status(
            "Tries again in 2:05 min",
            "Synced 6 min ago: 12 new, 3 changed.",
            "Syncs only by hand.",
            "",
        ),
    ),
    (
        "waiting is over",
        view("waiting", active_run=run("waiting", finished_at=None, reason="Busy", until=NOW - 3), last_run=DONE),
        Status("Tries again now: Busy", "Synced 6 min ago: 12 new, 3 changed.", "Syncs only by hand.", ""),
    ),
    (
        "waiting for a person's vault",
        view("waiting", active_run=run("waiting", finished_at=None, reason="The vault is locked"), last_run=DONE),
        Status("Waiting: The vault is locked", "Synced 6 min ago: 12 new, 3 changed.", "Syncs only by hand.", ""),
    ),
    (
        "failed, never worked",
        view("needs_attention", sentence=GONE.what, documents=0, last_ok_at=None, last_run=FAILED),
        Status(
            "The bucket does not exist",
            "The last sync failed 6 min ago. It never worked yet.",
            "Syncs only by hand.",
            "Check its name.",
        ),
    ),
    (
        "sign in again",
        view(
            "sign_in_again",
            sentence=f"Sign in again: {DENIED.what}",
            last_run=run("failed", error=DENIED),
            last_ok_at=NOW - 7200,
        ),
        Status(
            "Sign in again: The key is refused",
            "The last sync failed 6 min ago. It last worked 2 h ago.",
            "Syncs only by hand.",
            "Sign in again, then it goes on.",
        ),
    ),
    (
        "held back",
        view("held_back", held_back=412, last_run=run("held_back", counts=RunCounts(new=4))),
        Status(
            "412 deletions wait for you",
            "Synced 6 min ago: 4 new; 412 deletions held back.",
            "Syncs only by hand.",
            "Decide whether these documents are deleted or kept.",
        ),
    ),
    (
        "done with failures",
        view(
            "needs_attention",
            failed_items=2,
            last_run=run("done_with_failures", counts=RunCounts(new=4, failed=2, skipped=1)),
        ),
        Status(
            "2 items fail",
            "Synced 6 min ago: 4 new, 2 failed, 1 skipped.",
            "Syncs only by hand.",
            "Look at what fails, then retry it.",
        ),
    ),
    (
        "interrupted",
        view("needs_attention", last_run=run("interrupted", counts=RunCounts(new=7))),
        Status(
            f"Stopped at {DOCUMENTS}",
            "The last sync was interrupted 6 min ago: 7 new until then.",
            "Syncs only by hand.",
            "Sync to go on from there.",
        ),
    ),
    (
        "disabled",
        view("disabled", enabled=False, schedule=HOURLY, last_run=DONE),
        Status(
            f"Disabled, {DOCUMENTS}",
            "Synced 6 min ago: 12 new, 3 changed.",
            "Does not sync until it is enabled.",
            "",
        ),
    ),
    (
        "disabled while paused",
        view("disabled", enabled=False, active_run=run("paused", finished_at=None), last_run=DONE),
        Status(
            f"Disabled, {DOCUMENTS}",
            "Synced 6 min ago: 12 new, 3 changed.",
            "Does not sync until it is enabled.",
            "",
        ),
    ),
    (
        "an extension that is gone",
        view("needs_attention", sentence="The source type “x” is not installed", last_run=DONE),
        Status(
            "The source type “x” is not installed",
            "Synced 6 min ago: 12 new, 3 changed.",
            "Syncs only by hand.",
            "Look at its settings.",
        ),
    ),
]


@pytest.mark.point(32)
@pytest.mark.parametrize(("given", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_state_has_its_sentences(given: ConnectionView, said: Status) -> None:
    progress = Progress(given.active_run) if given.active_run is not None else None
    assert status(given, progress, NOW) == said


def test_every_state_of_a_connection_is_in_the_table() -> None:
    from typing import get_args

    from app.api import ConnectionState

    assert {row[1].state for row in TABLE} == set(get_args(ConnectionState))


def test_a_schedule_in_words() -> None:
    assert [every(seconds) for seconds in (45, 900, 3600, 7200, 86400, 172800)] == [
        *("every 45 s", "every 15 min", "every hour", "every 2 h", "every day", "every 2 days")
    ]


def gauge(seen: int, rate: float, total: int | None = 1000) -> Gauge:
    return Gauge(run_id="r", connection_id="c", counts=RunCounts(documents=seen), total=total, rate=float(rate))


@pytest.mark.point(25)
def test_a_whole_that_grows_or_vanishes_takes_nothing_back() -> None:
    progress = Progress(AT_WORK)
    assert (progress.fraction, progress.counted()) == (None, "400 documents")
    shown = []
    for seen, total in ((500, 1000), (600, 3000), (650, 3000), (640, 3000), (2000, 3000), (3500, 3000), (3600, None)):
        progress.take(gauge(seen, 10, total))
        assert progress.fraction is not None
        shown.append(progress.fraction)
    assert shown == sorted(shown)
    assert shown[-1] < 1.0
    assert progress.counted() == "3,600 documents"


@pytest.mark.point(26)
def test_the_time_left_is_told_late_and_stands_a_while() -> None:
    now = [0.0]
    progress = Progress(run("running", started_at=None, finished_at=None), clock=lambda: now[0])
    progress.take(gauge(10, 5, 1000))
    now[0] = 2.9
    assert progress.pace() == "5.0/s"
    now[0] = 4.1
    progress.take(gauge(20, 8, 1000))
    assert progress.pace() == "5.9/s  ·  about 3 min left"
    now[0] = 4.2
    progress.take(gauge(21, 800, 1000))
    assert progress.pace().endswith("about 3 min left")
    now[0] = 6.3
    assert progress.pace().endswith("a few seconds left")


@pytest.mark.point(26)
def test_a_run_that_goes_on_after_a_pause_settles_anew() -> None:
    now = [0.0]
    progress = Progress(run("running", started_at=None, finished_at=None), clock=lambda: now[0])
    progress.take(gauge(500, 50))
    now[0] = 10.0
    assert progress.remaining == 10
    progress.take_run(run("paused", finished_at=None, counts=RunCounts(documents=500)))
    assert progress.pace() == ""
    assert progress.fraction == 0.5
    progress.take(gauge(510, 50))
    assert progress.remaining is None
    now[0] = 14.5
    assert progress.remaining is not None
