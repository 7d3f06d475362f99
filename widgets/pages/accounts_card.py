"""One account: who, where, in which state; unfolded what it may do, until when and for whom, and how to leave it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from widgets import theme
from widgets.language import core
from widgets.parts import (
    StateLabel,
    absolute_time,
    ago,
    button,
    clock_time,
    column,
    frame,
    icon_label,
    label,
    row,
    tool_button,
)
from widgets.parts.foreign import on_button
from widgets.parts.words import listed, sentences

if TYPE_CHECKING:
    from app.api import AccountView, ConnectionView

__all__ = ["AccountCard"]

NAMED = 3
"""So many connections are named in a line; the rest is counted."""
LONGEST = 60
"""Letters of a connection's name in a line of its own."""


class AccountCard(QFrame):
    """Says `again`, `renew` or `sign_out` with the account, `connection_wanted` with a connection's id."""

    again = Signal(object)
    renew = Signal(object)
    sign_out = Signal(object)
    connection_wanted = Signal(str)

    def __init__(self, id: str) -> None:
        super().__init__()
        self.view: AccountView | None = None
        self._uses: list[ConnectionView] = []
        self.setObjectName(f"account_{id}")
        self.setProperty("ground", "card")
        self._name = label("", "strong")
        self._what = label("", "detail", "muted", wrap=True)
        self._state = StateLabel()
        self.act = button(self.tr("Sign in again"), lambda: self.again.emit(self.view), name="again")
        self.fold = tool_button("chevron-right", self.tr("Details"), self._toggle, name="fold")
        self._reason = label("", "body", "error", wrap=True)
        self._reason.setObjectName("reason")
        head = row(icon_label("user", "muted", 20), space=theme.SPACE_M)
        head.addLayout(column(self._name, self._what, space=2), 1)
        for widget in (self._state, self.act, self.fold):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body = QWidget()
        self._build_body()
        told = row(self._reason)
        told.setContentsMargins(theme.SPACE_XXL, 0, 0, 0)
        laid = column(head, told, self.body, parent=self, space=theme.SPACE_S)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_M, theme.SPACE_M)
        self.unfold(False)

    def _build_body(self) -> None:
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.SPACE_L)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._facts: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        for name, title in (
            ("who", self.tr("Who")),
            ("issuer", self.tr("Signed in at")),
            ("scopes", self.tr("May")),
            ("access", self.tr("Access")),
            ("renewed", self.tr("Last renewed")),
        ):
            value = self._facts[name] = label("", wrap=True, select=True)
            value.setObjectName(f"fact_{name}")
            self._titles[name] = self._add_fact(title, value)
        self._used = QVBoxLayout()
        self._used.setSpacing(0)
        used = QWidget()
        used.setLayout(self._used)
        self._used.setContentsMargins(0, 0, 0, 0)
        self._add_fact(self.tr("Used by"), used)
        self.renew_button = button(self.tr("Renew now"), self._renew, icon="sync", name="renew")
        self._other = button(self.tr("Sign in again"), lambda: self.again.emit(self.view), name="again_below")
        self.leave = button(self.tr("Sign out …"), self._ask, kind="danger", name="sign_out")
        self._buttons = QWidget()
        row(self.renew_button, self._other, self.leave, None, parent=self._buttons)
        self._build_question()
        laid = column(self._grid, self._buttons, self.question, parent=self.body, space=theme.SPACE_M)
        laid.setContentsMargins(theme.SPACE_XXL, theme.SPACE_XS, 0, theme.SPACE_XS)

    def _add_fact(self, title: str, value: QWidget) -> QLabel:
        at = self._grid.rowCount()
        name = label(title, "body", "muted")
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, at, 0, top)
        self._grid.addWidget(value, at, 1, top)
        value.setAccessibleName(title)
        return name

    def _build_question(self) -> None:
        """Signing out asks where it was asked for."""
        self.question = frame("warning")
        self.question.setObjectName("sign_out_question")
        self._asked = label("", "strong", wrap=True)
        self._effect = label("", wrap=True)
        self.confirm = button(self.tr("Sign out"), self._leave, kind="danger", name="sign_out_confirm")
        self._keep = button(self.tr("Stay signed in"), self._stay, kind="quiet", name="sign_out_keep")
        laid = column(
            self._asked, self._effect, row(self.confirm, self._keep, None), parent=self.question, space=theme.SPACE_S
        )
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        self.question.hide()

    # --- showing

    def show_account(
        self, view: AccountView, uses: list[ConnectionView], purposes: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """The account as it is now. `purposes` say what its permissions are for, where that is known."""
        fresh = [one.id for one in uses] != [one.id for one in self._uses] or self.view is None
        self.view, self._uses = view, uses
        good = view.state == "ok"
        used = self.tr("used by {0}").format(_named(uses, self.tr("{0} more"))) if uses else self.tr("not used yet")
        self._name.setText(view.name)
        self._what.setText(f"{view.provider_title} · {used}")
        self._state.show_state(view.state, self.tr("Signed in") if good else self.tr("Signed out"))
        self._reason.setText(
            self.tr("It must sign in again: {0}.").format(core(view.reason) or self.tr("it was refused"))
        )
        self._reason.setVisible(not good)
        self.act.setVisible(not good)
        self._other.setVisible(good)
        self.renew_button.setVisible(good and view.can_renew)
        self.setAccessibleName(listed((view.name, view.provider_title, self._state.text())))
        for widget, text in (
            (self.act, self.tr("Sign in again: {0}")),
            (self._other, self.tr("Sign in again: {0}")),
            (self.renew_button, self.tr("Renew the access of {0}")),
            (self.leave, self.tr("Sign out of {0}")),
            (self.fold, self.tr("Details of {0}")),
        ):
            widget.setAccessibleName(text.format(view.name))
        self._say("who", " · ".join(dict.fromkeys(filter(None, (view.person, view.email)))) or view.subject)
        self._say("issuer", view.issuer)
        may = "\n".join(core(purposes.get(scope, "")) or scope for scope in view.scopes)
        self._say("scopes", may or self.tr("what the provider gives every app"))
        self._facts["scopes"].setToolTip("\n".join(view.scopes))
        self._say("access", self._access(view))
        at = view.renewed_at or view.signed_in_at
        self._say("renewed", ago(view.renewed_at) if view.renewed_at else self.tr("not since the sign-in"))
        self._facts["renewed"].setToolTip(absolute_time(at))
        if fresh:
            self._show_uses()

    def unfold(self, on: bool) -> None:
        """Show the details, or the head alone."""
        self.body.setVisible(on)
        side = "chevron-left" if self.isRightToLeft() else "chevron-right"
        theme.set_icon(self.fold, "chevron-down" if on else side, "muted")

    def settle(self) -> None:
        """What was asked for is over, however it ended."""
        self.renew_button.setEnabled(True)
        self.question.setEnabled(True)
        self.question.hide()
        self._buttons.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes the question back."""
        if event.key() == Qt.Key.Key_Escape and self.question.isVisible():
            self._stay()
        else:
            super().keyPressEvent(event)

    def _access(self, view: AccountView) -> str:
        if view.state != "ok":
            return self.tr("none until it signs in again")
        if view.expires_at is None:
            return self.tr("without an end that the provider names")
        until = clock_time(view.expires_at)
        if view.can_renew:
            return self.tr("until {0}, then renewed by itself").format(until)
        return self.tr("until {0}, then sign in again").format(until)

    def _say(self, name: str, text: str) -> None:
        value = self._facts[name]
        value.setText(text)
        for widget in (value, self._titles[name]):
            widget.setVisible(bool(text))

    def _show_uses(self) -> None:
        while (item := self._used.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for one in self._uses:
            open_it = partial(self.connection_wanted.emit, one.id)
            link = button(on_button(one.name, LONGEST), open_it, kind="link", name=f"use_{one.id}")
            link.setProperty("dense", True)
            self._used.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        if not self._uses:
            self._used.addWidget(label(self.tr("no connection")))

    # --- acts

    def _toggle(self) -> None:
        self.unfold(self.body.isHidden())

    def _renew(self) -> None:
        self.renew_button.setEnabled(False)
        self.renew.emit(self.view)

    def _ask(self) -> None:
        if self.view is None:
            return
        self._asked.setText(self.tr("Sign out of “{0}”?").format(self.view.name))
        effect = self.tr("{0} is asked to withdraw the access, and it is forgotten here.").format(
            self.view.provider_title
        )
        if self._uses:
            names = _named(self._uses, self.tr("{0} more"))
            stopped = self.tr("Until another account is chosen, this stops syncing: {0}.").format(names)
            effect = sentences(effect, stopped)
        self._effect.setText(sentences(effect, self.tr("Documents that were synced stay.")))
        self.question.setAccessibleName(sentences(self._asked.text(), self._effect.text()))
        self._buttons.hide()
        self.question.show()
        self._keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stay(self) -> None:
        self.question.hide()
        self._buttons.show()
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave(self) -> None:
        self.question.setEnabled(False)
        self.sign_out.emit(self.view)


def _named(connections: list[ConnectionView], more: str) -> str:
    names = [one.name for one in connections[:NAMED]]
    if len(connections) > NAMED:
        names.append(more.format(len(connections) - NAMED))
    return listed(names)
