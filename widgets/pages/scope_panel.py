"""What a change of scope would do, before it is applied: counted by a listing, which the person need not wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from widgets import theme
from widgets.language import core, told
from widgets.pages.page import Page
from widgets.parts import button, column, format_count, icon_label, label, plural, row
from widgets.parts.words import listed, sentences

if TYPE_CHECKING:
    from app.api import ConnectionEdit, EditPreview

__all__ = ["ScopePanel"]


class ScopePanel(QFrame):
    """Says `applied` when the person goes on."""

    applied = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.setObjectName("scope_panel")
        self.setProperty("ground", "warning_banner")
        self._what = label("", "strong", wrap=True)
        self._effect = label("", wrap=True)
        self.apply = button(self.tr("Apply"), self._apply, kind="primary", name="scope_apply")
        keep = button(self.tr("Keep editing"), self._keep, name="scope_keep")
        laid = row(parent=self, space=theme.SPACE_M)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        laid.addWidget(icon_label("warning", "warning", 20), 0, Qt.AlignmentFlag.AlignTop)
        laid.addLayout(column(self._what, self._effect, space=2), 1)
        laid.addWidget(keep, 0, Qt.AlignmentFlag.AlignTop)
        laid.addWidget(self.apply, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def ask(self, ref: str, edit: ConnectionEdit, preview: EditPreview) -> None:
        """Show what is known at once, and count the rest meanwhile."""
        self._what.setText(self.tr("This changes what is synced: {0}").format(listed(map(core, preview.changed))))
        known = plural(preview.known, "{0} document is known now.", "{0} documents are known now.")
        self._effect.setText(sentences(known, self.tr("Counting what the source lists under the new settings …")))
        self.show()
        self.apply.setFocus(Qt.FocusReason.OtherFocusReason)
        self._page.tasks.restart(self._count(ref, edit), "scope count")

    async def _count(self, ref: str, edit: ConnectionEdit) -> None:
        try:
            preview = await self._page.client.preview_edit(ref, edit, listing=True)
        except Exception as error:
            from connectors.sdk import error_info

            self._effect.setText(self.tr("It could not be counted: {0}").format(told(error_info(error)).sentence()))
            return
        if preview.added is None:
            self._effect.setText(self.tr("The next run compares what it finds with the documents known now."))
            return
        self._effect.setText(
            self.tr("The next run would add {0}, remove {1} and keep {2}.").format(
                plural(preview.added, "{0} document", "{0} documents"),
                format_count(preview.removed or 0),
                format_count(preview.kept or 0),
            )
        )
        self.setAccessibleDescription(self._effect.text())

    def _apply(self) -> None:
        self._page.tasks.cancel("scope count")
        self.hide()
        self.applied.emit()

    def _keep(self) -> None:
        self._page.tasks.cancel("scope count")
        self.hide()
