"""A pass over one part of Drive: list everything once, then follow the feed of changes.

Drive lists in no useful order, so what is listed is gathered in the state first, page by page, and then told in the
order of ids: each page covers a range, and what the catalog has there beyond it is gone. The feed's place is taken
before the listing begins, so that nothing falls between the two. Whatever the feed can't tell file by file (a folder
that moved, a shortcut, a forgotten place) leads to another listing, in which only what has changed is fetched.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from connectors.sdk import (
    Access,
    AccessChanged,
    Change,
    Covers,
    Delete,
    Json,
    Log,
    Page,
    Progress,
    State,
    TransientError,
    Upsert,
)
from connectors.sources.google_drive.access import AccessReader
from connectors.sources.google_drive.api import FOLDER, SHORTCUT, Drive, File
from connectors.sources.google_drive.api import Change as Event
from connectors.sources.google_drive.documents import Documents
from connectors.sources.google_drive.errors import TokenRefused
from connectors.sources.google_drive.gathered import Gathered
from connectors.sources.google_drive.tree import Tree
from connectors.sources.google_drive.walk import collect_picked, follow_shortcuts, walk

PAGE_DOCUMENTS = 1_000
_PASS = "pass"
_RESTARTS = 3

Stage = AsyncGenerator[Page, None]


class Pass:
    """One pass. `corpus` is a shared drive's id or "" for the account's own; `elsewhere` tells what another part
    syncs."""

    def __init__(
        self,
        drive: Drive,
        corpus: str,
        tree: Tree,
        documents: Documents,
        state: State,
        log: Log,
        elsewhere: Callable[[File], bool],
    ) -> None:
        self._drive = drive
        self._corpus = corpus
        self._tree = tree
        self._documents = documents
        self._state = state
        self._log = log
        self._elsewhere = elsewhere
        self._gathered = Gathered(state)
        self._access = AccessReader(drive, corpus)
        self._next: Stage | None = None
        self._refused = False

    async def pages(self, checkpoint: dict[str, Json] | None) -> AsyncGenerator[Page, None]:
        """From a checkpoint on, through listing and feed to the present."""
        self._next = self._stage(checkpoint or {})
        while self._next is not None:
            stage, self._next = self._next, None
            async with aclosing(stage) as pages:
                async for page in pages:
                    yield page

    def _stage(self, checkpoint: dict[str, Json]) -> Stage:
        """Where to go on. Only a checkpoint whose pass the state knows is one of ours."""
        start = checkpoint.get("pass")
        if isinstance(start, str) and self._state.get(_PASS) == start.encode():
            if isinstance(page := checkpoint.get("list"), str):
                return self._list(start, page)
            if isinstance(after := checkpoint.get("after"), str):
                return self._tell(start, after)
            if isinstance(token := checkpoint.get("token"), str):
                return self._follow(start, token)
        return self._begin()

    # --- the listing -------------------------------------------------------------------------------------------------

    async def _begin(self) -> Stage:
        start = await self._drive.start_token(self._corpus)
        self._tree.clear()
        self._gathered.clear()
        self._state.put(_PASS, start.encode())
        if self._tree.scope.picked:
            await collect_picked(self._drive, self._corpus, self._tree, self._gathered, self._log)
            await self._finish_listing(start)
        else:
            self._next = self._list(start, None)
        return
        yield  # what makes this a generator like the other stages

    async def _list(self, start: str, page: str | None) -> Stage:
        restarts = 0
        while True:
            try:
                listing = await self._drive.files("trashed = false", corpus=self._corpus, page=page)
            except TokenRefused:
                restarts += 1
                if page is None or restarts > _RESTARTS:
                    raise
                page = None  # what is gathered stays: the feed tells what has gone since
                continue
            if listing.incomplete_search:
                raise TransientError(
                    "Google could not search everything, so that nothing can be told of what is missing",
                    where=self._corpus or "My Drive",
                    remedy="It is tried again; if it lasts, pick folders.",
                    code="incomplete_listing",
                )
            for file in listing.files:
                self._gathered.take(file, self._tree)
            page = listing.next_page_token
            if page is None:
                break
            seen = Progress(seen=self._gathered.count)
            yield Page(changes=[], checkpoint={"pass": start, "list": page}, progress=seen)
        await self._finish_listing(start)

    async def _finish_listing(self, start: str) -> None:
        await follow_shortcuts(self._drive, self._tree, self._gathered, self._elsewhere, self._log)
        self._next = self._tell(start, None)

    async def _tell(self, start: str, after: str | None) -> Stage:
        """What was gathered, in the order of ids."""
        changes: list[Change] = []
        told: list[str] = []
        seen = 0
        for file in self._gathered.files():
            told.append(file.id)
            if file.mime_type == SHORTCUT or (place := self._documents.place(file)) is None:
                continue
            if len(changes) >= PAGE_DOCUMENTS:
                through = told[-2]
                yield self._told(changes, told[:-1], after, through, {"pass": start, "after": through}, seen)
                changes, told, after = [], told[-1:], through
            changes.append(self._documents.change(file, place, await self._access.of(file)))
            seen += 1
        yield self._told(changes, told, after, None, {"pass": start, "token": start}, seen)
        self._next = self._follow(start, start)

    def _told(
        self,
        changes: list[Change],
        told: list[str],
        after: str | None,
        through: str | None,
        checkpoint: dict[str, Json],
        seen: int,
    ) -> Page:
        self._gathered.drop(told)
        covers = Covers(after=after, through=through)
        return Page(kind="listing", changes=changes, covers=covers, checkpoint=checkpoint, progress=Progress(seen=seen))

    # --- the feed ----------------------------------------------------------------------------------------------------

    async def _follow(self, start: str, token: str) -> Stage:
        while True:
            try:
                news = await self._drive.changes(token, corpus=self._corpus)
            except TokenRefused as error:
                if self._refused:
                    raise
                self._refused = True
                self._log.warning("Google has forgotten where the last sync ended: looking at everything again")
                self._log.debug("The place was refused", detail=error.detail)
                self._next = self._begin()
                return
            changes: dict[str, list[Change]] = {}
            for event in news.changes:
                told = await self._tell_event(event)
                if told is None:
                    self._log.info("Folders or shortcuts have moved: looking at everything again")
                    self._next = self._begin()
                    return
                changes.update(told)
            token = news.next_page_token or news.new_start_page_token or token
            flat = [change for each in changes.values() for change in each]
            yield Page(changes=flat, checkpoint={"pass": start, "token": token})
            if news.next_page_token is None:
                return

    async def _tell_event(self, event: Event) -> dict[str, list[Change]] | None:
        """What an entry of the feed means, by document; None when only another listing can tell."""
        if event.change_type == "drive" or not event.file_id:
            return {}
        file, tree = event.file, self._tree
        if event.removed or file is None or file.trashed or not self._is_here(file):
            if tree.folder(event.file_id) is not None or tree.is_used(event.file_id):
                return None
            seen = file is not None and file.trashed
            return {event.file_id: [Delete(event.file_id, "gone" if seen else "inaccessible")]}
        found: dict[str, list[Change]] | None = {}
        new = await tree.learn(file.parent, self._drive.find)
        if new is not None:
            found = await self._tell_inside(new)
        if found is None:
            return None
        if file.mime_type == SHORTCUT:
            return None if tree.is_used(file.id) or tree.place(file).wanted else found
        if file.mime_type != FOLDER:
            return found | {file.id: await self._changes_of(file)}
        known = tree.folder(file.id)
        if known is None:
            tree.put(file)
            return await self._tell_inside(file)
        return found if (known.name, known.parent, known.seen) == (file.name, file.parent, True) else None

    async def _tell_inside(self, folder: File) -> dict[str, list[Change]] | None:
        """What came with a folder that is new here: it may have been filled elsewhere before."""
        found: dict[str, list[Change]] = {}
        if not self._tree.place(folder).wanted:
            return found
        async with aclosing(walk(self._drive, self._corpus or None, [folder.id], self._tree)) as inside:
            async for file in inside:
                if file.mime_type == SHORTCUT:
                    return None
                found[file.id] = await self._changes_of(file)
        return found

    async def _changes_of(self, file: File) -> list[Change]:
        place = self._documents.place(file)
        if place is None:
            return [Delete(file.id)]
        access: Access | None = await self._access.of(file)
        change = self._documents.change(file, place, access)
        if access is None or not isinstance(change, Upsert):
            return [change]
        return [change, AccessChanged(file.id, access)]  # the content may be as it was

    def _is_here(self, file: File) -> bool:
        """Whether it still lies in this part: a file may move between drives. What a shortcut stands for stays."""
        return (file.drive_id or "") == self._corpus or self._tree.linked(file.id)
