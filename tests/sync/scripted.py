"""A source whose shelf of documents, pages and faults a test holds in its hands, and an engine that knows only it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from app import api
from app.accounts import SessionVault
from app.connections import Catalogue
from app.connections.catalogue import ConnectorType
from app.engine.engine import Engine
from connectors.sdk import (
    Capability,
    ConnectorConfig,
    Content,
    Covers,
    DocumentRef,
    Failure,
    FileFilters,
    Json,
    NotFound,
    Page,
    Partition,
    PermissionDenied,
    Probe,
    Secret,
    Source,
    SourceSpec,
    State,
    Upsert,
    option,
)


@dataclass
class Shelf:
    """What the source has: id -> (fingerprint, body), and how it behaves. `hold` makes fetches wait for `go`."""

    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    page_size: int = 10
    fetched: list[str] = field(default_factory=list)
    read_from: list[dict[str, Json] | None] = field(default_factory=list)
    configs: list[ConnectorConfig] = field(default_factory=list)
    fetch_error: dict[str, Exception] = field(default_factory=dict)
    page_error: Callable[[int], Exception | None] = lambda number: None
    before_page: Callable[[int], Any] | None = None
    before_fetch: Callable[[str], Any] | None = None
    unchanged_pages: bool = False
    unreadable: list[str] = field(default_factory=list)
    chunks: Callable[[], AsyncIterator[bytes]] | None = None
    pages: int = 0
    partitions: Sequence[str] = ("",)

    def fill(self, number: int, *, start: int = 0, version: str = "1") -> None:
        for index in range(start, start + number):
            name = f"doc-{index:05}"
            self.documents[name] = (version, f"{name} version {version} speaks of barometers".encode())

    def bodies(self) -> dict[str, bytes]:
        return {name: body for name, (_, body) in self.documents.items()}


class ScriptedConfig(ConnectorConfig):
    """One option of each effect."""

    prefix: str = option("", title="Prefix", effect="scope")
    pace: int = option(1, title="Pace", effect="tuning")
    key: Secret | None = option(None, title="Key", effect="tuning")
    filters: FileFilters = FileFilters(max_bytes=5_000_000)


class Scripted(Source[ScriptedConfig]):
    """Lists its shelf in pages of ids, with the digest of a page in its state."""

    shelf: Shelf
    spec = SourceSpec(
        type="scripted",
        title="Scripted",
        summary="A test's source",
        group="Test",
        icon="plug",
        checkpoint_version=2,
        capabilities=frozenset({Capability.DELETIONS}),
    )
    Config = ScriptedConfig

    def probes(self) -> Sequence[Probe]:
        async def fine() -> str:
            return "fine"

        return [Probe("shelf", "Shelf", fine)]

    async def partitions(self) -> list[Partition]:
        return [Partition(name) for name in self.shelf.partitions]

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        shelf = self.shelf
        shelf.read_from.append(checkpoint)
        shelf.configs.append(self.config)
        after = (checkpoint or {}).get("after")
        while True:
            number = shelf.pages
            shelf.pages += 1
            if shelf.before_page is not None:
                await shelf.before_page(number)
            if (error := shelf.page_error(number)) is not None:
                raise error
            own = sorted(n for n in shelf.documents if n.startswith(self.config.prefix) and n.startswith(partition.id))
            left = [name for name in own if after is None or name > after]
            names, last = left[: shelf.page_size], len(left) <= shelf.page_size
            through = None if last else names[-1]
            digest = msgspec.json.encode([(name, shelf.documents[name][0]) for name in names])
            key = f"page {after}"
            place = {} if last else {"after": through}
            if shelf.unchanged_pages and checkpoint is not None and state.get(key) == digest:
                yield Page(changes=[], checkpoint=place, kind="listing", unchanged=len(names))
            else:
                state.put(key, digest)
                changes: list[Any] = [
                    Upsert(
                        ref=DocumentRef(source_id=name, title=name, media_type="text/plain", size=len(body)),
                        fingerprint=fingerprint,
                    )
                    for name, (fingerprint, body) in ((name, shelf.documents[name]) for name in names)
                    if name not in shelf.unreadable
                ]
                refused = PermissionDenied("You may not read this", remedy="Ask.").info()
                changes += [Failure(source_id=name, error=refused) for name in names if name in shelf.unreadable]
                yield Page(changes=changes, checkpoint=place, kind="listing", covers=Covers(after, through))
            if last:
                return
            after = through

    async def fetch(self, ref: DocumentRef) -> Content:
        shelf = self.shelf
        if shelf.before_fetch is not None:
            await shelf.before_fetch(ref.source_id)
        shelf.fetched.append(ref.source_id)
        if ref.source_id in shelf.fetch_error:
            raise shelf.fetch_error[ref.source_id]
        if ref.source_id not in shelf.documents:
            raise NotFound("No such document", where=ref.source_id)
        fingerprint, body = shelf.documents[ref.source_id]
        if shelf.chunks is not None:
            return Content(shelf.chunks(), fingerprint=fingerprint)
        return Content(body, fingerprint=fingerprint)

    @classmethod
    def migrate_checkpoint(cls, old: dict[str, Json], version: int) -> dict[str, Json] | None:
        return None


@asynccontextmanager
async def scripted_engine(profile: Path, shelf: Shelf) -> AsyncIterator[Engine]:
    """An engine over the profile whose catalogue has the scripted type alone."""
    kind = type("ScriptedHere", (Scripted,), {"shelf": shelf})
    engine = await Engine.open(
        profile, vault=SessionVault(), catalogue=Catalogue({"scripted": ConnectorType(kind)}, {})
    )
    try:
        yield engine
    finally:
        await engine.close()


async def add(engine: Engine, name: str = "Shelf", **config: Json) -> api.ConnectionView:
    return await engine.add_connection(api.ConnectionDraft(type="scripted", name=name, config=config))


async def finished(engine: Engine, run_id: str) -> api.RunView:
    """Wait until the run is over and its task has ended."""
    async with asyncio.timeout(30):
        async for event in engine.events(0):
            if event.fact is not None and event.fact.run_id == run_id and event.fact.kind == "run_finished":
                break
        while engine._scheduler.active((await engine.run(run_id)).connection_id) is not None:
            await asyncio.sleep(0)
    return await engine.run(run_id)


async def sync(engine: Engine, ref: str = "Shelf", mode: api.SyncMode = "incremental") -> api.RunView:
    """Run to the end."""
    return await finished(engine, (await engine.start_sync(ref, mode)).id)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def stored(engine: Engine, ref: str = "Shelf") -> dict[str, bytes]:
    """Source id -> original bytes of everything in the library."""
    found: dict[str, bytes] = {}
    page = await engine.documents(api.DocumentFilter(connections=[ref], limit=1_000_000))
    for view in page.documents:
        _, found[view.source_id] = await engine._library.body(view.id)
    return found


async def problems(engine: Engine) -> list[str]:
    """What a verification finds."""
    *_, report = [report async for report in engine.verify()]
    assert report.finished
    return report.problems
