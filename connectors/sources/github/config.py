"""The form: how to sign in, which repositories, what of them. And where a server's API is."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from connectors.sdk import AccountScope, Authorization, ConnectorConfig, FileFilters, Secret, option, wanted_scopes
from connectors.sources._web import WebAddress, authority

GITHUB = "https://github.com"
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
        help="Fine-grained: allow reading Contents, Issues, Pull requests and Discussions. Classic: the scope `repo`, "
        "or none for public repositories.",
        effect="tuning",
        order=1,
    )

    def authorization(self, host: str) -> Authorization:
        return Authorization(kind="bearer", params={"token": self.token}, hosts=(host,))


class Account(ConnectorConfig):
    """An account that is signed in through the browser."""

    model_config = ConfigDict(title="Signed-in account")

    method: Literal["account"] = "account"
    account: str = option(
        ..., title="Account", effect="tuning", order=1, account="github", scopes=(PICKING,), min_length=1
    )

    def authorization(self, host: str) -> Authorization:
        return Authorization(kind="account", params={"account": self.account}, hosts=(host,))


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
    files: bool = option(
        False,
        title="Files",
        help="Documents and code of one branch, tag or commit. A wiki can't be read: GitHub has no API for it.",
        order=7,
        group=CONTENT,
    )
    ref: str = option(
        "",
        title="Branch, tag or commit",
        help="Where the files are taken from. Empty: each repository's default branch.",
        order=8,
        group=CONTENT,
        max_length=255,
        options="refs",
        depends=("/base_url", "/auth", "/repositories"),
    )
    filters: FileFilters = option(FileFilters(), title="Filters for files", order=9)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.issues or self.pull_requests or self.discussions or self.releases or self.files):
            raise ValueError("choose at least one thing to sync")
        return self

    @property
    def api(self) -> str:
        """The address of the REST API, without a slash at its end."""
        return addresses(self.base_url)[0]

    @property
    def graphql(self) -> str:
        """The address of the GraphQL API."""
        return addresses(self.base_url)[1]

    def authorization(self) -> Authorization:
        """The credential goes to the API alone."""
        found = self.auth.authorization(authority(self.api))
        return msgspec.structs.replace(found, scopes=wanted_scopes(self)) if found.kind == "account" else found


def addresses(base_url: str) -> tuple[str, str]:
    """REST and GraphQL of a server, whether its web address or its API's was typed."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").removeprefix("www.")
    if host in ("github.com", "api.github.com"):
        return "https://api.github.com", "https://api.github.com/graphql"
    if host.endswith(".ghe.com"):
        api = f"{parts.scheme}://api.{host.removeprefix('api.')}"
        return api, f"{api}/graphql"
    origin = f"{parts.scheme}://{parts.netloc}"
    return f"{origin}/api/v3", f"{origin}/api/graphql"
