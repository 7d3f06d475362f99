"""A pass over the listing: where it stands, how it goes on, and whether it may say that something is gone."""

from __future__ import annotations

import secrets
from typing import Literal

import msgspec

from connectors.sdk import ConfigError, Json, PermanentError
from connectors.sources._times import parse_time
from connectors.sources.rest_api.config import RestApiConfig
from connectors.sources.rest_api.listing import digest
from connectors.sources.rest_api.paging import Answer, At
from connectors.sources.rest_api.paths import find

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


class Passes:
    """Moves places. `visited` holds the digests of the places that this run has been at."""

    def __init__(self, config: RestApiConfig) -> None:
        self.config = config
        self.visited: set[str] = set()

    def begin(self, *, since: Json = None, again: str = "") -> Place:
        """A new pass, over everything or from `since` on."""
        self.visited.clear()
        first = self.config.pagination.first()
        return Place(token=secrets.token_hex(4), at=first, since=since, highest=since, again=again)

    def restore(self, checkpoint: dict[str, Json]) -> Place | None:
        """The place to go on from, a new pass after one that is over; None for a checkpoint that can't be read."""
        try:
            place = msgspec.convert(checkpoint, Place)
        except msgspec.ValidationError:
            return None
        if place.phase != "over":
            return place
        return self.begin(since=place.highest if self.config.poll_parameter else None)

    def advance(self, answer: Answer, place: Place) -> Place:
        """The place after `answer`; its phase is "over" where the listing ends."""
        following = self._following(answer, place)
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

    def _following(self, answer: Answer, place: Place) -> At | None:
        """The next place. Raises when the API goes round in circles instead of on."""
        if answer.refused is not None:
            return None
        following = self.config.pagination.following(place.at, answer)
        if following is None:
            return None
        self.visited.add(digest([place.at]))
        if digest([following]) in self.visited:
            raise PermanentError(
                "The API leads back to a page that was already read",
                where=answer.url,
                remedy="Check under Paging where the next cursor or link is found.",
                detail=str(following)[:300],
                code="paging_loop",
            )
        if answer.items and digest(answer.items) == place.digest:
            raise paging_ignored(answer, place.pages + 1)
        return following

    def gap(self, answer: Answer, place: Place) -> PermanentError | None:
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

    def limit(self) -> PermanentError:
        """The page limit, reached."""
        return PermanentError(
            f"Stopped after {self.config.max_pages} pages, before the listing ended",
            where=self.config.url,
            remedy="The next run goes on from here. Raise 'Most pages per run' to read more at once.",
            code="page_limit",
        )

    def higher(self, highest: Json, item: Json, now: float) -> Json:
        """The later of what was remembered and the item's time. A time in the future is a mistake, not a watermark."""
        if not self.config.poll_timestamp_field:
            return None
        value = find(self.config.poll_timestamp_field, item)
        moment = parse_time(value)
        if moment is None or moment > now + DAY:
            return highest
        known = parse_time(highest)
        return value if known is None or moment > known else highest


def paging_ignored(answer: Answer, number: int) -> ConfigError:
    """The same page came twice in a row."""
    return ConfigError(
        f"Page {number} is the same as the one before: the API ignores the paging parameter",
        pointer="/pagination",
        where=answer.url,
        remedy="Look up in the API's manual how it pages, and set Paging accordingly.",
        code="paging_ignored",
    )
