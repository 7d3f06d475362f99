"""Folders listed one below another: what a person has picked, what came in as a whole, where shortcuts lead."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from connectors.sdk import Log
from connectors.sources.google_drive.api import FOLDER, SHORTCUT, Drive, File
from connectors.sources.google_drive.gathered import Gathered
from connectors.sources.google_drive.tree import Tree

_AT_ONCE = 25  # folders asked for in one query; Google refuses long ones


def inside(folders: Sequence[str]) -> str:
    """The query for what lies directly in folders."""
    return f"({' or '.join(f'{quoted(folder)} in parents' for folder in folders)}) and trashed = false"


def quoted(text: str) -> str:
    """Text as a value in a query."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


async def walk(drive: Drive, corpus: str | None, folders: Sequence[str], tree: Tree) -> AsyncGenerator[File, None]:
    """All files and shortcuts below folders; the folders between go to the tree. Each folder is entered once."""
    entered, ahead = set(folders), list(folders)
    while ahead:
        now, ahead = ahead[:_AT_ONCE], ahead[_AT_ONCE:]
        page: str | None = None
        while True:
            listing = await drive.files(inside(now), corpus=corpus, page=page)
            for file in listing.files:
                if file.mime_type != FOLDER:
                    yield file
                    continue
                tree.put(file)
                if file.id not in entered:
                    entered.add(file.id)
                    ahead.append(file.id)
            page = listing.next_page_token
            if page is None:
                break


async def collect_picked(drive: Drive, corpus: str, tree: Tree, gathered: Gathered, log: Log) -> None:
    """Gather what lies below the picked folders of this part."""
    roots = []
    for picked in sorted(tree.scope.picked):
        file = await drive.find(picked)
        if file is None or file.trashed:
            log.warning("A chosen folder is gone, or no longer shared", folder=picked)
            continue
        if (file.drive_id or "") != corpus:
            continue
        if file.mime_type != FOLDER:
            gathered.take(file, tree)
            continue
        if file.id != tree.scope.root:
            tree.put(file)
        await tree.learn(file.parent, drive.find)
        roots.append(file.id)
    async with aclosing(walk(drive, corpus or None, roots, tree)) as found:
        async for file in found:
            gathered.take(file, tree)


async def follow_shortcuts(
    drive: Drive, tree: Tree, gathered: Gathered, elsewhere: Callable[[File], bool], log: Log
) -> None:
    """Let shortcuts stand for what would not be synced without them: each target once, however many lead there."""
    waiting = [file for file in gathered.files() if file.mime_type == SHORTCUT]
    while True:
        wanted = [file for file in waiting if tree.place(file).wanted]
        if not wanted:
            return
        now = {file.id for file in wanted}
        waiting = [file for file in waiting if file.id not in now]
        for shortcut in wanted:
            waiting += await _follow(drive, tree, gathered, elsewhere, log, shortcut)


async def _follow(
    drive: Drive, tree: Tree, gathered: Gathered, elsewhere: Callable[[File], bool], log: Log, shortcut: File
) -> list[File]:
    """Follow one; answers the shortcuts that were found behind it."""
    target = shortcut.shortcut_details.target_id if shortcut.shortcut_details is not None else ""
    if not target or tree.linked(target) or target == tree.scope.root:
        return []
    listed = gathered.get(target)
    file = listed or await drive.find(target)
    if file is None or file.trashed or file.mime_type == SHORTCUT:
        log.debug("A shortcut leads nowhere", shortcut=shortcut.name)
        return []
    known = listed is not None or tree.folder(target) is not None
    if (known and tree.place(file).wanted) or (not known and elsewhere(file)):
        return []
    if file.mime_type != FOLDER:
        gathered.take(file, tree)
        tree.link(target, shortcut)
        return []
    tree.put(file)
    tree.link(target, shortcut)
    found: list[File] = []
    if not known:
        async with aclosing(walk(drive, file.drive_id, [target], tree)) as below:
            async for each in below:
                if gathered.get(each.id) is None:
                    gathered.take(each, tree)
                    found += [each] if each.mime_type == SHORTCUT else []
    return found
