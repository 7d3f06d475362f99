"""The connection test and the form's live choices: both look at the first page, with the code of the sync."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from connectors.sdk import Json, Option, PermanentError, Probe, Warn, counted
from connectors.sources.rest_api.auth import NoAuth
from connectors.sources.rest_api.config import RestApiConfig
from connectors.sources.rest_api.items import read_item
from connectors.sources.rest_api.listing import Listing, digest
from connectors.sources.rest_api.paging import Answer, NoPaging
from connectors.sources.rest_api.passes import paging_ignored
from connectors.sources.rest_api.paths import fields, has, lists
from connectors.sources.rest_api.template import unknown_names

SAMPLED = 20  # items looked at for field names: rare fields appear, a long page costs nothing
SHOWN = 60


class Trial:
    """One look at the API. The first page is asked for once and kept for the steps that follow."""

    def __init__(self, config: RestApiConfig, listing: Listing) -> None:
        self.config = config
        self.listing = listing
        self._first: Answer | None = None

    def probes(self) -> Sequence[Probe]:
        """The steps above the network."""
        return [
            Probe("first_page", "Sign in and ask for the first page", self._first_page),
            Probe("items", "Find the items", self._items),
            Probe("fields", "Read the fields", self._fields),
            Probe("paging", "Go to the next page", self._paging),
        ]

    async def options(self, source: str) -> list[Option]:
        """The names that a field of the form may take, each with a sample."""
        if source == "fields":
            return [
                Option(value=name, label=name, help=_sample(value)) for name, value in (await self._known()).items()
            ]
        document = await self.listing.document()
        if source == "lists":
            return [Option(value=name, label=name) for name in lists(document)]
        if source == "scalars":
            found = {name: value for name, value in fields(document).items() if not isinstance(value, dict | list)}
            return [Option(value=name, label=name, help=_sample(value)) for name, value in found.items()]
        return []

    async def _page(self) -> Answer:
        if self._first is None:
            self._first = await self.listing.ask(self.config.pagination.first())
        return self._first

    async def _known(self) -> dict[str, Json]:
        """The fields of the first items with a value each."""
        known: dict[str, Json] = {}
        for item in (await self._page()).items[:SAMPLED]:
            for name, value in fields(item).items():
                if known.get(name) is None:
                    known[name] = value
        return known

    async def _first_page(self) -> str:
        self._first = None
        answer = await self._page()
        host = urlsplit(self.config.url)
        if host.scheme == "http" and not isinstance(self.config.auth, NoAuth) and not _is_local(host.hostname or ""):
            raise Warn(
                "The API answers, but the credential crosses the network unencrypted.",
                remedy="Use the https:// address if there is one.",
            )
        return f"{urlsplit(answer.url).hostname} answered in JSON."

    async def _items(self) -> str:
        answer = await self._page()
        if not answer.items:
            raise Warn(
                "The answer holds no items.",
                remedy="If there should be some, check the query parameters and 'List of items'.",
            )
        total = self.config.pagination.total(answer)
        items = counted(len(answer.items), "item")
        return f"{items} on the first page." if total is None else f"{items} on the first page, {total} in all."

    async def _fields(self) -> str:
        answer = await self._page()
        if not answer.items:
            raise Warn("There is no item to read fields from.", remedy="Test again when the API lists some.")
        ids: set[str] = set()
        for item in answer.items:
            document = read_item(self.config, item)
            if document.ref.source_id in ids:
                raise PermanentError(
                    f"Two items have the ID '{document.ref.source_id}'",
                    where=self.config.url,
                    remedy=f"Choose an ID field that is unique instead of '{self.config.id_field}'.",
                    code="duplicate_id",
                )
            ids.add(document.ref.source_id)
        known = await self._known()
        if missing := self._missing(answer.items, set(known)):
            raise Warn(
                f"No item has {', '.join(missing)}.", remedy=f"These fields exist: {', '.join(sorted(known)[:30])}."
            )
        sample = read_item(self.config, answer.items[0])
        if not (sample.content or b"").strip():
            raise Warn(
                f"'{sample.ref.title}' has no text.", remedy="Choose content fields that carry text, or a template."
            )
        return f"For example '{sample.ref.title}', {counted(len(sample.content or b''), 'byte')} of text."

    def _missing(self, items: list[Json], known: set[str]) -> list[str]:
        """Configured names that no item has."""
        config = self.config
        single = (config.title_field, config.url_field, config.timestamp_field, config.poll_timestamp_field)
        content = [] if config.content_template else config.content_fields
        chosen = [path for path in (*single, *content, *config.metadata_fields) if path]
        missing = [path for path in dict.fromkeys(chosen) if not any(has(path, item) for item in items)]
        if config.content_template:
            top = {name.split(".")[0] for name in known}
            missing += unknown_names(config.content_template, top)
        return missing

    async def _paging(self) -> str:
        answer = await self._page()
        paging = self.config.pagination
        following = paging.following(paging.first(), answer)
        if following is None:
            if isinstance(paging, NoPaging):
                return "Paging is off: one answer is taken as everything."
            return "The first page is the only one."
        second = await self.listing.ask(following, first=False)
        if answer.items and digest(second.items) == digest(answer.items):
            raise paging_ignored(second, 2)
        more = counted(len(second.items), "item")
        return f"{more} on the second page." if second.items else "The first page is the only one."


def _sample(value: Json) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
