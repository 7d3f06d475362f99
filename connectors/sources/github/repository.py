"""The repositories of a connection: which they are, and who may see them."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from connectors.sdk import Access, ConfigError, Json, Log, NotFound, PermissionDenied
from connectors.sources.github.client import GitHub, document


class Repository(msgspec.Struct, frozen=True):
    """A repository as it is now. `id` outlives a change of name, so it begins the ids of documents."""

    id: int
    name: str
    url: str
    branch: str
    visibility: str
    has_issues: bool
    has_discussions: bool
    has_wiki: bool
    access: Access | None = None

    @property
    def path(self) -> str:
        """Where the API has it."""
        return f"/repos/{self.name}"

    @property
    def access_digest(self) -> str:
        """Changes when who may see it does."""
        return hashlib.sha256(msgspec.json.encode(self.access)).hexdigest()[:16]


class Repositories:
    """Looks repositories up, each once."""

    def __init__(self, github: GitHub, log: Log, *, private: bool = True) -> None:
        self._github = github
        self._log = log
        self._private = private
        self._found: dict[str, Repository] = {}
        self._owned: dict[str, list[str]] = {}

    async def get(self, name: str) -> Repository:
        """The repository of this name, or the one that had it before a change of name. Raises NotFound."""
        if name not in self._found:
            self._found[name] = await self._look_up(name)
        return self._found[name]

    async def names(self, wanted: list[str]) -> list[str]:
        """The wanted ones with `owner/*` resolved, each once, in the order in which they were given."""
        found: dict[str, str] = {}
        for name in wanted:
            owner, _, rest = name.partition("/")
            for each in await self.of_owner(owner) if rest == "*" else [name]:
                found.setdefault(each.lower(), each)
        return list(found.values())

    async def of_owner(self, owner: str) -> list[str]:
        """The names of an organization's or a person's repositories that the credential may see and that are wanted."""
        if owner not in self._owned:
            listed = await self.listed(owner)
            self._owned[owner] = sorted(str(one["full_name"]) for one in listed if self._private or not one["private"])
        return self._owned[owner]

    async def listed(self, owner: str) -> list[dict[str, Json]]:
        """An organization's repositories, our own with the private ones, or another person's public ones."""
        try:
            return await self._github.listing(f"/orgs/{owner}/repos")
        except NotFound:
            login = document(await self._github.get("/user"), "login")["login"]
        if str(login).lower() == owner.lower():
            return await self._github.listing("/user/repos", {"affiliation": "owner"})
        try:
            return await self._github.listing(f"/users/{owner}/repos")
        except NotFound as error:
            raise ConfigError(
                f"There is no owner {owner}",
                pointer="/repositories",
                where=owner,
                remedy="Write the name of an organization or a person before the slash.",
                code="owner_not_found",
            ) from error

    async def _look_up(self, name: str) -> Repository:
        found = document(await self._github.get(f"/repos/{name}"), "id", "full_name", "html_url", "private")
        visibility = str(found.get("visibility") or ("private" if found["private"] else "public"))
        full_name = str(found["full_name"])
        if full_name.lower() != name.lower():
            self._log.info(f"The repository {name} is now {full_name}")
        return Repository(
            id=int(found["id"]),
            name=full_name,
            url=str(found["html_url"]),
            branch=str(found.get("default_branch") or "main"),
            visibility=visibility,
            has_issues=bool(found.get("has_issues", True)),
            has_discussions=bool(found.get("has_discussions", True)),
            has_wiki=bool(found.get("has_wiki", True)),
            access=await self._access(full_name, visibility),
        )

    async def _access(self, name: str, visibility: str) -> Access | None:
        """Everybody for a public one; else its collaborators, which GitHub shows only to those who may write to it."""
        if visibility == "public":
            return Access(public=True)
        try:
            people: list[Any] = await self._github.listing(f"/repos/{name}/collaborators")
        except (PermissionDenied, NotFound):
            self._log.info(f"The credential may not see who has access to {name}")
            return None
        groups = ("internal",) if visibility == "internal" else ()
        return Access(users=tuple(sorted(str(person["login"]) for person in people)), groups=groups)
