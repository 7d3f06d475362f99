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
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Literal

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
from connectors.sources._times import parse_time
from connectors.sources._web import endpoint
from connectors.sources.rest_api.config import ClientCredentials, RestApiConfig
from connectors.sources.rest_api.items import read_item
from connectors.sources.rest_api.listing import Listing, digest
from connectors.sources.rest_api.paging import Answer, At
from connectors.sources.rest_api.paths import find
from connectors.sources.rest_api.trial import Trial

MARK = "item/"
SWEEP_PAGE = 500  # deletions per page
SWEEP_BREATH = 500  # marks looked at before the loop gets a turn
DAY = 86400.0


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The checkpoint: where a pass stands.

    `token` names the pass in the marks. `since` is what it asks from, None for everything; `highest` what it has seen.
    `whole` falls with the first gap. `again` is the token of the reading that this one repeats.
    """

    token: str
    phase: Literal["read", "sweep", "over"] = "read"
    at: At = {}
    since: Json = None
    highest: Json = None
    pages: int = 0
    seen: int = 0
    total: int | None = None
    digest: str = ""
    whole: bool = True
    again: str = ""


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of an id: the pass that saw it last, and its fingerprint's beginning."""

    token: str
    fingerprint: str


class RestApiSource(Source[RestApiConfig]):
    """Reads the listing page by page; documents carry their text along."""

    spec = SourceSpec(
        type="rest_api",
        title="REST API",
        summary="Items of any JSON API, with paging, sign-in and a template for the text.",
        group="Web",
        icon="rest",
        auth=("none", "header", "bearer", "basic", "oauth2_client_credentials"),
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
        place = self._restore(checkpoint)
        resumed = place.pages > 0
        visited: set[str] = set()
        budget = self.config.max_pages
        while place.phase == "read":
            if budget == 0:
                yield Page(
                    changes=[Failure(source_id=None, error=self._stopped().info())],
                    checkpoint=msgspec.to_builtins(place),
                )
                return
            budget -= 1
            try:
                answer = await self.listing.ask(place.at, since=place.since, first=place.pages == 0)
            except HeadwaterError as error:
                if resumed and error.category in ("permanent", "config"):  # most often a cursor that has expired
                    self.context.log.info("The API knows the kept place no more: reading from the start")
                    place, resumed = self._begin(since=place.since), False
                    continue
                raise
            resumed = False
            read = await asyncio.to_thread(self._documents, answer, place)  # a long page of HTML takes its time
            changes, place = self._take(answer, read, place, state, visited)
            if place.phase == "sweep":
                place = await self._after(place, state)
                visited.clear()
            progress = Progress(seen=place.seen, total=place.total)
            yield Page(changes=changes, checkpoint=msgspec.to_builtins(place), progress=progress)
            if place.phase == "read" and self.config.request_delay:
                await self.context.clock.sleep(self.config.request_delay)
        while place.phase == "sweep":
            gone = await self._unmarked(place, state, SWEEP_PAGE)
            for source_id in gone:
                state.delete(MARK + source_id)
            if len(gone) < SWEEP_PAGE:
                place = msgspec.structs.replace(place, phase="over")
            yield Page(changes=[Delete(source_id) for source_id in gone], checkpoint=msgspec.to_builtins(place))

    async def fetch(self, ref: DocumentRef) -> Content:
        """The item's text, by asking for the page on which it was listed: an API need not have an address per item."""
        place: dict[str, Json] = (
            msgspec.json.decode(ref.handle) if ref.handle else {"at": self.config.pagination.first()}
        )
        answer = await self.listing.ask(place["at"], since=place.get("since"))
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
        """All ids, asked without regard to what is new. Raises rather than leave one out."""
        place = self._begin()
        visited: set[str] = set()
        while place.phase == "read":
            if place.pages == self.config.max_pages:
                raise self._stopped()
            answer = await self.listing.ask(place.at, first=place.pages == 0)
            items = await asyncio.to_thread(
                lambda found: [read_item(self.config, item) for item in found], answer.items
            )
            place = self._advance(answer, place, visited)
            if place.phase == "over" and (gap := self._gap(answer, place)):
                raise gap
            yield [SlimRef(item.ref.source_id, item.fingerprint) for item in items]

    def _restore(self, checkpoint: dict[str, Json] | None) -> Place:
        """The place to go on from; a checkpoint that can't be read means a pass over everything."""
        if checkpoint is None:
            return self._begin()
        try:
            place = msgspec.convert(checkpoint, Place)
        except msgspec.ValidationError:
            self.context.log.warning("The checkpoint can't be read: reading everything")
            return self._begin()
        if place.phase != "over":
            return place
        return self._begin(since=place.highest if self.config.poll_parameter else None)

    def _begin(self, *, since: Json = None, again: str = "") -> Place:
        return Place(
            token=secrets.token_hex(4), at=self.config.pagination.first(), since=since, highest=since, again=again
        )

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
        self, answer: Answer, read: list[Upsert | Failure], place: Place, state: State, visited: set[str]
    ) -> tuple[list[Change], Place]:
        """The changes of one answer, and the place after it."""
        changes: list[Change] = []
        whole, highest = place.whole, place.highest
        for item, document in zip(answer.items, read, strict=True):
            if isinstance(document, Failure):
                # Such an item fails until it or the configuration changes, and is then listed anew: the watermark
                # may pass it. It may be one that we know, though: nothing can be said about what is gone.
                changes.append(document)
                whole = False
                continue
            highest = self._higher(highest, item)
            key = MARK + document.ref.source_id
            mark = Mark(place.token, (document.fingerprint or "")[:16])
            known = msgspec.json.decode(kept, type=Mark) if (kept := state.get(key)) else Mark("", "")
            if known.token == place.token and place.since is None:
                if known.fingerprint != mark.fingerprint:
                    changes.append(self._twice(document.ref))
                continue
            state.put(key, msgspec.json.encode(mark))
            if known.token not in (place.token, place.again) or known.fingerprint != mark.fingerprint:
                changes.append(document)
        place = msgspec.structs.replace(self._advance(answer, place, visited), highest=highest, whole=whole)
        if place.phase == "read":
            return changes, place
        if gap := self._gap(answer, place):
            changes.append(Failure(source_id=None, error=gap.info()))
            return changes, msgspec.structs.replace(place, highest=place.since)
        return changes, msgspec.structs.replace(place, phase="sweep" if whole and place.since is None else "over")

    async def _after(self, place: Place, state: State) -> Place:
        """What follows a whole reading: nothing, the sweep, or first a second look (see the module)."""
        if not await self._unmarked(place, state, 1):
            return msgspec.structs.replace(place, phase="over")
        if self.config.pagination.shifts and place.pages > 2 and not place.again:  # the last page is empty
            again = self._begin(again=place.token)
            return msgspec.structs.replace(again, highest=place.highest)
        return place

    async def _unmarked(self, place: Place, state: State, most: int) -> list[str]:
        """Up to `most` known ids that neither this reading nor the one it repeats has seen."""
        found: list[str] = []
        for number, key in enumerate(state.keys(MARK), 1):
            if number % SWEEP_BREATH == 0:
                await self.context.clock.sleep(0)
            kept = state.get(key)
            if kept and msgspec.json.decode(kept, type=Mark).token not in (place.token, place.again):
                found.append(key.removeprefix(MARK))
                if len(found) == most:
                    break
        return found

    def _advance(self, answer: Answer, place: Place, visited: set[str]) -> Place:
        """The place after `answer`; its phase is "over" where the listing ends."""
        following = self._following(answer, place, visited)
        total = self.config.pagination.total(answer)
        return msgspec.structs.replace(
            place,
            phase="over" if following is None else "read",
            at=following or {},
            pages=place.pages + 1,
            seen=place.seen + len(answer.items),
            total=place.total if total is None else total,
            digest=digest(answer.items),
        )

    def _following(self, answer: Answer, place: Place, visited: set[str]) -> At | None:
        """The next place. Raises when the API goes round in circles instead of on."""
        if answer.refused is not None:
            return None
        following = self.config.pagination.following(place.at, answer)
        if following is None:
            return None
        visited.add(digest([place.at]))
        if digest([following]) in visited:
            raise PermanentError(
                "The API leads back to a page that was already read",
                where=answer.url,
                remedy="Check under Paging where the next cursor or link is found.",
                detail=str(following)[:300],
                code="paging_loop",
            )
        if answer.items and digest(answer.items) == place.digest:
            raise PermanentError(
                f"Page {place.pages + 1} is the same as the one before: the API ignores the paging parameter",
                where=answer.url,
                remedy="Look up in the API's manual how it pages, and set Paging accordingly.",
                code="paging_ignored",
            )
        return following

    def _gap(self, answer: Answer, place: Place) -> PermanentError | None:
        """Why a listing that has ended is not whole. A 404 beyond the last page is how many APIs say that it is."""
        if answer.refused not in (None, 404):
            return PermanentError(
                f"The API refused page {place.pages} with {answer.refused}: the rest of the listing was not read",
                where=answer.url,
                remedy="Many APIs page only so far. Narrow the listing by query parameters, or page by cursor or link.",
                code="page_refused",
            )
        if place.total is not None and place.seen < place.total:
            return PermanentError(
                f"The API tells of {place.total} items and listed {place.seen}",
                where=answer.url,
                remedy="Check that the total counts the same items, or clear Total under Paging.",
                code="listing_incomplete",
            )
        return None

    def _stopped(self) -> PermanentError:
        return PermanentError(
            f"Stopped after {self.config.max_pages} pages, before the listing ended",
            where=self.config.url,
            remedy="The next run goes on from here. Raise 'Most pages per run' to read more at once.",
            code="page_limit",
        )

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

    def _higher(self, highest: Json, item: Json) -> Json:
        """The later of what was remembered and the item's time. A time in the future is a mistake, not a watermark."""
        if not self.config.poll_timestamp_field:
            return None
        value = find(self.config.poll_timestamp_field, item)
        moment = parse_time(value)
        if moment is None or moment > self.context.clock.now() + DAY:
            return highest
        known = parse_time(highest)
        return value if known is None or moment > known else highest
