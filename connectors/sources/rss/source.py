"""A feed: a window onto what was published last.

An entry that has left the window is not gone, so nothing is deleted unless asked for. A pass is one conditional request
when nothing changed: the validators of the last answer stand in `state`, and beside them the IDs that were in the
window. Where a feed links to its older pages (RFC 5005) these are followed until one shows an entry of the last window,
so that a busy feed leaves no gap, and all the way up to the bound on the first pass.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from connectors.sdk import (
    Capability,
    ConnectorConfig,
    Content,
    Covers,
    DocumentRef,
    Endpoint,
    Json,
    NotFound,
    Page,
    Partition,
    Probe,
    Response,
    Source,
    SourceSpec,
    State,
    Upsert,
    Warn,
    counted,
    option,
)
from connectors.sources._web import WebAddress, endpoint
from connectors.sources.rss.article import decode, extract_article
from connectors.sources.rss.feed import Entry, Feed, parse_feed, titled

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
ACCEPT_ARTICLE = "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.5"
WINDOW = "window"
TEXT = "text/markdown; charset=utf-8"
MAX_BYTES = 32 * 1024 * 1024


class RssConfig(ConnectorConfig):
    """An address is enough."""

    feed_url: WebAddress = option(
        ..., title="Feed address", help="RSS, Atom or JSON Feed.", order=1, examples=["https://example.com/feed.xml"]
    )
    full_article: bool = option(
        False, title="Full article", help="Follows each entry's link and keeps the article's text.", order=2
    )
    keep_removed: bool = option(
        True,
        title="Keep entries that have left the feed",
        help="A feed shows only the latest entries. Off: the library holds what the feed shows now.",
        order=3,
        advanced=True,
    )
    max_entries: int = option(
        0,
        title="Newest entries only",
        help="At most so many entries of the feed; 0 for all.",
        order=4,
        advanced=True,
        ge=0,
    )
    older_pages: int = option(
        20,
        title="Older pages",
        help="How many older pages to follow where a feed links to them.",
        order=5,
        advanced=True,
        effect="tuning",
        ge=0,
        le=1000,
    )


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of the feed's last answer: its validators and digest, and the entries' IDs, shortened."""

    url: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    ids: list[str] = []


class Place(msgspec.Struct, frozen=True):
    """The checkpoint: the older page to read next, "" when the pass is over; `known` is the window before this pass."""

    next: str = ""
    pages: int = 0
    seen: int = 0
    known: list[str] = []


class RssSource(Source[RssConfig]):
    """Reads the feed; entries carry their text along, or are fetched as articles."""

    spec = SourceSpec(
        type="rss",
        title="RSS feed",
        summary="Entries of an RSS, Atom or JSON feed, with the full article where wanted.",
        group="Web",
        icon="rss",
        capabilities=frozenset({Capability.INCREMENTAL}),
        keywords=("rss", "atom", "json feed", "news", "blog", "podcast", "rdf"),
    )
    Config: ClassVar[type[RssConfig]] = RssConfig

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        """The feed alone: the links in it are nobody's consent."""
        return [endpoint(config.feed_url)]

    def probes(self) -> Sequence[Probe]:
        """Fetch, parse, and look at the newest entry, with its article if articles are wanted."""
        trial = _Trial(self)
        steps = [
            Probe("fetch", "Fetch the feed", trial.fetch),
            Probe("parse", "Read it as a feed", trial.parse),
            Probe("newest", "Find the newest entry", trial.newest),
        ]
        if self.config.full_article:
            steps.append(Probe("article", "Fetch its article", trial.article))
        return steps

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        """The feed, unless it is as it was, then its older pages as far as they are needed."""
        place = self._restore(checkpoint)
        if not place.next:
            kept = self._kept(state) if checkpoint is not None else Window()
            response = await self._get(self.config.feed_url, kept)
            digest = hashlib.sha256(response.body).hexdigest()
            if response.status == 304 or (kept.digest and kept.digest == digest):
                yield Page(changes=[], checkpoint=msgspec.to_builtins(Place()), unchanged=len(kept.ids))
                return
            self._note_move(response)
            feed = await self._parsed(response)
            entries = self._cut(feed.entries, 0)
            ids = [_short(entry.id) for entry in entries]
            window = Window(url=self.config.feed_url, digest=digest, ids=ids)
            if feed.whole:  # else a 304 would keep from us what was cut off
                etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
                window = msgspec.structs.replace(window, etag=etag, modified=modified)
            state.put(WINDOW, msgspec.json.encode(window))
            place = self._after(Place(known=kept.ids), feed, entries)
            yield await self._page(feed, entries, place)
        while place.next:
            feed = await self._parsed(await self._get(place.next, Window()))
            entries = self._cut(feed.entries, place.seen)
            place = self._after(place, feed, entries)
            yield await self._page(feed, entries, place)

    async def fetch(self, ref: DocumentRef) -> Content:
        """The article, or the entry's own text where articles are not wanted or the entry has no link."""
        if self.config.full_article and ref.handle:
            return await self._article(ref.handle, ref.title)
        feed = await self._parsed(await self._get(self.config.feed_url, Window()))
        for entry in feed.entries:
            if entry.id == ref.source_id:
                return Content(entry.text().encode("utf-8", "replace"), fingerprint=entry.fingerprint())
        raise NotFound("The entry has left the feed", where=f"{self.config.feed_url}, {ref.source_id}")

    async def _article(self, link: str, title: str) -> Content:
        headers = {"Accept": ACCEPT_ARTICLE}
        response = await self.context.http.get(link, headers=headers, authorize=False, max_bytes=MAX_BYTES)
        kind = response.headers.get("content-type", "")
        if kind and "html" not in kind.lower() and not kind.lower().startswith("text/plain"):
            return Content(response.body, media_type=kind)  # a PDF, say: text is taken from it like from any file
        if kind.lower().startswith("text/plain"):
            return Content(titled(title, decode(response.body, kind)).encode("utf-8", "replace"), media_type=TEXT)
        text = await asyncio.to_thread(extract_article, response.body, url=response.url, content_type=kind)
        return Content(titled(title, text).encode("utf-8", "replace"), media_type=TEXT)

    async def _get(self, url: str, kept: Window) -> Response:
        """The feed's bytes, on condition that they are not those of `kept`."""
        headers = {"Accept": ACCEPT}
        if kept.url == url and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept.url == url and kept.modified:
            headers["If-Modified-Since"] = kept.modified
        return await self.context.http.get(url, headers=headers, accept={304}, max_bytes=MAX_BYTES)

    async def _parsed(self, response: Response) -> Feed:
        kind = response.headers.get("content-type", "")
        feed = await asyncio.to_thread(parse_feed, response.body, url=response.url, content_type=kind)
        if feed.problem:
            self.context.log.warning("The feed has errors; what can be read is kept", problem=feed.problem)
        return feed

    async def _page(self, feed: Feed, entries: list[Entry], place: Place) -> Page:
        """The entries as changes; authoritative only where the person wants the window itself, and it is whole."""
        listing = not self.config.keep_removed and feed.whole
        changes = await asyncio.to_thread(lambda: [self._upsert(entry) for entry in entries])  # HTML takes its time
        return Page(
            changes=list(changes),
            checkpoint=msgspec.to_builtins(place),
            kind="listing" if listing else "delta",
            covers=Covers() if listing else None,
        )

    def _upsert(self, entry: Entry) -> Upsert:
        linked = self.config.full_article and entry.link is not None
        content = None if linked else entry.text().encode("utf-8", "replace")
        ref = DocumentRef(
            source_id=entry.id,
            title=entry.title,
            path=f"{entry.title.replace('/', '-')[:120]}.md",
            url=entry.link,
            media_type=TEXT,
            size=None if content is None else len(content),
            created_at=entry.published,
            updated_at=entry.updated,
            owner=entry.author or None,
            metadata=entry.metadata,
            handle=entry.link if linked else None,
        )
        return Upsert(ref=ref, fingerprint=entry.fingerprint(), content=content)

    def _after(self, place: Place, feed: Feed, entries: list[Entry]) -> Place:
        """Whether to go on to the older page, and how far we are."""
        seen = place.seen + len(entries)
        reached = any(_short(entry.id) in place.known for entry in entries)
        enough = place.pages >= self.config.older_pages or (self.config.max_entries and seen >= self.config.max_entries)
        if not feed.older or feed.older == place.next or reached or enough or not self.config.keep_removed:
            return Place()
        return Place(next=feed.older, pages=place.pages + 1, seen=seen, known=place.known)

    def _cut(self, entries: list[Entry], seen: int) -> list[Entry]:
        return entries[: self.config.max_entries - seen] if self.config.max_entries else entries

    def _restore(self, checkpoint: dict[str, Json] | None) -> Place:
        try:
            return msgspec.convert(checkpoint or {}, Place)
        except msgspec.ValidationError:
            self.context.log.warning("The checkpoint can't be read: reading the feed from its newest page")
            return Place()

    def _kept(self, state: State) -> Window:
        try:
            return msgspec.json.decode(state.get(WINDOW) or b"{}", type=Window)
        except msgspec.DecodeError:
            return Window()

    def _note_move(self, response: Response) -> None:
        if _moved(self.config.feed_url, response.url):
            self.context.log.info("The feed's address leads to another one", address=response.url)


class _Trial:
    """The connection test: one fetch, looked at step by step."""

    def __init__(self, source: RssSource) -> None:
        self.source = source
        self.response: Response | None = None
        self.feed: Feed | None = None

    async def fetch(self) -> str:
        address = self.source.config.feed_url
        self.response = await self.source._get(address, Window())
        if _moved(address, self.response.url):
            raise Warn(
                f"The address leads to {self.response.url}.",
                remedy="Enter that address if the feed has moved for good.",
            )
        size = counted(len(self.response.body), "byte")
        kind = self.response.headers.get("content-type", "").partition(";")[0]
        return f"The feed answers: {size}, {kind}." if kind else f"The feed answers: {size}, of no media type."

    async def parse(self) -> str:
        assert self.response is not None
        self.feed = feed = await self.source._parsed(self.response)
        if feed.problem:
            raise Warn(
                f"The feed has errors, {len(feed.entries)} entries can be read: {feed.problem}.",
                remedy="Tell the feed's owner; until then entries may be missing.",
            )
        entries = counted(len(feed.entries), "entry", "entries")
        if not feed.title:
            return f"A feed ({feed.version}) with {entries}."
        return f"“{feed.title}” ({feed.version}) with {entries}."

    async def newest(self) -> str:
        assert self.feed is not None
        if not self.feed.entries:
            raise Warn(
                "The feed is empty.", remedy="Nothing to do if it is new; its entries will arrive when they appear."
            )
        entry = self._newest()
        if entry.updated is None:
            return f"The newest entry has no date: “{entry.title}”."
        day = f"{datetime.fromtimestamp(entry.updated, UTC):%Y-%m-%d}"
        return f"The newest entry is of {day}: “{entry.title}”."

    async def article(self) -> str:
        assert self.feed is not None
        if not self.feed.entries or (link := self._newest().link) is None:
            raise Warn("There is no link to follow.", remedy="The feed's own text is used.")
        content = await self.source._article(link, self._newest().title)
        body = content.body if isinstance(content.body, bytes) else b""
        return f"{counted(len(body), 'byte')} from {link}."

    def _newest(self) -> Entry:
        assert self.feed is not None
        return max(self.feed.entries, key=lambda entry: entry.updated or 0.0)


def _moved(asked: str, answered: str) -> bool:
    """Whether a redirect led elsewhere; a host in capitals or a missing slash after it is the same address."""
    here, there = urlsplit(asked), urlsplit(answered)
    return (here.scheme, here.hostname, here.path or "/") != (there.scheme, there.hostname, there.path or "/")


def _short(source_id: str) -> str:
    return hashlib.sha256(source_id.encode("utf-8", "replace")).hexdigest()[:12]
