"""Commands that change connections: add, edit with preview, duplicate, remove and restore, export and import."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from app.accounts import SessionVault, Vault
from app.api import ConnectionDraft, ConnectionEdit, EditPreview, ImportResult
from app.connections import Connections, Stored
from app.connections.catalogue import ConnectorType
from app.connections.config import effect_of, secret_references, with_secrets, with_values
from app.connections.exchange import Entry, export, read
from app.connections.pointers import get, parse
from app.health import ActivityLog, ConnectionLog
from app.library import Library
from app.sync import Scheduler, Sources
from app.sync.plan import plan_page
from app.sync.sources import migrated
from app.sync.state import KeyedState
from connectors.sdk import ConfigError, HeadwaterError, Json, Partition, Upsert


class Changes:
    """Every change is validated before it is stored, recorded as a fact, and told to the scheduler."""

    def __init__(
        self,
        connections: Connections,
        sources: Sources,
        library: Library,
        scheduler: Scheduler,
        vault: Vault | SessionVault,
        activity: ActivityLog,
    ) -> None:
        self._connections = connections
        self._sources = sources
        self._library = library
        self._scheduler = scheduler
        self._vault = vault
        self._activity = activity

    async def add(self, draft: ConnectionDraft) -> Stored:
        """Raises ConfigError with the pointer of what is wrong; nothing is stored then, no secret either."""
        type = self._sources.catalogue.get(draft.type)
        kept: list[str] = []
        try:
            config = await with_secrets(type, draft.config, draft.secrets, self._keeper(kept), draft.name)
            self._sources.config(draft.type, config, type.spec.config_version)
            stored = await self._connections.add(
                draft.name, draft.type, config, type.spec.config_version, draft.schedule
            )
        except BaseException:
            await self._forget(kept)
            raise
        await self._tell(stored, "connection_added", f"Connection “{stored.name}” added")
        return stored

    async def edit(self, ref: str, edit: ConnectionEdit) -> Stored:
        """A tuning change goes into a running sync at its next page; a change of scope begins a new epoch."""
        stored = await self._connections.get(ref)
        kept: list[str] = []
        try:
            type, config = await self._edited(stored, edit, kept)
            effect = "none"
            if type is not None:
                effect, _ = effect_of(type, _today(type, stored), config)
            changed = await self._connections.update(
                stored,
                name=edit.name,
                config=config if config != stored.config else None,
                config_version=type.spec.config_version if type is not None else None,
                new_scope=effect == "scope",
                schedule=edit.schedule,
                enabled=edit.enabled,
            )
        except BaseException:
            await self._forget(kept)
            raise
        if type is not None:
            before = set(secret_references(type, _today(type, stored)).values())
            after = set(secret_references(type, changed.config).values())
            await self._forget([reference for reference in before - after if reference.startswith("keyring:")])
        if edit.enabled is False:
            await self._scheduler.cancel(stored.id)
        await self._tell(changed, "connection_changed", f"Connection “{changed.name}” changed")
        return changed

    async def preview(self, ref: str, edit: ConnectionEdit, listing: bool) -> EditPreview:
        """What `edit` would do; with `listing`, counted by reading the source's listing without fetching."""
        stored = await self._connections.get(ref)
        kept: list[str] = []
        try:
            type, config = await self._edited(stored, edit, kept)
            if type is None:
                return EditPreview(effect="none")
            effect, changed = effect_of(type, _today(type, stored), config)
            known = await self._library.catalog.count(stored.num)
            if effect != "scope" or not listing:
                return EditPreview(effect=effect, changed=changed, known=known)
            added, seen = await self._count(stored, type, config)
            return EditPreview(
                effect=effect, changed=changed, known=known, added=added, removed=max(0, known - seen), kept=seen
            )
        finally:
            await self._forget(kept)

    async def duplicate(self, ref: str, name: str) -> Stored:
        """The same settings under another name, with secrets of its own."""
        stored = await self._connections.get(ref)
        config, copied = stored.config, list[str]()
        known = self._sources.catalogue.find(stored.type)
        for pointer, reference in secret_references(known, config).items() if known is not None else ():
            if reference.startswith("keyring:"):
                copied.append(await self._vault.put(await self._vault.get(reference), label=f"{name}: {pointer}"))
                config = with_values(config, {pointer: {"$secret": copied[-1]}})
        wanted = name or await self._connections.free_name(f"{stored.name} copy")
        try:
            made = await self._connections.add(wanted, stored.type, config, stored.config_version, stored.schedule)
        except BaseException:
            await self._forget(copied)
            raise
        await self._tell(made, "connection_added", f"Connection “{made.name}” made from “{stored.name}”")
        return made

    async def remove(self, ref: str, purge_at: float | None = None) -> Stored:
        stored = await self._connections.get(ref)
        await self._scheduler.cancel(stored.id)
        await self._connections.remove(stored, purge_at)
        removed = await self._connections.get(stored.id, removed=True)
        await self._tell(removed, "connection_removed", f"Connection “{stored.name}” removed; this can be undone")
        return removed

    async def restore(self, ref: str) -> Stored:
        stored = await self._connections.get(ref, removed=True)
        if stored.removed_at is None:
            return stored
        restored = await self._connections.restore(stored)
        await self._tell(restored, "connection_restored", f"Connection “{restored.name}” is back")
        return restored

    async def purge(self, ref: str) -> None:
        stored = await self._connections.get(ref, removed=True)
        if stored.removed_at is None:
            raise ConfigError(
                "Only a removed connection can be deleted for good", where=stored.name, remedy="Remove it first."
            )
        known = self._sources.catalogue.find(stored.type)
        references = secret_references(known, stored.config).values() if known is not None else ()
        await self._library.purge(stored.num)
        await self._forget([reference for reference in references if reference.startswith("keyring:")])
        await self._library.runs.record("connection_purged", stored.id, {"name": stored.name})
        self._activity.add("info", f"Connection “{stored.name}” and its documents deleted for good")

    async def export(self, refs: list[str]) -> dict[str, Json]:
        chosen = [await self._connections.get(ref) for ref in refs] if refs else await self._connections.all()
        return export(self._sources.catalogue, chosen)

    async def import_(self, document: Any) -> ImportResult:
        """Add what an export holds. A taken name gets a number; an entry that doesn't fit is skipped and says why."""
        added: list[str] = []
        renamed: dict[str, str] = {}
        skipped: dict[str, str] = {}
        missing: dict[str, list[str]] = {}
        for entry in read(document):
            try:
                name = await self._connections.free_name(entry.name)
                stored = await self._import_one(entry, name)
            except HeadwaterError as error:
                skipped[entry.name] = f"{error.what}. {error.info().remedy}"
                continue
            added.append(stored.name)
            if name != entry.name:
                renamed[entry.name] = name
            if entry.missing_secrets:
                missing[stored.name] = entry.missing_secrets
        return ImportResult(added=added, renamed=renamed, skipped=skipped, missing_secrets=missing)

    async def _import_one(self, entry: Entry, name: str) -> Stored:
        type = self._sources.catalogue.get(entry.type)
        config = entry.config
        if entry.config_version < type.spec.config_version:
            config = migrated(type, config, entry.config_version)
        probe = with_values(config, {pointer: {"$secret": "keyring:missing"} for pointer in entry.missing_secrets})
        self._sources.config(entry.type, probe, type.spec.config_version)
        stored = await self._connections.add(name, entry.type, probe, type.spec.config_version, entry.schedule)
        if not entry.enabled or entry.missing_secrets:
            stored = await self._connections.update(stored, enabled=not entry.missing_secrets and entry.enabled)
        await self._tell(stored, "connection_added", f"Connection “{stored.name}” imported")
        return stored

    async def _edited(
        self, stored: Stored, edit: ConnectionEdit, kept: list[str]
    ) -> tuple[ConnectorType | None, dict[str, Json]]:
        """The config as it would be stored, validated; (None, as it is) when the edit is not about the config."""
        if edit.config is None and not edit.set and not edit.secrets:
            return None, stored.config
        type = self._sources.catalogue.get(stored.type)
        config = before = _today(type, stored)
        if edit.config is not None:
            secrets = {
                pointer: {"$secret": reference}
                for pointer, reference in secret_references(type, before).items()
                if reference
            }
            config = _keep_secrets(edit.config, secrets)
        config = with_values(config, edit.set)
        config = await with_secrets(type, config, edit.secrets, self._keeper(kept), stored.name)
        self._sources.config(stored.type, config, type.spec.config_version)
        return type, config

    async def _count(self, stored: Stored, type: ConnectorType, config: dict[str, Json]) -> tuple[int, int]:
        """How many documents a listing with `config` would add, and how many known ones it would find again."""
        log = ConnectionLog(self._activity, stored.id)
        _, model = self._sources.config(stored.type, config, type.spec.config_version)
        added = kept = 0
        async with self._sources.open(type, model, name=f"preview {stored.id}", log=log) as source:
            for partition in await source.partitions() or [Partition()]:
                async for page in source.read(partition, None, KeyedState({})):
                    plan = await plan_page(self._library.catalog, stored.num, partition.id, page, everything=False)
                    upserts = sum(1 for change in page.changes if isinstance(change, Upsert))
                    added += plan.new
                    kept += upserts - plan.new
        return added, kept

    def _keeper(self, kept: list[str]) -> Any:
        async def keep(value: str, label: str) -> str:
            reference = await self._vault.put(value, label=label)
            kept.append(reference)
            return reference

        return keep

    async def _forget(self, references: list[str]) -> None:
        for reference in references:
            with suppress(HeadwaterError):
                await self._vault.delete(reference)

    async def _tell(self, stored: Stored, kind: str, message: str) -> None:
        self._scheduler.changed(stored)
        self._activity.add("info", message, connection_id=stored.id)
        await self._library.runs.record(kind, stored.id, {"id": stored.id, "name": stored.name})


def _today(type: ConnectorType, stored: Stored) -> dict[str, Json]:
    """The stored config in today's form: what it is edited in and compared with."""
    if stored.config_version >= type.spec.config_version:
        return stored.config
    return migrated(type, stored.config, stored.config_version)


def _keep_secrets(config: dict[str, Json], secrets: dict[str, Json]) -> dict[str, Json]:
    """A form hands over no secrets: those that are set stay, where their branch is still chosen."""
    values: dict[str, Json] = {}
    for pointer, reference in secrets.items():
        parts = parse(pointer)
        if get(config, parts) is None and (len(parts) == 1 or isinstance(get(config, parts[:-1]), dict)):
            values[pointer] = reference
    return with_values(config, values)
