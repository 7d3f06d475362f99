"""Deep links: `headwater open CONNECTION|RUN|DOCUMENT`, or the same as an address, `headwater://run/ID`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from widgets.pages.page import Place

if TYPE_CHECKING:
    from app.api import EngineApi

__all__ = ["SCHEME", "Link", "find_place", "parse"]

SCHEME = "headwater"
KINDS = ("connection", "run", "document", "account")
PAGES = ("sources", "library", "activity", "accounts", "settings")
LONGEST = 2000


@dataclass(frozen=True)
class Link:
    """What is to be opened: `ref` is an id, or a connection's name. Without `kind` it may be any of the kinds."""

    ref: str
    kind: str = ""


def parse(text: str) -> Link | None:
    """What a word or an address means; None if it is no address of ours. It comes from outside: nothing is trusted."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        return None
    if "://" not in text:
        return Link(text)
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() != SCHEME:
        return None
    kind, ref = parts.netloc.lower(), unquote(parts.path).strip("/")
    if kind in PAGES and not ref:
        return Link("", kind)
    return Link(ref, kind) if kind in KINDS and ref and ref.isprintable() else None


async def find_place(client: EngineApi, text: str) -> Place:
    """Where a link leads. Raises NotFound when it leads nowhere."""
    from connectors.sdk import NotFound

    link = parse(text)
    if link is not None and link.kind in PAGES:
        return Place(link.kind)
    for kind in (link.kind,) if link is not None and link.kind else KINDS:
        try:
            if link is not None:
                return await _find(client, kind, link.ref)
        except NotFound:
            continue
    raise NotFound(
        "There is nothing here by that name",
        where=text[:200],
        remedy="It may have been removed. Name a connection, or the id of a run or document.",
    )


async def _find(client: EngineApi, kind: str, ref: str) -> Place:
    if kind == "connection":
        return Place("connection", (await client.connection(ref)).id)
    if kind == "run":
        run = await client.run(ref)
        return Place("connection", run.connection_id, "runs", run.id)
    if kind == "document":
        return Place("library", "", "document", (await client.document(ref)).id)
    return Place("accounts", (await client.account(ref)).id)
