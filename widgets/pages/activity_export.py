"""The log into a file, as it is narrowed on the page: lines of text, or JSON lines where the file's name ends so.

Read and written piece by piece beside the loop, so that a million lines neither fill the memory nor hold the window up.
A file appears only when it is whole.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from widgets import theme
from widgets.pages.activity_model import line_text
from widgets.parts import Banner, format_count, plural, tool_button

if TYPE_CHECKING:
    from app.api import EngineApi, LogFilter, LogLine
    from widgets.tasks import TaskScope

__all__ = ["LogExport", "export_log"]

PIECE = 5000
"""Lines of one request."""


async def export_log(
    client: EngineApi,
    filter: Callable[[int], LogFilter],
    target: Path,
    name: Callable[[LogLine], str],
    told: Callable[[int], object],
) -> int:
    """Write what `filter(after)` answers, from the oldest line on; `told` how many so far. Raises OSError."""
    as_json = target.suffix.lower() in (".jsonl", ".json", ".ndjson")
    handle, temporary = await asyncio.to_thread(tempfile.mkstemp, dir=target.parent, prefix=".headwater-log-")
    os.close(handle)
    written, after = 0, 0
    try:
        while True:
            lines = sorted(await client.log(filter(after)), key=lambda each: each.seq)
            text = "".join(
                (_json(each, name(each)) if as_json else line_text(each, name(each))) + "\n" for each in lines
            )
            await asyncio.to_thread(_append, temporary, text)
            written += len(lines)
            told(written)
            if len(lines) < PIECE:
                break
            after = lines[-1].seq
        await asyncio.to_thread(os.replace, temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return written


class LogExport(QObject):
    """The button that exports, and stops exporting. `told` is how far it is, `notice` what came of it."""

    told = Signal(str)
    notice = Signal(object)

    def __init__(
        self,
        client: EngineApi,
        tasks: TaskScope,
        filter: Callable[..., LogFilter],
        name: Callable[[LogLine], str],
    ) -> None:
        super().__init__()
        self._client = client
        self._tasks = tasks
        self._filter = filter
        self._name = name
        self.button = tool_button("export", "", self.ask, name="export_lines")
        self._look(running=False)

    def ask(self) -> None:
        """Ask for a file, and write what matches into it; while that runs, stop."""
        if self._tasks.running("export"):
            self._tasks.cancel("export")
            return
        dialog = QFileDialog(self.button.window(), self.tr("Export the log"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Text (*.txt)"), self.tr("JSON lines (*.jsonl)")])
        dialog.setDefaultSuffix("txt")
        dialog.selectFile("headwater-log.txt")
        dialog.finished.connect(dialog.deleteLater)
        dialog.fileSelected.connect(lambda path: self.export_to(Path(path)))
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Write what matches into a file."""
        self._tasks.restart(self._export(path), "export")

    async def _export(self, path: Path) -> None:
        self._look(running=True)
        try:
            written = await export_log(
                self._client,
                lambda after: self._filter(after=after, limit=PIECE),
                path,
                self._name,
                lambda count: self.told.emit(self.tr("{0} exported …").format(format_count(count))),
            )
        except OSError as error:
            text = self.tr("The log could not be exported to {0}: {1}").format(path, error.strerror or error)
            self.notice.emit(Banner(text, ground="error", icon="error"))
            return
        finally:
            self.told.emit("")
            self._look(running=False)
        text = plural(written, "{0} line was exported.", "{0} lines were exported.")
        self.notice.emit(Banner(f"{text} {path}", ground="ok", icon="ok", seconds=10))

    def _look(self, *, running: bool) -> None:
        text = self.tr("Stop the export") if running else self.tr("Export the lines that match, to a file")
        self.button.setToolTip(text)
        self.button.setAccessibleName(text)
        theme.set_icon(self.button, "stop" if running else "export", "muted", 16)


def _append(path: str, text: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(text)


def _json(line: LogLine, name: str) -> str:
    told = {"seq": line.seq, "at": line.at, "level": line.level, "connection": name, "run": line.run_id}
    return json.dumps({**told, "message": line.message, "fields": line.fields}, ensure_ascii=False)
