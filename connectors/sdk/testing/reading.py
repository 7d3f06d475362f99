"""Checks of a source's pages: their order, going on from each of them, and a pass in which nothing changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from connectors.sdk.documents import Failure, Page, Upsert
from connectors.sdk.errors import HeadwaterError
from connectors.sdk.testing.kit import Case, Check, check
from connectors.sdk.testing.memory import Catalog, MemoryState, collect


@check("Pages carry JSON checkpoints; listing pages cover the ids one range after another, from end to end.")
async def pages(case: Case) -> list[str]:
    wrong: list[str] = []
    found: set[str] = set()
    async with case.opened() as source:
        for partition in await source.partitions():
            catalog = await collect(source, partition=partition, fetch=False)
            found |= set(catalog.documents)
            wrong += _page_problems(catalog.pages)
            if len(catalog.pages) < case.pages:
                wrong.append(f"a full pass made {len(catalog.pages)} pages, the case promises {case.pages}")
    if case.expected_documents is not None and found != case.expected_documents:
        missing, extra = sorted(case.expected_documents - found), sorted(found - case.expected_documents)
        wrong.append(f"a full pass misses {missing[:5]} and has {extra[:5]} that were not expected")
    return wrong


def _page_problems(pages: Sequence[Page]) -> list[str]:
    wrong: list[str] = []
    seen: set[str] = set()
    for number, page in enumerate(pages, 1):
        try:
            back = json.loads(json.dumps(page.checkpoint))
        except (TypeError, ValueError) as error:
            back = f"an error: {error}"
        if not isinstance(page.checkpoint, dict) or back != page.checkpoint:
            wrong.append(f"page {number}: the checkpoint is not a JSON object, read back it is {back}")
        if msgspec.json.decode(msgspec.json.encode(page), type=Page) != page:
            wrong.append(f"page {number}: it does not survive being encoded")
        ids = [change.ref.source_id for change in page.changes if isinstance(change, Upsert)]
        if twice := seen.intersection(ids) or len(ids) - len(set(ids)):
            wrong.append(f"page {number}: documents come twice in one pass: {twice}")
        seen.update(ids)
        if page.kind == "delta" and page.covers is not None:
            wrong.append(f"page {number}: a delta page has covers, it can't know what is gone")
        if page.covers is not None and (outside := [each for each in ids if not _within(page, each)]):
            wrong.append(f"page {number}: {outside[:3]} are outside of what it covers")
    return wrong + _cover_problems(pages)


def _within(page: Page, source_id: str) -> bool:
    assert page.covers is not None
    after, through = page.covers.after, page.covers.through
    return (after is None or source_id > after) and (through is None or source_id <= through)


def _cover_problems(pages: Sequence[Page]) -> list[str]:
    """Ranges must follow each other; a gap is allowed after a failure, or where a page is known to be unchanged."""
    wrong: list[str] = []
    position: str | None = None
    may_skip, open_end, listed = False, False, False
    for number, page in enumerate(pages, 1):
        may_skip = may_skip or bool(page.unchanged)
        if page.covers is None:
            continue
        after, through = page.covers.after, page.covers.through
        if open_end:
            wrong.append(f"page {number}: an earlier page already covered everything to the end")
        elif (after or "") < (position or ""):
            wrong.append(f"page {number}: covers begin after {after!r}, before the end of the last ones, {position!r}")
        elif after != position and not may_skip:
            wrong.append(
                f"page {number}: covers begin after {after!r}, so deletions after {position!r} are never found"
            )
        if after is not None and through is not None and through < after:
            wrong.append(f"page {number}: covers end before they begin")
        position, listed, open_end = through, True, through is None
        may_skip = any(isinstance(change, Failure) for change in page.changes)
    if listed and not open_end and not may_skip:
        wrong.append("no listing page is open at the end, so deletions there are never found")
    return wrong


@check("Stopped after any page, a later run goes on from its checkpoint: nothing is lost, nothing read twice.")
async def resume(case: Case) -> list[str]:
    wrong: list[str] = []
    async with case.opened() as source:
        partitions = await source.partitions()
    for partition in partitions:
        boundaries: list[Catalog] = []
        async with case.opened() as source:
            full = await collect(source, partition=partition, snapshots=boundaries)
        for number, boundary in enumerate(boundaries[:-1], 1):
            async with case.opened() as source:
                resumed = await collect(source, catalog=boundary, partition=partition)
            if resumed.documents != full.documents:
                lost = sorted(set(full.documents) - set(resumed.documents))
                extra = sorted(set(resumed.documents) - set(full.documents))
                wrong.append(f"going on after page {number} of {len(boundaries)} loses {lost[:5]}, adds {extra[:5]}")
            before = {_id(change) for page in full.pages[: number - 1] for change in page.changes}
            again = before.intersection(_id(change) for page in resumed.pages for change in page.changes)
            if again:
                wrong.append(f"going on after page {number} reads {len(again)} documents of earlier pages again")
    return wrong


def _id(change: Any) -> str:
    return str(change.ref.source_id) if isinstance(change, Upsert) else str(change.source_id)


@check("A checkpoint that can't be read leads to a full pass or an error of the family, never to fewer documents.")
async def strange_checkpoint(case: Case) -> list[str]:
    wrong: list[str] = []
    async with case.opened() as source:
        partition = (await source.partitions())[0]
        full = await collect(source, partition=partition, fetch=False)
    for strange in ({}, {"no_such_key": [1, 2]}):
        async with case.opened() as source:
            try:
                found = await collect(source, catalog=Catalog(checkpoint=strange), partition=partition, fetch=False)
            except HeadwaterError:
                continue
            except Exception as error:
                wrong.append(f"read from {strange} raises {type(error).__name__}, outside of the family")
                continue
        if lost := sorted(set(full.documents) - set(found.documents)):
            wrong.append(f"read from {strange} with an empty state loses {lost[:5]}")
    return wrong


@check("A second pass over what did not change needs no fetch, from the last checkpoint and from the start.")
async def unchanged(case: Case) -> list[str]:
    wrong: list[str] = []
    async with case.opened() as source:
        partitions = await source.partitions()
    for partition in partitions:
        async with case.opened() as source:
            first = await collect(source, partition=partition)
        scratch = first.copy()
        scratch.checkpoint, scratch.state = None, MemoryState()
        for how, catalog in (("from the last checkpoint", first.copy()), ("from the start", scratch)):
            async with case.opened() as source:
                second = await collect(source, catalog=catalog, partition=partition)
            if second.fetched:
                wrong.append(f"a second pass {how} fetches {second.fetched[:5]} again")
            if second.documents != first.documents:
                wrong.append(f"a second pass {how} changes the catalog, although nothing changed at the source")
    return wrong


READING_CHECKS: list[Check] = [pages, resume, strange_checkpoint, unchanged]
