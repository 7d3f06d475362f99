"""The diagnostics bundle: every file is seen, whole, before anything is saved; and what was seen is what is saved."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from widgets import theme
from widgets.language import core
from widgets.parts import ErrorPanel, button, column, format_bytes, label, row
from widgets.parts.words import sentences

if TYPE_CHECKING:
    from app.api import DiagnosticsFile
    from widgets.pages.page import Page

__all__ = ["DiagnosticsSection"]


class DiagnosticsSection(QWidget):
    """Empty until it is asked for: gathering reads the log."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.files: list[DiagnosticsFile] = []
        self._gather = button(self.tr("Show the bundle"), self.gather, icon="search", name="gather_diagnostics")
        self._save = button(
            self.tr("Save as …"), self._ask_where, icon="export", kind="primary", name="save_diagnostics"
        )
        self._about = label("", "detail", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Files of the bundle"))
        self.list.setObjectName("diagnostics_files")
        self.list.currentRowChanged.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(theme.font("mono"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(self.tr("What the file says"))
        self.text.setObjectName("diagnostics_text")
        self.text.setTabChangesFocus(True)
        self._said = label("", "detail", "muted", wrap=True)
        self._error = ErrorPanel()
        self._error.hide()
        self._preview = QWidget()
        column(self.list, self._about, self.text, parent=self._preview, space=theme.SPACE_S).setStretch(2, 1)
        self._preview.hide()
        column(
            label(
                self.tr(
                    "For a bug report: versions, settings, the shape of your connections, the last runs and log lines. "
                    "No secret, no document, no name and no address is in it; look for yourself before you save it."
                ),
                wrap=True,
            ),
            row(self._gather, self._save, None),
            self._error,
            self._said,
            self._preview,
            parent=self,
            space=theme.SPACE_M,
        )
        self._save.hide()
        self._said.hide()
        theme.theme_changed.connect(self._fit)
        self._fit()

    def gather(self) -> None:
        """Ask the engine for the files, as things are now."""
        self._page.tasks.restart(self._load(), "diagnostics.load")

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        self._error.hide()
        self._said.hide()
        try:
            self.files = await self._page.client.diagnostics()
        except HeadwaterError as error:
            self._error.show_error(error.info())
            return
        self.list.clear()
        for each in self.files:
            item = QListWidgetItem(f"{each.name}  ({format_bytes(len(each.text.encode()))})")
            item.setToolTip(core(each.about))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, sentences(f"{each.name}.", core(each.about)))
            self.list.addItem(item)
        self._gather.setText(self.tr("Look again"))
        self._save.show()
        self._preview.show()
        self.list.setCurrentRow(0)
        self._fit()

    def _show(self, place: int) -> None:
        if 0 <= place < len(self.files):
            self._about.setText(core(self.files[place].about))
            self.text.setPlainText(self.files[place].text)

    def _fit(self) -> None:
        height = max(self.list.sizeHintForRow(0), theme.scaled(theme.LINE)) + 2
        self.list.setFixedHeight(height * max(1, len(self.files)) + 4)
        self.text.setMinimumHeight(theme.scaled(theme.LINE) * 12)

    def _ask_where(self) -> None:
        name = time.strftime("headwater-diagnostics-%Y-%m-%d.zip")
        dialog = QFileDialog(self, self.tr("Save the diagnostics bundle"), name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save(Path(path)))
        dialog.open()

    def save(self, path: Path) -> None:
        """Save the files that are shown."""
        self._page.tasks.start(self._write(path), "save diagnostics")

    async def _write(self, path: Path) -> None:
        from app.health.diagnostics import write_bundle
        from connectors.sdk import ErrorInfo

        try:
            await asyncio.to_thread(write_bundle, self.files, path)
        except OSError as error:
            self._error.show_error(
                ErrorInfo(
                    category="permanent",
                    code="bundle_unwritable",
                    what=self.tr("The bundle could not be saved"),
                    where=str(path),
                    remedy=self.tr("Choose another place."),
                    detail=str(error),
                )
            )
            return
        self._error.hide()
        self._said.setText(self.tr("Saved as {0}").format(path))
        self._said.show()
