"""What the window, the CLI and another process may ask of the engine: `EngineApi`, and the shapes that cross over.

Everything here is serialisable (msgspec), so that a call works on the engine's own loop, from the window's thread and
through the local socket. `EngineApi` is the one place where a command is declared; `app.engine` implements it and
`app.engine.remote` speaks it over the socket. A method returning `AsyncIterator` streams; closing the iterator cancels.
`ref` is a connection's name or id. Times are UTC epoch seconds, sizes bytes, durations seconds unless named `ms`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, Protocol, TypeAlias

import msgspec

from connectors.sdk import CheckStep, ErrorInfo, Json, Node, Option

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

ConnectionState = Literal[
    "new", "disabled", "queued", "running", "waiting", "up_to_date", "needs_attention", "sign_in_again", "held_back"
]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every shape that crosses the engine's border."""


# --- the catalogue ---------------------------------------------------------------------------------------------------


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


# --- connections -----------------------------------------------------------------------------------------------------


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
    started it; `resumed` that it went on from another run's checkpoint; `total` documents expected, if known."""

    id: str
    connection_id: str
    connection: str
    state: RunState
    trigger: Literal["manual", "schedule", "watch", "first"] = "manual"
    mode: Literal["incremental", "reconcile", "full", "dry_run"] = "incremental"
    queued_at: float
    started_at: float | None = None
    finished_at: float | None = None
    counts: RunCounts = RunCounts()
    total: int | None = None
    reason: str = ""
    until: float | None = None
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
    """The newest that is over; dry runs don't count."""
    active_run: RunView | None = None
    last_ok_at: float | None = None
    next_run_at: float | None = None
    created_at: float = 0.0
    removed_at: float | None = None


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


# --- accounts --------------------------------------------------------------------------------------------------------


class ProviderView(View, frozen=True, kw_only=True):
    """Where one can sign in. `needs` are the values to give besides the client, such as an issuer or a tenant."""

    id: str
    title: str
    protocol: Literal["oidc", "oauth2"]
    needs: list[str] = []
    secret: Literal["none", "optional", "required"] = "none"
    device: bool = False
    redirect_uri: str = ""
    setup: str = ""
    setup_url: str = ""


class AccountView(View, frozen=True, kw_only=True):
    """A signed-in identity, never a token. `person` is its name; `reason` says why it must sign in again."""

    id: str
    name: str
    provider: str
    provider_title: str
    issuer: str = ""
    subject: str = ""
    person: str = ""
    email: str = ""
    scopes: list[str] = []
    state: Literal["ok", "sign_in_again"] = "ok"
    reason: str = ""
    signed_in_at: float = 0.0
    renewed_at: float | None = None
    expires_at: float | None = None
    can_renew: bool = False


class SignInRequest(View, frozen=True, kw_only=True):
    """What to sign in to. `client_secret` is `value:TEXT` (goes into the vault), `env:NAME` or `file:PATH`; `variables`
    are the provider's needs; `redirect_host` and `redirect_path` are for clients that were registered with others."""

    provider: str
    client_id: str
    client_secret: str = ""
    variables: dict[str, str] = {}
    scopes: list[str] = []
    name: str = ""
    device: bool = False
    redirect_host: str = ""
    redirect_path: str = ""
    redirect_port: int = 0
    timeout: float = 300.0


class SignInStep(View, frozen=True, kw_only=True):
    """First what to show ("authorize": open `url`, or enter `user_code` there), last the account ("signed_in")."""

    kind: Literal["authorize", "signed_in"]
    sign_in: str
    url: str = ""
    redirect_uri: str = ""
    user_code: str = ""
    expires_in: float = 0.0
    account: AccountView | None = None


class SignedOut(View, frozen=True, kw_only=True):
    """`revoked`: the provider confirmed it. It is forgotten here in any case."""

    account: str
    revoked: bool


# --- library ---------------------------------------------------------------------------------------------------------


class SearchQuery(View, frozen=True, kw_only=True):
    """Full-text query: words are AND-ed, "quoted phrases", `word*` prefixes, `-word` excludes; never a syntax error.
    `type` is a media type or its first part ("text", "application/pdf"); dates bound the document's time."""

    text: str
    connections: list[str] = []
    type: str = ""
    after: float | None = None
    before: float | None = None
    limit: int = 20
    offset: int = 0


class Hit(View, frozen=True, kw_only=True):
    """A search result. `snippet` is plain text in which matches stand between U+0002 and U+0003."""

    document_id: str
    connection: str
    connection_id: str
    source_id: str
    title: str
    path: str
    url: str | None
    media_type: str
    size: int
    updated_at: float | None
    snippet: str
    score: float


class SearchPage(View, frozen=True, kw_only=True):
    hits: list[Hit]
    total: int
    ms: float
    note: str = ""


class DocumentFilter(View, frozen=True, kw_only=True):
    """Which documents to list, ordered by title unless `sort` says otherwise. `text` matches title or path."""

    connections: list[str] = []
    text: str = ""
    status: Literal["", "stored", "deleted"] = "stored"
    run: str = ""
    change: Literal["", "new", "changed", "deleted"] = ""
    sort: Literal["title", "updated", "size", "stored"] = "title"
    descending: bool = False
    limit: int = 200
    offset: int = 0


class DocumentView(View, frozen=True, kw_only=True):
    """A catalog row."""

    id: str
    connection: str
    connection_id: str
    source_id: str
    title: str
    path: str
    url: str | None
    media_type: str
    size: int
    sha256: str
    fingerprint: str | None
    owner: str | None
    created_at: float | None
    updated_at: float | None
    stored_at: float
    deleted_at: float | None
    indexed: bool
    metadata: dict[str, Json] = {}


class DocumentPage(View, frozen=True, kw_only=True):
    documents: list[DocumentView]
    total: int


class DocumentText(View, frozen=True, kw_only=True):
    """A document's text for the preview: what the index saw of it, cut at `limit` characters."""

    document_id: str
    text: str
    truncated: bool
    note: str = ""


class Why(View, frozen=True, kw_only=True):
    """Why a document is, or is not, in the library: the findings in order, each one sentence, and what to do."""

    ref: str
    found: bool
    findings: list[str]
    remedy: str = ""


class VerifyReport(View, frozen=True, kw_only=True):
    """Progress and, with `finished`, the verdict of a verification. `problems` are sentences with what and where."""

    checked: int
    total: int
    bytes: int
    finished: bool
    documents: int = 0
    contents: int = 0
    unreferenced: int = 0
    unreferenced_bytes: int = 0
    problems: list[str] = []


class ExportReport(View, frozen=True, kw_only=True):
    """Progress of an export; `finished` with the totals."""

    written: int
    total: int
    bytes: int
    finished: bool
    directory: str = ""
    escaped: int = 0


class LibraryStats(View, frozen=True, kw_only=True):
    documents: int
    bytes: int
    contents: int
    disk_bytes: int
    deleted: int
    index_documents: int


# --- engine, events, log ---------------------------------------------------------------------------------------------


class EngineView(View, frozen=True, kw_only=True):
    """The engine's own state. `vault` names where secrets live, such as "Secret Service" or "passphrase vault"."""

    profile: str
    version: str
    pid: int
    started_at: float
    vault: str
    vault_locked: bool
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


SyncMode: TypeAlias = Literal["incremental", "reconcile", "full", "dry_run"]


class EngineApi(Protocol):
    """Every command of the engine. Failures raise the one error family (`connectors.sdk.errors`)."""

    async def engine(self) -> EngineView: ...

    async def unlock_vault(self, passphrase: str) -> EngineView: ...

    async def connectors(self) -> list[ConnectorView]: ...

    async def connector_schema(self, type: str) -> dict[str, Json]:
        """The JSON Schema of the type's config. NotFound names close types."""
        ...

    async def connections(self, removed: bool = False) -> list[ConnectionView]: ...

    async def connection(self, ref: str) -> ConnectionView: ...

    async def add_connection(self, draft: ConnectionDraft) -> ConnectionView: ...

    async def edit_connection(self, ref: str, edit: ConnectionEdit) -> ConnectionView: ...

    async def preview_edit(self, ref: str, edit: ConnectionEdit, listing: bool = False) -> EditPreview: ...

    async def duplicate_connection(self, ref: str, name: str = "") -> ConnectionView: ...

    async def remove_connection(self, ref: str) -> ConnectionView:
        """Takes it and its documents out of sight at once; undone by `restore_connection` until it is purged."""
        ...

    async def restore_connection(self, ref: str) -> ConnectionView: ...

    async def purge_connection(self, ref: str) -> None:
        """Deletes a removed connection, its documents and its secrets for good."""
        ...

    async def export_connections(self, refs: list[str]) -> dict[str, Json]: ...

    async def import_connections(self, document: dict[str, Json]) -> ImportResult: ...

    def check(self, target: CheckTarget, deep: bool = False) -> AsyncIterator[CheckStep]:
        """The connection test: a step comes first as "running", then with its result."""
        ...

    async def discover(self, target: CheckTarget, parent: str | None = None) -> list[Node]: ...

    async def options(self, target: CheckTarget, source: str) -> list[Option]: ...

    async def providers(self) -> list[ProviderView]: ...

    async def accounts(self) -> list[AccountView]: ...

    async def account(self, ref: str) -> AccountView: ...

    def sign_in(self, request: SignInRequest) -> AsyncIterator[SignInStep]:
        """Signs in; the caller shows what the first step says. Closing the stream cancels, and frees the port."""
        ...

    async def finish_sign_in(self, sign_in: str, address: str) -> None:
        """The address that the browser ended at, from a browser on another machine."""
        ...

    async def account_person(self, ref: str) -> dict[str, Json]:
        """What the provider says of the person now."""
        ...

    async def renew_account(self, ref: str, since: float | None = None) -> AccountView:
        """Renews the access if it ends soon. With `since`, also if not, unless it was renewed after that time."""
        ...

    async def sign_out(self, ref: str) -> SignedOut: ...

    async def start_sync(
        self, ref: str, mode: SyncMode = "incremental", trigger: Literal["manual", "first"] = "manual"
    ) -> RunView:
        """Queues a run, or answers the one already active."""
        ...

    async def cancel_run(self, run_id: str) -> RunView:
        """Ends it at once and answers when its task has ended."""
        ...

    async def apply_held_back(self, ref: str) -> int: ...

    async def keep_held_back(self, ref: str) -> int: ...

    async def runs(self, ref: str = "", limit: int = 30) -> list[RunView]: ...

    async def run(self, run_id: str) -> RunView: ...

    async def run_items(self, run_id: str, limit: int = 500, offset: int = 0) -> list[ItemView]: ...

    async def failed_items(self, ref: str, limit: int = 500) -> list[ItemView]:
        """Items of a connection that are failing now, with the time of their first failure."""
        ...

    async def retry_items(self, ref: str, source_ids: list[str]) -> RunView: ...

    async def search(self, query: SearchQuery) -> SearchPage: ...

    async def documents(self, filter: DocumentFilter) -> DocumentPage: ...

    async def document(self, document_id: str) -> DocumentView: ...

    async def document_text(self, document_id: str, limit: int = 200_000) -> DocumentText: ...

    async def why(self, ref: str, source_id: str) -> Why: ...

    async def library_stats(self) -> LibraryStats: ...

    def verify(self) -> AsyncIterator[VerifyReport]: ...

    def export_library(self, directory: str, refs: list[str]) -> AsyncIterator[ExportReport]: ...

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Facts from number `after` on (None: from now), mixed with the latest gauges. Ends only when closed."""
        ...

    async def log(self, filter: LogFilter) -> list[LogLine]: ...
