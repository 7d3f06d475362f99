"""The feed source against a real server on loopback, through the real network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.sdk import ConfigError, Content, HeadwaterError, Json, NotFound, PermanentError, Upsert
from connectors.sdk.testing import CHECKS, Case, Catalog, Check, collect
from connectors.sources.rss import RssSource
from connectors.sources.rss.article import decode, extract_article
from connectors.sources.rss.feed import Entry, parse_feed
from tests.connectors.feeds import PARAGRAPH, START, Publisher
from tests.support.context import RecordingLog, connected

KINDS = ("rss", "atom", "json")
DAY = 86400
HOME = "http://example.com/feed"


def run(test: Callable[[Publisher], Awaitable[None]], publisher: Publisher | None = None) -> None:
    """The test with a publisher, in a loop of its own."""

    async def main() -> None:
        async with (publisher or Publisher()).serving() as serving:
            await test(serving)

    asyncio.run(main())


async def synced(publisher: Publisher, kind: str = "rss", catalog: Catalog | None = None, **fields: Json) -> Catalog:
    """One run over a feed, into the catalog."""
    known = catalog or Catalog()
    known.pages.clear()
    known.fetched.clear()
    async with connected(RssSource, {"feed_url": f"{publisher.address}/{kind}", **fields}) as source:
        return await collect(source, catalog=known)


def upserts(catalog: Catalog) -> list[Upsert]:
    return [change for page in catalog.pages for change in page.changes if isinstance(change, Upsert)]


def ids(*numbers: int) -> set[str]:
    return {f"post-{number}" for number in numbers}


def text_of(content: Content) -> str:
    assert isinstance(content.body, bytes)
    return content.body.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_becomes_a_document_in_every_dialect(kind: str) -> None:
    async def test(publisher: Publisher) -> None:
        newest = upserts(await synced(publisher, kind))[0]
        assert newest.content == b"# Post 5 & more\n\nEntry 5 & its link\n"
        ref = newest.ref
        assert (ref.source_id, ref.title, ref.url) == ("post-5", "Post 5 & more", f"{publisher.address}/posts/5")
        assert ref.updated_at == START.timestamp() + 5 * DAY
        assert ref.owner == ("ann@example.com (Ann)" if kind == "rss" else "Ann")
        if kind == "rss":
            enclosure = {"href": f"{publisher.address}/5.mp3", "type": "audio/mpeg", "length": "9"}
            assert ref.metadata == {"tags": ["News"], "enclosures": [enclosure]}

    run(test)


@pytest.mark.parametrize("validators", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_an_unchanged_feed_costs_one_request_and_says_so(kind: str, validators: bool) -> None:
    async def test(publisher: Publisher) -> None:
        publisher.validators = validators
        catalog = await synced(publisher, kind)
        await synced(publisher, kind, catalog)
        assert [(page.changes, page.unchanged) for page in catalog.pages] == [([], 5)]
        assert publisher.statuses == [200, 304 if validators else 200]
        publisher.numbers.append(6)
        await synced(publisher, kind, catalog)
        assert set(catalog.documents) == ids(1, 2, 3, 4, 5, 6)

    run(test)


def test_a_pass_from_the_start_does_not_trust_the_validators() -> None:
    async def test(publisher: Publisher) -> None:
        catalog = await synced(publisher)
        catalog.checkpoint = None
        catalog.documents.clear()
        await synced(publisher, catalog=catalog)
        assert set(catalog.documents) == ids(1, 2, 3, 4, 5)

    run(test)


def test_an_edited_entry_is_a_new_version() -> None:
    async def test(publisher: Publisher) -> None:
        catalog = await synced(publisher)
        before = {name: stored.fingerprint for name, stored in catalog.documents.items()}
        publisher.edits[2] = "Edited, with the same date"
        await synced(publisher, catalog=catalog)
        after = {name: stored.fingerprint for name, stored in catalog.documents.items()}
        assert {name for name in after if after[name] != before[name]} == {"post-2"}

    run(test)


def test_what_leaves_the_window_is_kept_unless_the_window_is_wanted() -> None:
    async def test(publisher: Publisher) -> None:
        catalog = await synced(publisher)
        publisher.numbers = [4, 5, 6]
        await synced(publisher, catalog=catalog)
        assert set(catalog.documents) == ids(1, 2, 3, 4, 5, 6)
        catalog.checkpoint = None  # another scope
        await synced(publisher, catalog=catalog, keep_removed=False)
        assert set(catalog.documents) == ids(4, 5, 6)

    run(test)


def test_a_feed_that_is_cut_off_removes_nothing_and_is_asked_for_again() -> None:
    async def test(publisher: Publisher) -> None:
        catalog = await synced(publisher, keep_removed=False)
        whole = publisher._rss([5, 4, 3, 2, 1]).encode()
        publisher.body, publisher.content_type = whole[: len(whole) // 2], "application/rss+xml"
        log = RecordingLog()
        given = {"feed_url": f"{publisher.address}/rss", "keep_removed": False}
        async with connected(RssSource, given, log=log) as source:
            await collect(source, catalog=catalog)
            steps = {step.name: step async for step in source.check()}
        assert set(catalog.documents) == ids(1, 2, 3, 4, 5)
        assert "has errors" in log.text()
        assert steps["parse"].state == "warning"
        publisher.body = None
        await synced(publisher, catalog=catalog, keep_removed=False)
        assert "If-None-Match" not in publisher.seen[-1].headers  # a 304 would hide what was cut off

    run(test)


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_older_pages_are_followed_as_far_as_needed(kind: str) -> None:
    async def test(publisher: Publisher) -> None:
        catalog = await synced(publisher, kind)
        assert set(catalog.documents) == ids(*range(1, 26))
        asked = len(publisher.seen)
        publisher.numbers += range(26, 41)  # more than a window: page 2 closes the gap, page 3 shows nothing new
        await synced(publisher, kind, catalog)
        assert set(catalog.documents) == ids(*range(1, 41))
        assert len(publisher.seen) - asked == 2
        bounded = await synced(publisher, kind, older_pages=1)
        assert set(bounded.documents) == ids(*range(21, 41))
        newest = await synced(publisher, kind, max_entries=13)
        assert set(newest.documents) == ids(*range(28, 41))

    run(test, Publisher(25, window=10))


def test_the_full_article_is_fetched_once_and_read_without_its_frame() -> None:
    async def test(publisher: Publisher) -> None:
        catalog = await synced(publisher, full_article=True)
        assert catalog.fetched == ["post-5", "post-4", "post-3", "post-2", "post-1"]
        publisher.numbers.append(6)
        await synced(publisher, catalog=catalog, full_article=True)
        assert catalog.fetched == ["post-6"]
        async with connected(RssSource, {"feed_url": f"{publisher.address}/rss", "full_article": True}) as source:
            text = text_of(await source.fetch(upserts(catalog)[0].ref))
        assert text.startswith("# Post 6 & more\n\n")
        assert "Café 6" in text
        assert PARAGRAPH.strip() in text
        assert not any(word in text for word in ("Home", "rights reserved", "track()"))

    run(test)


def test_an_article_that_is_gone_fails_alone() -> None:
    async def test(publisher: Publisher) -> None:
        async with connected(RssSource, {"feed_url": f"{publisher.address}/rss", "full_article": True}) as source:
            listed = upserts(await collect(source, fetch=False))
            publisher.numbers.remove(5)
            with pytest.raises(NotFound):
                await source.fetch(listed[0].ref)
            assert "Café 4" in text_of(await source.fetch(listed[1].ref))

    run(test)


def test_a_link_is_no_consent_for_another_address_of_this_machine() -> None:
    async def test(publisher: Publisher) -> None:
        async with Publisher().serving() as internal:
            body = f"<rss version='2.0'><channel><item><guid>x</guid><link>{internal.address}/posts/1</link></item>"
            publisher.body, publisher.content_type = f"{body}</channel></rss>".encode(), "application/rss+xml"
            given = {"feed_url": f"{publisher.address}/rss", "full_article": True}
            async with connected(RssSource, given) as source:
                [entry] = upserts(await collect(source, fetch=False))
                with pytest.raises(HeadwaterError):
                    await source.fetch(entry.ref)
            assert internal.seen == []

    run(test)


def test_a_linked_file_is_passed_on_as_it_is() -> None:
    async def test(publisher: Publisher) -> None:
        body = "<rss version='2.0'><channel><item><guid>x</guid><link>/paper.pdf</link></item></channel></rss>"
        publisher.body, publisher.content_type = body.encode(), "application/rss+xml"
        async with connected(RssSource, {"feed_url": f"{publisher.address}/rss", "full_article": True}) as source:
            [entry] = upserts(await collect(source, fetch=False))
            content = await source.fetch(entry.ref)
        assert (content.body, content.media_type) == (b"%PDF-1.7", "application/pdf")

    run(test)


def test_without_articles_a_document_can_still_be_fetched_while_it_is_in_the_feed() -> None:
    async def test(publisher: Publisher) -> None:
        async with connected(RssSource, {"feed_url": f"{publisher.address}/rss"}) as source:
            listed = upserts(await collect(source))
            content = await source.fetch(listed[0].ref)
            assert (content.body, content.fingerprint) == (listed[0].content, listed[0].fingerprint)
            publisher.numbers.remove(5)
            with pytest.raises(NotFound):
                await source.fetch(listed[0].ref)

    run(test)


def test_the_connection_test_shows_what_the_feed_is() -> None:
    async def test(publisher: Publisher) -> None:
        async with connected(RssSource, {"feed_url": f"{publisher.address}/moved", "full_article": True}) as source:
            steps = {step.name: step async for step in source.check()}
        assert [step.state for step in steps.values()] == ["warning", "ok", "ok", "ok"]
        assert f"{publisher.address}/rss" in steps["fetch"].message
        assert steps["parse"].message == "“The Blog” (rss20) with 5 entries."
        assert steps["newest"].message == "The newest entry is of 2026-01-06: “Post 5 & more”."
        assert f"{publisher.address}/posts/5" in steps["article"].message

    run(test)


@pytest.mark.parametrize(
    ("path", "code", "remedy"),
    [("", "not_a_feed", "/rss"), ("posts/1", "not_a_feed", "feed link"), ("posts/99", "not_found", "")],
)
def test_an_address_that_is_no_feed_says_what_to_enter(path: str, code: str, remedy: str) -> None:
    async def test(publisher: Publisher) -> None:
        async with connected(RssSource, {"feed_url": f"{publisher.address}/{path}"}) as source:
            with pytest.raises(HeadwaterError) as caught:
                await collect(source)
        info = caught.value.info()
        assert info.code == code
        assert remedy.replace("/rss", f"{publisher.address}/rss") in info.remedy
        if code == "not_a_feed":
            assert info.pointer == "/feed_url"

    run(test)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"version": "1", "items": []}', "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "no JSON Feed"),
        (b'{"version": ', "broken JSON"),
        (b"", "not a feed"),
        (b"/etc/hostname", "not a feed"),
        (b"<?xml version='1.0'?><note>hello</note>", "not a feed"),
        (b"\x89PNG\r\n", "not a feed"),
    ],
)
def test_what_is_no_feed_is_a_config_error(body: bytes, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_feed(body, url=HOME)
    assert what in caught.value.what


def entries(channel: str, *, content_type: str = "application/rss+xml", encoding: str = "utf-8") -> list[Entry]:
    body = f"<rss version='2.0'><channel>{channel}</channel></rss>"
    return parse_feed(body.encode(encoding), url=HOME, content_type=content_type).entries


def test_entries_lack_whatever_can_be_missing() -> None:
    linked, bare, relative, mail, guid = entries(
        "<item><title>A</title><link>http://example.com/a</link></item>"
        "<item><description>No title, no link, no date</description></item>"
        "<item><title>R</title><link>../r</link><pubDate>never</pubDate></item>"
        "<item><guid>m</guid><link>mailto:x@example.com</link></item>"
        "<item><guid>42</guid></item>"
    )
    assert linked.id == "http://example.com/a"
    assert bare.id.startswith("sha256:")
    assert bare.title == "No title, no link, no date"
    assert (relative.link, relative.updated) == ("http://example.com/r", None)
    assert (mail.link, mail.title) == (None, "m")
    assert (guid.link, guid.id) == (None, "42")  # not made absolute: the ID must outlive a move of the feed


def test_an_id_that_comes_twice_is_its_newest_entry() -> None:
    found = entries("<item><guid>1</guid><title>New</title></item><item><guid>1</guid><title>Old</title></item>")
    assert [entry.title for entry in found] == ["New"]


def test_a_wrongly_declared_encoding_is_read_all_the_same() -> None:
    item = "<item><guid>1</guid><title>Café</title></item>"
    [entry] = entries(item, content_type="application/rss+xml; charset=us-ascii")
    assert entry.title == "Café"
    [entry] = entries(item, encoding="latin-1", content_type="application/rss+xml; charset=utf-8")
    assert entry.title == "Café"


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("<rss version='0.91'><channel><item><title>x</title></item></channel></rss>", "rss091u"),
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
            "<item rdf:about='http://e.example/x'><title>x</title><link>http://e.example/x</link></item></rdf:RDF>",
            "rss10",
        ),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>x</id><title>x</title></entry></feed>", "atom10"),
    ],
)
def test_old_and_new_dialects_are_read(body: str, version: str) -> None:
    feed = parse_feed(body.encode(), url=HOME)
    assert (feed.version, [entry.title for entry in feed.entries]) == (version, ["x"])


def test_a_feed_cannot_make_us_read_files_or_grow() -> None:
    bomb = "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'><!ENTITY b '" + "&a;" * 1000 + "'>]>"
    feed = parse_feed(
        f"{bomb}<rss version='2.0'><channel><item><title>&b;</title></item></channel></rss>".encode(), url=HOME
    )
    assert all(len(entry.title) <= 300 and "root" not in entry.title for entry in feed.entries)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("é".encode(), "text/html"),
        ("é".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("é".encode(), "text/html; charset=unheard-of"),
        ("\ufeffé".encode(), ""),
    ],
)
def test_a_page_is_decoded_as_it_declares_or_as_it_is(body: bytes, content_type: str) -> None:
    assert decode(body, content_type) == "é"


def test_a_page_without_text_is_a_failed_item_with_a_remedy() -> None:
    with pytest.raises(PermanentError) as caught:
        extract_article(b"<html><body><script>app()</script></body></html>", url=HOME)
    assert "full article" in caught.value.remedy
    assert extract_article(b"<p>Short.</p>", url=HOME) == "Short."


@pytest.mark.parametrize(
    "address", ["", "example.com/feed", "file:///etc/passwd", "https://a:b@example.com", "https:// x"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        RssSource.Config.model_validate({"feed_url": address})


@pytest.mark.parametrize("full_article", [False, True])
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check: Check, full_article: bool) -> None:
    async def main() -> list[Any]:
        publisher = Publisher(25, window=10)
        async with publisher.serving():
            feed = f"{publisher.address}/atom"

            @asynccontextmanager
            async def opened(given: Any) -> Any:
                async with connected(RssSource, given) as source:
                    yield source

            case = Case(
                source_class=RssSource,
                config={"feed_url": feed, "full_article": full_article},
                open=opened,
                bad_configs=[{"feed_url": "example.com"}, {"feed_url": f"{publisher.address}/posts/1"}],
                expected_documents=ids(*range(1, 26)),
                pages=3,
            )
            return list(await check(case))

    assert asyncio.run(main()) == []
