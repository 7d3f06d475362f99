"""A feed's bytes as entries, whatever the dialect: RSS 0.9 to 2.0 and Atom by feedparser, JSON Feed by its few keys.

Feeds in the wild are often a little broken. What can be read is read, and `Feed.problem` says what is wrong; only what
is no feed at all is an error, which then names the feed that a web page advertises.
"""

from __future__ import annotations

import calendar
import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.sdk import ConfigError, Json
from connectors.sources._html import html_to_text
from connectors.sources._times import parse_time
from connectors.sources._unicode import well_formed

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
JSON_FEED = "https://jsonfeed.org/version/"
OLDER = ("next", "prev-archive")  # RFC 5005: paged and archived feeds
ATTACHMENT = {"href": "url", "type": "mime_type", "length": "size_in_bytes"}
TITLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `html` is its text as the feed carries it, `plain` says that it has no markup."""

    id: str
    title: str
    link: str | None
    html: str
    plain: bool = False
    author: str = ""
    published: float | None = None
    updated: float | None = None
    metadata: dict[str, Json] = field(default_factory=dict)

    def text(self) -> str:
        """The entry as readable text under its title."""
        return titled(self.title, self.html if self.plain else html_to_text(self.html))

    def fingerprint(self) -> str:
        """Changes when the entry does. Undated entries are told apart by their text alone."""
        parts = [self.id, self.title, self.link, self.updated, self.html, self.author, self.metadata]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed. `whole` is False when its end may be missing; `older` is the address of the page before."""

    title: str
    version: str
    entries: list[Entry]
    older: str | None = None
    problem: str = ""
    whole: bool = True


def titled(title: str, text: str) -> str:
    """A document's text: its title as a heading, then what it says."""
    return f"# {title}\n\n{text}".strip() + "\n"


def parse_feed(body: bytes, *, url: str, content_type: str = "") -> Feed:
    """The feed in an answer. Raises ConfigError when it is none."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    feed = _parse_json(start, url) if start.startswith(b"{") else _parse_xml(body, url, content_type)
    unique: dict[str, Entry] = {}
    for entry in feed.entries:
        unique.setdefault(entry.id, entry)  # the first is the newest
    return Feed(feed.title, feed.version, list(unique.values()), feed.older, feed.problem, feed.whole)


def _parse_xml(body: bytes, url: str, content_type: str) -> Feed:
    import feedparser  # here and not above: it takes a third of a second to load

    # As a file object: feedparser would take bytes that happen to be a path for a file to open. Without the address: it
    # would make relative IDs absolute with it, and then a move of the feed would make all entries new.
    # Its cleaning of HTML is most of its time, and nothing here is ever shown as HTML: `html_to_text` drops the rest.
    found = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type or "application/xml"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    version = found.get("version", "")
    if not version and not found.entries:
        raise _no_feed(body, url)
    error = found.get("bozo_exception") if found.bozo else None
    harmless = isinstance(error, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType)
    older = [link.get("href") for link in found.feed.get("links", []) if link.get("rel") in OLDER]
    return Feed(
        title=_line(html_to_text(found.feed.get("title", ""))),
        version=version,
        entries=[_entry(entry, url) for entry in found.entries],
        older=urljoin(url, older[0]) if older and older[0] else None,
        problem=" ".join(str(error).split()) if error is not None else "",
        whole=error is None or harmless,
    )


def _entry(raw: Any, url: str) -> Entry:
    """One of feedparser's entries. Read as the plain dict that it is: its own access maps missing keys to others."""

    def get(name: str) -> Any:
        return dict.get(raw, name)

    bodies = [part for part in get("content") or [] if part.get("value")] or [get("summary_detail") or {}]
    chosen = next((part for part in bodies if "html" in part.get("type", "")), bodies[0])
    html = chosen.get("value") or get("summary") or ""
    enclosures = [
        {"href": urljoin(url, part["href"])} | {key: part[key] for key in ("type", "length") if part.get(key)}
        for part in get("links") or []
        if part.get("rel") == "enclosure" and part.get("href")
    ]
    metadata = {
        "tags": [tag.get("term") for tag in get("tags") or [] if tag.get("term")],
        "enclosures": enclosures,
        "comments": get("comments"),
    }
    title, link = get("title") or "", get("link")
    if link == get("id") and not urlsplit(link or "").scheme:
        link = None  # a GUID that forgot to say that it is no link
    published, updated = _moment(get("published_parsed")), _moment(get("updated_parsed"))
    return _made(
        id=get("id"),
        title=html_to_text(title) if (get("title_detail") or {}).get("type") == "text/html" else title,
        link=urljoin(url, link) if link else None,
        html=html,
        plain=chosen.get("type") == "text/plain" and "<" not in html,
        author=get("author") or "",
        published=published,
        updated=updated or published,
        metadata=metadata,
    )


def _parse_json(body: bytes, url: str) -> Feed:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ConfigError(
            "The answer is broken JSON, not a feed",
            pointer="/feed_url",
            where=url,
            detail=str(error),
            code="not_a_feed",
        ) from error
    version, items = found.get("version"), found.get("items")
    if not str(version).startswith(JSON_FEED) or not isinstance(items, list):
        raise ConfigError(
            "The answer is JSON, but no JSON Feed",
            pointer="/feed_url",
            where=url,
            remedy="Add it as a REST API source instead, or enter the address of a feed.",
            code="not_a_feed",
        )
    older = found.get("next_url")
    return Feed(
        title=_line(str(found.get("title") or "")),
        version=f"JSON Feed {str(version).removeprefix(JSON_FEED)}",
        entries=[_item(item, url) for item in items if isinstance(item, dict)],
        older=urljoin(url, older) if isinstance(older, str) else None,
    )


def _item(item: dict[str, Json], url: str) -> Entry:
    authors = item.get("authors") or [item.get("author")]
    names = [str(author["name"]) for author in authors if isinstance(author, dict) and author.get("name")]
    attachments = [
        {key: part[name] for key, name in ATTACHMENT.items() if name in part}
        for part in item.get("attachments") or []
        if isinstance(part, dict)
    ]
    link = item.get("url") or item.get("external_url")
    published = parse_time(item.get("date_published"))
    return _made(
        id=item.get("id"),
        title=str(item.get("title") or ""),
        link=urljoin(url, str(link)) if link else None,
        html=str(item.get("content_html") or item.get("content_text") or item.get("summary") or ""),
        plain=not item.get("content_html"),
        author=", ".join(names),
        published=published,
        updated=parse_time(item.get("date_modified")) or published,
        metadata={"tags": item.get("tags") or [], "enclosures": attachments},
    )


def _made(
    *, id: Any, title: str, link: str | None, html: str, author: str, metadata: dict[str, Json], **rest: Any
) -> Entry:
    """The entry with what every dialect may lack: an ID, a title, a link that can be followed."""
    if link and urlsplit(link).scheme not in ("http", "https"):
        link = None
    title = _line(well_formed(title))
    if not id and not link:
        id = "sha256:" + hashlib.sha256(f"{title}\n{html}".encode("utf-8", "replace")).hexdigest()
    shown = {key: well_formed(value) for key, value in metadata.items() if value}
    name = title or _line(html_to_text(html))[:80] or link or str(id)
    return Entry(
        id=well_formed(str(id or link)),
        title=well_formed(name),
        link=link and well_formed(link),
        html=html,
        author=well_formed(author),
        metadata=shown,
        **rest,
    )


def _moment(parsed: Any) -> float | None:
    return float(calendar.timegm(parsed)) if parsed else None


def _line(text: str) -> str:
    return " ".join(text.split())[:TITLE_LENGTH]


def _no_feed(body: bytes, url: str) -> ConfigError:
    """What came instead of a feed, and where the feed may be."""
    from selectolax.lexbor import LexborHTMLParser

    page = LexborHTMLParser(body.decode("utf-8", "replace"))
    named = [
        urljoin(url, link.attributes.get("href") or "")
        for link in page.css("link[rel~=alternate i]")
        if (link.attributes.get("type") or "").lower() in FEED_TYPES and link.attributes.get("href")
    ]
    is_page = b"<html" in body[:2000].lower() or b"<!doctype html" in body[:2000].lower()
    if named:
        remedy = f"Enter the feed that the page names: {', '.join(dict.fromkeys(named[:3]))}"
    elif is_page:
        remedy = "Look for a feed link on the page; it names none in its head."
    else:
        remedy = "Open the address in a browser: it should show RSS, Atom or JSON Feed."
    return ConfigError(
        "The address answers a web page, not a feed" if is_page else "The answer is not a feed",
        pointer="/feed_url",
        where=url,
        remedy=remedy,
        detail=body[:400].decode("utf-8", "replace"),
        code="not_a_feed",
    )
