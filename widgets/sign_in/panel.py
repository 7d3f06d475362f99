"""The sign-in panel: choose where, with which client, then the browser or a code, and how it ended. Never a dialog.

It stands where the account is wanted and can be left at any time: what runs is one stream of the engine, and closing
it frees the port.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.language import advice
from widgets.parts import button, column, heading, row
from widgets.parts.reveal import reveal
from widgets.sign_in.browser import Browser, come_forward, open_url
from widgets.sign_in.chooser import ProviderChooser
from widgets.sign_in.client import ClientStep
from widgets.sign_in.ended import Ended
from widgets.sign_in.waiting import Waiting
from widgets.sign_in.wanted import SignInWanted
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import AccountView, EngineApi, ProviderView, SignInRequest, SignInStep

__all__ = ["SignInPanel"]


class SignInPanel(QFrame):
    """Hidden until it is opened. Says `signed_in` with the account, `closed` when the person is through with it."""

    signed_in = Signal(object)
    closed = Signal()

    def __init__(self, client: EngineApi, tasks: TaskScope, *, browser: Browser | None = None) -> None:
        super().__init__()
        self._client = client
        self._tasks = tasks
        self._browser = browser or (lambda url: open_url(url))
        self.wanted = SignInWanted()
        self._providers: dict[str, ProviderView] = {}
        self._accounts: list[AccountView] = []
        self._provider: ProviderView | None = None
        self._request: SignInRequest | None = None
        self._sign_in = ""
        self._running: set[asyncio.Task[None]] = set()
        running = self._running
        self.destroyed.connect(lambda: [task.cancel() for task in running])  # a form may drop the field it stands in
        self.setObjectName("sign_in_panel")
        self.setProperty("ground", "card")
        self._title = heading("")
        self._back = button(self.tr("All providers"), self._choose, kind="link", icon="arrow-left", name="sign_in_back")
        self._leave = button(self.tr("Cancel"), self.close_panel, kind="quiet", name="chooser_leave")
        self.chooser = ProviderChooser()
        self.client_step = ClientStep(self._browser)
        self.waiting = Waiting(self._browser)
        self.ended = Ended()
        self._parts: tuple[QWidget, ...] = (self.chooser, self.client_step, self.waiting, self.ended)
        self.chooser.chosen.connect(self._choose_client)
        self.client_step.ready.connect(self._begin)
        self.client_step.left.connect(self.close_panel)
        self.waiting.pasted.connect(self._paste)
        self.waiting.other_way.connect(self._begin)
        self.waiting.cancelled.connect(self._cancel)
        self.ended.again.connect(lambda: self._begin(False))
        self.ended.by_code.connect(lambda: self._begin(True))
        self.ended.other_client.connect(self._change_client)
        self.ended.done.connect(self.close_panel)
        head = row(self._title, None, self._back)
        laid = column(head, *self._parts, row(self._leave, None), parent=self, space=theme.SPACE_M)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_L)
        self.hide()

    # --- opening and closing

    def open(self, wanted: SignInWanted) -> None:
        """Begin: with the browser at once for an account that signs in again, else with what has to be chosen."""
        self._stop()
        self.wanted = wanted
        self._provider = None
        self._request = None
        title = self.tr("Sign in again") if wanted.account is not None else self.tr("Sign in")
        self._title.setText(title)
        self._show(None)
        self.setAccessibleName(title)
        self.show()
        self._start(self._open(wanted))

    def close_panel(self) -> None:
        """Away, with what was typed and what runs."""
        self._stop()
        self.client_step.forget()
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is Cancel."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.waiting.isVisible():
            self._cancel()
        else:
            self.close_panel()

    async def _open(self, wanted: SignInWanted) -> None:
        try:
            self._providers = {one.id: one for one in await self._client.providers()}
            self._accounts = await self._client.accounts()
        except Exception as error:
            self._fail(error)
            return
        if wanted.account is not None and wanted.account.provider in self._providers:
            self._provider = self._providers[wanted.account.provider]
            self._request = wanted.again()
            self._say_title()
            await self._run(self._request)
        elif wanted.provider in self._providers:
            self._choose_client(wanted.provider)
        else:
            self._choose()

    # --- the steps

    def _choose(self) -> None:
        self._provider = None
        self._title.setText(self.tr("Where do you want to sign in?"))
        self.chooser.show_providers(list(self._providers.values()))
        self._show(self.chooser)
        _focus(self.chooser.search)

    def _choose_client(self, provider: str) -> None:
        found = self._provider = self._providers[provider]
        self._say_title()
        there = [one for one in self._accounts if one.provider == provider]
        self.client_step.show_provider(found, there, self.wanted)
        self._show(self.client_step)
        _focus(self.client_step.first_input())

    def _change_client(self) -> None:
        if self._provider is not None:
            self._choose_client(self._provider.id)
            self.client_step.choose_own()
            _focus(self.client_step.first_input())

    def _begin(self, device: bool) -> None:
        """Sign in now: with what was entered, or once more in this or the other way."""
        from msgspec.structs import replace

        if self._provider is None:
            self.open(self.wanted)  # not even the providers were known
            return
        if self._request is None or self.client_step.isVisible():
            self._request = self.client_step.request(device)
        self._request = replace(self._request, device=device)
        self._stop()
        self._start(self._run(self._request))

    async def _run(self, request: SignInRequest) -> None:
        assert self._provider is not None
        self.waiting.show_starting(self._provider.title)
        self._show(self.waiting)
        _focus(self.waiting.cancel)
        try:
            async with aclosing(self._client.sign_in(request)) as steps:  # type: ignore[type-var]
                async for step in steps:
                    self._take(step)
        except Exception as error:
            self._fail(error)

    def _take(self, step: SignInStep) -> None:
        assert self._provider is not None
        if step.kind == "authorize":
            self._sign_in = step.sign_in
            # A code is opened by the person alone: one that somebody else sent must not be a click away.
            opened = bool(step.user_code) or self._browser(step.url)
            self.waiting.show_step(
                step,
                self._provider.title,
                can_code=self._provider.device,
                can_browse=bool(self._provider.redirect_uri),
                opened=opened,
            )
            self.setAccessibleDescription(self.waiting.sentence())
            _focus(self.waiting.first_input())
        elif step.account is not None:
            self.client_step.forget()
            self.ended.show_account(step.account, self.wanted)
            self._show_end()
            self.signed_in.emit(step.account)

    def _fail(self, error: Exception) -> None:
        from app.api import VAULT_TROUBLE
        from connectors.sdk import error_info

        info = error_info(error)
        can_code = self._provider is not None and self._provider.device and info.code != "device_unsupported"
        self.ended.show_error(info, can_code=can_code and not (self._request is not None and self._request.device))
        if info.code in ("timeout", "expired_token"):
            self._show(self.ended)  # nobody is there: no reason to push to the front
        else:
            self._show_end()
        if info.code in VAULT_TROUBLE:
            raise error  # the window asks for the passphrase

    def _show_end(self) -> None:
        self._show(self.ended)
        if not self.window().isActiveWindow():
            come_forward(self)
        _focus(self.ended.first_input())

    def _cancel(self) -> None:
        """Back to what was entered, so that nothing has to be typed twice."""
        self._stop()
        if self._provider is None or self.wanted.account is not None or self._request is None:
            self.close_panel()
        else:
            self._choose_client(self._provider.id)

    def _start(self, coro: Coroutine[Any, Any, None]) -> None:
        async def after(former: set[asyncio.Task[None]]) -> None:
            try:
                if former:
                    await asyncio.wait(former)  # a provider may know a single port: it has to be free again
            except BaseException:
                coro.close()
                raise
            await coro

        task = self._tasks.start(after(set(self._running)), "sign in")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _stop(self) -> None:
        """End what runs; the engine frees its port as the stream closes."""
        for task in self._running:
            task.cancel()
        self._sign_in = ""
        self.waiting.stop()

    # --- the address by hand

    def _paste(self, address: str) -> None:
        self._tasks.start(self._finish(self._sign_in, address), "paste")

    async def _finish(self, sign_in: str, address: str) -> None:
        from connectors.sdk import error_info

        try:
            await self._client.finish_sign_in(sign_in, address)
        except Exception as error:
            if shiboken6.isValid(self):
                self.waiting.refuse_address(advice(error_info(error), where=False))

    # --- showing

    def _say_title(self) -> None:
        provider = self._provider.title if self._provider is not None else ""
        if self.wanted.account is not None:
            self._title.setText(self.tr("Sign in to “{0}” again").format(self.wanted.account.name))
        else:
            self._title.setText(self.tr("Sign in to {0}").format(provider))
        self.setAccessibleName(self._title.text())

    def _show(self, part: QWidget | None) -> None:
        for one in self._parts:
            one.setVisible(one is part)
        self._leave.setVisible(part is self.chooser)
        self._back.setVisible(part is self.client_step and not self.wanted.provider)
        if part is not self.waiting:
            self.waiting.stop()
        if part is self.ended:
            self.setAccessibleDescription(self.ended.sentence())


def _focus(input: QWidget) -> None:
    """The panel may stand anywhere in a long form."""
    input.setFocus(Qt.FocusReason.OtherFocusReason)
    reveal(input)
