"""How a sign-in ended: who signed in, or why nobody did and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.language import core, told
from widgets.parts import button, column, error_text, icon_label, label, row
from widgets.parts.words import enumerated
from widgets.sign_in.copying import CopyButton

if TYPE_CHECKING:
    from app.api import AccountView
    from connectors.sdk import ErrorInfo
    from widgets.sign_in.wanted import SignInWanted

_LOOKS = {
    "access_denied": ("stopped", "warning"),
    "timeout": ("waiting", "warning"),
    "expired_token": ("waiting", "warning"),
    "vault_locked": ("lock", "warning"),
}
"""Ends that are nobody's mistake, and how they look."""


class Ended(QWidget):
    """Says `again`, `by_code`, `other_client` or `done`."""

    again = Signal()
    by_code = Signal()
    other_client = Signal()
    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.warns = False
        """Whether there is something to read about it before going on."""
        self._ground = QFrame()
        self._icon = icon_label("error", "error", 20)
        self.what = label("", "strong", wrap=True, select=True)
        self.what.setObjectName("ended_what")
        self._detail = label("", wrap=True, select=True)
        self._detail.setObjectName("ended_detail")
        words = column(self.what, self._detail, space=theme.SPACE_XS)
        told = row(parent=self._ground, space=theme.SPACE_M)
        icon = column(self._icon, None, space=0)
        told.addLayout(icon)
        told.addLayout(words, 1)
        told.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        self._again = button(self.tr("Try again"), self.again.emit, kind="primary", name="sign_in_retry")
        self._code = button(self.tr("Use a code instead"), self.by_code.emit, name="ended_code")
        self._client = button(self.tr("Change the client"), self.other_client.emit, name="ended_client")
        self._copy = CopyButton(self.tr("Copy details"), "ended_copy")
        self._done = button(self.tr("Done"), self.done.emit, kind="primary", name="sign_in_done")
        self._close = button(self.tr("Close"), self.done.emit, kind="quiet", name="sign_in_close")
        column(
            self._ground,
            row(self._done, self._again, self._code, self._client, self._copy, self._close, None),
            parent=self,
            space=theme.SPACE_M,
        )

    def show_error(self, error: ErrorInfo, *, can_code: bool) -> None:
        """Nobody signed in."""
        icon, role = _LOOKS.get(error.code, ("error", "error"))
        self._show(icon, role, told(error).sentence(), core(error.remedy))
        self._copy.text_to_copy = error_text(error)
        client = error.code in ("invalid_client", "client_missing", "unauthorized_client", "discovery_failed")
        for widget, shown in (
            (self._again, True),
            (self._code, can_code),
            (self._client, client or error.category == "config"),
            (self._copy, role == "error"),
            (self._close, True),
            (self._done, False),
        ):
            widget.setVisible(shown)

    def show_account(self, account: AccountView, wanted: SignInWanted) -> None:
        """Somebody did; perhaps another person than was meant, or without everything that was asked for."""
        who = " · ".join(dict.fromkeys(filter(None, (account.email, account.provider_title))))
        detail = [who]
        role = "ok"
        if wanted.account is not None and wanted.account.id != account.id:
            role = "warning"
            text = self.tr("This is another person than “{0}”, which still has to sign in. Both are kept.")
            detail.append(text.format(wanted.account.name))
        missing = [core(scope.purpose) or scope.name for scope in wanted.scopes if scope.name not in account.scopes]
        if missing:
            role = "warning"
            detail.append(self.tr("Not allowed: {0}.").format(enumerated(missing)))
        self._show(role, role, self.tr("Signed in as {0}").format(account.person or account.name), "\n".join(detail))
        for widget in (self._again, self._code, self._client, self._copy, self._close):
            widget.hide()
        self._again.setVisible(bool(missing))
        self._done.show()

    def sentence(self) -> str:
        """What it says, for a screen reader."""
        return self.what.text()

    def first_input(self) -> QWidget:
        """What most people do next."""
        return self._done if self._again.isHidden() else self._again

    def _show(self, icon: str, role: str, what: str, detail: str) -> None:
        self.warns = role != "ok"
        self._icon.show_icon(icon, role)
        self._ground.setProperty("ground", role)
        theme.repolish(self._ground)
        self.what.setText(what)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
