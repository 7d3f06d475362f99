"""What the window, the CLI and another process may ask of the engine: `EngineApi`, and the shapes that cross over.

Everything here is serialisable (msgspec), so that a call works on the engine's own loop, from the window's thread and
through the local socket. `EngineApi` is the one place where a command is declared; `app.engine` implements it and
`app.engine.remote` speaks it over the socket. A method returning `AsyncIterator` streams; closing the iterator cancels.
`ref` is a connection's name or id. Times are UTC epoch seconds, sizes bytes, durations seconds unless named `ms`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, Protocol

from app.api.accounts import AccountRequest, AccountView, ProviderView, SignedOut, SignInRequest, SignInStep
from app.api.connections import (
    CheckTarget,
    ConnectionDraft,
    ConnectionEdit,
    ConnectionView,
    ConnectorView,
    EditPreview,
    ImportResult,
)
from app.api.events import EngineView, Event, LogFilter, LogLine
from app.api.library import (
    DocumentFilter,
    DocumentPage,
    DocumentText,
    DocumentView,
    ExportReport,
    LibraryStats,
    SearchPage,
    SearchQuery,
    VerifyReport,
    Why,
)
from app.api.runs import ItemView, RunView, SyncMode
from app.api.settings import DiagnosticsFile, SettingsEdit, SettingsView
from app.api.vault import VaultKeeper, VaultRotation, VaultView
from connectors.sdk import CheckStep, Json, Node, Option


class EngineApi(Protocol):
    """Every command of the engine. Failures raise the one error family (`connectors.sdk.errors`)."""

    async def engine(self) -> EngineView: ...

    async def vault(self, look: bool = False) -> VaultView:
        """Where secrets are kept. With `look` the keyring is asked whether it has the key: it may ask the person."""
        ...

    async def unlock_vault(self, passphrase: str = "") -> VaultView:
        """A person is there: the passphrase, or "" for a keyring, which may ask now. Runs that wait for it go on."""
        ...

    async def start_vault(self, keeper: VaultKeeper, passphrase: str = "") -> VaultView:
        """A key with a keeper that was chosen: the first one, or a new one where the old can't be had any more."""
        ...

    def rotate_vault(self, keeper: VaultKeeper | None = None, passphrase: str = "") -> AsyncIterator[VaultRotation]:
        """Seals everything anew under a new key, kept as before or as is said."""
        ...

    async def settings(self) -> SettingsView: ...

    async def edit_settings(self, edit: SettingsEdit) -> SettingsView:
        """Holds at once, here and in every window, or raises ConfigError with the pointer and changes nothing."""
        ...

    async def diagnostics(self) -> list[DiagnosticsFile]:
        """What a bug report needs: no secret, no document, nobody's name. Nothing is written."""
        ...

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

    async def remove_connection(self, ref: str, undo_seconds: float | None = None) -> ConnectionView:
        """Takes it and its documents out of sight at once; undone by `restore_connection` until it is purged. With
        `undo_seconds` the engine purges it by itself soon after that time, whatever becomes of who asked."""
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

    async def add_account(self, request: AccountRequest) -> AccountView:
        """Adds an app's own identity, once its provider has given it access."""
        ...

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
        """Queues a run, or answers the one already active. A paused one goes on, unless another mode is asked for."""
        ...

    async def cancel_run(self, run_id: str) -> RunView:
        """Ends it at once and answers when its task has ended."""
        ...

    async def pause_run(self, run_id: str) -> RunView:
        """Stops it as soon as the page at hand is stored; answers at once, `pausing` until then. It stays paused, also
        over a restart, and the schedule leaves its connection alone."""
        ...

    async def resume_run(self, run_id: str) -> RunView:
        """Lets a paused run go on from its checkpoint, under the same id and with its counters."""
        ...

    async def apply_held_back(self, ref: str) -> int: ...

    async def keep_held_back(self, ref: str) -> int: ...

    async def runs(self, ref: str = "", limit: int = 30) -> list[RunView]: ...

    async def run(self, run_id: str) -> RunView: ...

    async def run_items(self, run_id: str, limit: int = 500, offset: int = 0) -> list[ItemView]: ...

    async def failed_items(self, ref: str, limit: int = 500) -> list[ItemView]:
        """Items of a connection that are failing now, with the time of their first failure."""
        ...

    async def retry_items(self, ref: str, source_ids: list[str]) -> RunView:
        """Fetches these failing items again, all of them if none is named, and nothing else. Items that the source
        could not even list need a look at the whole source: then it is an ordinary sync."""
        ...

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
