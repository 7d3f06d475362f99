"""Sources that somebody began to add: kept while they are away, over a restart of the window, until saved or discarded.

In memory everything is kept. On disk, in the profile, there is all but the secrets; whoever comes back is told which
must be entered again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from app.api import EngineApi
    from app.forms import Path as FieldPath
    from app.forms import SecretSlot

__all__ = ["Draft", "DraftStore", "digest"]

logger = logging.getLogger("headwater.window")

FILE = "drafts.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed for one source type. `form` is what `FormState.keep` answered, `value` the config it stands for,
    taken if the schema is another one by now. `secrets` never leave the memory."""

    type: str
    title: str
    icon: str
    name: str
    schema: str
    form: Any
    value: Mapping[str, Any]
    every: int | None = None
    watch: bool = False
    deep: bool = False
    step: int = 0
    scroll: int = 0
    at: float = 0.0
    secrets: Mapping[FieldPath, SecretSlot] = field(default_factory=dict, repr=False, compare=False)


WRITTEN = tuple(name for name in Draft.__dataclass_fields__ if name != "secrets")


def digest(schema: Mapping[str, Any]) -> str:
    """Tells one schema from another."""
    return hashlib.sha256(json.dumps(schema, sort_keys=True, default=str).encode()).hexdigest()[:16]


class DraftStore:
    """The drafts of one profile, one for a type. `current` is the type that was seen last, "" if none was open."""

    _stores: WeakKeyDictionary[object, DraftStore] = WeakKeyDictionary()

    def __init__(self, profile: Path) -> None:
        self._path = profile / FILE
        self._lock = threading.Lock()
        self._text = ""
        self._written = ""
        self.drafts: dict[str, Draft] = {}
        self.current = ""
        self.trouble = ""
        """Why what was typed is not on the disk, or where it was put, for people."""
        self._read()

    @classmethod
    async def of(cls, client: EngineApi) -> DraftStore:
        """The store of the engine's profile. It outlives the pages, which are built anew for another language."""
        store = cls._stores.get(client)
        if store is None:
            profile = Path((await client.engine()).profile)
            store = await asyncio.to_thread(cls, profile)
            store = cls._stores.setdefault(client, store)
        return store

    def put(self, draft: Draft) -> None:
        """Keep this draft of its type. `at` stays that of the last real change."""
        old = self.drafts.get(draft.type)
        if old is not None and replace(draft, at=0, step=0, scroll=0) == replace(old, at=0, step=0, scroll=0):
            draft = replace(draft, at=old.at)
        self.drafts[draft.type] = draft

    def remove(self, type: str) -> Draft | None:
        """Forget the draft of a type, and answer it."""
        if self.current == type:
            self.current = ""
        return self.drafts.pop(type, None)

    def by_age(self) -> list[Draft]:
        """The latest first."""
        return sorted(self.drafts.values(), key=lambda draft: draft.at, reverse=True)

    async def save(self) -> None:
        """Write what there is now; whole, and for nobody else to read."""
        drafts = [{name: getattr(draft, name) for name in WRITTEN} for draft in self.drafts.values()]
        self._text = json.dumps({"version": VERSION, "current": self.current, "drafts": drafts}) if drafts else ""
        await asyncio.to_thread(self._write)

    def _write(self) -> None:
        with self._lock:
            text = self._text  # the latest, also for a write that was given up on and comes late
            if text == self._written or not self._path.parent.is_dir():
                return
            temporary = ""
            try:
                if not text:
                    self._path.unlink(missing_ok=True)
                else:
                    handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".drafts-")
                    with os.fdopen(handle, "w", encoding="utf-8") as file:
                        file.write(text)
                    os.replace(temporary, self._path)
                self._written, self.trouble = text, ""
            except OSError as error:
                logger.warning("What was typed for a new source could not be kept: %s", error)
                self.trouble = tr(
                    "What you type here can't be kept on the disk ({0}). It stays while the window is open: free some "
                    "space, or make the profile's folder writable."
                ).format(error.strerror or error)
                with suppress(OSError):
                    os.unlink(temporary)

    def _read(self) -> None:
        """What is there, draft by draft. What is not understood is none of this version's business, or damaged: then
        the file stays, under another name."""
        try:
            self._written = self._path.read_bytes().decode("utf-8", "surrogateescape")
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                logger.warning("What was typed for a new source before could not be read: %s", error)
            return
        try:
            found = json.loads(self._written)
            newer, current = int(found.get("version", VERSION)) > VERSION, str(found.get("current", ""))
            drafts = [_draft(one) for one in found["drafts"]]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            newer, current, drafts = False, "", [None] if self._written else []
        self.drafts = {draft.type: draft for draft in drafts if draft is not None}
        self.current = current if current in self.drafts else ""
        if newer:
            self._keep_aside("newer", tr("A newer version wrote what was typed here; it is kept as {0}."))
        elif None in drafts:
            self._keep_aside("broken", tr("What was typed here before can't be read any more; it is kept as {0}."))

    def _keep_aside(self, why: str, words: str) -> None:
        number = 1
        while (aside := self._path.with_name(f"drafts-{why}-{number}.json")).exists():
            number += 1
        with suppress(OSError):
            self._path.rename(aside)
            self._written = ""
        logger.warning("The drafts are %s: kept as %s", why, aside)
        self.trouble = words.format(aside.name)


def _draft(given: Any) -> Draft | None:
    """One as it was written; None where it is damaged. What came with a later version has its default."""
    try:
        draft = Draft(**{name: given[name] for name in WRITTEN if name in given})
    except TypeError:
        return None
    texts = (draft.type, draft.title, draft.icon, draft.name, draft.schema)
    numbers = (draft.step, draft.scroll, draft.at)
    good = all(isinstance(text, str) for text in texts) and all(isinstance(number, int | float) for number in numbers)
    return draft if good and isinstance(draft.value, dict) and isinstance(draft.every, int | None) else None


def tr(text: str) -> str:
    return QCoreApplication.translate("drafts", text)
