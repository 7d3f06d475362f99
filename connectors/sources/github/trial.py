"""The connection test: GitHub answers, who we are there, what the token may do, and each thing that is to be synced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from connectors.sdk import (
    ConfigError,
    HeadwaterError,
    NotFound,
    PermanentError,
    PermissionDenied,
    Probe,
    Response,
    Warn,
    wanted_scopes,
)
from connectors.sources.github.client import GitHub, document
from connectors.sources.github.config import PICKING, GitHubConfig
from connectors.sources.github.part import Part
from connectors.sources.github.repository import Repositories

SHOWN = 5
OPENED = 50  # of those that are named one by one
_IMPLIED = {"read:org": {"write:org", "admin:org"}}


class Trial:
    """The probes of one connection."""

    def __init__(self, config: GitHubConfig, github: GitHub, repositories: Repositories, parts: Sequence[Part]) -> None:
        self._config = config
        self._github = github
        self._repositories = repositories
        self._parts = parts
        self._user: Response | None = None

    def probes(self) -> Sequence[Probe]:
        return [
            Probe("api", "Reach the API and sign in", self._sign_in),
            Probe("scopes", "Check what the credential may do", self._scopes),
            Probe("repositories", "Open the repositories", self._open),
            *(Probe(part.name, f"Read: {part.title}", self._reader(part)) for part in self._parts),
        ]

    async def _sign_in(self) -> str:
        try:
            self._user = await self._github.get("/user")
            user = document(self._user, "login")
        except PermanentError as error:
            raise self._no_api(error) from error
        return f"Signed in at {self._github.api} as {user['login']}"

    def _no_api(self, error: HeadwaterError) -> ConfigError:
        return ConfigError(
            "There is no API of GitHub at this address",
            pointer="/base_url",
            where=self._github.api,
            remedy="Enter the server's web address, such as https://github.example.com.",
            detail=error.detail,
            code="not_github",
        )

    async def _scopes(self) -> str:
        answer = self._user or await self._github.get("/user")
        told = answer.headers.get("x-oauth-scopes")
        if told is None:
            return "The credential has its permissions per repository; the next steps try them"
        scopes = {scope.strip() for scope in told.split(",") if scope.strip()}
        missing = [
            f"{scope.name} ({scope.purpose.rstrip('.')})"
            for scope in (*wanted_scopes(self._config), PICKING)
            if not scopes & {scope.name, *_IMPLIED.get(scope.name, set())}
        ]
        if missing:
            raise Warn(
                f"The credential lacks: {'; '.join(dict.fromkeys(missing))}",
                remedy="Nothing to do if only public repositories are synced; else make one with these scopes.",
            )
        return f"Scopes: {', '.join(sorted(scopes))}"

    async def _open(self) -> str:
        names = await self._repositories.names(self._config.repositories)
        if not names:
            raise Warn("There is no repository in this selection", remedy="Nothing is synced until the owner has one.")
        private = 0
        named = [name for name in self._config.repositories if not name.endswith("/*")]
        for name in {**dict.fromkeys(named[:OPENED]), **dict.fromkeys(names[:SHOWN])}:
            try:
                private += (await self._repositories.get(name)).visibility != "public"
            except NotFound as error:
                raise ConfigError(
                    f"There is no repository {name}, or the credential may not read it",
                    pointer="/repositories",
                    where=name,
                    remedy=error.remedy,
                    detail=error.detail,
                    code="repository_not_found",
                ) from error
        shown = ", ".join([*names[:SHOWN], "…"] if len(names) > SHOWN else names)
        return f"{shown}; {private} of those opened not public" if private else shown

    def _reader(self, part: Part) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            names = (await self._repositories.names(self._config.repositories))[:SHOWN]
            for name in names:
                repository = await self._repositories.get(name)
                try:
                    await part.look(repository)
                except PermissionDenied as error:
                    if error.remedy.startswith("Allow the token"):
                        error.remedy = f"Allow the token to read: {part.permission}."
                    raise
            return f"Readable in {', '.join(names)}" if names else "Nothing to read"

        return read
