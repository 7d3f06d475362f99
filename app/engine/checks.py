"""The connection test, the tree of what can be picked, and live choices: for stored connections and for drafts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any

from app.accounts import Secrets, SessionVault, Vault
from app.api import CheckTarget
from app.connections import Connections
from app.connections.catalogue import ConnectorType
from app.connections.config import with_secrets, with_values
from app.health import ActivityLog, ConnectionLog
from app.sync import Sources
from app.sync.fetch import expected_bytes
from app.sync.state import KeyedState
from connectors.sdk import (
    CheckStep,
    ConfigError,
    ConnectorConfig,
    HeadwaterError,
    Json,
    Node,
    Option,
    Partition,
    Probe,
    Source,
    Upsert,
    Warn,
    counted,
)
from connectors.sdk.checks import run_probes

LARGEST_SAMPLE = 64 * 1024 * 1024
_TREE = "x-tree"


class _Either:
    """Secrets that were typed for this test, before those in the vault."""

    def __init__(self, typed: SessionVault, vault: Vault | SessionVault) -> None:
        self._typed = typed
        self._vault = vault
        self.refs: set[str] = set()

    async def put(self, value: str, label: str) -> str:
        reference = await self._typed.put(value, label=label)
        self.refs.add(reference)
        return reference

    async def get(self, ref: str) -> str:
        return await (self._typed if ref in self.refs else self._vault).get(ref)

    async def readable(self) -> set[str]:
        return self.refs | await self._vault.readable()

    async def opened(self) -> None:
        await self._vault.opened()

    def describe(self) -> str:
        return self._vault.describe()


@dataclass(frozen=True)
class Resolved:
    """A target made ready: its type, validated config, and where its secrets are."""

    name: str
    type: ConnectorType
    config: ConnectorConfig
    secrets: Secrets
    connection_id: str | None


class Checks:
    """Opens a target for a moment."""

    def __init__(
        self, connections: Connections, sources: Sources, vault: Vault | SessionVault, activity: ActivityLog
    ) -> None:
        self._connections = connections
        self._sources = sources
        self._vault = vault
        self._activity = activity

    async def check(self, target: CheckTarget, deep: bool) -> AsyncIterator[CheckStep]:
        """Settings, then the network's steps, then the source's own; `deep` also fetches one real document."""
        settings = Probe("settings", "Settings", lambda: self._validated(target))
        failed = False
        async for step in run_probes([settings]):
            failed = step.state == "failed"
            yield step
        if failed:
            return
        resolved = await self._resolve(target)
        endpoints = self._sources.endpoints(resolved.type, resolved.config)
        async for step in run_probes(self._sources.network.probes(endpoints)):
            failed = failed or step.state == "failed"
            yield step
        async with self._open(resolved) as source:
            async for step in source.check(skip=failed):
                failed = failed or step.state == "failed"
                yield step
            if deep:
                probe = Probe("fetch", "Fetch one document", lambda: _fetch_one(source))
                async for step in run_probes([probe], skip=failed):
                    yield step

    async def discover(self, target: CheckTarget, parent: str | None) -> list[Node]:
        async with self._open(await self._resolve(target, choosing=_TREE)) as source:
            return await source.discover(parent)

    async def options(self, target: CheckTarget, name: str) -> list[Option]:
        resolved = await self._resolve(target, choosing=name)
        async with self._open(resolved) as source:
            values: dict[str, Json] = resolved.config.model_dump(mode="json")
            return await source.options(name, values)

    def _open(self, resolved: Resolved) -> AbstractAsyncContextManager[Source[Any]]:
        log = ConnectionLog(self._activity, resolved.connection_id)
        return self._sources.open(
            resolved.type, resolved.config, name=f"test {resolved.name}", log=log, secrets=resolved.secrets
        )

    async def _validated(self, target: CheckTarget) -> str:
        resolved = await self._resolve(target)
        return f"{resolved.type.spec.title}: the settings are valid"

    async def _resolve(self, target: CheckTarget, *, choosing: str = "") -> Resolved:
        """Raises ConfigError with a pointer, NotFound. `choosing` names the choices that a field is still to get."""
        either = _Either(SessionVault(), self._vault)
        if target.ref is not None:
            stored = await self._connections.get(target.ref)
            name, kind, config, version = stored.name, stored.type, stored.config, stored.config_version
            connection_id: str | None = stored.id
        elif target.draft is not None:
            draft = target.draft
            name, kind, connection_id = draft.name, draft.type, None
            type = self._sources.catalogue.get(kind)
            version = type.spec.config_version
            config = await with_secrets(type, draft.config, draft.secrets, either.put, name)
        else:
            raise ConfigError("Nothing to test was named", remedy="Name a connection.")
        type = self._sources.catalogue.get(kind)
        config = with_values(config, target.set)
        config = await with_secrets(type, config, target.secrets, either.put, name)
        type, model = self._sources.config(kind, _with_stand_in(type, config, choosing), version)
        return Resolved(name, type, model, Secrets(either), connection_id)


def _with_stand_in(type: ConnectorType, config: dict[str, Json], choosing: str) -> dict[str, Json]:
    """The config with an example in the empty field that choices or the tree are asked for, so that it can be valid."""
    if not choosing:
        return config
    filled = dict(config)
    for name, field in type.schema.get("properties", {}).items():
        examples = field.get("examples")
        chosen = field.get("x-tree") if choosing == _TREE else (field.get("x-options") or {}).get("source") == choosing
        if examples and not filled.get(name) and chosen:
            filled[name] = examples[0]
    return filled


async def _fetch_one(source: Source[Any]) -> str:
    """The first document that can be fetched, with its size: proof that the whole way works."""
    problem: HeadwaterError | None = None
    tried = 0
    for partition in await source.partitions() or [Partition()]:
        pages: Any = source.read(partition, None, KeyedState({}))
        async with aclosing(pages):
            async for page in pages:
                for change in page.changes:
                    if not isinstance(change, Upsert) or expected_bytes(change) > LARGEST_SAMPLE:
                        continue
                    try:
                        size = await _size(source, change)
                    except HeadwaterError as error:
                        problem, tried = error, tried + 1
                        if tried >= 3:
                            raise
                        continue
                    return f"“{change.ref.title}”, {counted(size, 'byte')}"
                if not page.changes:
                    continue
    if problem is not None:
        raise problem
    raise Warn("There is no document to fetch yet", remedy="Check the filters if you expected some.")


async def _size(source: Source[Any], change: Upsert) -> int:
    if change.content is not None:
        return len(change.content)
    content = await source.fetch(change.ref)
    if isinstance(content.body, bytes):
        return len(content.body)
    size = 0
    chunks: Any = content.body
    async for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_SAMPLE:
            break
    return size
