"""What a sync did, and how it stands."""

from __future__ import annotations

from typing import Literal, TypeAlias

from app.api.view import View
from connectors.sdk import ErrorInfo

RunState = Literal[
    "queued",
    "running",
    "waiting",
    "paused",
    "held_back",
    "interrupted",
    "cancelled",
    "failed",
    "done_with_failures",
    "done",
]
FINISHED: frozenset[RunState] = frozenset({"held_back", "cancelled", "failed", "done_with_failures", "done"})
"""Run states that a run does not leave. "interrupted" is left by the next run, which goes on from its checkpoint."""

SyncMode: TypeAlias = Literal["incremental", "reconcile", "full", "dry_run", "retry"]
"""What a run reads. "retry": only the items that failed before, without looking at anything else."""


class RunCounts(View, frozen=True, kw_only=True):
    """The persisted counters of a run. `documents` = new + changed + unchanged seen so far; `bytes` were fetched."""

    documents: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    failed: int = 0
    skipped: int = 0
    bytes: int = 0
    pages: int = 0


class RunView(View, frozen=True, kw_only=True):
    """A run as persisted. `reason` and `until` belong to waiting; `error` to failed and interrupted. `trigger` says who
    started it; `resumed` that it went on from another run's checkpoint; `total` documents expected, if known; `pausing`
    that it will be paused as soon as its page is stored."""

    id: str
    connection_id: str
    connection: str
    state: RunState
    trigger: Literal["manual", "schedule", "watch", "first"] = "manual"
    mode: SyncMode = "incremental"
    queued_at: float
    started_at: float | None = None
    finished_at: float | None = None
    counts: RunCounts = RunCounts()
    total: int | None = None
    reason: str = ""
    until: float | None = None
    pausing: bool = False
    resumed: bool = False
    error: ErrorInfo | None = None
    summary: str = ""


class ItemView(View, frozen=True, kw_only=True):
    """One item of a run that failed or was skipped. `source_id` None: something without an id."""

    run_id: str
    source_id: str | None
    title: str
    kind: Literal["failed", "skipped", "warning"]
    error: ErrorInfo
    at: float
    since: float | None = None
