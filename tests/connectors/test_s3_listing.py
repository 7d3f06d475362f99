"""A pass over a bucket: whatever happens to keys between and during passes, the catalog ends up equal to the bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sdk import Change, DocumentRef, Page, PermanentError, TransientError, Upsert
from connectors.sdk.testing import Catalog
from connectors.sources.s3.answers import Object, read_listing
from connectors.sources.s3.listing import Pass
from tests.support.s3 import FakeS3, Stored

PAGE = 4
TRUE_TO_FORM = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents>{}</Contents></ListBucketResult>"


@dataclass
class Rig:
    """A bucket, a host's catalog of it, and the passes between them."""

    bucket: FakeS3 = field(default_factory=FakeS3)
    catalog: Catalog = field(default_factory=Catalog)
    asked: list[tuple[str | None, int]] = field(default_factory=list)
    parsed: int = 0
    on_ask: Callable[[], None] | None = None
    page: int = PAGE

    def run(self, *, stop_after: int | None = None, lose_next: bool = False, full: bool = False) -> list[Page]:
        """A pass, or as much of one as is committed before it is stopped: `lose_next` dies over the page after that."""
        if full:
            self.catalog.checkpoint = None
        return asyncio.run(self._run(stop_after, lose_next))

    async def _run(self, stop_after: int | None, lose_next: bool) -> list[Page]:
        known, pages = self.catalog.checkpoint or {}, list[Page]()
        state = self.catalog.copy().state  # commits with each page
        listing = Pass(
            self._ask,
            self._to_changes,
            state,
            after=known.get("after"),
            trusted=self.catalog.checkpoint is not None and not known.get("full"),
            where="bucket",
            page=self.page,
        ).pages()
        try:
            async for page in listing:
                if lose_next and len(pages) == stop_after:
                    break
                self.catalog.apply(page, "", {})
                self.catalog.state = type(state)(state.values)
                pages.append(page)
                if not lose_next and len(pages) == stop_after:
                    break
        finally:
            await listing.aclose()
        return pages

    async def _ask(self, after: str | None, keys: int) -> bytes:
        self.asked.append((after, keys))
        if self.on_ask is not None:
            self.on_ask()
        await asyncio.sleep(0)
        query = {
            "list-type": "2",
            "max-keys": str(keys),
            "encoding-type": "url",
            **({} if after is None else {"start-after": after}),
        }
        return self.bucket.listing(query).encode()

    def _to_changes(self, objects: Iterable[Object]) -> list[Change]:
        found = list(objects)
        self.parsed += len(found)
        return [Upsert(ref=DocumentRef(source_id=each.key, title=each.key), fingerprint=each.etag) for each in found]

    def agrees(self) -> bool:
        held = {key: stored.fingerprint for key, stored in self.catalog.documents.items()}
        return held == self.bucket.expected()


def rig(count: int, **changes: Any) -> Rig:
    made = Rig(**changes)
    made.bucket.put(*(f"k{number:03}" for number in range(count)))
    return made


# --- any sequence of events ------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    [f"{first}{second}" for first in "abc/é😀" for second in ["", "0", "/", "/x", " +", "\n", "%2F"]]
)
EDIT = st.tuples(KEYS, st.none() | st.integers(0, 2))
PASS = st.fixed_dictionaries(
    {
        "before": st.lists(EDIT, max_size=12),
        "during": st.lists(st.lists(EDIT, max_size=3), max_size=6),
        "stop_after": st.none() | st.integers(0, 5),
        "lose_next": st.booleans(),
        "full": st.booleans(),
    }
)


@settings(max_examples=300, deadline=None)
@given(passes=st.lists(PASS, max_size=6), cap=st.integers(1, 6))
def test_the_catalog_ends_up_equal_to_the_bucket(passes: list[dict[str, Any]], cap: int) -> None:
    made = Rig(bucket=FakeS3(page_cap=cap))

    def edit(edits: list[tuple[str, int | None]]) -> None:
        for key, version in edits:
            if version is None:
                made.bucket.objects.pop(key, None)
            else:
                made.bucket.objects[key] = Stored(f"{key} {version}".encode())

    for each in passes:
        edit(each["before"])
        coming = iter(each["during"])
        made.on_ask = lambda coming=coming: edit(next(coming, []))
        made.run(stop_after=each["stop_after"], lose_next=each["lose_next"], full=each["full"])
    made.on_ask = None
    made.run()  # the rest of a pass that was stopped, or a new one
    made.run()

    assert made.agrees()
    assert made.catalog.checkpoint == {"complete": True}

    made.parsed, made.asked = 0, []
    made.run()
    made.run()  # digests are back for what had been cut anew
    made.parsed, made.asked = 0, []
    pages = made.run()

    assert made.agrees()
    if cap >= PAGE:
        assert made.parsed == 0
        assert sum(page.unchanged for page in pages) == len(made.bucket.objects)
        assert len(made.asked) <= max(1, 2 * ceil(len(made.bucket.objects) / PAGE))


# --- what a pass costs -----------------------------------------------------------------------------------------------


def test_a_pass_without_changes_asks_once_per_page_and_parses_nothing() -> None:
    made = rig(10)
    made.run()
    made.asked, made.parsed = [], 0

    pages = made.run()

    assert made.asked == [(None, 4), ("k003", 4), ("k007", 4)]
    assert made.parsed == 0
    assert [(page.changes, page.unchanged, page.covers) for page in pages] == [
        ([], 4, None),
        ([], 4, None),
        ([], 2, None),
    ]
    assert pages[-1].checkpoint == {"complete": True}


def test_a_changed_object_costs_the_parsing_of_its_page_only() -> None:
    made = rig(12)
    made.run()
    made.parsed = 0
    made.bucket.put("k005", body=b"new")

    pages = made.run()

    assert made.agrees()
    assert made.parsed == PAGE
    assert [page.unchanged for page in pages] == [4, 0, 4]


def test_a_block_of_new_keys_leaves_the_pages_behind_it_unparsed() -> None:
    made = rig(12)
    made.run()
    made.parsed = 0
    made.bucket.put("k003a", "k003b", "k003c", "k003d")

    made.run()

    assert made.agrees()
    assert made.parsed == 4


@pytest.mark.parametrize("edit", ["insert", "delete"])
def test_boundaries_do_not_degrade_when_keys_come_and_go_everywhere(edit: str) -> None:
    made = rig(200, page=10)
    made.run()
    for number in range(0, 200, 5):
        if edit == "insert":
            made.bucket.put(f"k{number:03}+")
        else:
            del made.bucket.objects[f"k{number:03}"]
    made.run()
    made.run()
    made.asked, made.parsed = [], 0

    made.run()

    assert made.agrees()
    assert made.parsed == 0
    assert len(made.asked) <= 1.3 * len(made.bucket.objects) / 10


def test_a_full_pass_believes_no_digest() -> None:
    made = rig(9)
    made.run()
    made.catalog.documents.clear()  # the host lost them, which a digest can't know

    made.run(full=True)

    assert made.agrees()


def test_a_full_pass_that_was_stopped_stays_one() -> None:
    made = rig(9)
    made.run()
    made.run(full=True, stop_after=1)
    made.catalog.documents = {key: made.catalog.documents[key] for key in ("k000", "k001", "k002", "k003")}

    made.run()

    assert made.agrees()


def test_stopped_at_any_page_nothing_is_lost_and_nothing_read_twice() -> None:
    for stop in range(1, 5):
        made = rig(18)
        first = made.run(stop_after=stop)
        rest = made.run()

        ids = [change.ref.source_id for page in first + rest for change in page.changes]  # type: ignore[union-attr]
        assert ids == sorted(made.bucket.objects)
        assert made.agrees()


def test_a_tail_that_looks_the_same_but_goes_on_is_not_the_end() -> None:
    made = rig(PAGE)  # one page, and nothing follows
    made.run()
    made.bucket.put("k900", "k901")  # the first page's bytes stay the same

    made.run()

    assert made.agrees()


def test_everything_gone_is_told_and_then_costs_one_request() -> None:
    made = rig(20)
    made.run()
    made.bucket.objects.clear()
    made.run()
    made.run()
    made.asked = []

    made.run()

    assert made.agrees()
    assert len(made.asked) == 1


def test_progress_knows_the_whole_from_the_second_pass_on() -> None:
    made = rig(10)
    first, second = made.run(), made.run()

    assert [page.progress.total for page in first if page.progress] == [None, None, 10]
    assert [(page.progress.seen, page.progress.total) for page in second if page.progress] == [
        (4, 10),
        (8, 10),
        (10, 10),
    ]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-11-23T17:06:01.500Z", 1795453561.5),
        ("2026-11-23T18:06:01+01:00", 1795453561.0),
        ("2026-11-23T17:06:01", 1795453561.0),
        ("Mon, 23 Nov 2026 17:06:01 GMT", None),
    ],
)
def test_times_are_utc_or_left_out(stamp: str, expected: float | None) -> None:
    body = TRUE_TO_FORM.format(f"<Key>a</Key><LastModified>{stamp}</LastModified>").encode()

    assert read_listing(body, where="").objects[0].modified == expected


# --- servers that can't be trusted with this -------------------------------------------------------------------------


def test_a_server_that_lists_out_of_order_is_refused() -> None:
    made = rig(6)
    made.bucket.listing = lambda query: (  # type: ignore[method-assign]
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>b</Key></Contents>"
        "<Contents><Key>a</Key></Contents></ListBucketResult>"
    )

    with pytest.raises(PermanentError) as caught:
        made.run()

    assert caught.value.code == "listing_unordered"
    assert not made.catalog.documents


def test_a_server_that_ignores_where_to_start_is_refused() -> None:
    made = rig(9)
    listing = made.bucket.listing
    made.bucket.listing = lambda query: listing({**query, "start-after": ""})  # type: ignore[method-assign]

    with pytest.raises(PermanentError, match="order"):
        made.run()


def test_a_page_that_promises_more_but_holds_nothing_ends_no_pass() -> None:
    made = rig(0)
    made.bucket.listing = lambda query: "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"  # type: ignore[method-assign]

    with pytest.raises(TransientError):
        made.run()


@pytest.mark.parametrize(
    "answer",
    [
        "<html><body>Sign in</body></html>",
        "not xml",
        "",
        TRUE_TO_FORM.format("<Size>1</Size>"),
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        TRUE_TO_FORM.format("<Key>a</Key><Size>many</Size>"),
    ],
)
def test_an_answer_that_is_no_listing_is_told_and_deletes_nothing(answer: str) -> None:
    made = rig(3)
    made.run()
    made.bucket.listing = lambda query: answer  # type: ignore[method-assign]

    with pytest.raises(PermanentError) as caught:
        made.run()

    assert caught.value.remedy
    assert len(made.catalog.documents) == 3


def test_a_spoilt_state_only_costs_a_parse() -> None:
    made = rig(9)
    made.run()
    for key in list(made.catalog.state.values):
        made.catalog.state.values[key] = b"\xff not ours"
    made.catalog.state.values["page:k002!"] = b""

    made.run()

    assert made.agrees()
