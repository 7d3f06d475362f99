"""The engine of one profile: builds the rooms, and implements every command of `EngineApi` by handing it to one."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from app import api
from app.accounts import Secrets, SessionVault, Vault
from app.accounts.oauth.accounts import Accounts
from app.connections import Catalogue, Connections
from app.engine.accounts import SignIns, provider_views
from app.engine.changes import Changes
from app.engine.checks import Checks
from app.engine.diagnostics import gather
from app.engine.removals import GRACE_SECONDS, Removals
from app.engine.settings import SettingsCommands
from app.engine.vault import VaultCommands
from app.engine.views import Views
from app.events import Bell
from app.health import ActivityLog
from app.library import Library
from app.library.batch import Fence
from app.library.export import export
from app.library.verify import verify
from app.network import Network, NetworkSettings, SystemClock
from app.sync import Scheduler, Sources
from connectors.sdk import CheckStep, Clock, Json, Node, Option, PermanentError


class Engine:
    """Everything without a window, on one event loop. Make one with `Engine.open`; implements `EngineApi`."""

    def __init__(self, profile: Path, catalogue: Catalogue) -> None:
        self.profile = profile
        self._catalogue = catalogue
        self._stack = AsyncExitStack()
        self._started = time.time()
        self.bell: Bell[api.Gauge] = Bell()

    @classmethod
    async def open(
        cls,
        profile: Path,
        *,
        settings: NetworkSettings | None = None,
        clock: Clock | None = None,
        vault: Vault | SessionVault | None = None,
        catalogue: Catalogue | None = None,
        resident: bool = True,
    ) -> Engine:
        """Open a profile that this process holds the lease of; a `resident` engine runs the schedules.

        Raises PermanentError when the profile can't be used."""
        self = cls(profile, catalogue or Catalogue.load())
        try:
            await self._open(settings, clock or SystemClock(), vault, resident)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _open(
        self, settings: NetworkSettings | None, clock: Clock, vault: Vault | SessionVault | None, resident: bool
    ) -> None:
        stack = self._stack
        self._network = Network(settings or NetworkSettings.from_environment(), clock=clock)
        stack.push_async_callback(self._network.close)
        self._library = await Library.open(self.profile, self.bell.ring, self._network.redactor.redact)
        stack.push_async_callback(self._library.close)
        self._activity = await ActivityLog.open(self.profile, self._network.redactor.redact)
        stack.push_async_callback(self._activity.close)
        if vault is None:
            opened = await Vault(self.profile / "vault.db", clock=clock).open()
            stack.push_async_callback(opened.close)
            vault = opened
        self._vault = vault
        secrets = Secrets(vault, tenant=str(self.profile))
        self._settings = SettingsCommands(
            self.profile,
            network=self._network,
            vault=vault,
            secrets=secrets,
            runs=self._library.runs,
            fixed=settings is not None,
        )
        await self._settings.open()
        self._accounts: SignIns | None = None
        accounts = None
        if isinstance(vault, Vault):
            accounts = Accounts(self.profile, vault, secrets, self._network)
            stack.push_async_callback(accounts.close)
            self._accounts = SignIns(accounts, vault, secrets, lambda: self._settings.store.settings.language.language)
        self._vault_commands = VaultCommands(vault, accounts, self._activity)
        self._connections = Connections(self._library.database)
        self._sources = Sources(self._catalogue, self._network, secrets, accounts, resident=resident)
        self._scheduler = Scheduler(self._connections, self._library, self._sources, self.bell, clock, self._activity)
        stack.push_async_callback(self._scheduler.close)
        self._views = Views(self._connections, self._catalogue, self._library, self._scheduler, secrets, self._network)
        self._changes = Changes(self._connections, self._sources, self._library, self._scheduler, vault, self._activity)
        self._checks = Checks(self._connections, self._sources, vault, self._activity)
        self._removals = Removals(self._connections, self._changes.purge, self._activity)
        stack.push_async_callback(self._removals.close)
        await self._scheduler.open(resident=resident)
        if resident:
            await self._removals.open()

    async def close(self) -> None:
        """Stop runs (they go on at the next start), then close the rooms from the top down."""
        await self._stack.aclose()

    @property
    def active_runs(self) -> int:
        """Runs that have a task, also those that wait for a slot."""
        return self._scheduler.active_runs()

    # --- engine, vault

    async def engine(self) -> api.EngineView:
        runs = await self._library.runs.recent(limit=50)
        return api.EngineView(
            profile=str(self.profile),
            version=product_version(),
            pid=os.getpid(),
            started_at=self._started,
            vault=self._vault.describe(),
            vault_state=self._vault.state,
            active_runs=sum(1 for run in runs if run.state in ("running", "waiting")),
            queued_runs=sum(1 for run in runs if run.state == "queued"),
            last_fact=await self._library.runs.last_fact(),
        )

    async def vault(self, look: bool = False) -> api.VaultView:
        return await self._vault_commands.view(look)

    async def unlock_vault(self, passphrase: str = "") -> api.VaultView:
        view = await self._vault_commands.unlock(passphrase)
        await self._settings.vault_opened()
        return view

    async def start_vault(self, keeper: api.VaultKeeper, passphrase: str = "") -> api.VaultView:
        return await self._vault_commands.start(keeper, passphrase)

    async def rotate_vault(
        self, keeper: api.VaultKeeper | None = None, passphrase: str = ""
    ) -> AsyncIterator[api.VaultRotation]:
        async with aclosing(self._vault_commands.rotate(keeper, passphrase)) as steps:  # type: ignore[type-var]
            async for step in steps:
                yield step

    # --- settings

    async def settings(self) -> api.SettingsView:
        return await self._settings.view()

    async def edit_settings(self, edit: api.SettingsEdit) -> api.SettingsView:
        return await self._settings.edit(edit)

    async def diagnostics(self) -> list[api.DiagnosticsFile]:
        return await gather(self, self.profile, self._library, self._network.redactor.redact)

    # --- connectors

    async def connectors(self) -> list[api.ConnectorView]:
        configured: dict[str, int] = {}
        for stored in await self._connections.all():
            configured[stored.type] = configured.get(stored.type, 0) + 1
        return self._catalogue.views(configured)

    async def connector_schema(self, type: str) -> dict[str, Json]:
        return self._catalogue.get(type).schema

    # --- connections

    async def connections(self, removed: bool = False) -> list[api.ConnectionView]:
        return await self._views.all(removed=removed)

    async def connection(self, ref: str) -> api.ConnectionView:
        return await self._views.one(await self._connections.get(ref))

    async def add_connection(self, draft: api.ConnectionDraft) -> api.ConnectionView:
        return await self._views.one(await self._changes.add(draft))

    async def edit_connection(self, ref: str, edit: api.ConnectionEdit) -> api.ConnectionView:
        return await self._views.one(await self._changes.edit(ref, edit))

    async def preview_edit(self, ref: str, edit: api.ConnectionEdit, listing: bool = False) -> api.EditPreview:
        return await self._changes.preview(ref, edit, listing)

    async def duplicate_connection(self, ref: str, name: str = "") -> api.ConnectionView:
        return await self._views.one(await self._changes.duplicate(ref, name))

    async def remove_connection(self, ref: str, undo_seconds: float | None = None) -> api.ConnectionView:
        purge_at = time.time() + undo_seconds + GRACE_SECONDS if undo_seconds is not None else None
        stored = await self._changes.remove(ref, purge_at)
        self._removals.expect(stored)
        return await self._views.one(stored)

    async def restore_connection(self, ref: str) -> api.ConnectionView:
        return await self._views.one(await self._changes.restore(ref))

    async def purge_connection(self, ref: str) -> None:
        await self._changes.purge(ref)

    async def export_connections(self, refs: list[str]) -> dict[str, Json]:
        return await self._changes.export(refs)

    async def import_connections(self, document: dict[str, Json]) -> api.ImportResult:
        return await self._changes.import_(document)

    def check(self, target: api.CheckTarget, deep: bool = False) -> AsyncIterator[CheckStep]:
        return self._checks.check(target, deep)

    async def discover(self, target: api.CheckTarget, parent: str | None = None) -> list[Node]:
        return await self._checks.discover(target, parent)

    async def options(self, target: api.CheckTarget, source: str) -> list[Option]:
        return await self._checks.options(target, source)

    # --- accounts

    async def providers(self) -> list[api.ProviderView]:
        return provider_views()

    async def accounts(self) -> list[api.AccountView]:
        return await self._sign_ins.all() if self._accounts is not None else []

    async def account(self, ref: str) -> api.AccountView:
        return await self._sign_ins.one(ref)

    async def add_account(self, request: api.AccountRequest) -> api.AccountView:
        return await self._sign_ins.add(request)

    async def sign_in(self, request: api.SignInRequest) -> AsyncIterator[api.SignInStep]:
        async with aclosing(self._sign_ins.sign_in(request)) as steps:  # type: ignore[type-var]
            async for step in steps:
                yield step

    async def finish_sign_in(self, sign_in: str, address: str) -> None:
        self._sign_ins.finish(sign_in, address)

    async def account_person(self, ref: str) -> dict[str, Json]:
        return await self._sign_ins.person(ref)

    async def renew_account(self, ref: str, since: float | None = None) -> api.AccountView:
        return await self._sign_ins.renew(ref, since)

    async def sign_out(self, ref: str) -> api.SignedOut:
        return await self._sign_ins.sign_out(ref)

    @property
    def _sign_ins(self) -> SignIns:
        if self._accounts is None:
            raise PermanentError(
                "This engine keeps no accounts", remedy="Use a profile with a vault.", code="no_accounts"
            )
        return self._accounts

    # --- runs

    async def start_sync(
        self, ref: str, mode: api.SyncMode = "incremental", trigger: Literal["manual", "first"] = "manual"
    ) -> api.RunView:
        stored = await self._connections.get(ref)
        if mode == "retry":
            return await self._scheduler.retry(stored, [])
        return await self._scheduler.start(stored, mode, trigger)

    async def cancel_run(self, run_id: str) -> api.RunView:
        run = await self._library.runs.get(run_id)
        active = self._scheduler.active(run.connection_id)
        if active is not None and active.id == run_id:
            await self._scheduler.cancel(run.connection_id)
        elif run.state == "paused":
            await self._scheduler.cancel_paused(run)
        return await self._library.runs.get(run_id)

    async def pause_run(self, run_id: str) -> api.RunView:
        await self._scheduler.pause(await self._library.runs.get(run_id))
        return await self._library.runs.get(run_id)

    async def resume_run(self, run_id: str) -> api.RunView:
        run = await self._library.runs.get(run_id)
        await self._scheduler.resume(await self._connections.get(run.connection_id), run)
        return await self._library.runs.get(run_id)

    async def apply_held_back(self, ref: str) -> int:
        stored = await self._connections.get(ref)
        last = await self._library.runs.last(stored.id)
        row = await self._library.database.read(
            lambda db: db.execute("SELECT num FROM run WHERE id = ?", (last.id if last else "",)).fetchone()
        )
        fence = Fence(run=int(row[0]) if row else 0, connection=stored.num, epoch=stored.epoch)
        number = await self._library.ledger.apply_gone(fence, held=True)
        await self._library.runs.record("deletions_applied", stored.id, {"documents": number})
        return number

    async def keep_held_back(self, ref: str) -> int:
        stored = await self._connections.get(ref)
        number = await self._library.ledger.keep_gone(stored.num, held=True)
        await self._library.runs.record("deletions_kept", stored.id, {"documents": number})
        return number

    async def runs(self, ref: str = "", limit: int = 30) -> list[api.RunView]:
        stored = await self._connections.get(ref) if ref else None
        return await self._library.runs.recent(stored.id if stored else "", limit)

    async def run(self, run_id: str) -> api.RunView:
        return await self._library.runs.get(run_id)

    async def run_items(self, run_id: str, limit: int = 500, offset: int = 0) -> list[api.ItemView]:
        await self._library.runs.get(run_id)
        return await self._library.runs.items(run_id, limit, offset)

    async def failed_items(self, ref: str, limit: int = 500) -> list[api.ItemView]:
        stored = await self._connections.get(ref)
        return await self._library.runs.failing(stored.id, limit)

    async def retry_items(self, ref: str, source_ids: list[str]) -> api.RunView:
        return await self._scheduler.retry(await self._connections.get(ref), source_ids)

    # --- library

    async def search(self, query: api.SearchQuery) -> api.SearchPage:
        for ref in query.connections:
            await self._connections.get(ref)
        return await self._library.search.search(query)

    async def documents(self, filter: api.DocumentFilter) -> api.DocumentPage:
        for ref in filter.connections:
            await self._connections.get(ref)
        return await self._library.catalog.documents(filter)

    async def document(self, document_id: str) -> api.DocumentView:
        return await self._library.catalog.document(document_id)

    async def document_text(self, document_id: str, limit: int = 200_000) -> api.DocumentText:
        return await self._library.text(document_id, limit)

    async def why(self, ref: str, source_id: str) -> api.Why:
        stored = await self._connections.get(ref)
        return await self._library.why(stored.id, source_id)

    async def library_stats(self) -> api.LibraryStats:
        return await self._library.stats()

    def verify(self) -> AsyncIterator[api.VerifyReport]:
        return verify(self._library.database, self._library.content)

    async def export_library(self, directory: str, refs: list[str]) -> AsyncIterator[api.ExportReport]:
        chosen = [(await self._connections.get(ref)).id for ref in refs]
        async for report in export(self._library.database, self._library.content, Path(directory), chosen):
            yield report

    # --- events, log

    async def events(self, after: int | None = None) -> AsyncIterator[api.Event]:
        with self.bell.listen() as listener:
            last = await self._library.runs.last_fact() if after is None else after
            listener.wake.set()
            while True:
                rung, gauges = await listener.next()
                while rung:
                    facts = await self._library.runs.facts(last)
                    for fact in facts:
                        last = fact.seq
                        yield api.Event(fact=fact)
                    rung = len(facts) > 0
                for gauge in gauges:
                    yield api.Event(gauge=gauge)

    async def log(self, filter: api.LogFilter) -> list[api.LogLine]:
        if filter.connection:
            stored = await self._connections.get(filter.connection, removed=True)
            filter = api.LogFilter(
                after=filter.after,
                before=filter.before,
                level=filter.level,
                text=filter.text,
                connection=stored.id,
                limit=filter.limit,
            )
        return await self._activity.lines(filter)


def product_version() -> str:
    """The installed version; from a checkout, what pyproject says is not read at run time."""
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "0.1.0.dev"


def _implements(engine: Engine) -> api.EngineApi:
    """Checked by mypy: every command is there."""
    return engine
