"""GitHub's two APIs, and what their refusals mean."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connectors.sdk import (
    AuthError,
    Clock,
    HeadwaterError,
    Http,
    Json,
    NotFound,
    PermanentError,
    PermissionDenied,
    RateLimited,
    Response,
    TransientError,
)

PER_PAGE = 100
VERSION = "2022-11-28"
MINUTE = 60.0  # what GitHub asks for where it refuses by its secondary limits and names no time
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": VERSION}
_RAW = {**_HEADERS, "Accept": "application/vnd.github.raw+json"}


class GitHub:
    """Asks the REST API by path, and the GraphQL API by query."""

    def __init__(self, http: Http, clock: Clock, *, api: str, graphql: str) -> None:
        self.http = http
        self.api = api
        self._graphql = graphql
        self._clock = clock

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str | int | list[str]] | None = None,
        etag: str = "",
        accept: frozenset[int] = frozenset(),
    ) -> Response:
        """The answer. With an `etag`, its status is 304 when nothing changed; such an answer costs no quota."""
        headers = {**_HEADERS, "If-None-Match": etag} if etag else _HEADERS
        with self.explaining():
            return await self.http.get(self.api + path, params=params, headers=headers, accept=accept | {304})

    async def pages(
        self, path: str, params: Mapping[str, str | int] | None = None
    ) -> AsyncGenerator[list[dict[str, Json]], None]:
        """A whole listing, page by page."""
        page = 1
        while True:
            answer = await self.get(path, params={**(params or {}), "per_page": PER_PAGE, "page": page})
            yield items(answer)
            if not has_next(answer):
                return
            page += 1

    async def listing(self, path: str, params: Mapping[str, str | int] | None = None) -> list[dict[str, Json]]:
        """A whole listing at once, for short ones."""
        return [item async for page in self.pages(path, params) for item in page]

    async def query(self, text: str, **variables: Json) -> dict[str, Json]:
        """The data of a GraphQL answer."""
        with self.explaining():
            answer = await self.http.request(
                "POST",
                self._graphql,
                headers={"X-GitHub-Api-Version": VERSION},
                json={"query": text, "variables": variables},
                idempotent=True,  # it only reads
            )
            document = answer.json()
        if not isinstance(document, dict):
            raise PermanentError("The answer is not one of GraphQL", where=self._graphql, code="not_graphql")
        for error in document.get("errors") or []:
            raise self._graphql_error(error, answer)
        data: dict[str, Json] = document.get("data") or {}
        return data

    @property
    def raw(self) -> dict[str, str]:
        """Headers that ask for a file's bytes instead of a description."""
        return _RAW

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Says more about a refusal, where GitHub's answer does."""
        try:
            yield
        except PermissionDenied as error:
            raise self._refusal(error) from error
        except AuthError as error:
            if error.code != AuthError.default_code:  # an account's own trouble, which says more
                raise
            error.remedy = "The token has expired or was revoked: make a new one, or sign in to the account again."
            raise
        except NotFound as error:
            error.remedy = (
                "Check the name. GitHub answers the same for a private repository that the credential may not read."
            )
            raise

    def _refusal(self, error: PermissionDenied) -> HeadwaterError:
        told = _message(error.detail)
        if "rate limit" in told.lower():
            return RateLimited(
                "GitHub asks for fewer requests",
                retry_at=self._clock.now() + MINUTE,
                where=error.where,
                remedy="Nothing to do: it goes on by itself.",
                detail=error.detail,
            )
        if "SAML" in told:
            remedy = "Open the token at GitHub, choose Configure SSO, and authorize it for this organization."
        elif "not accessible by" in told or "repository not granted" in told:
            remedy = "Allow the token to read this: at GitHub, edit its repository permissions."
        else:
            remedy = error.remedy
        return PermissionDenied(
            told or error.what, where=error.where, remedy=remedy, detail=error.detail, code=error.code
        )

    def _graphql_error(self, error: Any, answer: Response) -> HeadwaterError:
        kind, told = str(error.get("type", "")), str(error.get("message", ""))[:300]
        where = self._graphql
        if kind in ("RATE_LIMIT", "RATE_LIMITED") or "rate limit" in told.lower():
            reset = answer.headers.get("x-ratelimit-reset", "")
            spent = answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal()
            retry_at = float(reset) if spent else self._clock.now() + MINUTE
            return RateLimited(told, retry_at=retry_at, where=where, remedy="Nothing to do: it goes on by itself.")
        if kind == "NOT_FOUND":
            return NotFound(told, where=where, remedy="Check the name, and whether the credential may read it.")
        if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
            return PermissionDenied(told, where=where, remedy="Allow the token to read discussions.")
        if told.startswith("Something went wrong"):
            return TransientError(told, where=where, remedy="It is tried again.", code="graphql_failed")
        return PermanentError(
            f"GitHub refused the query: {told}", where=where, detail=json.dumps(error)[:1000], code="graphql_refused"
        )


def document(answer: Response, *names: str) -> dict[str, Json]:
    """The object that was answered, which has to have these fields: something else may stand in GitHub's place."""
    found = answer.json()
    if not isinstance(found, dict) or any(name not in found for name in names):
        raise PermanentError(
            "The answer is not one of GitHub's", where=answer.url, detail=answer.text()[:300], code="not_github"
        )
    return found


def items(answer: Response) -> list[dict[str, Json]]:
    """The items of a listing's page."""
    found = answer.json()
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise PermanentError(
            "The answer is not a list", where=answer.url, detail=answer.text()[:300], code="not_a_list"
        )
    return found


def has_next(answer: Response) -> bool:
    """Whether the listing goes on after this page."""
    return 'rel="next"' in answer.headers.get("link", "")


def _message(detail: str) -> str:
    """What a refusal says: the API in JSON, Git in a line of plain text."""
    try:
        told = json.loads(detail)
    except ValueError:
        return "" if "<" in detail else detail.partition("\n")[0][:300]
    return str(told.get("message", "")) if isinstance(told, dict) else ""
