"""The wiki of a repository: a Git repository of its own beside it, which no API of GitHub's reads but Git does.

A pass asks for the current commit, and only where that is another than last time for its folders. A page's fingerprint
is its blob, so that an edit makes new only the page that it is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from connectors.sdk import N_, Content, DocumentRef, FileFilters, Json, NotFound, Page, SlimRef, State, TooLarge
from connectors.sdk.files import FileFilter, title
from connectors.sdk.tree import Entry, tree_pages
from connectors.sources.github.client import GitHub
from connectors.sources.github.part import all_below, below, check_kept_here, restored
from connectors.sources.github.repository import Repository

if TYPE_CHECKING:
    from connectors.sources.github.git import Remote

SMALL = 4 * 1024 * 1024
"""Git does not tell a file's size beforehand: what turns out to be larger is asked for again, one at a time."""

MARKUP = frozenset(
    {
        "adoc", "asc", "asciidoc", "creole", "markdown", "md", "mdown", "mediawiki", "mkd", "mkdn", "org", "pod",
        "rdoc", "rst", "textile", "wiki",
    }
)  # fmt: skip
"""The endings of pages; a wiki's other files are pictures and the like."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a pass stands: after which path. `tip` is the commit that was current when it began, "" for none, and
    `name` the repository's name, which is part of what is told of a page."""

    after: str | None = None
    seen: int = 0
    tip: str = ""
    name: str = ""
    full: bool = False
    over: bool = False


class Wiki:
    """The pages of a repository's wiki, and the files beside them."""

    name = "wiki"
    title = N_("Wiki")
    permission = "Contents"

    def __init__(self, github: GitHub, *, address: Callable[[str], str], filters: FileFilters) -> None:
        self._github = github
        self._address = address
        # What is to be included of a repository's folders says nothing about its wiki.
        self._wanted = FileFilter(filters.model_copy(update={"include": []}))
        self._one_large = asyncio.Semaphore()
        self._known: set[int] = set()

    async def read(
        self, repository: Repository, checkpoint: dict[str, Json] | None, state: State
    ) -> AsyncGenerator[Page, None]:
        """All pages in the order of their paths, unless none has changed since the last pass."""
        last = restored(checkpoint, Place) or Place(full=True)
        if last.tip:
            self._known.add(repository.id)
        wiki, tip = await self._head(repository)
        if last.over and (last.tip, last.name) == (tip, repository.name):
            yield Page(changes=[], checkpoint=msgspec.to_builtins(last))
            return
        place = Place(tip=tip, name=repository.name, full=last.full)
        if last.name and not last.over:
            place = last  # with the tip that it began with: what has changed since is left to the next pass
        pages = await self._pages(repository, wiki, tip, msgspec.to_builtins(place))
        async with aclosing(pages):
            async for page in pages:
                if page.checkpoint:
                    here = msgspec.structs.replace(place, **page.checkpoint)
                else:
                    here = Place(tip=place.tip, name=place.name, over=True)
                yield below(repository, self.name, page, msgspec.to_builtins(here), named=page_title)

    async def enumerate(self, repository: Repository) -> AsyncIterator[list[SlimRef]]:
        """All of them."""
        wiki, tip = await self._head(repository)
        async for found in all_below(repository, self.name, await self._pages(repository, wiki, tip, None)):
            yield found

    async def look(self, repository: Repository) -> None:
        """The current commit."""
        await self._head(repository)

    async def fetch(self, ref: DocumentRef, repository: str, key: str) -> Content:
        """The very bytes of the version that was listed."""
        name, _, blob = repository.partition("@")
        path, most = key.partition("/")[2], self._wanted.max_bytes
        wiki = self._remote(name, known=True)
        try:
            with self._github.explaining():
                try:
                    body = await wiki.file(blob, min(SMALL, most))
                except TooLarge:
                    async with self._one_large:
                        body = await wiki.file(blob, most)
        except TooLarge:
            self._wanted.check_size(path, most + 1)  # it says how to raise the limit
            raise
        check_kept_here(body, path)
        return Content(body, size=len(body))

    async def _head(self, repository: Repository) -> tuple[Remote, str]:
        """The wiki and its current commit, "" where there is none. GitHub makes the Git repository with the first page;
        but one that was there and is missing now is not to be taken for empty."""
        known = repository.id in self._known
        wiki = self._remote(repository.name, known=known)
        if not repository.has_wiki:
            return wiki, ""
        try:
            with self._github.explaining():
                return wiki, await wiki.head()
        except NotFound as error:
            if not known:
                return wiki, ""
            raise NotFound(
                "The wiki can't be found any more",
                where=repository.name,
                remedy="Check whether the credential may still read it. If it was given up, turn wikis off in the "
                "repository's settings at GitHub: then its pages are deleted here too.",
                detail=error.detail,
            ) from error

    def _remote(self, name: str, *, known: bool) -> Remote:
        from connectors.sources.github.git import Remote  # dulwich: only a wiki needs it

        return Remote(self._github.http, self._address(name), known=known)

    async def _pages(
        self, repository: Repository, wiki: Remote, tip: str, checkpoint: dict[str, Json] | None
    ) -> AsyncGenerator[Page, None]:
        with self._github.explaining():
            folders = await wiki.folders(tip) if tip else None

        async def list_folder(folder: str) -> list[Entry]:
            found = await folders.list_folder(folder) if folders is not None else []
            return [entry._replace(media_type="text/plain") if is_page(entry.name) else entry for entry in found]

        async def verify() -> None:
            """All folders came in one answer: there is nothing to ask for again."""

        return tree_pages(
            list_folder,
            verify=verify,
            wanted=self._wanted,
            checkpoint=checkpoint,
            url=lambda path: f"{repository.url}/wiki/{page_address(path)}",
        )


def is_page(path: str) -> bool:
    """Whether GitHub shows the file as a page."""
    return title(path).rpartition(".")[2].lower() in MARKUP


def page_title(path: str) -> str:
    """A page as GitHub titles it, a file by its name."""
    return title(path).rpartition(".")[0].replace("-", " ") if is_page(path) else title(path)


def page_address(path: str) -> str:
    """Where GitHub shows it, below the wiki's own address: a page by its name alone, whatever its folder."""
    return quote(title(path).rpartition(".")[0].replace(" ", "-") if is_page(path) else path)
