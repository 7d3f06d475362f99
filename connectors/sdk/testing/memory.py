"""A host in memory: state, log, catalog, and a run loop that does with pages what the real one does.

Small on purpose: it is the reference for what a page means, against which sources are checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from connectors.sdk.documents import Content, Delete, Failure, Json, Page, Partition, Upsert
from connectors.sdk.source import Source


class MemoryState:
    """`connectors.sdk.State` in a dictionary."""

    def __init__(self, values: dict[str, bytes] | None = None) -> None:
        self.values = dict(values or {})

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.values[key] = value

    def delete(self, key: str) -> None:
        self.values.pop(key, None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        return iter([key for key in self.values if key.startswith(prefix)])


class RecordingLog:
    """`connectors.sdk.Log` that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def debug(self, message: str, **fields: Json) -> None:
        self._keep("debug", message, fields)

    def info(self, message: str, **fields: Json) -> None:
        self._keep("info", message, fields)

    def warning(self, message: str, **fields: Json) -> None:
        self._keep("warning", message, fields)

    def _keep(self, level: str, message: str, fields: dict[str, Json]) -> None:
        self.lines.append(f"{level} {message} {fields}" if fields else f"{level} {message}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as the catalog has it. `digest` is the SHA-256 of its content, "" when it was not fetched."""

    fingerprint: str | None
    digest: str
    partition: str = ""


@dataclass
class Catalog:
    """What a host knows after some pages: the documents, the failures, what it had to fetch, and the way to go on."""

    documents: dict[str, Stored] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    checkpoint: dict[str, Json] | None = None
    state: MemoryState = field(default_factory=MemoryState)

    def copy(self) -> Catalog:
        """As of now, for a run that goes on from here: the checkpoint as it comes back from storage."""
        return Catalog(
            documents=dict(self.documents),
            checkpoint=json.loads(json.dumps(self.checkpoint)),
            state=MemoryState(self.state.values),
        )

    def wants(self, upsert: Upsert) -> bool:
        """Whether a host would fetch this document."""
        known = self.documents.get(upsert.ref.source_id)
        return (
            upsert.content is None
            and (known is None or upsert.fingerprint is None or known.fingerprint != upsert.fingerprint)
        )  # fmt: skip

    def apply(self, page: Page, partition: str, fetched: dict[str, tuple[str | None, str]]) -> None:
        """Commits a page: `fetched` has fingerprint and digest of what was fetched for it."""
        named: set[str] = set()
        for change in page.changes:
            if isinstance(change, Upsert):
                self._put(change, partition, fetched)
            elif isinstance(change, Delete):
                self.documents.pop(change.source_id, None)
            elif isinstance(change, Failure):
                self.failures.append(change)
            named.add(_id(change) or "")
        if page.covers is not None:
            after, through = page.covers.after, page.covers.through
            for source_id in [key for key, stored in self.documents.items() if stored.partition == partition]:
                covered = (after is None or source_id > after) and (through is None or source_id <= through)
                if covered and source_id not in named:
                    del self.documents[source_id]
        self.pages.append(page)
        self.checkpoint = page.checkpoint

    def _put(self, upsert: Upsert, partition: str, fetched: dict[str, tuple[str | None, str]]) -> None:
        source_id = upsert.ref.source_id
        known = self.documents.get(source_id)
        if source_id in fetched:
            fingerprint, digest = fetched[source_id]
        elif upsert.content is not None:
            fingerprint, digest = None, hashlib.sha256(upsert.content).hexdigest()
        else:
            fingerprint, digest = None, known.digest if known else ""
        self.documents[source_id] = Stored(fingerprint or upsert.fingerprint, digest, partition)


def _id(change: Any) -> str | None:
    return change.ref.source_id if isinstance(change, Upsert) else cast("str | None", change.source_id)


async def collect(
    source: Source[Any],
    *,
    catalog: Catalog | None = None,
    partition: Partition | None = None,
    fetch: bool = True,
    stop_after: int | None = None,
    snapshots: list[Catalog] | None = None,
) -> Catalog:
    """Reads one partition into a catalog, from the catalog's checkpoint on, and returns the catalog.

    `stop_after` closes the reading after so many pages, as a host does that is stopped. `snapshots` gets a copy of the
    catalog after each page, from which a later run could go on. A failing fetch raises.
    """
    catalog = Catalog() if catalog is None else catalog
    partition = Partition() if partition is None else partition
    pages = source.read(partition, catalog.checkpoint, catalog.state)
    async with aclosing(cast("Any", pages)):
        async for page in pages:
            fetched: dict[str, tuple[str | None, str]] = {}
            for change in page.changes if fetch else ():
                if isinstance(change, Upsert) and catalog.wants(change):
                    content = await source.fetch(change.ref)
                    fetched[change.ref.source_id] = content.fingerprint, (await received(content))[0]
                    catalog.fetched.append(change.ref.source_id)
            catalog.apply(page, partition.id, fetched)
            if snapshots is not None:
                snapshots.append(catalog.copy())
            if stop_after is not None and len(catalog.pages) >= stop_after:
                break
    return catalog


async def received(content: Content) -> tuple[str, int]:
    """Reads a body to its end; its SHA-256 and its size."""
    if isinstance(content.body, bytes):
        return hashlib.sha256(content.body).hexdigest(), len(content.body)
    digest, size = hashlib.sha256(), 0
    async for chunk in content.body:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size
