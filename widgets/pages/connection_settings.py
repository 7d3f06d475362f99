"""A connection's settings: the same generated form, with what a change of scope would do before it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from widgets import theme
from widgets.language import core
from widgets.pages.draft import FORM_WIDTH, buddy
from widgets.pages.form_services import EngineServices
from widgets.pages.page import Page
from widgets.pages.schedule import ScheduleBox
from widgets.pages.scope_panel import ScopePanel
from widgets.pages.test_panel import TestPanel
from widgets.parts import button, column, frame, heading, label, line, row
from widgets.parts.flow import beside, flow

if TYPE_CHECKING:
    from app.api import CheckTarget, ConnectionEdit, ConnectionView, ConnectorView
    from widgets.form import FormView

__all__ = ["SettingsTab"]


class SettingsTab(QWidget):
    """Says `saved` with the connection as it is stored now; `acted` with an act of the connection's menu."""

    saved = Signal(object)
    acted = Signal(str)

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: ConnectionView | None = None
        self.form: FormView | None = None
        self.schedule: ScheduleBox | None = None
        self._key: tuple[str, int] | None = None
        self._inner = QWidget()
        self._inner.setMaximumWidth(theme.scaled(FORM_WIDTH))
        self._laid = QVBoxLayout(self._inner)
        self._laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_XL)
        self._laid.setSpacing(theme.SPACE_L)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        row(self._inner, None, parent=holder, space=0).setStretch(0, 10)
        self.area.setWidget(holder)
        self.test = TestPanel(page, self._target)
        self.scope = ScopePanel(page)
        self.scope.applied.connect(lambda: self._page.tasks.restart(self._apply(), "save"))
        self.save_button = button(self.tr("Save"), self.save, kind="primary", name="save", shortcut="Ctrl+Return")
        self.discard_button = button(self.tr("Discard changes"), self._discard, name="discard")
        self._footer = frame("window")
        tests = flow(self.test.button, self.test.deep, space=theme.SPACE_M)
        hands = beside(tests, self.discard_button, self.save_button, space=theme.SPACE_M)
        foot = column(hands, parent=self._footer)
        foot.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        whole = column(self.area, self.scope, self.test, line(), self._footer, parent=self, space=0)
        whole.setStretch(0, 1)

    # --- showing ---

    def show_connection(self, view: ConnectionView) -> None:
        """The settings as stored. A form with unsaved changes is left alone."""
        known, self._view = self._key, view
        key = (view.id, view.revision)
        if key == known or (known is not None and known[0] == view.id and self.is_dirty()):
            return
        if self.isVisible() or known is not None:
            self._page.tasks.restart(self._build(view), "settings")

    def reload(self) -> None:
        """Build the form if it is not there yet."""
        if self._view is not None and self._key != (self._view.id, self._view.revision) and not self.is_dirty():
            self._page.tasks.restart(self._build(self._view), "settings")

    async def _build(self, view: ConnectionView) -> None:
        from widgets.form import FormView

        await self.shutdown()
        schema = await self._page.client.connector_schema(view.type)
        types = {connector.type: connector for connector in await self._page.client.connectors()}
        self._key = (view.id, view.revision)
        self.test.clear()
        self.scope.hide()
        while self._laid.count():
            taken = self._laid.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        services = EngineServices(self._page.client, self._services_target)
        self.form = FormView(schema, value=view.config, secrets=view.secrets, services=services)
        self.form.changed.connect(self._touched)
        self.test.blamed.connect(self.form.blame)
        self.schedule = ScheduleBox(_can(types.get(view.type), "watch"))
        self.schedule.show_schedule(view.schedule)
        self.schedule.chosen.connect(self._touched)
        when = QWidget()
        sync = buddy(self.tr("S&ync"), self.schedule)
        column(sync, row(self.schedule, None), parent=when, space=theme.SPACE_XS)
        self._laid.addWidget(self.form)
        self._laid.addWidget(line())
        self._laid.addWidget(when)
        self._laid.addWidget(line())
        self._laid.addWidget(self._manage(view))
        self._laid.addStretch(1)
        self._show_dirty()

    def _manage(self, view: ConnectionView) -> QFrame:
        made = QFrame()
        toggle = (
            button(self.tr("Disable"), lambda: self.acted.emit("disable"), icon="disabled", name="disable")
            if view.enabled
            else button(self.tr("Enable"), lambda: self.acted.emit("enable"), icon="play", name="enable")
        )
        column(
            heading(self.tr("This connection")),
            label(
                self.tr("Removing takes its documents out of the library; it can be undone for ten seconds."),
                "body",
                "muted",
                wrap=True,
            ),
            beside(
                flow(
                    toggle,
                    button(
                        self.tr("Duplicate"), lambda: self.acted.emit("duplicate"), icon="duplicate", name="duplicate"
                    ),
                    button(self.tr("Export …"), lambda: self.acted.emit("export"), icon="export", name="export"),
                ),
                button(
                    self.tr("Remove"), lambda: self.acted.emit("remove"), kind="danger", icon="trash", name="remove"
                ),
            ),
            parent=made,
            space=theme.SPACE_S,
        )
        return made

    async def shutdown(self) -> None:
        """End what the form still asks."""
        if self.form is not None:
            await self.form.shutdown()

    # --- values ---

    def is_dirty(self) -> bool:
        """Whether something was changed and not saved."""
        if self.form is None or self._view is None or self.schedule is None or self._key is None:
            return False
        return bool(self.form.is_dirty()) or (
            self._key[0] == self._view.id and self.schedule.schedule() != self._view.schedule
        )

    def edit(self) -> ConnectionEdit:
        """What would be changed."""
        from app.api import ConnectionEdit

        assert self.form is not None
        assert self.schedule is not None
        return ConnectionEdit(config=self.form.value(), secrets=self.form.secrets(), schedule=self.schedule.schedule())

    def discard(self) -> None:
        """Forget what was typed."""
        self._key = None
        self.reload()

    def _discard(self) -> None:
        self.discard()

    def _draft_target(self) -> CheckTarget:
        """The stored connection with the form's values over it: its secrets stay where they are."""
        from app.api import CheckTarget

        assert self.form is not None
        assert self._view is not None
        values = {f"/{_escape(name)}": value for name, value in self.form.value().items()}
        return CheckTarget(ref=self._view.id, set=values, secrets=self.form.secrets())

    def _services_target(self) -> CheckTarget:
        return self._draft_target()

    def _target(self) -> CheckTarget | None:
        if self.form is None or self.form.show_errors():
            return None
        return self._draft_target()

    def _touched(self) -> None:
        if self.form is None or self._view is None:
            return
        self.test.mark_stale(self._draft_target())
        self.scope.hide()
        self._show_dirty()

    def _show_dirty(self) -> None:
        dirty = self.is_dirty()
        self.save_button.setEnabled(dirty)
        self.save_button.setToolTip("" if dirty else self.tr("Nothing has changed."))
        self.discard_button.setVisible(dirty)

    # --- saving ---

    def save(self) -> None:
        """Store the changes, after a look at what they do if they change the scope."""
        if self.form is None or self.form.show_errors() or self._page.tasks.running("save"):
            return
        self._page.tasks.start(self._save(), "save")

    async def _save(self) -> None:
        assert self._view is not None
        edit = self.edit()
        preview = await self._page.client.preview_edit(self._view.id, edit)
        if preview.effect == "scope":
            self.scope.ask(self._view.id, edit, preview)
            return
        await self._apply()

    async def _apply(self) -> None:
        from app.api import VAULT_TROUBLE
        from connectors.sdk import AuthError, ConfigError

        assert self._view is not None
        assert self.form is not None
        try:
            view = await self._page.client.edit_connection(self._view.id, self.edit())
        except AuthError as error:
            if error.code not in VAULT_TROUBLE:
                raise
            self._page.vault_needed.emit(core(error.what), lambda: self._page.tasks.restart(self._apply(), "save"))
            return
        except ConfigError as error:
            self.form.show_error(error.pointer, core(error.what))
            return
        self._key = None
        self.scope.hide()
        self._view = view
        await self._build(view)
        self.saved.emit(view)


def _can(connector: ConnectorView | None, capability: str) -> bool:
    return connector is not None and capability in connector.capabilities


def _escape(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
