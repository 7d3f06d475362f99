"""A connection in words, one sentence each: what is happening, what was last, what comes next, what needs a person.

A pure function of the view, so that list, page, tooltip and screen reader say the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication

from widgets.language import core, told
from widgets.parts.words import ago, countdown, format_count, format_duration, listed, plural, relative_time, sentences

if TYPE_CHECKING:
    from app.api import ConnectionView, RunCounts, RunView
    from widgets.parts.progress import Progress

__all__ = ["Status", "brought", "every", "outcome", "seen_state", "status", "stopped"]

STILL = 0.5
"""Less than this is left to wait: it happens now."""


def tr(text: str) -> str:
    return QCoreApplication.translate("status", text)


class Status(NamedTuple):
    """Four sentences; "" where there is nothing to say. `now` stands alone; the others end with a full stop."""

    now: str
    last: str
    next: str
    need: str


def status(view: ConnectionView, progress: Progress | None = None, at: float | None = None) -> Status:
    """How a connection stands at a time."""
    at = time.time() if at is None else at
    return Status(_now(view, progress, at), _last(view, at), _next(view, at), _need(view))


def seen_state(view: ConnectionView) -> str:
    """The state to show a person: a run that is to pause is on its way there."""
    return "pausing" if view.active_run is not None and view.active_run.pausing else view.state


def stopped(view: ConnectionView, progress: Progress | None) -> str:
    """What a run came to before the engine was lost; "" where none was at work."""
    run = view.active_run
    if run is None:
        return ""
    if run.state == "paused":
        return _at_work(run, progress, 0.0)
    seen = progress.counted() if progress is not None and progress.seen else ""
    return tr("Stopped at {0}").format(seen) if seen else tr("Stopped")


def _now(view: ConnectionView, progress: Progress | None, at: float) -> str:
    run = view.active_run
    documents = plural(view.documents, "{0} document", "{0} documents")
    if view.state == "disabled":
        return tr("Disabled, {0}").format(documents) if view.documents else tr("Disabled")
    if run is not None and view.state in ("running", "waiting", "queued", "paused"):
        return _at_work(run, progress, at)
    match view.state:
        case "up_to_date":
            return tr("Up to date, {0}").format(documents)
        case "held_back":
            return plural(view.held_back, "{0} deletion waits for you", "{0} deletions wait for you")
        case "new":
            return tr("Not synced yet")
    error = view.last_run.error if view.last_run is not None else None
    if view.state == "needs_attention" and error is None and view.failed_items:
        return plural(view.failed_items, "{0} item fails", "{0} items fail")
    left_off = view.last_run is not None and view.last_run.state in ("interrupted", "cancelled")
    if view.state == "needs_attention" and error is None and left_off:
        return tr("Stopped at {0}").format(documents)
    return core(view.sentence)


def _at_work(run: RunView, progress: Progress | None, at: float) -> str:
    if run.pausing:
        return tr("Pausing as soon as this page is stored")
    if run.state == "queued":
        return tr("Queued: other syncs come first")
    if run.state == "paused":
        return tr("Paused at {0}").format(progress.counted() if progress is not None else _seen(run.counts))
    if run.state == "waiting":
        why = core(run.reason)
        if run.until is None:
            return tr("Waiting: {0}").format(why) if why else tr("Waiting")
        left = run.until - at
        again = tr("Tries again now") if left < STILL else tr("Tries again in {0}").format(countdown(left))
        return tr("{0}: {1}").format(again, why) if why else again
    words = {"retry": tr("Retrying"), "dry_run": tr("Trying out"), "full": tr("Fetching everything again")}
    word = words.get(run.mode, tr("Syncing"))
    return f"{word}  {progress.sentence()}" if progress is not None and progress.seen else word


def _seen(counts: RunCounts) -> str:
    return plural(counts.documents, "{0} document", "{0} documents")


def brought(counts: RunCounts) -> str:
    """What a run brought, such as "12 new, 3 changed"; "nothing new" where it brought nothing."""
    named = [
        (counts.new, tr("{0} new")),
        (counts.changed, tr("{0} changed")),
        (counts.deleted, tr("{0} deleted")),
        (counts.failed, tr("{0} failed")),
        (counts.skipped, tr("{0} skipped")),
    ]
    parts = [words.format(format_count(number)) for number, words in named if number]
    return listed(parts) or tr("nothing new")


def outcome(run: RunView) -> str:
    """What a run came to, in one line: why it failed, or what it brought in which time."""
    if run.error is not None:
        return told(run.error).sentence()
    if run.started_at is None or run.finished_at is None or run.state == "interrupted":
        return core(run.summary)
    documents = plural(run.counts.documents, "{0} document", "{0} documents")
    took = format_duration(run.finished_at - run.started_at)
    return tr("{0}: {1} in {2}").format(documents, brought(run.counts), took)


def _last(view: ConnectionView, at: float) -> str:
    run = view.last_run
    if run is None:
        return tr("This is its first sync.") if view.active_run is not None else tr("Never synced.")
    when = ago(run.finished_at or run.queued_at, at)
    if run.state == "failed":
        why = core(run.error.what) if run.error is not None else core(run.summary)
        if why and view.state not in ("needs_attention", "sign_in_again"):  # else `now` says it
            text = tr("The last sync failed {0}: {1}.").format(when, why.rstrip(".。"))
        else:
            text = tr("The last sync failed {0}.").format(when)
        if view.last_ok_at is not None:
            return sentences(text, tr("It last worked {0}.").format(ago(view.last_ok_at, at)))
        return sentences(text, tr("It never worked yet."))
    if run.state in ("interrupted", "cancelled"):
        interrupted = tr("The last sync was interrupted {0}: {1} until then.")
        cancelled = tr("The last sync was cancelled {0}: {1} until then.")
        return (interrupted if run.state == "interrupted" else cancelled).format(when, brought(run.counts))
    if run.state == "held_back" and view.held_back:
        held = plural(view.held_back, "{0} deletion held back", "{0} deletions held back")
        return tr("Synced {0}: {1}; {2}.").format(when, brought(run.counts), held)
    return tr("Synced {0}: {1}.").format(when, brought(run.counts))


def _next(view: ConnectionView, at: float) -> str:
    if not view.enabled:
        return tr("Does not sync until it is enabled.")
    if view.state == "paused":
        return tr("Goes on when you resume it.")
    if view.next_run_at is not None:
        if view.next_run_at - at < STILL:
            return tr("The next sync is due.")
        return tr("Next sync {0}.").format(relative_time(view.next_run_at, at))
    if view.schedule.watch:
        return tr("Syncs as soon as something changes.")
    if view.schedule.every:
        return tr("Syncs {0}.").format(every(view.schedule.every))
    return tr("Syncs only by hand.")


def every(seconds: int) -> str:
    """A schedule's pace: "every hour", "every 15 min"."""
    if seconds == 3600:
        return tr("every hour")
    if seconds == 86400:
        return tr("every day")
    for unit, words in ((86400, tr("every {0} days")), (3600, tr("every {0} h")), (60, tr("every {0} min"))):
        if seconds % unit == 0:
            return words.format(format_count(seconds // unit))
    return tr("every {0} s").format(format_count(seconds))


def _need(view: ConnectionView) -> str:
    run = view.last_run
    match view.state:
        case "sign_in_again":
            return tr("Sign in again, then it goes on.")
        case "held_back":
            return tr("Decide whether these documents are deleted or kept.")
        case "new":
            return "" if view.schedule.every or view.schedule.watch else tr("Sync it for the first time.")
        case "needs_attention":
            if run is not None and run.error is not None:
                return core(run.error.remedy) or tr("Look at the error, then sync again.")
            if view.failed_items:
                return tr("Look at what fails, then retry it.")
            if run is not None and run.state in ("interrupted", "cancelled"):
                return tr("Sync to go on from there.")
            return tr("Look at its settings.")
    return ""
