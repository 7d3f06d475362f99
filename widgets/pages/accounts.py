"""Accounts: who is signed in where, until when, for which connections; what needs a person first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from widgets import theme
from widgets.pages.accounts_card import AccountCard
from widgets.pages.accounts_use import uses
from widgets.pages.page import Page, Place
from widgets.parts import Banner, EmptyState, button, column, label, row
from widgets.parts.body import Body, OfflineStrip
from widgets.sign_in import SignInPanel, SignInWanted
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import AccountView, EngineApi, ProviderView
    from widgets.events import Events

__all__ = ["AccountsPage"]

CLOCK_MS = 30_000
"""How often the times are looked at again, while the page is seen."""
WIDTH = 860
SAID_SECONDS = 8


class AccountsPage(Page):
    """The accounts, and the panel that signs in to another one."""

    name = "accounts"

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self.cards: dict[str, AccountCard] = {}
        self._providers: dict[str, ProviderView] = {}
        self._place = Place("accounts")
        self._loaded = False
        self._refresher = Refresher(self.tasks, "load", self._load)
        self._sign_in = button(
            self.tr("Sign in"),
            self.sign_in,
            kind="primary",
            icon="plus",
            name="sign_in",
            tip=self.tr("Sign in to an account"),
        )
        self.panel = SignInPanel(client, self.tasks)
        self.panel.signed_in.connect(lambda _account: self.reload())
        self.panel.closed.connect(self._panel_closed)
        self._empty = EmptyState(
            "key",
            self.tr("No account yet"),
            self.tr("Sign in"),
            self.sign_in,
            detail=self.tr("Sign in once, and every connection to that provider can use the account."),
        )
        self._empty.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.SPACE_M)
        inner = QWidget()
        inner.setMaximumWidth(theme.scaled(WIDTH))
        laid = column(self.panel, self._list, self._empty, None, parent=inner, space=theme.SPACE_M)
        laid.setContentsMargins(theme.SPACE_XL, 0, theme.SPACE_XL, theme.SPACE_XL)
        holder = QWidget()
        row(inner, None, parent=holder, space=0).setStretch(0, 10)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(holder)
        header = row(label(self.tr("Accounts"), "title"), None, self._sign_in)
        header.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_M)
        self.offline = OfflineStrip(self.tr("The engine has stopped and is being started again."))
        self.body = Body(self.area)
        self.body.retried.connect(self.refresh)
        column(self.offline, header, self.body, parent=self, space=0).setStretch(2, 1)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self.reload)

    # --- page

    async def activate(self) -> None:
        """Look at once, and keep the times true while it is seen."""
        self._clock.start()
        await self._load()
        self._go_to_place()

    def deactivate(self) -> None:
        """No clock while nobody looks. A sign-in that waits for its browser goes on."""
        self._clock.stop()

    def follow(self, feed: Events) -> None:
        """A connection may use an account now, or have been refused."""
        feed.fact.connect(lambda _fact: self.reload() if self.isVisible() else None)
        self.offline.follow(feed)

    def show_place(self, place: Place) -> None:
        """`ref` is an account to show; `tab` "sign_in" signs in to it again, or without one to another."""
        self._place = place

    def where(self, place: Place) -> Place:
        """Coming back does not sign in once more."""
        return Place("accounts", place.ref)

    def focus_search(self) -> None:
        """Ctrl-F, while a provider is chosen."""
        if self.panel.chooser.isVisible():
            self.panel.chooser.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """F5."""
        self._refresher.now()

    def reload(self) -> None:
        """Look again, soon; not while there is no engine to ask."""
        if self.offline.isHidden():
            self._refresher.ask()

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        if not self._loaded:
            self.body.wait(self.tr("Reading the accounts …"))
        try:
            accounts = await self.client.accounts()
            connections = await self.client.connections()
            self._providers = self._providers or {one.id: one for one in await self.client.providers()}
        except HeadwaterError as error:
            if self._loaded:
                raise
            self.body.show_error(error.info())
            return
        ordered = sorted(accounts, key=lambda one: (one.state == "ok", one.name.casefold()))
        known = {one.id for one in accounts}
        for gone in [id for id in self.cards if id not in known]:
            card = self.cards.pop(gone)
            card.hide()
            card.deleteLater()
        for number, account in enumerate(ordered):
            card = self.cards.get(account.id) or self._make_card(account, alone=len(ordered) == 1)
            provider = self._providers.get(account.provider)
            card.show_account(account, uses(account.id, connections), provider.scopes if provider is not None else {})
            if self._list.indexOf(card) != number:
                self._list.insertWidget(number, card)
        self._loaded = True
        self.body.show_content()
        self._arrange()

    def _make_card(self, account: AccountView, *, alone: bool) -> AccountCard:
        card = AccountCard(account.id)
        card.unfold(alone or account.state != "ok")
        card.again.connect(self._again)
        card.renew.connect(lambda view: self.tasks.start(self._renew(view), f"renew {view.id}"))
        card.sign_out.connect(lambda view: self.tasks.start(self._sign_out(view), f"sign out {view.id}"))
        card.connection_wanted.connect(lambda id: self.navigate.emit(Place("connection", id)))
        self.cards[account.id] = card
        return card

    def _go_to_place(self) -> None:
        place, self._place = self._place, Place("accounts")
        if place.tab == "sign_in" and not place.ref:
            self.sign_in()
            return
        card = self.cards.get(place.ref)
        if card is None or card.view is None:
            return
        card.unfold(True)
        self.area.ensureWidgetVisible(card)
        if place.tab == "sign_in":
            self._again(card.view)

    # --- signing in and out

    def sign_in(self) -> None:
        """Open the panel for another account."""
        self._open(SignInWanted())

    def _again(self, view: AccountView) -> None:
        self._open(SignInWanted(provider=view.provider, account=view))

    def _open(self, wanted: SignInWanted) -> None:
        self.panel.open(wanted)
        self.body.show_content()
        self._arrange()
        self.area.ensureVisible(0, 0)

    def _panel_closed(self) -> None:
        self._arrange()
        if self._sign_in.isVisible():
            self._sign_in.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        empty = self._loaded and not self.cards and self.panel.isHidden()
        self._empty.setVisible(empty)
        self._sign_in.setVisible(not empty and self.panel.isHidden())

    async def _renew(self, view: AccountView) -> None:
        from connectors.sdk import AuthError

        try:
            await self.client.renew_account(view.id, time.time())
        except AuthError as error:
            if error.code != "sign_in_again":
                raise
            # The card then says so, with its reason and the way out.
        else:
            text = self.tr("Renewed the access of {0}.").format(view.name)
            self.notice.emit(Banner(text, ground="ok", icon="ok", seconds=SAID_SECONDS))
        finally:
            self._settle(view)

    async def _sign_out(self, view: AccountView) -> None:
        try:
            done = await self.client.sign_out(view.id)
        finally:
            self._settle(view)
        if done.revoked:
            text = self.tr("{0} is signed out, and {1} confirmed it.").format(view.name, view.provider_title)
            self.notice.emit(Banner(text, ground="ok", icon="ok", seconds=SAID_SECONDS))
        else:
            text = self.tr("{0} is forgotten here, but {1} did not confirm it.").format(view.name, view.provider_title)
            known = self._providers.get(view.provider)
            usual = self.tr("Remove the app on its page of connected apps too.")
            note = known.revoke_note if known is not None and known.revoke_note else usual
            banner = Banner(f"{text} {note}", ground="warning", icon="warning")
            self.notice.emit(banner)

    def _settle(self, view: AccountView) -> None:
        if view.id in self.cards:
            self.cards[view.id].settle()
        self.reload()
