"""The settings half of the engine in memory: the real store in a folder of its own, and a bundle that a test makes."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

from app.api import DiagnosticsFile, SettingsEdit, SettingsView
from app.settings.model import PROXY_PASSWORD, settings_schema
from app.settings.store import SettingsStore
from connectors.sdk import Json

LANGUAGES = {"en": "English", "de": "Deutsch", "zh_CN": "简体中文"}


class FakeSettings:
    """What `FakeEngine` does about settings."""

    def __init__(self) -> None:
        super().__init__()
        folder = tempfile.mkdtemp(prefix="headwater-fake-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.settings_store = SettingsStore(Path(folder))
        self.settings_notices: list[str] = []
        self.settings_fixed: dict[str, str] = {}
        self.settings_languages = dict(LANGUAGES)
        self.bundle = [
            DiagnosticsFile(
                name="versions.json",
                about="Versions of the app, its libraries and the system.",
                text='{\n  "headwater": "0.1.0"\n}\n',
            ),
            DiagnosticsFile(
                name="log.jsonl", about="The last lines of the log.", text='{"message": "Sync done"}\n' * 40
            ),
        ]

    def _called(self, name: str, argument: Any = None) -> None:
        raise NotImplementedError

    def emit(self, fact: str = "", *, connection_id: str | None = None, **data: Json) -> None:
        raise NotImplementedError

    async def settings(self) -> SettingsView:
        values = self.settings_store.values()
        stored = values.pop(PROXY_PASSWORD)
        return SettingsView(
            values=values,
            schemas=settings_schema(self.settings_languages),
            changed=self.settings_store.changed(),
            secrets={PROXY_PASSWORD: "set in Secret Service"} if stored else {},
            fixed=self.settings_fixed,
            notices=self.settings_notices,
        )

    async def edit_settings(self, edit: SettingsEdit) -> SettingsView:
        self._called("edit_settings", edit)
        secrets: dict[str, Json] = {
            pointer: {"$secret": "keyring:1"} if text else None for pointer, text in edit.secrets.items()
        }
        changed = self.settings_store.edit({**edit.values, **secrets}, edit.reset)
        if changed:
            self.emit("settings_changed", changed=list(changed))
        return await self.settings()

    async def diagnostics(self) -> list[DiagnosticsFile]:
        self._called("diagnostics")
        return self.bundle
