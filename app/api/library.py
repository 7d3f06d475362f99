"""What was synced: searching, listing, explaining, proving and exporting it."""

from __future__ import annotations

from typing import Literal

from app.api.view import View
from connectors.sdk import Json

AccessKind = Literal["", "public", "limited", "unknown"]
"""Who may see a document at its source: everybody, some people or groups, or the source does not tell. "": any."""


class SearchQuery(View, frozen=True, kw_only=True):
    """Full-text query: words are AND-ed, "quoted phrases", `word*` prefixes, `-word` excludes; never a syntax error.
    `type` is a media type or its first part ("text", "application/pdf"); dates bound the document's time; `access` is
    what its source says of who may see it."""

    text: str
    connections: list[str] = []
    type: str = ""
    after: float | None = None
    before: float | None = None
    access: AccessKind = ""
    limit: int = 20
    offset: int = 0


class Hit(View, frozen=True, kw_only=True):
    """A search result. `snippet` is plain text in which matches stand between U+0002 and U+0003."""

    document_id: str
    connection: str
    connection_id: str
    source_id: str
    title: str
    path: str
    url: str | None
    media_type: str
    size: int
    updated_at: float | None
    snippet: str
    score: float


class SearchPage(View, frozen=True, kw_only=True):
    hits: list[Hit]
    total: int
    ms: float
    note: str = ""


class DocumentFilter(View, frozen=True, kw_only=True):
    """Which documents to list, ordered by title unless `sort` says otherwise. `text` matches title or path.

    `status` "held_back": stored ones whose deletion waits for a person. `type`, `after`, `before`, `access`: as in
    `SearchQuery`."""

    connections: list[str] = []
    text: str = ""
    type: str = ""
    after: float | None = None
    before: float | None = None
    access: AccessKind = ""
    status: Literal["", "stored", "deleted", "held_back"] = "stored"
    run: str = ""
    change: Literal["", "new", "changed", "deleted"] = ""
    sort: Literal["title", "updated", "size", "stored"] = "title"
    descending: bool = False
    limit: int = 200
    offset: int = 0


class DocumentView(View, frozen=True, kw_only=True):
    """A catalog row."""

    id: str
    connection: str
    connection_id: str
    source_id: str
    title: str
    path: str
    url: str | None
    media_type: str
    size: int
    sha256: str
    fingerprint: str | None
    owner: str | None
    created_at: float | None
    updated_at: float | None
    stored_at: float
    deleted_at: float | None
    indexed: bool
    metadata: dict[str, Json] = {}


class DocumentPage(View, frozen=True, kw_only=True):
    documents: list[DocumentView]
    total: int


class DocumentText(View, frozen=True, kw_only=True):
    """A document's text for the preview: what the index saw of it, cut at `limit` characters."""

    document_id: str
    text: str
    truncated: bool
    note: str = ""


class Why(View, frozen=True, kw_only=True):
    """Why a document is, or is not, in the library: the findings in order, each one sentence, and what to do."""

    ref: str
    found: bool
    findings: list[str]
    remedy: str = ""


class VerifyReport(View, frozen=True, kw_only=True):
    """Progress and, with `finished`, the verdict of a verification. `problems` are sentences with what and where."""

    checked: int
    total: int
    bytes: int
    finished: bool
    documents: int = 0
    contents: int = 0
    unreferenced: int = 0
    unreferenced_bytes: int = 0
    problems: list[str] = []


class ExportReport(View, frozen=True, kw_only=True):
    """Progress of an export; `finished` with the totals."""

    written: int
    total: int
    bytes: int
    finished: bool
    directory: str = ""
    escaped: int = 0


class LibraryStats(View, frozen=True, kw_only=True):
    documents: int
    bytes: int
    contents: int
    disk_bytes: int
    deleted: int
    index_documents: int
