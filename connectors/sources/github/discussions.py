"""Discussions, which only the GraphQL API has: newest first, as far back as the last pass."""

from __future__ import annotations

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
from connectors.sources.github.client import GitHub
from connectors.sources.github.part import TEXT, login, newer_than_listed, restored, since
from connectors.sources.github.repository import Repository
from connectors.sources.github.text import Said, names, thread

LIST = """
query List($owner: String!, $name: String!, $after: String, $first: Int!, $order: DiscussionOrder!) {
  repository(owner: $owner, name: $name) {
    discussions(first: $first, after: $after, orderBy: $order) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        number title body url createdAt updatedAt closed isAnswered
        author { login } category { name } labels(first: 20) { nodes { name } } comments { totalCount }
      }
    }
  }
}
"""
READ = """
query Read($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    discussion(number: $number) {
      number title body url createdAt updatedAt closed isAnswered
      author { login } category { name } labels(first: 20) { nodes { name } }
      comments(first: 50, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          body createdAt isAnswer author { login }
          replies(first: 100) { totalCount nodes { body createdAt author { login } } }
        }
      }
    }
  }
}
"""
FIRST = 50
LATEST = {"field": "UPDATED_AT", "direction": "DESC"}
STEADY = {"field": "CREATED_AT", "direction": "ASC"}  # no update moves a discussion past the cursor


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a pass stands: after which cursor, back to which time, and the newest time it has seen."""

    after: str = ""
    back_to: str = ""
    newest: str = ""
    seen: int = 0
    full: bool = False


class Discussions:
    """The discussions of a repository."""

    name = "discussions"
    title = N_("Discussions")
    permission = "Discussions"

    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def read(
        self, repository: Repository, checkpoint: dict[str, Json] | None, state: State
    ) -> AsyncGenerator[Page, None]:
        """What was updated since the last pass, or everything."""
        place = restored(checkpoint, Place) or Place(full=True)
        if not place.after:
            place = Place(back_to=since(place.newest), newest=place.newest, full=not place.newest)
        resumed = bool(place.after)
        while True:
            try:
                found = await self._list(repository, place.after, LATEST)
            except PermanentError:
                if not resumed:
                    raise
                place, resumed = Place(back_to=place.back_to, newest=place.back_to, full=place.full), False
                continue  # the kept cursor is not known any more
            resumed = False
            nodes = found["nodes"]
            news = [node for node in nodes if node["updatedAt"] >= place.back_to]
            newest = max([place.newest, *(str(node["updatedAt"]) for node in news)])
            more = found["pageInfo"]["hasNextPage"] and len(news) == len(nodes)
            place = msgspec.structs.replace(
                place, after=found["pageInfo"]["endCursor"] if more else "", newest=newest, seen=place.seen + len(news)
            )
            yield Page(
                changes=[self._upsert(repository, node) for node in news],
                checkpoint=msgspec.to_builtins(place if more else Place(newest=newest)),
                progress=Progress(seen=place.seen, total=found["totalCount"] if place.full else None),
            )
            if not more:
                return

    async def enumerate(self, repository: Repository) -> AsyncIterator[list[SlimRef]]:
        """All of them."""
        after = ""
        while True:
            found = await self._list(repository, after, STEADY)
            yield [SlimRef(_id(repository, node)) for node in found["nodes"]]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    async def look(self, repository: Repository) -> None:
        """One discussion."""
        await self._list(repository, "", LATEST, first=1)

    async def fetch(self, ref: DocumentRef, repository: str, key: str) -> Content:
        """The discussion with its comments and their replies."""
        owner, _, name = repository.partition("/")
        said: list[Said] = []
        after: str | None = None
        while True:
            data = await self._github.query(
                READ, owner=owner, name=name, number=int(key.rpartition("/")[2]), after=after
            )
            node = (data.get("repository") or {}).get("discussion")
            if node is None:
                raise NotFound("The discussion is gone", where=ref.url or ref.source_id)
            found = node["comments"]
            said += [each for comment in found["nodes"] for each in _said(comment)]
            if not found["pageInfo"]["hasNextPage"]:
                break
            after = found["pageInfo"]["endCursor"]
        fingerprint = _fingerprint(node) if newer_than_listed(ref, node["updatedAt"]) else None
        return Content(_text(node, said), fingerprint=fingerprint, media_type=TEXT)

    async def _list(
        self, repository: Repository, after: str, order: dict[str, Json], *, first: int = FIRST
    ) -> dict[str, Json]:
        if not repository.has_discussions:
            return {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        owner, _, name = repository.name.partition("/")
        data = await self._github.query(LIST, owner=owner, name=name, after=after or None, first=first, order=order)
        if data.get("repository") is None:
            raise NotFound("There is no such repository", where=repository.name)
        found: dict[str, Json] = data["repository"]["discussions"]
        return found

    def _upsert(self, repository: Repository, node: dict[str, Json]) -> Upsert:
        ref = DocumentRef(
            source_id=_id(repository, node),
            title=str(node["title"]),
            path=f"{repository.name}/discussions/{node['number']}.md",
            url=str(node["url"]),
            media_type=TEXT,
            created_at=parse_time(node["createdAt"]),
            updated_at=parse_time(node["updatedAt"]),
            owner=login(node["author"]),
            metadata={
                "repository": repository.name,
                "number": node["number"],
                "category": node["category"]["name"],
                "answered": bool(node["isAnswered"]),
            },
            handle=repository.name,
        )
        content = None if node["comments"]["totalCount"] else _text(node, [])
        return Upsert(ref=ref, fingerprint=_fingerprint(node), content=content)


def _said(comment: dict[str, Json]) -> list[Said]:
    how = "Answer" if comment["isAnswer"] else "Comment"
    replies = comment["replies"]
    said = [Said(str(comment["createdAt"]), how, login(comment["author"]), str(comment["body"]))]
    said += [
        Said(str(reply["createdAt"]), "Reply", login(reply["author"]), str(reply["body"]), level=3)
        for reply in replies["nodes"]
    ]
    if (more := replies["totalCount"] - len(replies["nodes"])) > 0:
        said[-1] = said[-1]._replace(body=f"{said[-1].body}\n\n({more} more replies are on GitHub.)")
    return said


def _id(repository: Repository, node: dict[str, Json]) -> str:
    return f"{repository.id}/discussions/{node['number']}"


def _fingerprint(node: dict[str, Json]) -> str:
    return f"{node['updatedAt']} {node['comments']['totalCount']}"


def _text(node: dict[str, Json], said: list[Said]) -> bytes:
    facts = [
        ("Discussion", f"#{node['number']}, {'closed' if node['closed'] else 'open'}"),
        ("Category", node["category"]["name"]),
        ("Author", login(node["author"])),
        ("Created", node["createdAt"]),
        ("Labels", names((node.get("labels") or {}).get("nodes"))),
        ("Answered", node["isAnswered"]),
    ]
    return thread(str(node["title"]), facts, node["body"], said)
