"""Issues and pull requests, which GitHub lists together, in the order in which they were last updated.

A page is asked for by the time at which the last one ended, not by its number: whatever is updated meanwhile moves to
the end of the order, and by number each such move would let one thread slip through between two pages. Only a second
that holds more threads than a page is paged by number, and that twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

from connectors.sdk import (
    N_,
    Content,
    DocumentRef,
    Json,
    NotFound,
    Page,
    PermanentError,
    Progress,
    SlimRef,
    State,
    Upsert,
)
from connectors.sources._times import parse_time
from connectors.sources.github.client import PER_PAGE, GitHub, document, has_next, items
from connectors.sources.github.part import TEXT, Tags, login, newer_than_listed, restored, since
from connectors.sources.github.repository import Repository
from connectors.sources.github.text import Said, comments, names, remarks, reviews, thread

_COUNTS = {"pulls": ("review_comments", "head", "base")}
GONE = frozenset({410})  # issues are turned off


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a pass stands: it asks for what was updated `at` that time or later.

    `told` are the numbers that were told already, and as of when. A second that is paged by number is looked at until
    it looks as it did `before`: then nothing has moved meanwhile."""

    at: str = ""
    page: int = 1
    told: dict[str, str] = {}
    look: str = ""
    before: str = ""
    seen: int = 0
    going: bool = False
    full: bool = False


_TITLES = N_({(True, True): "Issues and pull requests", (True, False): "Issues"})
"""By whether issues and pull requests are wanted."""


class Threads:
    """The issues and pull requests of a repository, as far as they are wanted."""

    name = "threads"
    permission = "Issues and Pull requests"

    def __init__(self, github: GitHub, *, issues: bool, pulls: bool) -> None:
        self._github = github
        self._kinds = {kind for kind, wanted in (("issues", issues), ("pulls", pulls)) if wanted}
        self.title = _TITLES.get((issues, pulls), N_("Pull requests"))

    async def read(
        self, repository: Repository, checkpoint: dict[str, Json] | None, state: State
    ) -> AsyncGenerator[Page, None]:
        """What was updated since the last pass, or everything."""
        place = restored(checkpoint, Place) or Place(full=True)
        if not place.going:
            place = Place(at=since(place.at), full=not place.at)
        tags = Tags(state)
        while True:
            first = not place.going
            question = f"{repository.name} {place.at}"
            tag = tags.known(question) if first and not place.full else ""
            answer, found = await self._ask(repository, place, tag)
            if answer == 304:
                assert checkpoint is not None
                yield Page(changes=[], checkpoint=checkpoint)
                return
            if first:
                tags.keep(question, found.tag)
            changes = [self._upsert(repository, item) for item in found.news if _kind(item) in self._kinds]
            place = found.next
            progress = Progress(seen=place.seen)
            yield Page(
                changes=list(changes),
                checkpoint=msgspec.to_builtins(place if place.going else Place(at=place.at)),
                progress=progress,
            )
            if not place.going:
                return

    async def enumerate(self, repository: Repository) -> AsyncIterator[list[SlimRef]]:
        """All of them."""
        place = Place()
        while True:
            _, found = await self._ask(repository, place, "")
            yield [SlimRef(_id(repository, item)) for item in found.news if _kind(item) in self._kinds]
            place = found.next
            if not place.going:
                return

    async def look(self, repository: Repository) -> None:
        """One thread."""
        await self._github.get(f"{repository.path}/issues", params={"state": "all", "per_page": 1}, accept=GONE)

    async def fetch(self, ref: DocumentRef, repository: str, key: str) -> Content:
        """The thread with everything that was said."""
        kind, _, number = key.partition("/")
        path = f"/repos/{repository}/{kind}/{number}"
        item = document(await self._github.get(path), "number", "updated_at", "comments", *_COUNTS.get(kind, ()))
        if str(item["number"]) != number:  # an issue that has moved: GitHub leads to where it is now
            raise NotFound(
                "The issue was moved to another repository", where=str(item["html_url"]), remedy="Sync that one too."
            )
        said = await self._said(f"/repos/{repository}", kind, number, item)
        fingerprint = _fingerprint(item) if newer_than_listed(ref, item["updated_at"]) else None
        return Content(_text(item, kind, said), fingerprint=fingerprint, media_type=TEXT)

    async def _said(self, path: str, kind: str, number: str, item: dict[str, Json]) -> list[Said]:
        said: list[Said] = []
        if item["comments"]:
            said += comments(await self._github.listing(f"{path}/issues/{number}/comments"))
        if kind == "pulls":
            said += reviews(await self._github.listing(f"{path}/pulls/{number}/reviews"))
            if item["review_comments"]:
                said += remarks(await self._github.listing(f"{path}/pulls/{number}/comments"))
        return sorted(said, key=lambda each: each.when)

    async def _ask(self, repository: Repository, place: Place, tag: str) -> tuple[int, _Found]:
        params: dict[str, str | int | list[str]] = {
            "state": "all", "sort": "updated", "direction": "asc", "per_page": PER_PAGE, "page": place.page
        }  # fmt: skip
        if place.at:
            params["since"] = place.at
        answer = await self._github.get(f"{repository.path}/issues", params=params, etag=tag, accept=GONE)
        if answer.status == 410 and "pulls" in self._kinds:
            raise PermanentError(
                "Issues are turned off in this repository, and its pull requests can't be listed without them",
                where=repository.name,
                remedy="Turn issues on in the repository's settings, or leave its pull requests out.",
                code="issues_off",
            )
        if answer.status in (304, 410):
            return answer.status, _Found([], msgspec.structs.replace(place, going=False), "")
        listed = items(answer)
        news = [item for item in listed if place.told.get(str(item["number"])) != item["updated_at"]]
        following = _after(place, listed, news, more=has_next(answer))
        alone = not following.going and len(listed) < PER_PAGE  # a tag says nothing about what comes after its page
        return answer.status, _Found(news, following, answer.headers.get("etag", "") if alone else "")

    def _upsert(self, repository: Repository, item: dict[str, Json]) -> Upsert:
        kind = _kind(item)
        labels, people = names(item["labels"]), names(item.get("assignees"), "login")
        metadata: dict[str, Json] = {
            "repository": repository.name,
            "number": item["number"],
            "state": item["state"],
            "labels": labels,
            "assignees": people,
            "milestone": (item.get("milestone") or {}).get("title"),
        }
        ref = DocumentRef(
            source_id=_id(repository, item),
            title=str(item["title"]),
            path=f"{repository.name}/{kind}/{item['number']}.md",
            url=str(item["html_url"]),
            media_type=TEXT,
            created_at=parse_time(item["created_at"]),
            updated_at=parse_time(item["updated_at"]),
            owner=login(item.get("user")),
            metadata={name: value for name, value in metadata.items() if value not in (None, [])},
            handle=repository.name,
        )
        whole = kind == "issues" and not item["comments"]  # then the listing already has everything
        return Upsert(ref=ref, fingerprint=_fingerprint(item), content=_text(item, kind, []) if whole else None)


class _Found(msgspec.Struct, frozen=True):
    """A page of the listing: what of it is new, the place after it, and its tag."""

    news: list[dict[str, Json]]
    next: Place
    tag: str


def _after(place: Place, listed: list[dict[str, Json]], news: list[dict[str, Json]], *, more: bool) -> Place:
    last = str(listed[-1]["updated_at"]) if listed else place.at
    told = {str(item["number"]): str(item["updated_at"]) for item in listed}
    seen = place.seen + len(news)
    here = msgspec.structs.replace(place, told={**place.told, **told}, look=_look(place, told), seen=seen, going=True)
    if more and last == place.at:
        return msgspec.structs.replace(here, page=place.page + 1)
    if place.page > 1 and here.look != place.before:
        return msgspec.structs.replace(here, page=1, look="", before=here.look)
    told = {number: moment for number, moment in told.items() if moment == last}
    return Place(at=last, told=told, seen=seen, going=more, full=place.full)


def _look(place: Place, listed: dict[str, str]) -> str:
    """A digest of what this look at a second has shown so far."""
    numbers = [number for number, moment in listed.items() if moment == place.at]
    return hashlib.sha256(f"{place.look} {place.page} {numbers}".encode()).hexdigest()[:16]


def _kind(item: dict[str, Json]) -> str:
    return "pulls" if item.get("pull_request") else "issues"


def _id(repository: Repository, item: dict[str, Json]) -> str:
    return f"{repository.id}/{_kind(item)}/{item['number']}"


def _fingerprint(item: dict[str, Json]) -> str:
    return f"{item['updated_at']} {item['comments']}"


def _text(item: dict[str, Json], kind: str, said: list[Said]) -> bytes:
    state = "merged" if item.get("merged_at") else item["state"]
    reason = item.get("state_reason")
    facts = [
        (
            "Pull request" if kind == "pulls" else "Issue",
            f"#{item['number']}, {state}{f' ({reason})' if reason else ''}",
        ),
        ("Author", login(item.get("user"))),
        ("Created", item["created_at"]),
        ("Labels", names(item["labels"])),
        ("Assignees", names(item.get("assignees"), "login")),
        ("Milestone", (item.get("milestone") or {}).get("title")),
        ("Draft", item.get("draft")),
        ("Merges", f"{item['head']['label']} into {item['base']['label']}" if kind == "pulls" else None),
    ]
    return thread(str(item["title"]), facts, item.get("body"), said)
