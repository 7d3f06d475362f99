"""Where files lie: the folders of one part of Drive, kept between runs, and what of it the connection wants.

Drive has no paths. A file knows its folder's id, and a folder its own, so that a path is a climb through what was
listed. A shortcut lends its own place to what it leads to, where that would not be synced otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import msgspec

from connectors.sdk import State
from connectors.sources.google_drive.api import File

MY_DRIVE_TITLE = "My Drive"
SHARED_TITLE = "Shared with me"
_DEEPEST = 200  # Drive allows 100 levels in a shared drive; what is deeper turns in a circle
_FOLDER, _LINK = "folder/", "link/"


class Folder(msgspec.Struct, frozen=True, array_like=True):
    """A folder's name and where it lies. `seen` False: the account may not see it, what is in it stands at the top."""

    name: str
    parent: str | None
    mine: bool = False
    seen: bool = True


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A shortcut that stands for its target: the shortcut's id, name and folder."""

    shortcut: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Scope:
    """What of a part is wanted. `root` is the id of its top folder, `drive` the name of a shared drive ("": the
    account's own). `picked` folders take the place of the two switches."""

    root: str
    drive: str
    picked: frozenset[str]
    my_drive: bool
    shared_with_me: bool


@dataclass(frozen=True)
class Place:
    """Where something lies: the section ("My Drive"), the path below it, and whether that is wanted."""

    section: str
    below: str
    wanted: bool

    @property
    def path(self) -> str:
        """As it is shown and exported."""
        return f"{self.section}/{self.below}" if self.below else self.section


def part(name: str) -> str:
    """A name as one part of a path: a slash in it must not make two of it."""
    return name.replace("/", "\uff0f") or "Untitled"


class Tree:
    """The folders and links of one part. Changes are written to the state, and so commit with the next page."""

    def __init__(self, state: State, scope: Scope) -> None:
        self.scope = scope
        self._state = state
        self._folders = {
            key[len(_FOLDER) :]: msgspec.json.decode(state.get(key) or b"", type=Folder) for key in state.keys(_FOLDER)
        }
        self._links = {
            key[len(_LINK) :]: msgspec.json.decode(state.get(key) or b"", type=Link) for key in state.keys(_LINK)
        }
        self._shortcuts = {link.shortcut for link in self._links.values()}

    def folder(self, folder: str) -> Folder | None:
        """What is known of a folder."""
        return self._folders.get(folder)

    def clear(self) -> None:
        """Forget all."""
        for prefix in (_FOLDER, _LINK):
            for key in list(self._state.keys(prefix)):
                self._state.delete(key)
        self._folders.clear()
        self._links.clear()
        self._shortcuts.clear()

    def put(self, file: File) -> None:
        """Remember a folder."""
        self._put(file.id, Folder(file.name, file.parent, file.owned_by_me))

    def link(self, target: str, shortcut: File) -> None:
        """Let a shortcut stand for its target."""
        link = Link(shortcut.id, shortcut.name, shortcut.parent)
        self._links[target] = link
        self._shortcuts.add(shortcut.id)
        self._state.put(_LINK + target, msgspec.json.encode(link))

    def linked(self, target: str) -> bool:
        """Whether a shortcut stands for it."""
        return target in self._links

    def is_used(self, shortcut: str) -> bool:
        """Whether this shortcut stands for something."""
        return shortcut in self._shortcuts

    async def learn(self, folder: str | None, find: Callable[[str], Awaitable[File | None]]) -> File | None:
        """Ask for a folder and those above it, as far as they are not known; answers the topmost that was new."""
        top: File | None = None
        for _ in range(_DEEPEST):
            if folder is None or folder == self.scope.root:
                break
            known = self._folders.get(folder)
            if known is None:
                found = await find(folder)
                known = Folder("", None, seen=False) if found is None else _as_folder(found)
                self._put(folder, known)
                top = found or top
            folder = known.parent
        return top

    def place(self, file: File, *, name: str | None = None) -> Place:
        """Where a file lies; `name` is what it is called there. By a shortcut only if its own place is not wanted."""
        return self._find(part(name or file.name), file.id, file.parent, mine=file.owned_by_me, passed=frozenset())

    def _find(self, shown: str, itself: str, parent: str | None, *, mine: bool, passed: frozenset[str]) -> Place:
        own = self._place(shown, parent, mine=mine, itself=itself)
        if not own.wanted:
            for link, below in self._lent(shown, itself, parent):
                if link.shortcut not in passed:  # else a shortcut leads back to itself
                    around = passed | {link.shortcut}
                    lent = self._find(below, link.shortcut, link.parent, mine=True, passed=around)
                    if lent.wanted:
                        return lent
        return own

    def _place(self, below: str, parent: str | None, *, mine: bool, itself: str) -> Place:
        scope = self.scope
        above, top_is_mine = {itself}, mine
        for _ in range(_DEEPEST):
            if parent is None or parent == scope.root or parent in above:
                break
            known = self._folders.get(parent)
            if known is None or not known.seen:
                break
            above.add(parent)
            below = f"{part(known.name)}/{below}"
            parent, top_is_mine = known.parent, known.mine
        at_root = parent == scope.root
        above.update({scope.root} if at_root else ())
        if scope.drive:
            return Place(part(scope.drive), below, at_root and self._wants(above, switch=True))
        # An orphan of one's own lies nowhere; it is found under My Drive by its name.
        own = at_root or (parent is None and top_is_mine)
        switch = scope.my_drive if own else scope.shared_with_me
        return Place(MY_DRIVE_TITLE if own else SHARED_TITLE, below, self._wants(above, switch=switch))

    def _wants(self, above: set[str], *, switch: bool) -> bool:
        return bool(above & self.scope.picked) if self.scope.picked else switch

    def _lent(self, shown: str, node: str, parent: str | None) -> Iterator[tuple[Link, str]]:
        """The shortcuts that stand for a file or a folder above it, and the path below the shortcut's own folder."""
        below, passed = "", {node}
        link = self._links.get(node)
        while True:
            if link is not None:
                yield link, f"{part(link.name)}/{below}" if below else shown
            below = f"{shown}/{below}" if below else shown
            known = None if parent is None or parent in passed else self._folders.get(parent)
            if parent is None or known is None:
                return
            passed.add(parent)
            link, shown, parent = self._links.get(parent), part(known.name), known.parent

    def _put(self, folder: str, known: Folder) -> None:
        if self._folders.get(folder) != known:
            self._folders[folder] = known
            self._state.put(_FOLDER + folder, msgspec.json.encode(known))


def _as_folder(file: File) -> Folder:
    return Folder(file.name, file.parent, file.owned_by_me)
