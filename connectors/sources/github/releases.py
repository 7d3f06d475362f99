"""Releases: their notes. GitHub lists few of them, so that each pass compares all."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

from connectors.sdk import N_, Content, Covers, DocumentRef, Json, Page, SlimRef, State, TransientError, Upsert
from connectors.sources._times import parse_time
from connectors.sources.github.client import PER_PAGE, GitHub, document, has_next, items
from connectors.sources.github.part import TEXT, Tags, login, restored
from connectors.sources.github.repository import Repository
from connectors.sources.github.text import names, thread

LOOKS = 4


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last ID told in this pass, "" between two passes."""

    after: str = ""
    full: bool = False
    over: bool = False


class Releases:
    """The published releases of a repository."""

    name = "releases"
    title = N_("Releases")
    permission = "Contents"

    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def read(
        self, repository: Repository, checkpoint: dict[str, Json] | None, state: State
    ) -> AsyncGenerator[Page, None]:
        """All releases in the order of their IDs, unless none has changed."""
        place = restored(checkpoint, Place) or Place(full=True)
        tags, path = Tags(state), f"{repository.path}/releases"
        tag = tags.known(path) if place.over else ""
        answer = await self._github.get(path, params={"per_page": PER_PAGE}, etag=tag)
        if answer.status == 304:
            yield Page(changes=[], checkpoint=msgspec.to_builtins(place))
            return
        found = items(answer)
        if has_next(answer):  # the first page's tag says nothing about the others
            found = await self._all(path)
        upserts = [self._upsert(repository, item) for item in found if not item["draft"]]
        upserts.sort(key=lambda upsert: upsert.ref.source_id)
        todo = [upsert for upsert in upserts if upsert.ref.source_id > place.after]
        after: str | None = place.after or None
        for start in range(0, len(todo) or 1, PER_PAGE):
            page = todo[start : start + PER_PAGE]
            last = start + PER_PAGE >= len(todo)
            through = None if last else page[-1].ref.source_id
            if last:
                tags.keep(path, "" if has_next(answer) else answer.headers.get("etag", ""))
            here = Place(over=True) if through is None else Place(after=through, full=place.full)
            yield Page(
                kind="listing",
                changes=list(page),
                covers=Covers(after=after, through=through),
                checkpoint=msgspec.to_builtins(here),
            )
            after = through

    async def enumerate(self, repository: Repository) -> AsyncIterator[list[SlimRef]]:
        """All of them."""
        found = await self._all(f"{repository.path}/releases")
        yield [SlimRef(_id(repository, item)) for item in found if not item["draft"]]

    async def look(self, repository: Repository) -> None:
        """One release."""
        await self._github.get(f"{repository.path}/releases", params={"per_page": 1})

    async def fetch(self, ref: DocumentRef, repository: str, key: str) -> Content:
        """The notes, for a host that has lost what the listing told."""
        item = document(await self._github.get(f"/repos/{repository}/{key}"), "id", "tag_name")
        return Content(_text(item), media_type=TEXT)

    async def _all(self, path: str) -> list[dict[str, Json]]:
        """The whole listing. It is paged by number, so that one of several pages is true only if it stands still."""
        before: list[Json] = []
        for _ in range(LOOKS):
            found = await self._github.listing(path)
            ids = [item["id"] for item in found]
            if len(found) <= PER_PAGE or ids == before:
                return found
            before = ids
        raise TransientError("The releases change while they are listed", where=path, remedy="It is tried again.")

    def _upsert(self, repository: Repository, item: dict[str, Json]) -> Upsert:
        ref = DocumentRef(
            source_id=_id(repository, item),
            title=str(item["name"] or item["tag_name"]),
            path=f"{repository.name}/releases/{item['tag_name']}.md",
            url=str(item["html_url"]),
            media_type=TEXT,
            created_at=parse_time(item["created_at"]),
            updated_at=parse_time(item.get("updated_at") or item["published_at"]),
            owner=login(item.get("author")),
            metadata={"repository": repository.name, "tag": item["tag_name"], "prerelease": item["prerelease"]},
            handle=repository.name,
        )
        text = _text(item)
        return Upsert(ref=ref, fingerprint=hashlib.sha256(text).hexdigest()[:32], content=text)


def _id(repository: Repository, item: dict[str, Json]) -> str:
    return f"{repository.id}/releases/{item['id']}"


def _text(item: dict[str, Json]) -> bytes:
    facts = [
        ("Release", item["tag_name"]),
        ("Author", login(item.get("author"))),
        ("Published", item["published_at"]),
        ("Prerelease", item["prerelease"]),
        ("Files", names(item.get("assets"))),
    ]
    return thread(str(item["name"] or item["tag_name"]), facts, item.get("body"))
