"""A small engine in memory for tests of the pages and for pictures: connections in every state, nothing behind them.

It keeps what a page does (`calls`) and lets a test decide what happens: `steps` and `gate` for connection tests, `emit`
for events, `fail_next` for errors. It is no model of the engine's rules; those are tested where they live.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from app.api import (
    CheckTarget,
    ConnectionDraft,
    ConnectionEdit,
    ConnectionState,
    ConnectionView,
    ConnectorView,
    DocumentFilter,
    DocumentPage,
    DocumentText,
    DocumentView,
    EditPreview,
    EngineView,
    Event,
    ExportReport,
    Fact,
    Gauge,
    Hit,
    ImportResult,
    ItemView,
    LibraryStats,
    LogFilter,
    LogLine,
    RunCounts,
    RunState,
    RunView,
    Schedule,
    SearchPage,
    SearchQuery,
    SyncMode,
    VerifyReport,
    Why,
)
from connectors.sdk import CheckStep, ErrorInfo, Json, Node, NotFound, Option

replace = msgspec.structs.replace

S3_SCHEMA: dict[str, Json] = {
    "type": "object",
    "title": "S3",
    "required": ["bucket", "access_key_id", "secret_access_key"],
    "properties": {
        "bucket": {"type": "string", "title": "Bucket", "description": "The bucket's name.", "x-effect": "scope"},
        "endpoint": {
            "type": "string",
            "title": "Endpoint",
            "description": "Leave empty for Amazon.",
            "examples": ["https://s3.eu-central-1.amazonaws.com"],
            "x-effect": "scope",
        },
        "access_key_id": {"type": "string", "title": "Access key ID", "x-effect": "tuning"},
        "secret_access_key": {
            "type": "string",
            "title": "Secret access key",
            "format": "password",
            "writeOnly": True,
            "x-effect": "tuning",
        },
        "prefixes": {
            "type": "array",
            "title": "Folders",
            "description": "Only what lies below these. Empty: the whole bucket.",
            "items": {"type": "string"},
            "default": [],
            "x-tree": True,
            "x-effect": "scope",
        },
        "parallel": {
            "type": "integer",
            "title": "Requests at once",
            "default": 16,
            "minimum": 1,
            "maximum": 64,
            "x-advanced": True,
            "x-effect": "tuning",
        },
    },
}

FOLDER_SCHEMA: dict[str, Json] = {
    "type": "object",
    "title": "Folder",
    "required": ["path"],
    "properties": {
        "path": {"type": "string", "title": "Folder", "x-path": {"kind": "folder"}, "x-effect": "scope"},
        "watch": {"type": "boolean", "title": "Watch for changes", "default": True, "x-effect": "tuning"},
    },
}

CONNECTORS = [
    ConnectorView(
        type="folder",
        title="Folder",
        summary="Files on this computer or on a mounted drive",
        group="Files",
        icon="folder",
        auth=["none"],
        capabilities=["incremental", "deletions", "watch"],
        keywords=["local", "directory", "nas"],
        configured=1,
    ),
    ConnectorView(
        type="webdav",
        title="WebDAV",
        summary="Nextcloud, ownCloud and other WebDAV servers",
        group="Files",
        icon="webdav",
        auth=["basic", "digest", "bearer"],
        capabilities=["deletions", "discover"],
        keywords=["nextcloud", "owncloud"],
    ),
    ConnectorView(
        type="s3",
        title="S3",
        summary="Amazon S3 and everything that speaks its dialect",
        group="Object storage",
        icon="s3",
        auth=["aws_sigv4"],
        capabilities=["incremental", "deletions", "discover"],
        keywords=["aws", "minio", "bucket"],
        configured=1,
    ),
    ConnectorView(
        type="r2",
        title="Cloudflare R2",
        summary="Buckets on R2, with jurisdictions",
        group="Object storage",
        icon="r2",
        auth=["aws_sigv4"],
        capabilities=["deletions", "discover"],
    ),
    ConnectorView(
        type="google_cloud_storage",
        title="Google Cloud Storage",
        summary="Buckets by service account or HMAC key",
        group="Object storage",
        icon="gcs",
        auth=["google_service_account", "aws_sigv4"],
        capabilities=["deletions", "discover"],
    ),
    ConnectorView(
        type="oci_storage",
        title="Oracle Cloud Storage",
        summary="Buckets by namespace and region",
        group="Object storage",
        icon="oracle",
        auth=["aws_sigv4"],
        capabilities=["deletions", "discover"],
    ),
    ConnectorView(
        type="rest_api",
        title="REST API",
        summary="Any JSON API with a list of records",
        group="Web",
        icon="rest",
        auth=["none", "bearer", "basic", "header", "oauth2_client_credentials"],
        keywords=["json", "http"],
        configured=1,
    ),
    ConnectorView(
        type="rss",
        title="RSS or Atom feed",
        summary="News, blogs and release notes",
        group="Web",
        icon="rss",
        auth=["none"],
        keywords=["atom", "news"],
        configured=1,
    ),
    ConnectorView(
        type="gopher", title="Gopher", group="Web", problem="its module does not import: no module named gopherlib"
    ),
]

OK_STEPS = [
    CheckStep(name="dns", title="Find the server", state="ok", ms=3.1, message="127.0.0.1"),
    CheckStep(name="tcp", title="Connect", state="ok", ms=0.8, message="Port 9000 answers"),
    CheckStep(name="tls", title="Secure the line", state="skipped", message="Plain HTTP"),
    CheckStep(name="auth", title="Sign in", state="ok", ms=21.4, message="Signed in as AKIADEMO"),
    CheckStep(name="list", title="List the bucket", state="ok", ms=34.0, message="1,000 objects on the first page"),
]
AUTH_ERROR = ErrorInfo(
    category="auth",
    code="auth_failed",
    what="The server does not accept this access key",
    where="http://127.0.0.1:9000/contracts",
    remedy="Check the access key ID and the secret, or create a new key.",
    detail="<Error><Code>InvalidAccessKeyId</Code><RequestId>17F0A3</RequestId></Error>",
    pointer="/access_key_id",
)
FAILED_STEPS = [
    *OK_STEPS[:3],
    CheckStep(
        name="auth",
        title="Sign in",
        state="failed",
        ms=18.0,
        message=AUTH_ERROR.sentence(),
        remedy=AUTH_ERROR.remedy,
        error=AUTH_ERROR,
    ),
    CheckStep(name="list", title="List the bucket", state="skipped"),
]
DENIED = ErrorInfo(
    category="permission",
    code="permission_denied",
    what="Not allowed to read this object",
    where="s3://contracts/2024/board/minutes.pdf",
    remedy="Give the key s3:GetObject on it, or exclude it.",
    detail="AccessDenied",
)


class FakeEngine:
    """`EngineApi` in memory."""

    def __init__(self, *, empty: bool = False, now: float | None = None) -> None:
        self.now = time.time() if now is None else now
        self.calls: list[tuple[str, Any]] = []
        self.steps: list[CheckStep] = list(OK_STEPS)
        self.gate: asyncio.Semaphore | None = None
        """When set, each check step waits for one release of it."""
        self.fail_next: Exception | None = None
        self.preview = EditPreview(effect="scope", changed=["Folders"], known=1204, added=12, removed=40, kept=1164)
        self.seq = 100
        self.run_number = 0
        self.vault_locked = False
        self.held: list[DocumentView] = []
        self._streams: set[asyncio.Queue[Event]] = set()
        self._connections: dict[str, ConnectionView] = {}
        self._runs: dict[str, RunView] = {}
        self._items: dict[str, list[ItemView]] = {}
        self._documents: dict[str, list[DocumentView]] = {}
        if not empty:
            _furnish(self)

    # --- for tests ---

    def emit(
        self, fact: str = "", *, connection_id: str | None = None, gauge: Gauge | None = None, **data: Json
    ) -> None:
        """Send an event to whoever listens."""
        event = Event(gauge=gauge)
        if fact:
            self.seq += 1
            event = Event(
                fact=Fact(seq=self.seq, at=self.now, kind=fact, connection_id=connection_id, data=data), gauge=gauge
            )
        for stream in self._streams:
            stream.put_nowait(event)

    def put(self, connection: ConnectionView) -> ConnectionView:
        """Store a connection as it is."""
        self._connections[connection.id] = connection
        return connection

    def put_run(self, run: RunView) -> RunView:
        """Store a run as it is."""
        self._runs[run.id] = run
        return run

    def make_connection(
        self, name: str, type: str, state: ConnectionState, sentence: str, **fields: Any
    ) -> ConnectionView:
        """Add a connection in a given state."""
        kind = next(connector for connector in CONNECTORS if connector.type == type)
        number = len(self._connections) + 1
        return self.put(
            ConnectionView(
                **{
                    "id": f"c{number}",
                    "name": name,
                    "type": type,
                    "type_title": kind.title,
                    "icon": kind.icon,
                    "state": state,
                    "sentence": sentence,
                    "config": {"bucket": name.lower(), "access_key_id": "AKIADEMO"}
                    if "s3" in type
                    else {"path": "/srv"},
                    "config_version": 1,
                    "revision": 1,
                    "epoch": 1,
                    "secrets": {"/secret_access_key": "set in keyring"} if "s3" in type else {},
                    "created_at": self.now - 30 * 86400,
                    **fields,
                }
            )
        )

    def make_run(
        self, connection: ConnectionView, state: RunState, ago: float, seconds: float, **fields: Any
    ) -> RunView:
        """Add a run of a connection."""
        self.run_number += 1
        started = self.now - ago
        return self.put_run(
            RunView(
                **{
                    "id": f"r{self.run_number}",
                    "connection_id": connection.id,
                    "connection": connection.name,
                    "state": state,
                    "queued_at": started,
                    "started_at": started,
                    "finished_at": None if state in ("running", "waiting", "queued") else started + seconds,
                    **fields,
                }
            )
        )

    # --- EngineApi ---

    def _called(self, name: str, argument: Any = None) -> None:
        self.calls.append((name, argument))
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error

    async def engine(self) -> EngineView:
        active = [c.active_run for c in self._connections.values() if c.active_run is not None]
        return EngineView(
            profile="/home/ada/.local/share/headwater",
            version="0.1.0",
            pid=1,
            started_at=self.now,
            vault="Secret Service",
            vault_locked=self.vault_locked,
            active_runs=sum(run.state in ("running", "waiting") for run in active),
            queued_runs=sum(run.state == "queued" for run in active),
            last_fact=self.seq,
        )

    async def unlock_vault(self, passphrase: str) -> EngineView:
        self._called("unlock_vault")
        self.vault_locked = False
        return await self.engine()

    async def connectors(self) -> list[ConnectorView]:
        self._called("connectors")
        return CONNECTORS

    async def connector_schema(self, type: str) -> dict[str, Json]:
        self._called("connector_schema", type)
        return S3_SCHEMA if type in ("s3", "r2", "google_cloud_storage", "oci_storage") else FOLDER_SCHEMA

    async def connections(self, removed: bool = False) -> list[ConnectionView]:
        return [c for c in self._connections.values() if (c.removed_at is not None) == removed]

    async def connection(self, ref: str) -> ConnectionView:
        for connection in self._connections.values():
            if ref in (connection.id, connection.name):
                return connection
        raise NotFound("There is no such connection", where=ref, remedy="Choose one from the list.")

    async def add_connection(self, draft: ConnectionDraft) -> ConnectionView:
        self._called("add_connection", draft)
        made = self.make_connection(
            draft.name, draft.type, "new", "Not synced yet", config=draft.config, schedule=draft.schedule
        )
        self.emit("connection_changed", connection_id=made.id)
        return made

    async def edit_connection(self, ref: str, edit: ConnectionEdit) -> ConnectionView:
        self._called("edit_connection", edit)
        old = await self.connection(ref)
        made = replace(
            old,
            name=edit.name or old.name,
            config={**(edit.config if edit.config is not None else old.config), **edit.set},
            schedule=edit.schedule or old.schedule,
            enabled=old.enabled if edit.enabled is None else edit.enabled,
            revision=old.revision + 1,
        )
        if not made.enabled:
            made = replace(made, state="disabled", sentence="Disabled")
        elif old.state == "disabled":
            made = replace(made, state="up_to_date", sentence="Up to date")
        self.put(made)
        self.emit("connection_changed", connection_id=made.id)
        return made

    async def preview_edit(self, ref: str, edit: ConnectionEdit, listing: bool = False) -> EditPreview:
        self._called("preview_edit", (edit, listing))
        return self.preview

    async def duplicate_connection(self, ref: str, name: str = "") -> ConnectionView:
        self._called("duplicate_connection", ref)
        old = await self.connection(ref)
        return self.make_connection(name or f"{old.name} (copy)", old.type, "new", "Not synced yet", config=old.config)

    async def remove_connection(self, ref: str) -> ConnectionView:
        self._called("remove_connection", ref)
        made = self.put(replace(await self.connection(ref), removed_at=self.now))
        self.emit("connection_removed", connection_id=made.id)
        return made

    async def restore_connection(self, ref: str) -> ConnectionView:
        self._called("restore_connection", ref)
        made = self.put(replace(await self.connection(ref), removed_at=None))
        self.emit("connection_changed", connection_id=made.id)
        return made

    async def purge_connection(self, ref: str) -> None:
        self._called("purge_connection", ref)
        self._connections.pop((await self.connection(ref)).id)

    async def export_connections(self, refs: list[str]) -> dict[str, Json]:
        self._called("export_connections", refs)
        return {"kind": "connections", "connections": [{"name": ref} for ref in refs]}

    async def import_connections(self, document: dict[str, Json]) -> ImportResult:
        self._called("import_connections", document)
        return ImportResult(added=["Handbook"], missing_secrets={"Handbook": ["/secret_access_key"]})

    async def check(self, target: CheckTarget, deep: bool = False) -> AsyncIterator[CheckStep]:
        self._called("check", (target, deep))
        for step in self.steps:
            if step.state != "skipped":
                yield CheckStep(name=step.name, title=step.title, state="running")
            if self.gate is not None:
                await self.gate.acquire()
            yield step
        if deep:
            yield CheckStep(name="fetch", title="Fetch a document", state="ok", ms=48.0, message="welcome.md, 4.2 kB")

    async def discover(self, target: CheckTarget, parent: str | None = None) -> list[Node]:
        self._called("discover", parent)
        if parent is None:
            return [
                Node(id="2024/", title="2024", value="2024/", has_children=True),
                Node(id="2025/", title="2025", value="2025/", has_children=True),
                Node(id="templates/", title="templates", value="templates/"),
            ]
        return [Node(id=f"{parent}{name}/", title=name, value=f"{parent}{name}/") for name in ("board", "legal", "hr")]

    async def options(self, target: CheckTarget, source: str) -> list[Option]:
        self._called("options", source)
        return [Option(value="contracts", label="contracts"), Option(value="handbook", label="handbook")]

    async def start_sync(self, ref: str, mode: SyncMode = "incremental", trigger: Any = "manual") -> RunView:
        self._called("start_sync", (ref, mode))
        connection = await self.connection(ref)
        run = self.make_run(connection, "running", 0, 0, mode=mode)
        self.put(replace(connection, state="running", sentence="Syncing", active_run=run))
        self.emit("run_started", connection_id=connection.id)
        return run

    async def cancel_run(self, run_id: str) -> RunView:
        self._called("cancel_run", run_id)
        run = self.put_run(replace(self._runs[run_id], state="cancelled", finished_at=self.now))
        connection = self._connections[run.connection_id]
        self.put(replace(connection, state="up_to_date", sentence="Cancelled just now", active_run=None, last_run=run))
        self.emit("run_finished", connection_id=connection.id)
        return run

    async def apply_held_back(self, ref: str) -> int:
        self._called("apply_held_back", ref)
        connection = await self.connection(ref)
        self.put(replace(connection, held_back=0, state="up_to_date", sentence="Up to date"))
        return connection.held_back

    async def keep_held_back(self, ref: str) -> int:
        self._called("keep_held_back", ref)
        connection = await self.connection(ref)
        self.put(replace(connection, held_back=0, state="up_to_date", sentence="Up to date"))
        return connection.held_back

    async def runs(self, ref: str = "", limit: int = 30) -> list[RunView]:
        found = [run for run in self._runs.values() if not ref or ref in (run.connection_id, run.connection)]
        return sorted(found, key=lambda run: run.queued_at, reverse=True)[:limit]

    async def run(self, run_id: str) -> RunView:
        return self._runs[run_id]

    async def run_items(self, run_id: str, limit: int = 500, offset: int = 0) -> list[ItemView]:
        return self._items.get(run_id, [])[offset : offset + limit]

    async def failed_items(self, ref: str, limit: int = 500) -> list[ItemView]:
        connection = await self.connection(ref)
        return [
            item
            for run_id, items in self._items.items()
            if self._runs[run_id].connection_id == connection.id
            for item in items
            if item.kind == "failed"
        ][:limit]

    async def retry_items(self, ref: str, source_ids: list[str]) -> RunView:
        self._called("retry_items", (ref, source_ids))
        return await self.start_sync(ref)

    async def search(self, query: SearchQuery) -> SearchPage:
        self._called("search", query)
        words = query.text.lower().split()
        hits = [
            Hit(
                document_id=document.id,
                connection=document.connection,
                connection_id=document.connection_id,
                source_id=document.source_id,
                title=document.title,
                path=document.path,
                url=document.url,
                media_type=document.media_type,
                size=document.size,
                updated_at=document.updated_at,
                snippet=f"… how the team handles \x02{words[0]}\x03 from the first day to the last, and who to ask …",
                score=1.0,
            )
            for documents in self._documents.values()
            for document in documents
            if words
            and all(word in document.title.lower() for word in words)
            and document.media_type.startswith(query.type)
            and (not query.connections or {document.connection, document.connection_id} & set(query.connections))
        ]
        return SearchPage(hits=hits[query.offset : query.offset + query.limit], total=len(hits), ms=4.2)

    async def documents(self, filter: DocumentFilter) -> DocumentPage:
        self._called("documents", filter)
        found = [
            document
            for documents in self._documents.values()
            for document in documents
            if (not filter.connections or {document.connection, document.connection_id} & set(filter.connections))
            and filter.text.lower() in f"{document.title} {document.path}".lower()
        ]
        if filter.change == "deleted" or filter.status == "deleted":
            found = self.held
        keys: dict[str, Any] = {
            "title": lambda d: d.title.lower(),
            "updated": lambda d: d.updated_at or 0,
            "size": lambda d: d.size,
            "stored": lambda d: d.stored_at,
        }
        found = sorted(found, key=keys[filter.sort], reverse=filter.descending)
        return DocumentPage(documents=found[filter.offset : filter.offset + filter.limit], total=len(found))

    async def document(self, document_id: str) -> DocumentView:
        for documents in self._documents.values():
            for document in documents:
                if document.id == document_id:
                    return document
        raise NotFound("There is no such document", where=document_id)

    async def document_text(self, document_id: str, limit: int = 200_000) -> DocumentText:
        document = await self.document(document_id)
        text = f"{document.title}\n\nHow the team handles this, step by step, and who to ask.\n" * 12
        return DocumentText(document_id=document_id, text=text[:limit], truncated=len(text) > limit)

    async def why(self, ref: str, source_id: str) -> Why:
        return Why(ref=source_id, found=False, findings=["No connection has seen it."], remedy="Check its address.")

    async def library_stats(self) -> LibraryStats:
        return LibraryStats(
            documents=12_480,
            bytes=482_000_000,
            contents=12_203,
            disk_bytes=391_000_000,
            deleted=18,
            index_documents=12_480,
        )

    async def verify(self) -> AsyncIterator[VerifyReport]:
        yield VerifyReport(checked=12_480, total=12_480, bytes=482_000_000, finished=True, documents=12_480)

    async def export_library(self, directory: str, refs: list[str]) -> AsyncIterator[ExportReport]:
        yield ExportReport(written=12_480, total=12_480, bytes=482_000_000, finished=True, directory=directory)

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        stream: asyncio.Queue[Event] = asyncio.Queue()
        self._streams.add(stream)
        try:
            while True:
                yield await stream.get()
        finally:
            self._streams.discard(stream)

    async def log(self, filter: LogFilter) -> list[LogLine]:
        return []


def _furnish(engine: FakeEngine) -> None:
    """A handful of connections, one in every state, with a history."""
    make, now = engine.make_connection, engine.now
    every_hour = Schedule(every=3600)
    handbook = make(
        "Handbook",
        "webdav",
        "sign_in_again",
        "The server no longer accepts the password",
        documents=1204,
        bytes=38_000_000,
        last_ok_at=now - 2 * 86400,
        schedule=every_hour,
    )
    contracts = make(
        "Contracts",
        "s3",
        "running",
        "Syncing",
        documents=4120,
        bytes=210_000_000,
        last_ok_at=now - 3600,
        schedule=every_hour,
        failed_items=2,
    )
    make(
        "Support tickets",
        "rest_api",
        "waiting",
        "Waiting for the rate limit until 14:05",
        documents=8210,
        bytes=44_000_000,
        last_ok_at=now - 7200,
        schedule=every_hour,
    )
    make(
        "Company drive",
        "folder",
        "up_to_date",
        "Up to date",
        documents=642,
        bytes=120_000_000,
        last_ok_at=now - 360,
        schedule=Schedule(every=None, watch=True),
    )
    make("Release notes", "rss", "up_to_date", "Up to date", documents=86, bytes=1_200_000, last_ok_at=now - 900)
    make(
        "Archive",
        "r2",
        "held_back",
        "412 deletions are held back",
        documents=9800,
        held_back=412,
        bytes=3_100_000_000,
        last_ok_at=now - 86400,
    )
    make(
        "Invoices", "google_cloud_storage", "needs_attention", "The bucket does not exist", documents=0, last_ok_at=None
    )
    make("Old intranet", "webdav", "disabled", "Disabled", documents=320, bytes=9_000_000, enabled=False)
    make("Press", "rss", "new", "Not synced yet")
    for connection in list(engine._connections.values()):
        if connection.last_ok_at is not None and connection not in (handbook, contracts):
            run = engine.make_run(
                connection,
                "held_back" if connection.held_back else "done",
                now - connection.last_ok_at + 6,
                6,
                counts=RunCounts(documents=connection.documents, new=4, changed=2),
                summary="4 new, 2 changed",
            )
            engine.put(replace(connection, last_run=run))
    for number in range(29):
        state: RunState = "failed" if number in (4, 17) else "done_with_failures" if number % 9 == 3 else "done"
        engine.make_run(
            contracts,
            state,
            (number + 1) * 3600,
            8 + (number * 37) % 23,
            trigger="schedule",
            counts=RunCounts(
                documents=9800,
                new=(number * 7) % 40,
                changed=(number * 5) % 30,
                deleted=number % 3,
                failed=3 * (number % 9 == 3),
            ),
            error=AUTH_ERROR if state == "failed" else None,
            summary="Failed: the server does not accept this access key" if state == "failed" else "12 new, 3 changed",
        )
    active = engine.make_run(
        contracts,
        "running",
        42,
        0,
        counts=RunCounts(documents=4120, new=118, changed=31, unchanged=3971, failed=2, bytes=48_200_000, pages=5),
        total=9800,
    )
    failed = engine.make_run(
        handbook, "failed", 2000, 3, error=AUTH_ERROR, summary="Failed: the server no longer accepts the password"
    )
    first = next(run for run in engine._runs.values() if run.connection_id == contracts.id)
    engine.put(replace(contracts, active_run=active, last_run=first))
    engine.put(replace(handbook, last_run=failed))
    engine._items[active.id] = [
        ItemView(
            run_id=active.id,
            source_id="2024/board/minutes.pdf",
            title="minutes.pdf",
            kind="failed",
            error=DENIED,
            at=now - 30,
            since=now - 3 * 86400,
        ),
        ItemView(
            run_id=active.id,
            source_id="2024/legal/nda-final.docx",
            title="nda-final.docx",
            kind="failed",
            error=ErrorInfo(
                category="permanent",
                code="not_found",
                what="It vanished between listing and fetch",
                where="s3://contracts/2024/legal/nda-final.docx",
                remedy="Nothing to do; the next run will see that it is gone.",
            ),
            at=now - 20,
            since=now - 20,
        ),
        ItemView(
            run_id=active.id,
            source_id="video/all-hands.mp4",
            title="all-hands.mp4",
            kind="skipped",
            error=ErrorInfo(
                category="permanent",
                code="too_large",
                what="Larger than 100 MB",
                where="s3://contracts/video/all-hands.mp4",
                remedy="Raise the connection's limit to include it.",
            ),
            at=now - 12,
        ),
    ]
    titles = [
        "Onboarding",
        "Expenses",
        "Holidays",
        "Security",
        "Travel",
        "Laptop policy",
        "Remote work",
        "Code of conduct",
    ]
    for connection in list(engine._connections.values()):
        engine._documents[connection.id] = [
            DocumentView(
                id=f"{connection.id}-{number}",
                connection=connection.name,
                connection_id=connection.id,
                source_id=f"docs/{number}.md",
                title=f"{titles[number % len(titles)]} {number // len(titles) + 1}",
                path=f"handbook/{titles[number % len(titles)].lower().replace(' ', '-')}/{number}.md",
                url=None,
                media_type=("text/markdown", "application/pdf", "text/html")[number % 3],
                size=1800 + number * 977 % 60_000,
                sha256="0" * 64,
                fingerprint=f"etag-{number}",
                owner=None,
                created_at=now - number * 86400,
                updated_at=now - number * 40_000,
                stored_at=now - 3600,
                deleted_at=None,
                indexed=True,
            )
            for number in range(min(connection.documents, 640))
        ]
    engine.held = engine._documents["c6"][:412]
