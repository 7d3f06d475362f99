"""What happens: facts, gauges, the log, and the engine's own state."""

from __future__ import annotations

from typing import Literal

from app.api.runs import RunCounts
from app.api.vault import VaultState
from app.api.view import View
from connectors.sdk import Json


class EngineView(View, frozen=True, kw_only=True):
    """The engine's own state. `vault` names where secrets live, such as "Secret Service" or "passphrase vault"."""

    profile: str
    version: str
    pid: int
    started_at: float
    vault: str
    vault_state: VaultState
    active_runs: int
    queued_runs: int
    last_fact: int


class Fact(View, frozen=True, kw_only=True):
    """Something that happened, numbered and persisted, never dropped. `kind` is a past participle in words, such as
    "run_finished", "documents_stored", "connection_changed"; `data` is a JSON object of the view it concerns."""

    seq: int
    at: float
    kind: str
    connection_id: str | None = None
    run_id: str | None = None
    data: dict[str, Json] = {}


class Gauge(View, frozen=True, kw_only=True):
    """The latest of something that changes often; older values may be dropped. For a run: what it does right now."""

    run_id: str
    connection_id: str
    counts: RunCounts
    total: int | None = None
    rate: float = 0.0
    bytes_rate: float = 0.0
    remaining: float | None = None
    current: str = ""


class Event(View, frozen=True, kw_only=True):
    """One thing from the event stream: a fact or a gauge."""

    fact: Fact | None = None
    gauge: Gauge | None = None


class LogLine(View, frozen=True, kw_only=True):
    """A line of the activity log. `seq` orders and pages it."""

    seq: int
    at: float
    level: Literal["debug", "info", "warning", "error"]
    message: str
    connection_id: str | None = None
    run_id: str | None = None
    fields: dict[str, Json] = {}


class LogFilter(View, frozen=True, kw_only=True):
    """Lines with `seq` above `after` (oldest first), or the newest `limit` before `before` when it is given."""

    after: int | None = None
    before: int | None = None
    level: Literal["debug", "info", "warning", "error"] = "info"
    text: str = ""
    connection: str = ""
    limit: int = 1000
