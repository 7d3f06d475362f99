"""The panel that asks for the vault's passphrase, where no keyring of the system keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from widgets import theme
from widgets.parts.build import button, column, icon_label, label, row
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import EngineApi

__all__ = ["VaultPanel"]


class VaultPanel(QFrame):
    """`ask` shows it; what waited for the vault goes on when it opens. The passphrase is kept nowhere."""

    unlocked = Signal()

    def __init__(self, tasks: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("vault_panel")
        self.setProperty("ground", "banner")
        self._tasks = tasks
        self._client: EngineApi | None = None
        self._then: Callable[[], object] | None = None
        self._what = label("", "strong", wrap=True)
        self._why = label(
            self.tr(
                "Enter the passphrase of the vault; the first time, choose one. It encrypts the secrets stored "
                "here and can't be recovered."
            ),
            "detail",
            "muted",
            wrap=True,
        )
        self._wrong = label("", "detail", "error", wrap=True)
        self._wrong.hide()
        self.field = QLineEdit()
        self.field.setObjectName("passphrase")
        self.field.setAccessibleName(self.tr("Passphrase"))
        self.field.setPlaceholderText(self.tr("Passphrase"))
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMinimumWidth(220)
        self.field.returnPressed.connect(self._unlock)
        self._reveal = QAction(theme.icon("eye", "muted"), self.tr("Show"), self.field)
        self._reveal.setCheckable(True)
        self._reveal.toggled.connect(self._show_text)
        self.field.addAction(self._reveal, QLineEdit.ActionPosition.TrailingPosition)
        self.open_button = button(self.tr("Unlock"), self._unlock, kind="primary", name="vault_unlock")
        later = button(self.tr("Not now"), self._cancel, kind="quiet", name="vault_later")
        words = column(self._what, self._why, self._wrong, space=2)
        laid = row(icon_label("lock", "accent", 20), parent=self, space=theme.SPACE_M)
        laid.addLayout(words, 1)
        for widget in (self.field, self.open_button, later):
            laid.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        self.hide()

    def ask(self, client: EngineApi, what: str, then: Callable[[], object] | None = None) -> None:
        """Show it, and call `then` when the vault is open."""
        self._client, self._then = client, then
        self._what.setText(what)
        self.setAccessibleName(what)
        self._wrong.hide()
        self.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is Not now."""
        if event.key() == Qt.Key.Key_Escape:
            self._cancel()
        else:
            super().keyPressEvent(event)

    def _unlock(self) -> None:
        if self.field.text() and self._client is not None and not self._tasks.running("unlock"):
            self._tasks.start(self._try(self._client, self.field.text()), "unlock")

    async def _try(self, client: EngineApi, passphrase: str) -> None:
        from connectors.sdk import HeadwaterError

        self.open_button.setEnabled(False)
        try:
            await client.unlock_vault(passphrase)
        except HeadwaterError as error:
            self._wrong.setText(error.what if not error.remedy else f"{error.what}. {error.remedy}")
            self._wrong.show()
            self.field.selectAll()
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        finally:
            self.open_button.setEnabled(True)
        then, self._then = self._then, None
        self._cancel()
        self.unlocked.emit()
        if then is not None:
            then()

    def _cancel(self) -> None:
        self._then = None
        self.field.clear()
        self._reveal.setChecked(False)
        self.hide()

    def _show_text(self, shown: bool) -> None:
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._reveal.setIcon(theme.icon("eye-off" if shown else "eye", "muted"))
