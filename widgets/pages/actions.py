"""What can be done to connections from anywhere: sync, pause, enable, duplicate, export, remove with undo."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from widgets.commands import Context
from widgets.commands.actions import menu_of
from widgets.commands.connection import connection_commands
from widgets.pages.bulk import UNDO_SECONDS, Bulk
from widgets.pages.page import Page, Place
from widgets.parts.panels import Banner
from widgets.parts.words import listed, sentences

if TYPE_CHECKING:
    from app.api import ConnectionView, SyncMode

__all__ = ["UNDO_SECONDS", "ConnectionActions", "file_name"]

SAID_SECONDS = 6.0
"""How long a sentence is seen that asks for nothing."""
LONGEST_FILE = 60
"""Letters: a file system counts bytes, of which a letter may take four."""
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
"""Names that are no files on Windows, whatever their ending."""


class ConnectionActions(QObject):
    """The acts, on behalf of a page. `changed` is called after each, so that the page looks again."""

    def __init__(self, page: Page, changed: Callable[[], object]) -> None:
        super().__init__(page)
        self._page = page
        self._client = page.client
        self._changed = changed
        self.bulk = Bulk(page, changed)

    def do(self, act: str, views: Sequence[ConnectionView]) -> None:
        """An act by its name on one or many: sync, pause, resume, cancel, test, export, remove."""
        if act == "export":
            self.export(list(views))
        elif act == "sync" and len(views) == 1:
            self.sync(views[0])
        elif views:
            self.bulk.run(act, views)

    async def close(self) -> None:
        """The window closes."""
        await self.bulk.close()

    def sync(self, view: ConnectionView, mode: SyncMode = "incremental") -> None:
        """Start a run."""
        self._start(self._client.start_sync(view.id, mode), f"sync {view.id}")

    def cancel(self, view: ConnectionView) -> None:
        """End its run at once."""
        self.do("cancel", [view])

    def enable(self, view: ConnectionView, enabled: bool) -> None:
        """Let it run by itself, or not."""
        from app.api import ConnectionEdit

        self._start(self._client.edit_connection(view.id, ConnectionEdit(enabled=enabled)), f"enable {view.id}")

    def duplicate(self, view: ConnectionView) -> None:
        """A copy of it, opened at its settings."""

        async def work() -> None:
            made = await self._client.duplicate_connection(view.id)
            self._page.navigate.emit(Place("connection", made.id, "settings"))

        self._start(work(), f"duplicate {view.id}")

    def copy_link(self, view: ConnectionView) -> None:
        """The address that opens it in Headwater, to the clipboard."""
        QGuiApplication.clipboard().setText(f"headwater://connection/{view.id}")
        self._page.notice.emit(Banner(self.tr("The link is copied."), icon="link", seconds=SAID_SECONDS))

    def remove(self, view: ConnectionView) -> None:
        """Out of sight at once; for good when the offer to undo is over."""

        self.do("remove", [view])

    def export(self, views: list[ConnectionView]) -> None:
        """Save connections without their secrets to a file."""
        safe = file_name(views[0].name if len(views) == 1 else "", self.tr("connections"))
        dialog = QFileDialog(self._page, self.tr("Export without secrets"), f"{safe}.json", self.tr("JSON (*.json)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda path: self.export_to(views, Path(path)))
        dialog.open()

    def export_to(self, views: list[ConnectionView], path: Path) -> None:
        """Write them into a file."""
        self._start(self._export(views, path), "export")

    def ask_import(self) -> None:
        """Add connections from a file."""
        dialog = QFileDialog(self._page, self.tr("Import connections"), "", self.tr("JSON (*.json)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._start(self.import_file(Path(path)), "import"))
        dialog.open()

    async def import_file(self, path: Path) -> None:
        """Add what the file holds, and say what became of it."""
        from connectors.sdk import ConfigError

        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(document, dict):
                raise ValueError("a JSON object is expected")
        except (OSError, ValueError) as error:
            raise ConfigError(
                self.tr("This file can't be imported"),
                where=str(path),
                remedy=self.tr("Choose a file that was exported from Headwater."),
                detail=str(error),
            ) from error
        result = await self._client.import_connections(document)
        text = self.tr("Imported: {0}.").format(listed(result.added)) if result.added else self.tr("Nothing to import.")
        if result.missing_secrets:
            text = sentences(text, self.tr("Secrets are missing in: {0}.").format(listed(result.missing_secrets)))
        self._page.notice.emit(Banner(text, icon="import", seconds=UNDO_SECONDS))
        self._changed()

    def menu(self, views: Sequence[ConnectionView], parent: Page) -> QMenu:
        """Everything that can be done to them."""
        commands = connection_commands(lambda: self, self._page.navigate.emit)
        context = Context(Place("sources"), True, tuple(views))
        return menu_of(commands, context, lambda command, where: command.run(where), parent)

    async def _export(self, views: list[ConnectionView], path: Path) -> None:
        document = await self._client.export_connections([view.id for view in views])
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        try:
            await asyncio.to_thread(_replace, path, text)
        except OSError as error:
            said = self.tr("The connections could not be exported to {0}: {1}").format(path, error.strerror or error)
            self._page.notice.emit(Banner(said, ground="error", icon="error"))
            return
        self._page.notice.emit(Banner(self.tr("Saved {0}.").format(path.name), icon="export", seconds=SAID_SECONDS))

    def _start(self, coro: Any, name: str) -> None:
        async def work() -> None:
            try:
                await coro
            finally:
                self._changed()

        self._page.tasks.start(work(), name)


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: what the file held before stays until there is something in its place."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def file_name(name: str, otherwise: str) -> str:
    """A name as every system lets a file be called, `otherwise` if nothing is left of it."""
    safe = "".join(letter if letter.isalnum() or letter in "-_ " else "_" for letter in name)[:LONGEST_FILE].strip()
    return f"{safe}_" if _DEVICE.match(safe) else safe or otherwise
