"""What can be connected, and what is."""

from __future__ import annotations

from typing import Literal

from app.api.runs import RunView
from app.api.view import View
from connectors.sdk import Json

ConnectionState = Literal[
    "new",
    "disabled",
    "queued",
    "running",
    "waiting",
    "paused",
    "up_to_date",
    "needs_attention",
    "sign_in_again",
    "held_back",
]


class ConnectorView(View, frozen=True, kw_only=True):
    """A source type as the catalogue shows it. `problem` says why it can't be used; then most else is empty."""

    type: str
    title: str
    summary: str = ""
    group: str = ""
    icon: str = "plug"
    version: str = ""
    config_version: int = 1
    auth: list[str] = []
    capabilities: list[str] = []
    keywords: list[str] = []
    docs_url: str = ""
    configured: int = 0
    problem: str = ""


class Schedule(View, frozen=True, kw_only=True):
    """When a connection syncs by itself. `every` is seconds between starts, None: only by hand. `watch`: on change."""

    every: int | None = None
    watch: bool = False


class ConnectionDraft(View, frozen=True, kw_only=True):
    """A connection to be added. `config` holds no secret values: `secrets` maps a JSON pointer (or the unique name of a
    secret field) to either a reference `env:NAME` / `file:PATH`, or `value:TEXT`, which goes to the vault."""

    type: str
    name: str
    config: dict[str, Json]
    secrets: dict[str, str] = {}
    schedule: Schedule = Schedule()


class ConnectionEdit(View, frozen=True, kw_only=True):
    """What to change; None leaves it. `set` maps JSON pointers (or dotted names) to values, applied after `config`.
    A secret mapped to "" is cleared."""

    name: str | None = None
    config: dict[str, Json] | None = None
    set: dict[str, Json] = {}
    secrets: dict[str, str] = {}
    schedule: Schedule | None = None
    enabled: bool | None = None


class EditPreview(View, frozen=True, kw_only=True):
    """What an edit would do. `effect` "scope" starts a new epoch: `known` documents of the old scope are held against
    the new listing. `added`, `removed`, `kept` are counted by a listing without fetching, None if not asked for."""

    effect: Literal["none", "tuning", "scope"]
    changed: list[str] = []
    known: int = 0
    added: int | None = None
    removed: int | None = None
    kept: int | None = None


class ApiBudget(View, frozen=True, kw_only=True):
    """What a host still grants: `remaining` of `limit` requests until `resets_at`."""

    host: str
    limit: int
    remaining: int
    resets_at: float


class ConnectionView(View, frozen=True, kw_only=True):
    """A connection with what a list needs to show of it. `config` carries secret references, never values; `secrets`
    maps each secret pointer to "set in keyring", "env:NAME", "file:PATH" or ""; `sentence` is its state in words."""

    id: str
    name: str
    type: str
    type_title: str
    icon: str
    state: ConnectionState
    sentence: str
    config: dict[str, Json]
    config_version: int
    revision: int
    epoch: int
    enabled: bool = True
    schedule: Schedule = Schedule()
    secrets: dict[str, str] = {}
    documents: int = 0
    bytes: int = 0
    failed_items: int = 0
    held_back: int = 0
    last_run: RunView | None = None
    """The newest that is over. Dry runs don't count, nor does a retry of single items, unless it failed as a whole."""
    active_run: RunView | None = None
    """The one that is queued, at work, waiting or paused."""
    last_ok_at: float | None = None
    next_run_at: float | None = None
    created_at: float = 0.0
    removed_at: float | None = None
    budget: ApiBudget | None = None
    """Where the source's server tells it, and only while what it told still holds."""


class CheckTarget(View, frozen=True, kw_only=True):
    """What to test, discover in or ask for options: a stored connection (`ref`), or a draft that is not stored; `set`
    overrides values of either."""

    ref: str | None = None
    draft: ConnectionDraft | None = None
    set: dict[str, Json] = {}
    secrets: dict[str, str] = {}


class ImportResult(View, frozen=True, kw_only=True):
    """What an import made of each entry; `missing_secrets` maps a name to the pointers that need a value."""

    added: list[str] = []
    renamed: dict[str, str] = {}
    skipped: dict[str, str] = {}
    missing_secrets: dict[str, list[str]] = {}
