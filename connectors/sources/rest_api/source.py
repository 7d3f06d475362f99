"""Any JSON API that lists things.

How what is gone is found. The items come in an order of the API's own, so no page can speak for a range of ids. Pages
are deltas therefore, and `state` keeps one small mark per known id: the pass that saw it last and the fingerprint. A
pass that read the whole listing without a gap deletes, page by page, the ids that it did not mark. Nothing grows with
the listing but that store, and every page boundary is a place to go on from. A pass is not whole, and deletes nothing,
when it asked only for what is new, when an item had no usable id, or when the API refused a page or told a larger
total; one stopped by the page limit goes on in the next run and is whole once it reached the end. Paging by number has
a trap: when an item is removed meanwhile, the others move up and one slips between two pages. There, before anything
is deleted, the listing is read once more, and only what neither reading saw is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

import msgspec

from connectors.sdk import (
    Authorization,
    Capability,
    Change,
    Content,
    Context,
    Delete,
    DocumentRef,
    Endpoint,
    Failure,
    HeadwaterError,
    Json,
    NotFound,
    Option,
    Page,
    Partition,
    PermanentError,
    Probe,
    Progress,
    SlimRef,
    Source,
    SourceSpec,
    State,
    Upsert,
)
from connectors.sources._web import endpoint
from connectors.sources.rest_api.auth import ClientCredentials
from connectors.sources.rest_api.config import RestApiConfig
from connectors.sources.rest_api.items import read_item
from connectors.sources.rest_api.listing import Listing
from connectors.sources.rest_api.marks import Marks
from connectors.sources.rest_api.paging import Answer
from connectors.sources.rest_api.passes import Passes, Place
from connectors.sources.rest_api.paths import find
from connectors.sources.rest_api.trial import Trial

SWEEP_PAGE = 500  # deletions per page


class RestApiSource(Source[RestApiConfig]):
    """Reads the listing page by page; documents carry their text along."""

    spec = SourceSpec(
        type="rest_api",
        title="REST API",
        summary="Items of any JSON API, with paging, sign-in and a template for the text.",
        group="Web",
        icon="rest",
        auth=("none", "header", "bearer", "basic", "oauth2_client_credentials", "account"),
        capabilities=frozenset({Capability.INCREMENTAL, Capability.DELETIONS, Capability.ENUMERATE}),
        keywords=("api", "json", "http", "oauth2", "custom", "graphql", "web service"),
    )
    Config: ClassVar[type[RestApiConfig]] = RestApiConfig

    def __init__(self, config: RestApiConfig, context: Context) -> None:
        super().__init__(config, context)
        self.listing = Listing(config, context.http)

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        """The API, and the address that gives out tokens."""
        found = [endpoint(config.url)]
        if isinstance(config.auth, ClientCredentials):
            found.append(endpoint(config.auth.token_url))
        return found

    @classmethod
    def authorization(cls, config: Any) -> Authorization | None:
        """The chosen way, towards the API's own host and port."""
        found: Authorization | None = config.authorization()
        return found

    def probes(self) -> Sequence[Probe]:
        """The first page, what is in it, and whether paging moves."""
        return Trial(self.config, self.listing).probes()

    async def options(self, source: str, values: dict[str, Json]) -> list[Option]:
        """Names found on the first page: `fields` of the items, `lists` and `scalars` of the answer."""
        return await Trial(self.config, self.listing).options(source)

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        """One pass, or the rest of one."""
        marks, passes = Marks(state, self.context.clock), Passes(self.config)
        place = self._restored(passes, checkpoint)
        resumed = place.pages > 0
        budget = self.config.max_pages
        while place.phase == "read":
            if budget == 0:
                stopped = Failure(source_id=None, error=passes.limit().info())
                yield Page(changes=[stopped], checkpoint=msgspec.to_builtins(place))
                return
            budget -= 1
            try:
                answer = await self.listing.ask(place.at, since=place.since, first=place.pages == 0)
            except HeadwaterError as error:
                if resumed and error.category in ("permanent", "config"):  # most often a cursor that has expired
                    self.context.log.info("The API knows the kept place no more: reading from the start")
                    place, resumed = passes.begin(since=place.since), False
                    continue
                raise
            resumed = False
            read = await asyncio.to_thread(self._documents, answer, place)  # a long page of HTML takes its time
            changes, place = self._take(answer, read, place, marks, passes)
            if place.phase == "sweep":
                place = await self._after(place, marks, passes)
            progress = Progress(seen=place.seen, total=place.total)
            yield Page(changes=changes, checkpoint=msgspec.to_builtins(place), progress=progress)
            if place.phase == "read" and self.config.request_delay:
                await self.context.clock.sleep(self.config.request_delay)
        while place.phase == "sweep":
            gone = await marks.unseen(place, SWEEP_PAGE)
            for source_id in gone:
                marks.forget(source_id)
            if len(gone) < SWEEP_PAGE:
                place = msgspec.structs.replace(place, phase="over")
            yield Page(changes=[Delete(source_id) for source_id in gone], checkpoint=msgspec.to_builtins(place))

    async def fetch(self, ref: DocumentRef) -> Content:
        """The item's text, by asking for the page on which it was listed: an API need not have an address per item."""
        asked = msgspec.json.decode(ref.handle) if ref.handle else {"at": self.config.pagination.first()}
        answer = await self.listing.ask(asked["at"], since=asked.get("since"))
        for item in answer.items:
            if str(find(self.config.id_field, item)) == ref.source_id:
                found = read_item(self.config, item)
                return Content(found.content or b"", fingerprint=found.fingerprint)
        raise NotFound(
            "The item is not on its page any more",
            where=f"{self.config.url}, ID {ref.source_id}",
            remedy="Sync again: the listing tells where it is now.",
        )

    async def enumerate(self, partition: Partition) -> AsyncIterator[list[SlimRef]]:
        """All ids, asked without regard to what is new. Raises rather than leave one out; read twice where an item
        may slip between two pages."""
        passes = Passes(self.config)
        told: set[str] = set()
        for _ in range(2 if self.config.pagination.shifts else 1):
            place = passes.begin()
            while place.phase == "read":
                if place.pages == self.config.max_pages:
                    raise passes.limit()
                answer = await self.listing.ask(place.at, first=place.pages == 0)
                found = await asyncio.to_thread(
                    lambda items: [read_item(self.config, item) for item in items], answer.items
                )
                place = passes.advance(answer, place)
                if place.phase == "over" and (gap := passes.gap(answer, place)):
                    raise gap
                yield [SlimRef(one.ref.source_id, one.fingerprint) for one in found if one.ref.source_id not in told]
                told.update(one.ref.source_id for one in found)

    def _restored(self, passes: Passes, checkpoint: dict[str, Json] | None) -> Place:
        place = passes.restore(checkpoint) if checkpoint is not None else passes.begin()
        if place is None:
            self.context.log.warning("The checkpoint can't be read: reading everything")
        return place or passes.begin()

    def _documents(self, answer: Answer, place: Place) -> list[Upsert | Failure]:
        """What becomes of each item of an answer."""
        asked = {"at": place.at} if place.since is None else {"at": place.at, "since": place.since}
        handle = msgspec.json.encode(asked).decode()
        found: list[Upsert | Failure] = []
        for item in answer.items:
            try:
                found.append(read_item(self.config, item, handle=handle))
            except PermanentError as error:
                found.append(self._failure(item, error))
        return found

    def _take(
        self, answer: Answer, read: list[Upsert | Failure], place: Place, marks: Marks, passes: Passes
    ) -> tuple[list[Change], Place]:
        """The changes of one answer, and the place after it."""
        changes: list[Change] = []
        whole, highest, now = place.whole, place.highest, self.context.clock.now()
        for item, document in zip(answer.items, read, strict=True):
            if isinstance(document, Failure):
                # Such an item fails until it or the configuration changes, and is then listed anew: the watermark
                # may pass it. It may be one that we know, though: nothing can be said about what is gone.
                changes.append(document)
                whole = False
                continue
            highest = passes.higher(highest, item, now)
            seen = marks.see(document, place)
            if seen != "known":
                changes.append(document if seen == "news" else self._twice(document.ref))
        place = msgspec.structs.replace(passes.advance(answer, place), highest=highest, whole=whole)
        if place.phase == "read":
            return changes, place
        if gap := passes.gap(answer, place):
            changes.append(Failure(source_id=None, error=gap.info()))
            return changes, msgspec.structs.replace(place, highest=place.since)
        return changes, msgspec.structs.replace(place, phase="sweep" if whole and place.since is None else "over")

    async def _after(self, place: Place, marks: Marks, passes: Passes) -> Place:
        """What follows a whole reading: nothing, the sweep, or first a second look (see the module)."""
        if not await marks.unseen(place, 1):
            return msgspec.structs.replace(place, phase="over")
        if self.config.pagination.shifts and not place.again:
            return msgspec.structs.replace(passes.begin(again=place.token), highest=place.highest)
        return place

    def _failure(self, item: Json, error: HeadwaterError) -> Failure:
        found = find(self.config.id_field, item) if isinstance(item, dict) else None
        source_id = str(found) if isinstance(found, str | int | float) and str(found) else None
        return Failure(source_id=source_id, error=error.info())

    def _twice(self, ref: DocumentRef) -> Failure:
        error = PermanentError(
            "Two items share this ID; the first one was kept",
            where=ref.source_id,
            remedy=f"Choose an ID field that is unique instead of '{self.config.id_field}'.",
            code="duplicate_id",
        )
        return Failure(source_id=ref.source_id, error=error.info(), title=ref.title)
