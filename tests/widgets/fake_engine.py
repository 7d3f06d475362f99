"""A small engine in memory for tests of the pages and for pictures: connections in every state, nothing behind them.

It keeps what a page does (`calls`) and lets a test decide what happens: `steps` and `gate` for connection tests, `emit`
for events, `fail_next` for errors. It is no model of the engine's rules; those are tested where they live.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

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
    RunState,
    RunView,
    SearchPage,
    SearchQuery,
    SyncMode,
    VaultKeeper,
    VaultRotation,
    VaultState,
    VaultView,
    VerifyReport,
    Why,
)
from connectors.sdk import CheckStep, Json, Node, NotFound, Option
from tests.widgets.fake_accounts import FakeAccounts
from tests.widgets.fake_data import (
    CONNECTORS,
    FAILED_STEPS,
    FOLDER_SCHEMA,
    OK_STEPS,
    S3_SCHEMA,
    furnish,
    replace,
)
from tests.widgets.fake_settings import FakeSettings

__all__ = ["CONNECTORS", "FAILED_STEPS", "OK_STEPS", "FakeEngine", "replace"]


VAULT_KEEPERS: dict[str, tuple[VaultKeeper | None, str]] = {
    "passphrase": ("passphrase", "passphrase vault"),
    "session": ("session", "this session only"),
    "unused": (None, "Secret Service"),
    "to_choose": (None, ""),
}


class FakeEngine(FakeSettings, FakeAccounts):
    """`EngineApi` in memory."""

    def __init__(self, *, empty: bool = False, now: float | None = None) -> None:
        super().__init__()
        self.now = time.time() if now is None else now
        self.calls: list[tuple[str, Any]] = []
        self.steps: list[CheckStep] = list(OK_STEPS)
        self.gate: asyncio.Semaphore | None = None
        """When set, each check step waits for one release of it."""
        self.fail_next: Exception | None = None
        self.preview = EditPreview(effect="scope", changed=["Folders"], known=1204, added=12, removed=40, kept=1164)
        self.seq = 100
        self.run_number = 0
        self.vault_state: VaultState = "open"
        self.vault_keeper: tuple[VaultKeeper | None, str] = ("keyring", "Secret Service")
        self.held: list[DocumentView] = []
        self._streams: set[asyncio.Queue[Event]] = set()
        self._connections: dict[str, ConnectionView] = {}
        self._runs: dict[str, RunView] = {}
        self._items: dict[str, list[ItemView]] = {}
        self._documents: dict[str, list[DocumentView]] = {}
        if not empty:
            furnish(self)
            self.furnish_accounts()

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
            vault=(await self.vault()).title,
            vault_state=self.vault_state,
            active_runs=sum(run.state in ("running", "waiting") for run in active),
            queued_runs=sum(run.state == "queued" for run in active),
            last_fact=self.seq,
        )

    async def vault(self, look: bool = False) -> VaultView:
        keeper, title = VAULT_KEEPERS.get(self.vault_state, self.vault_keeper)
        lost = 5 if self.vault_state == "lost" else 0
        return VaultView(state=self.vault_state, keeper=keeper, title=title, secrets=4, accounts=2, missing=lost)

    async def unlock_vault(self, passphrase: str = "") -> VaultView:
        self._called("unlock_vault", passphrase)
        self.vault_state = "open"
        return await self.vault()

    async def start_vault(self, keeper: VaultKeeper, passphrase: str = "") -> VaultView:
        self._called("start_vault", (keeper, passphrase))
        self.vault_state = "session" if keeper == "session" else "open"
        self.vault_keeper = (keeper, "passphrase vault" if keeper == "passphrase" else "Secret Service")
        return await self.vault()

    async def rotate_vault(
        self, keeper: VaultKeeper | None = None, passphrase: str = ""
    ) -> AsyncIterator[VaultRotation]:
        self._called("rotate_vault", (keeper, passphrase))
        yield VaultRotation(done=3, total=6)
        self.vault_state = "open"
        if keeper == "passphrase":
            self.vault_keeper = ("passphrase", "passphrase vault")
        yield VaultRotation(done=6, total=6, vault=await self.vault())

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
        raise NotFound("There is no such connection", where=ref, remedy="There are: Handbook, Contracts.")

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

    async def remove_connection(self, ref: str, undo_seconds: float | None = None) -> ConnectionView:
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
            yield CheckStep(
                name="fetch", title="Fetch one document", state="ok", ms=48.0, message="“welcome.md”, 4,210 bytes"
            )

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
        if run_id not in self._runs:
            raise NotFound("There is no such run", where=run_id)
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
        return await self.start_sync(ref, "retry")

    async def pause_run(self, run_id: str) -> RunView:
        self._called("pause_run", run_id)
        return self._at(run_id, "paused", "run_paused")

    async def resume_run(self, run_id: str) -> RunView:
        self._called("resume_run", run_id)
        return self._at(run_id, "running", "run_started")

    def _at(self, run_id: str, state: Any, fact: str) -> RunView:
        run = self.put_run(replace(self._runs[run_id], state=state))
        connection = self._connections[run.connection_id]
        self.put(replace(connection, state=state, sentence=state, active_run=run))
        self.emit(fact, connection_id=connection.id)
        return run

    async def search(self, query: SearchQuery) -> SearchPage:
        self._called("search", query)
        words = query.text.lower().replace("*", "").split()
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
            and document.media_type.startswith(filter.type)
            and (filter.after is None or (document.updated_at or document.stored_at) >= filter.after)
            and filter.access in ("", "unknown")
        ]
        if filter.change == "deleted" or filter.status in ("deleted", "held_back"):
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
