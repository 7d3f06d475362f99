"""What a run hands to the ledger: one batch becomes one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from app.api import RunCounts
from connectors.sdk import AccessChanged, ErrorInfo, HeadwaterError, Json, Upsert


@dataclass(slots=True)
class Fetched:
    """A document with its content at hand. `body` is the bytes, or a file in the store's incoming folder.
    `text` None: nothing for the search index."""

    upsert: Upsert
    sha256: bytes
    size: int
    body: bytes | Path
    text: str | None
    fingerprint: str | None
    media_type: str


@dataclass(slots=True)
class Failed:
    """An item that could not be stored. `retry`: the next run tries it again by itself."""

    source_id: str | None
    title: str
    error: ErrorInfo
    kind: str = "failed"
    retry: Upsert | None = None


@dataclass(slots=True)
class Progressed:
    """A page is whole: its checkpoint and the state written with it."""

    checkpoint: dict[str, Json]
    version: int
    state: dict[str, bytes | None]


@dataclass(slots=True)
class Batch:
    """One commit. `seen` are there at the source and no longer staged as gone or failing; `unchanged` and `pages` are
    added to the run's counters, the others the ledger finds out; the page's checkpoint comes with its last batch."""

    partition: str = ""
    fetched: list[Fetched] = field(default_factory=list)
    touched: list[Upsert] = field(default_factory=list)
    access: list[AccessChanged] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    unchanged: int = 0
    pages: int = 0
    total: int | None = None
    progressed: Progressed | None = None

    @property
    def size(self) -> int:
        return sum(len(item.body) for item in self.fetched if isinstance(item.body, bytes))

    def __bool__(self) -> bool:
        return bool(
            self.fetched
            or self.touched
            or self.access
            or self.failed
            or self.gone
            or self.seen
            or self.unchanged
            or self.pages
            or self.progressed
        )


@dataclass(frozen=True, slots=True)
class Fence:
    """What must still hold when a batch is committed: the run it belongs to, and the connection's epoch."""

    run: int
    connection: int
    epoch: int


class StaleEpoch(HeadwaterError):
    """The connection's scope changed since the page was read: nothing of the batch was stored, read again."""


class Removed(HeadwaterError):
    """The connection was removed while its run was active: nothing of the batch was stored."""


Redact = Callable[[str], str]
"""Takes secrets out of a text."""


def redacted(error: ErrorInfo, redact: Redact) -> ErrorInfo:
    """The error as it may be stored: a server may echo what it was sent."""
    return msgspec.structs.replace(
        error, what=redact(error.what), where=redact(error.where), detail=redact(error.detail)
    )


def add(counts: RunCounts, **more: int) -> RunCounts:
    """The counters with `more` added; `documents` follows from new, changed and unchanged."""
    values = {name: getattr(counts, name) + more.get(name, 0) for name in counts.__struct_fields__}
    values["documents"] = values["new"] + values["changed"] + values["unchanged"]
    return RunCounts(**values)
