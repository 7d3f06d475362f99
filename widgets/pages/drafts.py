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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from app.api import EngineApi
    from app.forms import Path as FieldPath
    from app.forms import SecretSlot

__all__ = ["Draft", "DraftStore", "digest"]

logger = logging.getLogger("headwater.window")

FILE = "drafts.json"


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
        self._text = json.dumps({"version": 1, "current": self.current, "drafts": drafts}) if drafts else ""
        await asyncio.to_thread(self._write)

    def _write(self) -> None:
        with self._lock:
            text = self._text  # the latest, also for a write that was given up on and comes late
            if text == self._written or not self._path.parent.is_dir():
                return
            try:
                if not text:
                    self._path.unlink(missing_ok=True)
                else:
                    handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".drafts-")
                    with os.fdopen(handle, "w", encoding="utf-8") as file:
                        file.write(text)
                    os.replace(temporary, self._path)
                self._written = text
            except OSError as error:
                logger.warning("What was typed for a new source could not be kept: %s", error)

    def _read(self) -> None:
        try:
            self._written = self._path.read_text(encoding="utf-8")
            found = json.loads(self._written)
            for one in found["drafts"]:
                draft = Draft(**{name: one[name] for name in WRITTEN})
                self.drafts[str(draft.type)] = draft
            self.current = str(found["current"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("What was typed for a new source before could not be read: %s", error)
            self.drafts.clear()
