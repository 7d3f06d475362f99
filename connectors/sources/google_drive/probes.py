"""The connection test: the sync's own code, on a little of what it would read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import aclosing
from typing import Protocol

from connectors.sdk import Content, DocumentRef, Failure, Partition, Probe, Upsert, Warn, counted
from connectors.sources.google_drive.api import FOLDER, SHORTCUT, Drive, File
from connectors.sources.google_drive.config import GoogleDriveConfig
from connectors.sources.google_drive.documents import Documents
from connectors.sources.google_drive.gathered import Gathered
from connectors.sources.google_drive.tree import Scope, Tree
from connectors.sources.google_drive.walk import inside


class Tested(Protocol):
    """What of the source a test uses: that which a sync uses, too."""

    config: GoogleDriveConfig
    drive: Drive

    async def partitions(self) -> list[Partition]: ...

    async def scope(self, corpus: str) -> Scope: ...

    def documents(self, tree: Tree) -> Documents: ...

    async def fetch(self, ref: DocumentRef) -> Content: ...


def of(source: Tested) -> Sequence[Probe]:
    """The steps for one connection."""
    test = _Test(source)
    return (
        Probe("sign_in", "Sign in to Google", test.sign_in),
        Probe("places", "Open what is chosen", test.places),
        Probe("listing", "List files", test.listing),
        Probe("content", "Read a file", test.content),
        Probe("changes", "Follow changes", test.changes),
    )


class _Test:
    def __init__(self, source: Tested) -> None:
        self._source = source
        self._found: Upsert | None = None

    async def sign_in(self) -> str:
        person = await self._source.drive.user()
        name = person.email_address or person.display_name
        return f"Signed in as {name}" if name else "Signed in as someone without a name"

    async def places(self) -> str:
        source = self._source
        parts = await source.partitions()
        scopes = [await source.scope(part.id) for part in parts]
        missing = [picked for picked in source.config.folders if await source.drive.find(picked) is None]
        if missing:
            raise Warn(
                f"{len(missing)} of the chosen folders can't be seen: {', '.join(missing[:3])}",
                remedy="Share them with the account, or take them off the list.",
            )
        if source.config.shared_drives and not source.config.folders and not any(part.id for part in parts):
            raise Warn(
                "The account is a member of no shared drive",
                remedy="Make it a member of those that are to be synced, or switch Shared drives off.",
            )
        drives = [scope.drive for scope in scopes if scope.drive]
        shown = ", ".join([*drives[:3], "…"] if len(drives) > 3 else drives)
        if not drives:
            return "The account's own Drive"
        own = len(scopes) > len(drives)
        return f"The account's own Drive and shared drives: {shown}" if own else f"Shared drives: {shown}"

    async def listing(self) -> str:
        documents = unreadable = looked_at = 0
        more = False
        for part in await self._source.partitions():
            tree = Tree(_Scratch(), await self._source.scope(part.id))
            files, goes_on = await self._first(part.id, tree)
            more = more or goes_on
            looked_at += len(files)
            maker = self._source.documents(tree)
            for file in files:
                if file.mime_type == SHORTCUT or (place := maker.place(file)) is None:
                    continue
                change = maker.change(file, place, None)
                documents += isinstance(change, Upsert)
                unreadable += isinstance(change, Failure)
                self._found = self._found or (change if isinstance(change, Upsert) else None)
            if documents:
                break
        if documents:
            return f"At least {counted(documents, 'document')}" if more else counted(documents, "document")
        if more:
            return f"No document among the first {counted(looked_at, 'file')}; the sync looks at all"
        if unreadable:
            raise Warn(
                f"None of {unreadable:,} files can be read", remedy="They are too large, or must not be downloaded."
            )
        if looked_at:
            raise Warn(
                f"None of {looked_at:,} files is wanted",
                remedy="Check what is chosen and the filters; for a service account switch on Shared with me.",
            )
        raise Warn("There are no files", remedy="Share folders with the account, or choose another part of Drive.")

    async def content(self) -> str:
        if self._found is None:
            return "No file to try"
        ref = self._found.ref
        content = await self._source.fetch(ref)
        if isinstance(content.body, bytes):
            return f"“{ref.title}”: {counted(len(content.body), 'byte')}"
        async with aclosing(content.body) as body:  # type: ignore[type-var]
            async for chunk in body:
                return f"“{ref.title}” begins with {counted(len(chunk), 'byte')}"
        return f"“{ref.title}” is empty"

    async def changes(self) -> str:
        parts = await self._source.partitions()
        for part in parts[:1]:
            await self._source.drive.start_token(part.id)
        return "From the second sync on only what changed is read"

    async def _first(self, corpus: str, tree: Tree) -> tuple[list[File], bool]:
        """The first page of what a sync would list, and whether there is more."""
        drive = self._source.drive
        state = _Scratch()
        gathered = Gathered(state)
        picked = []
        for each in sorted(tree.scope.picked):
            file = await drive.find(each)
            if file is not None and (file.drive_id or "") == corpus:
                gathered.take(file, tree)
                await tree.learn(file.parent, drive.find)
                picked.append(file.id)
        query = inside(picked[:25]) if picked else "trashed = false"
        listing = await drive.files(query, corpus=corpus)
        for file in listing.files:
            gathered.take(file, tree)
        for file in listing.files:
            if file.mime_type != FOLDER:
                await tree.learn(file.parent, drive.find)
        below = bool(picked) and any(file.mime_type == FOLDER for file in listing.files)
        return list(gathered.files()), below or listing.next_page_token is not None


class _Scratch:
    """A state that is thrown away."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self._values[key] = value

    def delete(self, key: str) -> None:
        self._values.pop(key, None)

    def keys(self, prefix: str = "") -> Iterator[str]:
        return iter([key for key in self._values if key.startswith(prefix)])
