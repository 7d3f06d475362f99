"""What a listing has found so far, kept in the state until it is told: a run that stops goes on from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from connectors.sdk import State
from connectors.sources.google_drive.api import FOLDER, File
from connectors.sources.google_drive.tree import Tree

_KEY = "listed/"


class Gathered:
    """Files and shortcuts by id. Folders go to the tree."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._ids = {key[len(_KEY) :] for key in state.keys(_KEY)}

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._ids)

    def take(self, file: File, tree: Tree) -> None:
        """Keep what was found."""
        if file.trashed:
            return
        if file.mime_type == FOLDER:
            tree.put(file)
            return
        self._ids.add(file.id)
        self._state.put(_KEY + file.id, msgspec.json.encode(file))

    def get(self, file: str) -> File | None:
        """One of them."""
        kept = self._state.get(_KEY + file) if file in self._ids else None
        return None if kept is None else msgspec.json.decode(kept, type=File)

    def files(self) -> Iterator[File]:
        """All of them, in the order of ids."""
        for file in sorted(self._ids, key=str.encode):
            if (found := self.get(file)) is not None:
                yield found

    def drop(self, files: Iterable[str]) -> None:
        """Forget those that were told."""
        for file in files:
            self._ids.discard(file)
            self._state.delete(_KEY + file)

    def clear(self) -> None:
        """Forget all."""
        self.drop(list(self._ids))
