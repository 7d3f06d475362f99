"""A folder of this computer, or of a disk or share that is mounted here.

Nothing here trusts the file system to hold still: names need not be text, files change while they are read, and a disk
that was pulled out must never look like a folder that was emptied.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from io import FileIO
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator
from watchfiles import awatch

from connectors.sdk import (
    Capability,
    ConfigError,
    ConnectorConfig,
    Content,
    Context,
    DocumentRef,
    FileFilters,
    HeadwaterError,
    Json,
    Node,
    NotFound,
    Page,
    Partition,
    PermanentError,
    PermissionDenied,
    Probe,
    Source,
    SourceSpec,
    State,
    TransientError,
    Warn,
    counted,
    option,
)
from connectors.sdk.files import FileFilter
from connectors.sdk.tree import Entry, folder_nodes, ordered, tree_pages

__all__ = ["FolderSource"]

WHOLE = 1024 * 1024  # below this a file is read at once, from here on in chunks of this size
_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def _whole_path(path: str) -> str:
    if not os.path.isabs(os.path.expanduser(path)):
        raise ValueError("the folder's whole path is needed, from the root or from ~")
    return path


class FolderConfig(ConnectorConfig):
    """What of this computer is synced."""

    path: Annotated[str, AfterValidator(_whole_path)] = option(
        title="Folder", help="The folder whose files are synced, with all that is below it.", path="folder", order=0
    )
    folders: list[str] = option(
        [], title="Only these folders", help="Empty: everything below the folder.", tree=True, order=1
    )
    filters: FileFilters = option(FileFilters(), title="Filters", order=2)
    hidden: bool = option(
        False, title="Hidden files", help="Sync hidden files and folders too.", advanced=True, order=3
    )
    follow_links: bool = option(
        False,
        title="Follow links",
        help="Go through symbolic links, also to places outside of the folder.",
        advanced=True,
        order=4,
    )


class FolderSource(Source[FolderConfig]):
    """Files by their path below the folder; a file is new when its size or modification time is."""

    spec = SourceSpec(
        type="folder",
        title="Folder",
        summary="Files in a folder of this computer, a disk or a mounted share.",
        group="Files",
        icon="folder",
        capabilities=frozenset(
            {Capability.INCREMENTAL, Capability.DELETIONS, Capability.WATCH, Capability.DISCOVER},
        ),
        keywords=("directory", "local", "disk", "drive", "files", "share", "nas", "smb", "nfs"),
    )
    Config = FolderConfig

    def __init__(self, config: FolderConfig, context: Context) -> None:
        super().__init__(config, context)
        self._root = os.path.abspath(os.path.expanduser(config.path))
        self._wanted = FileFilter(config.filters, folders=config.folders)

    def probes(self) -> Sequence[Probe]:
        return [Probe("folder", "Open the folder", self._probe_root), Probe("listing", "List files", self._probe_list)]

    async def _probe_root(self) -> str:
        await asyncio.to_thread(self._identity)
        return f"{self._root} can be read"

    async def _probe_list(self) -> str:
        entries = await self._list("")
        if not entries:
            raise Warn("The folder is empty", remedy="Nothing will be synced until files are put there.")
        folders = sum(entry.folder for entry in entries)
        files = counted(len(entries) - folders, "file")
        return f"{files} and {counted(folders, 'folder')} at the top"

    async def discover(self, parent: str | None) -> list[Node]:
        folder = f"{parent}/" if parent else ""
        return folder_nodes(folder, await self._list(folder))

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        identity = await asyncio.to_thread(self._identity)
        await self._refuse_empty_mount(identity[0], None if checkpoint is None else state.get("device"))
        state.put("device", str(identity[0]).encode())

        async def verify() -> None:
            if await asyncio.to_thread(self._identity) != identity:
                raise TransientError(
                    "Another folder took the place of the one being read",
                    where=self._root,
                    remedy="Check that the disk or share is still connected, then sync again.",
                )

        base = Path(self._root).as_uri().removesuffix("/")
        pages = tree_pages(
            self._list,
            verify=verify,
            wanted=self._wanted,
            checkpoint=checkpoint,
            url=lambda path: f"{base}/{quote(path)}",
        )
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def fetch(self, ref: DocumentRef) -> Content:
        return await asyncio.to_thread(self._fetch, ref.source_id)

    async def watch(self) -> AsyncIterator[None]:
        await asyncio.to_thread(self._identity)
        real = os.path.realpath(self._root)  # as the system reports changes
        try:
            changes = awatch(
                real, watch_filter=lambda _, path: self._concerns(path, real), ignore_permission_denied=True
            )
            async with aclosing(changes):
                async for _ in changes:
                    yield
        except (OSError, RuntimeError) as error:
            raise PermanentError(
                "The folder can't be watched",
                where=self._root,
                remedy="Sync it on a schedule instead, or raise the system's limit of watched folders.",
                detail=str(error),
            ) from error

    def _concerns(self, path: str, root: str) -> bool:
        relative = os.path.relpath(path, root).replace(os.sep, "/")
        hidden = any(part.startswith(".") for part in relative.split("/"))
        return (self.config.hidden or not hidden) and self._wanted.enters(relative)

    # --- the file system, in threads ---------------------------------------------------------------------------------

    def _identity(self) -> tuple[int, int]:
        """The folder's device and inode; raises when it is not there or may not be read."""
        try:
            with os.scandir(self._root):
                found = os.stat(self._root)
        except PermissionError as error:
            raise PermissionDenied(
                "This user may not read the folder",
                where=self._root,
                remedy="Give yourself read access to it, or choose another folder.",
            ) from error
        except OSError as error:
            raise ConfigError(
                "The folder is a file" if isinstance(error, NotADirectoryError) else "The folder is not there",
                pointer="/path",
                where=self._root,
                remedy="Choose an existing folder, or connect the disk or share it is on.",
                detail=str(error),
            ) from error
        return found.st_dev, found.st_ino

    async def _refuse_empty_mount(self, device: int, before: bytes | None) -> None:
        """A mount point without its disk is an empty folder on another device; it deletes nothing."""
        if before in (None, str(device).encode()):
            return
        if not await asyncio.to_thread(os.listdir, self._root):
            raise TransientError(
                "The folder is empty and on another disk than last time, as if its own were not connected",
                where=self._root,
                remedy="Connect the disk or share. If the folder was emptied on purpose, run a full sync.",
            )

    async def _list(self, folder: str) -> list[Entry]:
        return await asyncio.to_thread(self._scan, folder)

    def _scan(self, folder: str) -> list[Entry]:
        path = self._local(folder)
        with _in_family(path), os.scandir(path) as found:
            return ordered(entry for each in found if (entry := self._entry(folder, each)) is not None)

    def _entry(self, folder: str, found: os.DirEntry[str]) -> Entry | None:
        """One name of a folder; None for what is no document: hidden, a link, a device."""
        if not self.config.hidden and found.name.startswith("."):
            return None
        link = found.is_symlink()
        if link and not self.config.follow_links:
            return None
        name = _text(found.name)
        try:
            facts = found.stat()
            is_folder = stat.S_ISDIR(facts.st_mode)
            if is_folder and link and self._is_loop(folder, facts):
                return None
        except FileNotFoundError as error:  # gone since it was listed, unless it is a link that leads nowhere
            return Entry(name, error=_in_words(error, folder + name).info()) if link else None
        except OSError as error:
            return Entry(name, folder=_looks_like_folder(found), error=_in_words(error, folder + name).info())
        if not (is_folder or stat.S_ISREG(facts.st_mode)) or (not self.config.hidden and _is_hidden(facts)):
            return None
        if name != found.name:
            return Entry(name, folder=is_folder, error=_not_text(folder + name).info())
        if is_folder:
            return Entry(name, folder=True)
        return Entry(
            name,
            size=facts.st_size,
            fingerprint=_fingerprint(facts),
            updated_at=facts.st_mtime,
            created_at=getattr(facts, "st_birthtime", None),
        )

    def _is_loop(self, folder: str, target: os.stat_result) -> bool:
        """Whether a linked folder is one of those that lead to it."""
        parts = [part for part in folder.split("/") if part]
        above = (os.path.join(self._root, *parts[:depth]) for depth in range(len(parts) + 1))
        return any(os.path.samestat(os.stat(path), target) for path in above)

    def _fetch(self, source_id: str) -> Content:
        with _in_family(source_id), self._open(source_id) as file:
            facts = os.fstat(file.fileno())
            self._wanted.check_size(source_id, facts.st_size)
            if facts.st_size >= WHOLE:
                return Content(self._chunks(source_id, facts), fingerprint=_fingerprint(facts), size=facts.st_size)
            body = file.read(WHOLE) or b""
            _refuse_changed(source_id, file, facts, len(body))
        return Content(body, fingerprint=_fingerprint(facts), size=len(body))

    async def _chunks(self, source_id: str, facts: os.stat_result) -> AsyncIterator[bytes]:
        """Opens only when it is read, so that a body nobody asks for leaves no file open."""
        with _in_family(source_id), await asyncio.to_thread(self._open, source_id) as file:
            length = 0
            while length <= facts.st_size and (chunk := await asyncio.to_thread(file.read, WHOLE)):
                length += len(chunk)
                yield chunk
            _refuse_changed(source_id, file, facts, length)

    def _open(self, source_id: str) -> FileIO:
        flags = _OPEN if self.config.follow_links else _OPEN | _NO_LINK
        file = FileIO(self._local(source_id), opener=lambda path, _: os.open(path, flags))
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file
        file.close()
        raise NotFound("There is no file of this name any more", where=source_id)

    def _local(self, path: str) -> str:
        parts = path.split("/")
        if ".." in parts:
            raise NotFound("The path leads out of the folder", where=path)
        return os.path.join(self._root, *parts)


def _fingerprint(facts: os.stat_result) -> str:
    return f"{facts.st_size}-{facts.st_mtime_ns}"


def _refuse_changed(source_id: str, file: FileIO, before: os.stat_result, length: int) -> None:
    if length != before.st_size or _fingerprint(os.fstat(file.fileno())) != _fingerprint(before):
        raise TransientError(
            "The file changed while it was being read",
            where=source_id,
            remedy="It is read again on the next run.",
            code="changed_while_read",
        )


def _text(name: str) -> str:
    """The name as text that can be stored: bytes that are not UTF-8 stand as `\\xNN`."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    return name


def _not_text(path: str) -> PermanentError:
    return PermanentError(
        "The name is not valid text (UTF-8)",
        where=path,
        remedy="Rename it; it is synced on the next run.",
        code="name_not_text",
    )


def _is_hidden(facts: os.stat_result) -> bool:
    return bool(getattr(facts, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)  # Windows only


def _looks_like_folder(found: os.DirEntry[str]) -> bool:
    try:
        return found.is_dir()
    except OSError:
        return False


def _in_words(error: OSError, where: str) -> HeadwaterError:
    """A failed call of the file system as one of the family."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)) or error.errno == errno.ELOOP:
        return NotFound("It is not there any more", where=where, remedy="Nothing to do, if it was moved or deleted.")
    if isinstance(error, PermissionError):
        return PermissionDenied(
            "This user may not read it", where=where, remedy="Give yourself read access, or exclude it in the filters."
        )
    if error.errno == errno.ENAMETOOLONG:
        return PermanentError(
            "The path is longer than the system allows", where=where, remedy="Shorten the names of its folders."
        )
    return TransientError(
        f"It can't be read: {error.strerror or type(error).__name__}",
        where=where,
        remedy="Check the disk or share it is on, then sync again.",
        detail=str(error),
    )


@contextmanager
def _in_family(where: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _in_words(error, where) from error
