"""The panel that stands in the way, quietly, when leaving would lose what was typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.pages.page import Place
from widgets.parts import button, icon_label, label, row

__all__ = ["LeavePanel"]


class LeavePanel(QFrame):
    """Says `left` with the place to go to when the person gives the changes up. Esc stays."""

    left = Signal(object)

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("leave_panel")
        self.setProperty("ground", "banner")
        self.setAccessibleName(sentence)
        self._place: Place | None = None
        self._keep = button(self.tr("Keep editing"), self.hide, kind="primary", name="leave_keep")
        drop = button(self.tr("Discard and leave"), self._leave, kind="danger", name="leave_discard")
        laid = row(
            icon_label("warning", "warning", 20),
            label(sentence, wrap=True),
            self._keep,
            drop,
            parent=self,
            space=theme.SPACE_M,
        )
        laid.setStretch(1, 1)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        self.hide()

    def ask(self, place: Place) -> None:
        """Show it."""
        self._place = place
        self.show()
        self._keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stays."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        self.hide()
        if self._place is not None:
            self.left.emit(self._place)
