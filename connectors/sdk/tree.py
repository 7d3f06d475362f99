"""Pages out of a tree of folders: one walk for every source whose service lists folder by folder.

The walk goes depth first in the order of the whole paths' bytes, so that a page is authoritative for a range of ids and
a checkpoint is just the last path. Folders ahead are listed meanwhile, because each costs a round trip. A folder that
can't be read is one failed item and a gap between the covers of two pages: nothing below it counts as gone.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import NamedTuple, TypeAlias

from connectors.sdk.documents import Change, Covers, DocumentRef, Failure, Json, Node, Page, Progress, Upsert
from connectors.sdk.errors import AuthError, ErrorInfo, HeadwaterError, NotFound, RateLimited
from connectors.sdk.files import FileFilter, media_type, title

PAGE_DOCUMENTS = 1_000
PAGE_ENTRIES = 10_000  # a page ends here too, so that the checkpoint moves on through what the filters leave out
_END = "\U0010ffff"  # sorts after every name: "folder/" + _END ends the range of what is below the folder


class Entry(NamedTuple):
    """One name in a folder, as its service tells it. `error` says why the entry can't be a document or be entered."""

    name: str
    folder: bool = False
    size: int | None = None
    fingerprint: str | None = None
    updated_at: float | None = None
    created_at: float | None = None
    media_type: str = ""
    error: ErrorInfo | None = None

    @property
    def key(self) -> str:
        """What orders the entries of a folder as their whole paths are ordered: `a.txt` comes before `a/b`."""
        return self.name + "/" if self.folder else self.name


ListFolder: TypeAlias = Callable[[str], Awaitable[list[Entry]]]
"""Lists a folder given as "" or `a/b/`; answers `ordered(...)`. Raises NotFound for one that is gone."""


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """The entries in the walk's order, each name once. Sorting is left to the lister, who may be in a thread."""
    return list({entry.key: entry for entry in sorted(entries, key=lambda entry: entry.key)}.values())


def folder_nodes(parent: str, entries: list[Entry]) -> list[Node]:
    """The folders among `entries` for `Source.discover`; a node's id and value are its path."""
    return [
        Node(id=parent + entry.name, title=entry.name, value=parent + entry.name, has_children=True)
        for entry in sorted(entries, key=lambda entry: entry.name.casefold())
        if entry.folder and not entry.error
    ]


async def tree_pages(
    list_folder: ListFolder,
    *,
    verify: Callable[[], Awaitable[None]],
    wanted: FileFilter,
    checkpoint: dict[str, Json] | None,
    url: Callable[[str], str | None] = lambda path: None,
    ahead: int = 8,
) -> AsyncGenerator[Page, None]:
    """Listing pages from `checkpoint` on; the last one's checkpoint starts the next pass from the beginning.

    `verify` raises when the tree as a whole is not there. It is asked when a folder fails, to tell a broken or deleted
    folder from a server that is down or a disk that was pulled out. `ahead` bounds the listings in flight.
    """
    after, seen = _position(checkpoint)
    walk = _Walk(list_folder, wanted, ahead, after)
    page = _Draft(after, seen)
    try:
        await walk.open("")
        while (step := walk.next()) is not None:
            path, entry = step
            if not entry.folder:
                if wanted.accepts(path):
                    page.add(path, _change(path, entry, wanted, url))
                else:
                    page.pass_over(path)
            elif wanted.enters(path):
                page.pass_over(path)
                error = entry.error or await _enter(walk, path, verify)
                if error is not None:
                    page.add(path, Failure(source_id=path, title=title(path), error=error))
                    yield page.finish(through=path, go_on=path + _END)
            if page.is_full:
                yield page.finish(through=page.reached, go_on=page.reached)
        yield page.finish(through=None, go_on=None)
    finally:
        await walk.close()


async def _enter(walk: _Walk, path: str, verify: Callable[[], Awaitable[None]]) -> ErrorInfo | None:
    """Opens a folder; answers why it could not be read. One that is gone is simply not there."""
    try:
        await walk.open(path)
    except (AuthError, RateLimited):
        raise  # the whole connection's trouble
    except HeadwaterError as error:
        await verify()
        return None if isinstance(error, NotFound) else error.info()
    return None


def _position(checkpoint: dict[str, Json] | None) -> tuple[str | None, int]:
    after, seen = (checkpoint or {}).get("after"), (checkpoint or {}).get("seen")
    if not isinstance(after, str):
        return None, 0
    return after, seen if isinstance(seen, int) else 0


def _change(path: str, entry: Entry, wanted: FileFilter, url: Callable[[str], str | None]) -> Change:
    if entry.error is not None:
        return Failure(source_id=path, title=title(path), error=entry.error)
    if (too_large := wanted.too_large(path, entry.size)) is not None:
        return too_large
    ref = DocumentRef(
        source_id=path,
        title=title(path),
        path=path,
        url=url(path),
        media_type=media_type(path) or entry.media_type,
        size=entry.size,
        created_at=entry.created_at,
        updated_at=entry.updated_at,
    )
    return Upsert(ref=ref, fingerprint=entry.fingerprint)


class _Draft:
    """The page being filled."""

    def __init__(self, after: str | None, seen: int) -> None:
        self._after = after
        self._seen = seen
        self._changes: list[Change] = []
        self._entries = 0
        self.reached = after or ""

    @property
    def is_full(self) -> bool:
        return len(self._changes) >= PAGE_DOCUMENTS or self._entries >= PAGE_ENTRIES

    def add(self, path: str, change: Change) -> None:
        self._changes.append(change)
        self._seen += isinstance(change, Upsert)
        self.pass_over(path)

    def pass_over(self, path: str) -> None:
        self._entries += 1
        self.reached = path

    def finish(self, *, through: str | None, go_on: str | None) -> Page:
        """The page up to `through`; the next one begins after `go_on` (None: this is the last)."""
        page = Page(
            kind="listing",
            changes=self._changes,
            covers=Covers(after=self._after, through=through),
            checkpoint={} if go_on is None else {"after": go_on, "seen": self._seen},
            progress=Progress(seen=self._seen),
        )
        self._changes, self._entries, self._after = [], 0, go_on
        return page


class _Frame:
    """An open folder: what of it is still to come."""

    def __init__(self, path: str, entries: list[Entry], after: str | None, wanted: FileFilter) -> None:
        self.path = path
        self.entries = entries
        self.next = _first(entries, after[len(path) :]) if after is not None and after.startswith(path) else 0
        below = (path + entry.key for entry in entries[self.next :] if entry.folder and not entry.error)
        self.folders = [folder for folder in below if wanted.enters(folder)]
        self.folders.reverse()  # popped from the end as they are listed ahead


def _first(entries: list[Entry], rest: str) -> int:
    """The index of the first entry that a walk going on after `rest` has to look at."""
    name, slash, below = rest.partition("/")
    if slash and below != _END:
        return bisect_left(entries, name + slash, key=lambda entry: entry.key)
    return bisect_right(entries, name + slash, key=lambda entry: entry.key)


class _Walk:
    """Depth first through the folders, listing those ahead."""

    def __init__(self, list_folder: ListFolder, wanted: FileFilter, ahead: int, after: str | None) -> None:
        self._list_folder = list_folder
        self._wanted = wanted
        self._ahead = ahead
        self._after = after
        self._frames: list[_Frame] = []
        self._tasks: dict[str, asyncio.Task[list[Entry]]] = {}

    async def open(self, folder: str) -> None:
        """Goes into `folder`, waiting for its listing."""
        if self._frames and self._frames[-1].folders[-1:] == [folder]:
            self._frames[-1].folders.pop()
        task = self._tasks.get(folder) or self._start(folder)
        self._list_ahead()
        try:
            entries = await task
        finally:
            if task.done():  # else we are being cancelled, and `close` waits for it
                del self._tasks[folder]
        self._frames.append(_Frame(folder, entries, self._after, self._wanted))

    def next(self) -> tuple[str, Entry] | None:
        """The next entry and its path, a folder's ending with `/`; None at the end."""
        while self._frames:
            frame = self._frames[-1]
            if frame.next < len(frame.entries):
                entry = frame.entries[frame.next]
                frame.next += 1
                return frame.path + entry.key, entry
            self._frames.pop()
        return None

    async def close(self) -> None:
        """Ends the listings under way, also those whose outcome nobody will ask for."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    def _list_ahead(self) -> None:
        for frame in reversed(self._frames):
            while frame.folders and len(self._tasks) < self._ahead:
                self._start(frame.folders.pop())

    def _start(self, folder: str) -> asyncio.Task[list[Entry]]:
        task = self._tasks[folder] = asyncio.create_task(self._listing(folder), name=f"list {folder or '/'}")
        return task

    async def _listing(self, folder: str) -> list[Entry]:
        return await self._list_folder(folder)
