"""Files of one branch, tag or commit: the whole tree in one answer, or folder by folder where it is too large for that.

A file's fingerprint is its blob, so that a commit makes new only what it changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import Any
from urllib.parse import quote

from connectors.sdk import (
    N_,
    Content,
    DocumentRef,
    FileFilters,
    Json,
    NotFound,
    Page,
    Response,
    SlimRef,
    State,
    StreamedResponse,
)
from connectors.sdk.files import FileFilter, capped
from connectors.sdk.tree import Entry, ordered, tree_pages
from connectors.sources.github.client import GitHub, document
from connectors.sources.github.part import Tags, all_below, below, check_kept_here
from connectors.sources.github.repository import Repository

EMPTY = frozenset({409})  # a repository without a commit
WHOLE = 1024 * 1024  # from here on a file is streamed
_SYMLINK = "120000"


class Files:
    """The files of a repository that pass the filters."""

    name = "files"
    title = N_("Files")
    permission = "Contents"

    def __init__(self, github: GitHub, *, ref: str, filters: FileFilters) -> None:
        self._github = github
        self._ref = ref
        self._wanted = FileFilter(filters)

    async def read(
        self, repository: Repository, checkpoint: dict[str, Json] | None, state: State
    ) -> AsyncGenerator[Page, None]:
        """The tree in the order of its paths, unless it is the one of the last pass."""
        at = checkpoint or {"full": True}
        tags, path = Tags(state), self._path(repository)
        tag = tags.known(path) if at.get("over") else ""
        tree = _Tree(self._github, repository, path)
        if not await tree.open(tag):
            yield Page(changes=[], checkpoint=at)
            return
        # What has changed since a pass began that goes on now is seen by the next one, which asks with that pass's tag.
        begun = str(at.get("tag", "")) if "after" in at else tree.tag
        where = f"{repository.url}/blob/{quote(self._ref or repository.branch)}/"
        pages = tree_pages(
            tree.list_folder,
            verify=tree.verify,
            wanted=self._wanted,
            checkpoint=at,
            url=lambda path: where + quote(path),
        )
        async with aclosing(pages):
            async for page in pages:
                if page.checkpoint:
                    here = {**page.checkpoint, "full": bool(at.get("full")), "tag": begun}
                else:
                    tags.keep(path, begun)
                    here = {"over": True}
                yield below(repository, self.name, page, here)

    async def enumerate(self, repository: Repository) -> AsyncIterator[list[SlimRef]]:
        """All of them. Raises rather than leave out a folder."""
        tree = _Tree(self._github, repository, self._path(repository))
        await tree.open("")
        pages = tree_pages(tree.list_folder, verify=tree.verify, wanted=self._wanted, checkpoint=None)
        async for found in all_below(repository, self.name, pages):
            yield found

    async def look(self, repository: Repository) -> None:
        """The top folder."""
        await self._github.get(self._path(repository), accept=EMPTY)

    async def fetch(self, ref: DocumentRef, repository: str, key: str) -> Content:
        """The very bytes of the version that was listed."""
        name, _, blob = repository.partition("@")
        url = f"{self._github.api}/repos/{name}/git/blobs/{blob}"
        path = key.partition("/")[2]
        if ref.size is not None and ref.size < WHOLE:
            with self._github.explaining():
                answer = await self._github.http.get(url, headers=self._github.raw, max_bytes=self._wanted.max_bytes)
            check_kept_here(answer.body, path)
            return Content(answer.body, size=len(answer.body))
        async with AsyncExitStack() as stack:
            with self._github.explaining():
                streamed = await stack.enter_async_context(
                    self._github.http.stream("GET", url, headers=self._github.raw)
                )
            return Content(self._chunks(streamed, path, stack.pop_all()))

    async def _chunks(self, answer: StreamedResponse, path: str, held: AsyncExitStack) -> AsyncIterator[bytes]:
        async with held, aclosing(capped(answer.chunks(), self._wanted.max_bytes, path=path)) as body:
            async for chunk in body:
                yield chunk

    def _path(self, repository: Repository) -> str:
        return f"{repository.path}/git/trees/{quote(self._ref or repository.branch, safe='')}"


class _Tree:
    """A tree as folders of entries."""

    def __init__(self, github: GitHub, repository: Repository, path: str) -> None:
        self._github = github
        self._repository = repository
        self._path = path
        self._folders: dict[str, list[Entry]] = {}
        self._trees: dict[str, str] = {}  # folders that are still to be listed, and their trees
        self.tag = ""

    async def open(self, tag: str) -> bool:
        """Asks for the whole. False when it is the one that `tag` names."""
        try:
            answer = await self._github.get(self._path, params={"recursive": "1"}, etag=tag, accept=EMPTY)
        except NotFound as error:
            raise NotFound(
                "There is no such branch, tag or commit",
                where=self._path.removeprefix("/repos/"),
                remedy="Check “Branch, tag or commit”; leave it empty for the default branch.",
                detail=error.detail,
            ) from error
        if answer.status == 304:
            return False
        if answer.status == 409:
            self._folders[""] = []
            return True
        self.tag = answer.headers.get("etag", "")
        await asyncio.to_thread(self._take, answer)  # up to a hundred thousand entries
        return True

    async def list_folder(self, folder: str) -> list[Entry]:
        """The entries of `a/b/`, asked for where the tree came without them."""
        if folder in self._folders:
            return ordered(self._folders.pop(folder))
        tree = self._trees.pop(folder, None)
        if tree is None:
            return []
        answer = await self._github.get(f"{self._repository.path}/git/trees/{tree}")
        found = []
        for item in document(answer, "tree")["tree"]:
            if item["type"] == "tree":
                self._trees[f"{folder}{item['path']}/"] = str(item["sha"])
            if (entry := _entry(item, str(item["path"]))) is not None:
                found.append(entry)
        return ordered(found)

    async def verify(self) -> None:
        """The repository is still there."""
        await self._github.get(self._repository.path)

    def _take(self, answer: Response) -> None:
        found = document(answer, "sha", "tree", "truncated")
        if found["truncated"]:
            self._trees[""] = str(found["sha"])
            return
        self._folders[""] = []
        for item in found["tree"]:
            folder, slash, name = str(item["path"]).rpartition("/")
            if (entry := _entry(item, name)) is not None:
                self._folders.setdefault(folder + slash, []).append(entry)


def _entry(item: dict[str, Any], name: str) -> Entry | None:
    """A file or a folder; None for a link and for another repository within this one."""
    if item["type"] == "tree":
        return Entry(name, folder=True)
    if item["type"] != "blob" or item["mode"] == _SYMLINK:
        return None
    return Entry(name, size=item.get("size"), fingerprint=str(item["sha"]))
