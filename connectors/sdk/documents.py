"""What a source says about its documents: references, changes, and pages of them.

Everything here is cheap to build and to encode (msgspec), because a full pass makes one `Upsert` per document and the
same structures cross a sandbox's pipe. Times are UTC epoch seconds; ids, fingerprints and paths are text chosen by the
source. Order of ids, where it matters (`Covers`), is the order of their UTF-8 bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from connectors.sdk.errors import ErrorInfo

Json: TypeAlias = Any  # a JSON value: None, bool, int, float, str, list, dict


class Access(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who may see a document at its source, as the source names them."""

    public: bool = False
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class DocumentRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document without its content.

    `source_id` is stable and unique within the connection. `path` is where it lies in the source, with `/` between
    parts, and names the file of an export (default: the id). `media_type` may carry parameters, "" means unknown.
    `handle` is whatever `fetch` needs beyond the id, opaque to the host.
    """

    source_id: str
    title: str
    path: str = ""
    url: str | None = None
    media_type: str = ""
    size: int | None = None
    created_at: float | None = None
    updated_at: float | None = None
    owner: str | None = None
    metadata: dict[str, Json] = {}
    handle: str | None = None


@dataclass(slots=True)
class Content:
    """A document's body: whole bytes, or chunks that are read once.

    `fingerprint` is the one of what was really fetched (an object may change between listing and fetch); None keeps
    the listed one. `media_type` None keeps the listed one. `size` in bytes where the sender announced it.
    """

    body: bytes | AsyncIterator[bytes]
    fingerprint: str | None = None
    media_type: str | None = None
    size: int | None = None


class Upsert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="upsert"):
    """A document is there. The host fetches it unless the catalog has it under the same `fingerprint`.

    `fingerprint` None means unknown: always fetched, and compared by content. `revision` orders versions of one
    document: an older one never replaces a newer one. `children` is the complete set of ids whose `parent` is this
    document (attachments), or None if unknown. `content` spares the fetch where the listing already carried the body.
    """

    ref: DocumentRef
    fingerprint: str | None = None
    revision: int | None = None
    parent: str | None = None
    children: tuple[str, ...] | None = None
    access: Access | None = None
    content: bytes | None = None


class Delete(msgspec.Struct, frozen=True, omit_defaults=True, tag="delete"):
    """A document is gone, or no longer visible to this credential."""

    source_id: str
    reason: Literal["gone", "inaccessible"] = "gone"


class AccessChanged(msgspec.Struct, frozen=True, tag="access"):
    """Only who may see it changed."""

    source_id: str
    access: Access


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="failure"):
    """One item could not be read; the page goes on. What the catalog has of it stays."""

    source_id: str | None
    error: ErrorInfo
    title: str = ""


Change: TypeAlias = Upsert | Delete | AccessChanged | Failure


class Covers(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ids a listing page is authoritative for: `after < id <= through`; None is an open end."""

    after: str | None = None
    through: str | None = None


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a source knows of the whole: documents seen so far and in all, where it can tell."""

    seen: int | None = None
    total: int | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The unit of progress: changes, and the checkpoint that holds once they are stored.

    `kind` "delta" says what changed; "listing" is authoritative for the ids in `covers`: what the catalog has there and
    the page has not, is gone. `unchanged` counts documents of a page that is known to be as it was last time: such a
    page carries no changes and deletes nothing (`covers` None). `checkpoint` is a JSON object of the source's own.
    """

    changes: list[Change]
    checkpoint: dict[str, Json]
    kind: Literal["delta", "listing"] = "delta"
    covers: Covers | None = None
    unchanged: int = 0
    progress: Progress | None = None


class SlimRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """An id with its fingerprint, for enumeration and webhooks."""

    source_id: str
    fingerprint: str | None = None


class Partition(msgspec.Struct, frozen=True, omit_defaults=True):
    """An independent slice of a connection with its own checkpoint and state. The default is one, named ""."""

    id: str = ""
    title: str = ""


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that can be picked: a folder, a space, a repository. `value` is what goes into the config field."""

    id: str
    title: str
    value: Json = None
    has_children: bool = False
    kind: str = "folder"
    detail: str = ""
    selectable: bool = True


class Option(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A live choice for a form field."""

    value: Json
    label: str
    help: str = ""
    group: str = ""
