"""GitHub as a source: each kind of documents of each repository is a partition, and goes on where it stopped.

What becomes of what is gone. Files, wikis and releases are compared as a whole in each pass. Issues, pull requests and
discussions are asked for by what was updated; one that was deleted or moved away is found by a reconciling run.
A repository that can't be read is one failed item: its documents stay, and the other repositories go on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, ClassVar

import msgspec

from connectors.sdk import (
    N_,
    Access,
    AccessChanged,
    Authorization,
    Capability,
    Change,
    ConfigError,
    Content,
    Context,
    DocumentRef,
    Endpoint,
    Failure,
    Json,
    Node,
    NotFound,
    Option,
    Page,
    Partition,
    PermanentError,
    PermissionDenied,
    Probe,
    RateLimit,
    SlimRef,
    Source,
    SourceSpec,
    State,
    Upsert,
)
from connectors.sources._web import endpoint
from connectors.sources.github.client import GitHub, document
from connectors.sources.github.config import GITHUB, GitHubConfig
from connectors.sources.github.discussions import Discussions
from connectors.sources.github.files import Files
from connectors.sources.github.part import Part
from connectors.sources.github.releases import Releases
from connectors.sources.github.repository import Repositories, Repository
from connectors.sources.github.threads import Threads
from connectors.sources.github.trial import Trial
from connectors.sources.github.wiki import Wiki

_OWNER = "owner:"


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The checkpoint: the repository that it is about, who could see it, and where its part stands."""

    repository: int
    access: str
    at: dict[str, Json] = {}


class GitHubSource(Source[GitHubConfig]):
    """Reads the parts of each repository."""

    spec = SourceSpec(
        type="github",
        title="GitHub",
        summary="Issues, pull requests, discussions, releases, wikis and files of repositories.",
        group="Development",
        icon="github",
        auth=("bearer", "account"),
        capabilities=frozenset(
            {
                Capability.INCREMENTAL,
                Capability.DELETIONS,
                Capability.ENUMERATE,
                Capability.ACCESS,
                Capability.DISCOVER,
            }
        ),
        hosts=("api.github.com", "github.com"),
        rate_limits=(RateLimit(requests=900, seconds=60),),
        keywords=("git", "issues", "pull requests", "repository", "enterprise", "releases", "wiki", "code"),
        docs_url="https://docs.github.com/en/rest",
    )
    Config: ClassVar[type[GitHubConfig]] = GitHubConfig

    def __init__(self, config: GitHubConfig, context: Context) -> None:
        super().__init__(config, context)
        self.github = GitHub(context.http, context.clock, api=config.api, graphql=config.graphql)
        self.repositories = Repositories(self.github, context.log, private=config.private)
        parts: list[Part] = []
        if config.issues or config.pull_requests:
            parts.append(Threads(self.github, issues=config.issues, pulls=config.pull_requests))
        if config.discussions:
            parts.append(Discussions(self.github))
        if config.releases:
            parts.append(Releases(self.github))
        if config.wiki:
            parts.append(Wiki(self.github, address=config.wiki_url, filters=config.filters))
        if config.files:
            parts.append(Files(self.github, ref=config.ref, filters=config.filters))
        self.parts = {part.name: part for part in parts}

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        """What is talked to. github.com itself needs nobody's consent, a typed server does."""
        typed = config.base_url.rstrip("/") != GITHUB
        return list(dict.fromkeys(endpoint(origin, typed=typed) for origin in config.origins))

    @classmethod
    def authorization(cls, config: Any) -> Authorization | None:
        found: Authorization = config.authorization()
        return found

    def probes(self) -> Sequence[Probe]:
        return Trial(self.config, self.github, self.repositories, list(self.parts.values())).probes()

    async def discover(self, parent: str | None) -> list[Node]:
        """Owners, and below each its repositories. An owner is chosen as all of its repositories."""
        if parent is None:
            return [
                Node(id=_OWNER + owner, title=owner, value=f"{owner}/*", has_children=True, kind="owner")
                for owner in await self._owners()
            ]
        owner = parent.removeprefix(_OWNER)
        known = {str(each["full_name"]): each for each in await self._mine() if each["owner"]["login"] == owner}
        for each in await self.repositories.listed(owner):
            known.setdefault(str(each["full_name"]), each)
        return [
            Node(id=name, title=name.partition("/")[2], value=name, kind="repository", detail=_about(each))
            for name, each in sorted(known.items(), key=lambda found: found[0].casefold())
        ]

    async def options(self, source: str, values: dict[str, Json]) -> list[Option]:
        """`repositories` that the credential may read, or the branches (`refs`) of the first chosen one."""
        if source == "repositories":
            return [
                Option(
                    value=str(each["full_name"]),
                    label=str(each["full_name"]),
                    help=_about(each),
                    group=str(each["owner"]["login"]),
                )
                for each in await self._mine()
            ]
        chosen = [name for name in values.get("repositories") or [] if isinstance(name, str) and "*" not in name]
        if source != "refs" or not chosen:
            return []
        branches = await self.github.listing(f"/repos/{chosen[0]}/branches")
        return [Option(value=str(each["name"]), label=str(each["name"]), group="Branches") for each in branches]

    async def partitions(self) -> list[Partition]:
        """One for each part of each repository."""
        return [
            Partition(id=f"{name.lower()}#{part.name}", title=f"{name}: {part.title}")
            for name in await self.repositories.names(self.config.repositories)
            for part in self.parts.values()
        ]

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        """The part's pages, with who may see the repository."""
        name, part = self._part(partition)
        last = checkpoint or {}
        try:
            repository = await self.repositories.get(name)
            before = _place(last, repository)
            known = before.at or None
            async with aclosing(part.read(repository, known, state)) as pages:
                async for page in pages:
                    tell = not before.at or bool(before.at.get("full"))
                    last = msgspec.to_builtins(Place(repository.id, repository.access_digest, page.checkpoint))
                    changes = _with_access(page.changes, repository.access, tell=tell)
                    yield msgspec.structs.replace(page, changes=changes, checkpoint=last)
        except (PermissionDenied, PermanentError) as error:
            if error.code == "scope_missing":  # the account's trouble, not this repository's
                raise
            failure = Failure(source_id=None, error=error.info(), title=partition.title)
            yield Page(changes=[failure], checkpoint=last)

    async def enumerate(self, partition: Partition) -> AsyncIterator[list[SlimRef]]:
        """All IDs of the part, asked without regard to what is new."""
        name, part = self._part(partition)
        async for found in part.enumerate(await self.repositories.get(name)):
            yield found

    async def fetch(self, ref: DocumentRef) -> Content:
        """The document as it is now; a file as it was listed."""
        kind, _, _ = key = ref.source_id.partition("/")[2].partition("/")
        part = self.parts.get({"issues": "threads", "pulls": "threads"}.get(kind, kind))
        if part is None or not ref.handle:
            raise NotFound("This is not a document of GitHub's", where=ref.source_id, remedy="Sync again.")
        return await part.fetch(ref, ref.handle, "".join(key))

    def _part(self, partition: Partition) -> tuple[str, Part]:
        name, _, kind = partition.id.rpartition("#")
        part = self.parts.get(kind)
        if part is None:
            raise ConfigError("This part is not synced any more", where=partition.id, remedy="Sync again.")
        return name, part

    async def _mine(self) -> list[dict[str, Json]]:
        return await self.github.listing("/user/repos", {"sort": "full_name"})

    async def _owners(self) -> list[str]:
        login = str(document(await self.github.get("/user"), "login")["login"])
        found = {login, *(str(each["owner"]["login"]) for each in await self._mine())}
        try:
            found |= {str(each["login"]) for each in await self.github.listing("/user/orgs")}
        except PermissionDenied:
            self.context.log.info("The credential may not list organizations (scope read:org)")
        return sorted(found, key=str.casefold)


def _place(checkpoint: dict[str, Json], repository: Repository) -> Place:
    """Where to go on; from the start where the name now is another repository's, or other people may see it."""
    begin = Place(repository.id, repository.access_digest)
    try:
        place = msgspec.convert(checkpoint, Place)
    except msgspec.ValidationError:
        return begin
    return place if (place.repository, place.access) == (begin.repository, begin.access) else begin


def _with_access(changes: list[Change], access: Access | None, *, tell: bool) -> list[Change]:
    """The changes with who may see them. `tell` it also of documents that are known and have not changed."""
    if access is None:
        return changes
    found: list[Change] = []
    for change in changes:
        if isinstance(change, Upsert):
            found.append(msgspec.structs.replace(change, access=access))
            if tell:
                found.append(AccessChanged(change.ref.source_id, access))
        else:
            found.append(change)
    return found


def _about(repository: dict[str, Json]) -> str:
    about = str(repository.get("description") or "")
    if not repository.get("private"):
        return about
    return N_(f"Private. {about}") if about else N_("Private")
