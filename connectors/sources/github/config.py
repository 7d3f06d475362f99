"""The form: how to sign in, which repositories, what of them. And where a server's API is."""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple, Self
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from connectors.sdk import AccountScope, Authorization, ConnectorConfig, FileFilters, Secret, option, wanted_scopes
from connectors.sources._web import WebAddress, authority

GITHUB = "https://github.com"
GIT_USER = "x-access-token"  # under which GitHub takes any kind of token as a password
PRIVATE = AccountScope(
    "repo", "Read private repositories, and who may see them. GitHub has no read-only scope for this."
)
PICKING = AccountScope("read:org", "List the organizations whose repositories can be picked.", needed=False)
CONTENT = "What to sync"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?/(?:\*|[A-Za-z0-9._-]+)")


class Token(ConnectorConfig):
    """A personal access token, classic or fine-grained."""

    model_config = ConfigDict(title="Personal access token")

    method: Literal["token"] = "token"
    token: Secret = option(
        ...,
        title="Token",
        help="Fine-grained: allow reading Contents (releases, wikis, files), Issues, Pull requests and Discussions. "
        "Classic: the scope `repo`, or none for public repositories.",
        effect="tuning",
        order=1,
    )

    def authorization(self, hosts: tuple[str, ...]) -> Authorization:
        return Authorization(kind="bearer", params={"token": self.token, "git_user": GIT_USER}, hosts=hosts)


class Account(ConnectorConfig):
    """An account that is signed in through the browser."""

    model_config = ConfigDict(title="Signed-in account")

    method: Literal["account"] = "account"
    account: str = option(
        ..., title="Account", effect="tuning", order=1, account="github", scopes=(PICKING,), min_length=1
    )

    def authorization(self, hosts: tuple[str, ...]) -> Authorization:
        return Authorization(kind="account", params={"account": self.account, "git_user": GIT_USER}, hosts=hosts)


def _repository(text: str) -> str:
    """`owner/name` of what was typed or pasted, or a ValueError that says what is wrong with it."""
    name = text.strip()
    if "://" in name:
        name = "/".join(urlsplit(name).path.strip("/").split("/")[:2])
    name = name.strip("/").removesuffix(".git")
    if not _NAME.fullmatch(name) or name.endswith(("/.", "/..")):
        raise ValueError("write a repository as owner/name, or owner/* for all of an owner's")
    return name


RepositoryName = Annotated[str, AfterValidator(_repository)]


class GitHubConfig(ConnectorConfig):
    """Which repositories, and what of them."""

    base_url: WebAddress = option(
        GITHUB,
        title="Server",
        help="Change it for GitHub Enterprise, e.g. https://github.example.com.",
        order=0,
        group="Sign-in",
        advanced=True,
    )
    auth: Annotated[Token | Account, Field(discriminator="method")] = option(
        ..., title="Sign-in", effect="tuning", order=1, group="Sign-in"
    )
    repositories: list[RepositoryName] = option(
        ...,
        title="Repositories",
        help="As `owner/name`. `owner/*` takes all of an owner's, also those that are made later.",
        order=2,
        group=CONTENT,
        tree=True,
        options="repositories",
        depends=("/base_url", "/auth"),
        examples=[["octo-org/handbook"]],
        min_length=1,
    )
    private: bool = option(
        True,
        title="Private repositories",
        help="Off: `owner/*` takes only the public ones, and an account need not be allowed to read private ones.",
        order=2,
        group=CONTENT,
        scopes=(PRIVATE,),
    )
    issues: bool = option(True, title="Issues", help="With their comments.", order=3, group=CONTENT)
    pull_requests: bool = option(
        True, title="Pull requests", help="With comments, reviews and review comments.", order=4, group=CONTENT
    )
    discussions: bool = option(True, title="Discussions", help="With comments and replies.", order=5, group=CONTENT)
    releases: bool = option(True, title="Releases", help="Their notes, not their files.", order=6, group=CONTENT)
    wiki: bool = option(
        True,
        title="Wiki",
        help="Its pages, and the files beside them. Of the filters, Exclude and Largest file hold for them too.",
        order=7,
        group=CONTENT,
    )
    files: bool = option(
        False,
        title="Files",
        help="Documents and code of one branch, tag or commit.",
        order=8,
        group=CONTENT,
    )
    ref: str = option(
        "",
        title="Branch, tag or commit",
        help="Where the files are taken from. Empty: each repository's default branch.",
        order=9,
        group=CONTENT,
        max_length=255,
        options="refs",
        depends=("/base_url", "/auth", "/repositories"),
    )
    filters: FileFilters = option(FileFilters(), title="Filters for files", order=10)

    @model_validator(mode="after")
    def _something(self) -> Self:
        wanted = (self.issues, self.pull_requests, self.discussions, self.releases, self.wiki, self.files)
        if not any(wanted):
            raise ValueError("choose at least one thing to sync")
        return self

    @property
    def api(self) -> str:
        """The address of the REST API, without a slash at its end."""
        return addresses(self.base_url).rest

    @property
    def graphql(self) -> str:
        """The address of the GraphQL API."""
        return addresses(self.base_url).graphql

    @property
    def origins(self) -> list[str]:
        """What is talked to: the API, and for wikis the server itself, where Git is spoken."""
        found = addresses(self.base_url)
        return [found.rest, found.web] if self.wiki else [found.rest]

    def wiki_url(self, repository: str) -> str:
        """Where the Git repository of a repository's wiki is."""
        return f"{addresses(self.base_url).web}/{repository}.wiki.git"

    def authorization(self) -> Authorization:
        """The credential goes to what is talked to, and nowhere else."""
        found = self.auth.authorization(tuple(dict.fromkeys(map(authority, self.origins))))
        return msgspec.structs.replace(found, scopes=wanted_scopes(self)) if found.kind == "account" else found


class Addresses(NamedTuple):
    """Where a server is: its two APIs, and itself."""

    rest: str
    graphql: str
    web: str


def addresses(base_url: str) -> Addresses:
    """All of a server, whether its web address or its API's was typed."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").removeprefix("www.")
    if host in ("github.com", "api.github.com"):
        return Addresses("https://api.github.com", "https://api.github.com/graphql", GITHUB)
    if host.endswith(".ghe.com"):
        tenant = host.removeprefix("api.")
        api = f"{parts.scheme}://api.{tenant}"
        return Addresses(api, f"{api}/graphql", f"{parts.scheme}://{tenant}")
    origin = f"{parts.scheme}://{parts.netloc}"
    return Addresses(f"{origin}/api/v3", f"{origin}/api/graphql", origin)
