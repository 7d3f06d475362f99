"""The ways an API hands out a long list: each knows its first request and how an answer leads to the next.

A place in the listing (`At`) is a small JSON object, so that it can stand in a checkpoint and a pass can go on from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias
from urllib.parse import urljoin, urlsplit, urlunsplit

from pydantic import ConfigDict, Field

from connectors.sdk import ConfigError, ConnectorConfig, Json, PermanentError, option
from connectors.sources._web import PORTS
from connectors.sources.rest_api.paths import JsonPath, find

At: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the listing: the whole document, the items in it, and what paging may need.

    `refused` is the status with which an API said that there is no such page."""

    document: Json
    items: list[Json]
    url: str
    link: str = ""
    refused: int | None = None


class _Paging(ConnectorConfig):
    """What all ways share. `shifts`: an item removed while we read moves the others, and one may slip past us."""

    shifts: ClassVar[bool] = False
    refusals: ClassVar[frozenset[int]] = frozenset()

    def first(self) -> At:
        return {}

    def parameters(self, at: At) -> dict[str, str | int]:
        return {}

    def following(self, at: At, answer: Answer) -> At | None:
        """The next place; None at the end of the listing."""
        return None

    def total(self, answer: Answer) -> int | None:
        """How many items there are in all, where the answer says so."""
        return None


class NoPaging(_Paging):
    """One request answers everything."""

    model_config = ConfigDict(title="None: one answer holds everything")

    method: Literal["none"] = "none"


class _Counted(_Paging):
    shifts: ClassVar[bool] = True
    refusals: ClassVar[frozenset[int]] = frozenset({400, 404, 416, 422})

    total_path: JsonPath = option(
        "",
        title="Total",
        help="Where the answer says how many items there are in all: shows progress, proves a listing whole.",
        advanced=True,
        order=9,
        examples=["total", "$.meta.total"],
    )

    def total(self, answer: Answer) -> int | None:
        found = find(self.total_path, answer.document) if self.total_path else None
        if isinstance(found, str) and found.isdecimal():
            return int(found)
        return found if isinstance(found, int) and not isinstance(found, bool) else None


class PagePaging(_Counted):
    """`?page=1`, `?page=2`, ... until a page is empty: a short page proves nothing, servers cap the size."""

    model_config = ConfigDict(title="Page number")

    method: Literal["page"] = "page"
    page_param: str = option("page", title="Page parameter", order=1, min_length=1)
    start_page: int = option(1, title="First page", order=2, ge=0)
    limit_param: str = option("", title="Page size parameter", help="Empty: not sent.", order=3, examples=["per_page"])
    limit: int = option(100, title="Page size", order=4, ge=1)  # scope: another size renumbers the pages

    def first(self) -> At:
        return {"page": self.start_page}

    def parameters(self, at: At) -> dict[str, str | int]:
        size: dict[str, str | int] = {self.limit_param: self.limit} if self.limit_param else {}
        return {self.page_param: at["page"], **size}

    def following(self, at: At, answer: Answer) -> At | None:
        return {"page": at["page"] + 1} if answer.items else None


class OffsetPaging(_Counted):
    """`?offset=0`, `?offset=100`, ... moved by what really came, until an answer is empty."""

    model_config = ConfigDict(title="Offset")

    method: Literal["offset"] = "offset"
    offset_param: str = option("offset", title="Offset parameter", order=1, min_length=1)
    start_offset: int = option(0, title="First offset", order=2, ge=0)
    limit_param: str = option("limit", title="Limit parameter", help="Empty: not sent.", order=3)
    limit: int = option(100, title="Limit", order=4, ge=1, effect="tuning")

    def first(self) -> At:
        return {"offset": self.start_offset}

    def parameters(self, at: At) -> dict[str, str | int]:
        size: dict[str, str | int] = {self.limit_param: self.limit} if self.limit_param else {}
        return {self.offset_param: at["offset"], **size}

    def following(self, at: At, answer: Answer) -> At | None:
        return {"offset": at["offset"] + len(answer.items)} if answer.items else None


class CursorPaging(_Paging):
    """Each answer names the cursor of the next; none, null or "" ends the listing."""

    model_config = ConfigDict(title="Cursor")

    method: Literal["cursor"] = "cursor"
    cursor_param: str = option("cursor", title="Cursor parameter", order=1, min_length=1)
    next_cursor_path: JsonPath = option(
        ...,
        title="Next cursor",
        help="Where the answer carries the next cursor.",
        order=2,
        min_length=1,
        options="scalars",
        depends=("/url",),
        examples=["next_cursor", "$.meta.next"],
    )
    initial_cursor: str = option("", title="First cursor", help="Empty: the first request has none.", order=3)
    limit_param: str = option("", title="Page size parameter", help="Empty: not sent.", order=4, examples=["limit"])
    limit: int = option(100, title="Page size", order=5, ge=1, effect="tuning")

    def first(self) -> At:
        return {"cursor": self.initial_cursor}

    def parameters(self, at: At) -> dict[str, str | int]:
        size: dict[str, str | int] = {self.limit_param: self.limit} if self.limit_param else {}
        return {self.cursor_param: at["cursor"], **size} if at["cursor"] != "" else size

    def following(self, at: At, answer: Answer) -> At | None:
        cursor = find(self.next_cursor_path, answer.document)
        if cursor is None or cursor is False or cursor == "":
            return None
        if isinstance(cursor, dict | list) or cursor is True:
            raise ConfigError(
                "The next cursor is not a text or a number",
                pointer="/pagination/next_cursor_path",
                where=answer.url,
                remedy=f"Let '{self.next_cursor_path}' lead to the cursor itself.",
            )
        return {"cursor": cursor}


class LinkPaging(_Paging):
    """Each answer carries the address of the next: in the Link header (RFC 8288), or in the body."""

    model_config = ConfigDict(title="Link to the next page")

    method: Literal["link"] = "link"
    next_link_path: JsonPath = option(
        "",
        title="Next address",
        help="Where the answer carries the next page's address. Empty: the Link header with rel=next.",
        order=1,
        options="scalars",
        depends=("/url",),
        examples=["next", "@odata.nextLink", "$.links.next"],
    )
    limit_param: str = option("", title="Page size parameter", help="Empty: not sent.", order=2, examples=["per_page"])
    limit: int = option(100, title="Page size", order=3, ge=1, effect="tuning")

    def parameters(self, at: At) -> dict[str, str | int]:
        return {self.limit_param: self.limit} if self.limit_param and "path" not in at else {}

    def following(self, at: At, answer: Answer) -> At | None:
        found = find(self.next_link_path, answer.document) if self.next_link_path else next_link(answer.link)
        return {"path": on_host(answer.url, str(found))} if found else None


Paging = Annotated[NoPaging | PagePaging | OffsetPaging | CursorPaging | LinkPaging, Field(discriminator="method")]


def next_link(header: str) -> str | None:
    """The target of `rel=next` in a Link header, relative as it may be."""
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", header):
        relation = re.search(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))", parameters, re.IGNORECASE)
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target)
    return None


def on_host(url: str, link: str) -> str:
    """Path and query of `link` as seen from `url`. It must stay on the host: the rest would be another's word.

    Servers behind a proxy often write http:// into their links; that is taken for https:// where `url` is."""
    base, found = urlsplit(url), urlsplit(urljoin(url, link))
    ports = (base.port or PORTS.get(base.scheme), found.port or PORTS.get(found.scheme))
    downgraded = base.scheme == "https" and found.scheme == "http" and found.port is None and base.port is None
    if found.hostname != base.hostname or (ports[0] != ports[1] and not downgraded):
        raise PermanentError(
            "The link to the next page leads to another host",
            where=urlunsplit(found._replace(query="", fragment="")),
            remedy="Enter the address under which the API names itself, or page another way.",
            code="foreign_link",
        )
    return urlunsplit(("", "", found.path or "/", found.query, ""))
