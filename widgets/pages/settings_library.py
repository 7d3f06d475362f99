"""Where the library is, how large it is, and how to move it.

Moving is told and not done: the folder holds a database that this very program has open, so that the safe way is to
move it while nothing runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.parts import button, column, format_bytes, format_count, label, row
from widgets.parts.facts import Facts

if TYPE_CHECKING:
    from app.api import EngineView, LibraryStats

__all__ = ["LibrarySection"]


def open_folder(path: str) -> bool:
    """In the system's file manager."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))


class LibrarySection(QWidget):
    """Place, size, and the way to another place."""

    def __init__(self) -> None:
        super().__init__()
        self._path = ""
        self.facts = Facts()
        self._open = button(self.tr("Open folder"), self._open_folder, icon="folder-open", name="open_folder")
        self._copy = button(self.tr("Copy path"), self._copy_path, icon="copy", name="copy_path")
        self._said = label("", "detail", "error", wrap=True)
        self._said.hide()
        self._how = label("", wrap=True, select=True)
        self._command = label("", "mono", wrap=True, select=True)
        column(
            self.facts,
            row(self._open, self._copy, None),
            self._said,
            theme.SPACE_M,
            label(self.tr("Moving the library"), "strong"),
            self._how,
            self._command,
            parent=self,
            space=theme.SPACE_S,
        )

    def show_library(self, engine: EngineView, stats: LibraryStats) -> None:
        """As it is now."""
        self._path = engine.profile
        self.facts.show_facts(
            {
                self.tr("Folder"): engine.profile,
                self.tr("On disk"): format_bytes(stats.disk_bytes),
                self.tr("Documents"): self.tr("{0}, {1} as the sources count them").format(
                    format_count(stats.documents), format_bytes(stats.bytes)
                ),
                self.tr("In the bin"): format_count(stats.deleted),
            }
        )
        self._how.setText(
            self.tr(
                "Everything is in this one folder: library, connections, settings and the vault. To move it, quit "
                "Headwater, move the folder, and start Headwater with its new place:"
            )
        )
        self._command.setText(f"headwater --profile {Path('/new/place/Headwater')}")

    def _open_folder(self) -> None:
        opened = open_folder(self._path)
        self._said.setText(self.tr("No file manager opened the folder. Copy its path instead."))
        self._said.setVisible(not opened)

    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(self._path)
