"""Signing in again where one stands: only the sign-in of a connection, tested, saved, and its sync begun anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from widgets import theme
from widgets.language import core
from widgets.pages.form_services import EngineServices
from widgets.pages.page import Page
from widgets.pages.scope_panel import ScopePanel
from widgets.pages.test_panel import TestPanel
from widgets.parts import button, column, heading, label, row

if TYPE_CHECKING:
    from app.api import CheckTarget, ConnectionEdit, ConnectionView
    from widgets.form import FormView

__all__ = ["SignInAgain"]


class SignInAgain(QFrame):
    """Hidden until it is opened. Says `saved` with the stored connection, `settings_wanted` where there is nothing to
    sign in with."""

    saved = Signal(object)
    settings_wanted = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self.form: FormView | None = None
        self.setObjectName("sign_in_again")
        self.setProperty("ground", "card")
        self.setAccessibleName(self.tr("Sign in again"))
        self._place = QVBoxLayout()
        self.test = TestPanel(page, self._target)
        self.test.blamed.connect(self._blame)
        self.test.finished.connect(self._tested)
        self.scope = ScopePanel(page)
        self.scope.applied.connect(lambda: self._page.tasks.restart(self._store(), "sign in"))
        self.go = button(self.tr("Test and save"), self._go, kind="primary", name="sign_in_save")
        leave = button(self.tr("Cancel"), self.close_form, kind="quiet", name="sign_in_cancel")
        laid = column(
            heading(self.tr("Sign in again")),
            label(
                self.tr("Everything else stays as it is. What you enter is tested first."), "body", "muted", wrap=True
            ),
            theme.SPACE_XS,
            self._place,
            self.test,
            self.scope,
            row(self.go, leave, None),
            parent=self,
            space=theme.SPACE_S,
        )
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        self.hide()

    # --- opening and closing ---

    def open(self, view: ConnectionView) -> None:
        """Show the sign-in of a connection, ready for typing."""
        if self.form is None or self._view is None or self._view.id != view.id:
            self._page.tasks.restart(self._build(view), "sign in")

    def close_form(self) -> None:
        """Away, with what was typed."""
        self.hide()
        self.test.clear()
        self.scope.hide()
        form, self.form = self.form, None
        if form is not None:
            self._place.removeWidget(form)
            form.hide()
            form.deleteLater()
            self._page.tasks.start(form.shutdown(), "sign in end")

    async def shutdown(self) -> None:
        """Before the page goes away."""
        if self.form is not None:
            await self.form.shutdown()

    def is_dirty(self) -> bool:
        """Whether something was typed."""
        return self.form is not None and self.form.is_dirty()

    async def _build(self, view: ConnectionView) -> None:
        from app.forms.sign_in import sign_in_schema
        from widgets.form import FormView
        from widgets.form.secret import SecretEditor

        schema = sign_in_schema(await self._page.client.connector_schema(view.type))
        if schema is None:
            self.settings_wanted.emit()
            return
        self.close_form()
        self._view = view
        services = EngineServices(self._page.client, self._draft_target)
        self.form = FormView(schema, value=view.config, secrets=view.secrets, services=services)
        self.form.changed.connect(lambda: self.test.mark_stale(self._draft_target()))
        self._place.addWidget(self.form)
        self.show()
        # What is stored was refused: each secret asks for another at once, the first one first.
        for editor in reversed(self.form.findChildren(SecretEditor)):
            if isinstance(editor.target, QPushButton):
                editor.target.click()

    # --- testing and saving ---

    def _draft_target(self) -> CheckTarget:
        """The stored connection with the form's values over it."""
        from app.api import CheckTarget
        from app.forms.values import pointer_of

        assert self.form is not None
        assert self._view is not None
        values = {pointer_of([name]): value for name, value in self.form.value().items()}
        return CheckTarget(ref=self._view.id, set=values, secrets=self.form.secrets())

    def _target(self) -> CheckTarget | None:
        return None if self.form is None or self.form.show_errors() else self._draft_target()

    def _edit(self) -> ConnectionEdit:
        from app.api import ConnectionEdit

        assert self.form is not None
        return ConnectionEdit(config=self.form.value(), secrets=self.form.secrets())

    def _go(self) -> None:
        if not self.test.running:
            self.test.toggle()

    def _tested(self, good: bool) -> None:
        if good and self.form is not None:
            self._page.tasks.restart(self._save(), "sign in")

    def _blame(self, pointer: str, message: str) -> None:
        if self.form is not None:
            self.form.blame(pointer, message)

    async def _save(self) -> None:
        assert self._view is not None
        edit = self._edit()
        preview = await self._page.client.preview_edit(self._view.id, edit)
        if preview.effect == "scope":
            self.scope.ask(self._view.id, edit, preview)
        else:
            await self._store()

    async def _store(self) -> None:
        from app.api import VAULT_TROUBLE
        from connectors.sdk import AuthError, ConfigError

        assert self._view is not None
        assert self.form is not None
        try:
            view = await self._page.client.edit_connection(self._view.id, self._edit())
        except AuthError as error:
            if error.code not in VAULT_TROUBLE:
                raise
            self._page.vault_needed.emit(core(error.what), lambda: self._page.tasks.restart(self._store(), "sign in"))
            return
        except ConfigError as error:
            self.form.show_error(error.pointer, core(error.what))
            return
        self.close_form()
        await self._page.client.start_sync(view.id)
        self.saved.emit(view)
