"""A connection that is not stored yet: its name, when it syncs, its generated form, its test, and saving it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QScrollArea, QWidget

from widgets import theme
from widgets.language import advice, core
from widgets.pages.catalogue import sign_in_words
from widgets.pages.drafts import Draft, digest
from widgets.pages.enter_again import EnterAgain
from widgets.pages.form_services import EngineServices
from widgets.pages.page import Page
from widgets.pages.schedule import ScheduleBox
from widgets.pages.test_panel import TestPanel
from widgets.parts import ErrorPanel, button, column, frame, icon_label, label, line, plural, row
from widgets.parts.flow import beside, flow

if TYPE_CHECKING:
    from app.api import ConnectionDraft, ConnectorView
    from app.forms import FormState
    from connectors.sdk import ErrorInfo

__all__ = ["FORM_WIDTH", "DraftView", "buddy"]

FORM_WIDTH = 648
"""A form is not wider than what the eye follows."""


class DraftView(QWidget):
    """Says `saved` with the stored connection and its first run, None if it is not to sync yet. `kept` is what was
    typed before."""

    saved = Signal(object, object)
    changed = Signal()
    discarded = Signal()

    def __init__(
        self, page: Page, connector: ConnectorView, schema: dict[str, Any], name: str, kept: Draft | None = None
    ) -> None:
        super().__init__(page)
        self.hide()
        from app.api import CheckTarget
        from widgets.form import FormView

        self._page = page
        self.connector = connector
        self._schema = digest(schema)
        self._kept = kept
        self._first_name = name
        self.name = QLineEdit(kept.name if kept is not None else name)
        self.name.setObjectName("name")
        self.name.setAccessibleName(self.tr("Name"))
        self.name.textEdited.connect(lambda _text: self._blame_name(""))
        self._name_error = label("", "detail", "error", wrap=True)
        self._name_error.hide()
        self.schedule = ScheduleBox("watch" in connector.capabilities)
        services = EngineServices(page.client, lambda: CheckTarget(draft=self.value()))
        self.again = EnterAgain()
        # From the outside in: what moves to another parent is styled once more, which takes as long as making it.
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        self.area.setWidget(holder)
        inner = QWidget(holder)
        self.form = FormView(schema, services=services, begin=self._take_up, parent=inner)
        self.again.attach(self.form)
        self.test = TestPanel(page, self._target)
        self.test.blamed.connect(self.form.blame)
        self.form.changed.connect(lambda: self.test.mark_stale(CheckTarget(draft=self.value())))

        self._saved_schedule = self.schedule.schedule()
        if kept is not None:
            from app.api import Schedule

            self.schedule.show_schedule(Schedule(every=kept.every, watch=kept.watch))
            self.test.deep.setChecked(kept.deep)
        self._discard = button(self.tr("Discard"), self.discarded.emit, kind="quiet", icon="trash", name="discard")
        self._discard.setToolTip(self.tr("Away with everything typed here; it can be undone for a moment"))
        self.failure = ErrorPanel(action_text=self.tr("Try again"), on_action=self._try_again)
        self.failure.hide()
        for told in (self.form.changed, self.name.textEdited, self.schedule.chosen, self.test.deep.toggled):
            told.connect(self._typed)

        head = row(
            icon_label(connector.icon, "accent", 24),
            column(
                label(core(connector.title), "section"),
                label(core(connector.summary), "detail", "muted", wrap=True),
                label(self.tr("Sign-in: {0}").format(_sign_in(connector.auth)), "detail", "muted", wrap=True),
                space=2,
            ),
            self._discard,
            space=theme.SPACE_M,
        )
        head.setStretch(1, 1)
        head.setAlignment(self._discard, Qt.AlignmentFlag.AlignTop)
        own = column(buddy(self.tr("&Name"), self.name), self.name, self._name_error, space=theme.SPACE_XS)
        inner.setMaximumWidth(theme.scaled(FORM_WIDTH))
        sync = column(buddy(self.tr("S&ync"), self.schedule), row(self.schedule, None), space=theme.SPACE_XS)
        laid = column(head, self.again, own, self.form, line(), sync, None, parent=inner, space=theme.SPACE_L)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_XL)
        row(inner, None, parent=holder, space=0).setStretch(0, 10)

        self.save_button = button(self.tr("Save"), lambda: self._save(False), name="save")
        self.sync_button = button(
            self.tr("Save and sync"),
            lambda: self._save(True),
            kind="primary",
            name="save_and_sync",
            shortcut="Ctrl+Return",
        )
        self._note = label("", "detail", "error", wrap=True)
        self.form.changed.connect(lambda: self._note.text() and self._tell(len(self.form.errors())))
        self._footer = frame("window")
        tests = flow(self.test.button, self.test.deep, space=theme.SPACE_M)
        hands = beside(tests, self.save_button, self.sync_button, space=theme.SPACE_M)
        self._note.hide()
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight)
        foot = column(self._note, hands, parent=self._footer, space=theme.SPACE_XS)
        foot.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)
        failed = column(self.failure)
        failed.setContentsMargins(theme.SPACE_XL, theme.SPACE_S, theme.SPACE_XL, theme.SPACE_S)
        self._failed = QWidget()
        self._failed.setLayout(failed)
        self._failed.hide()
        whole = column(self.area, self.test, self._failed, line(), self._footer, parent=self, space=0)
        whole.setStretch(0, 1)
        self._sync = True
        self._discard.setVisible(self.is_dirty())
        self.again.tell()

    # --- coming and going ---

    def begin(self) -> None:
        """It is seen for the first time: where it was left, else at the first field that must be filled in."""
        if self._kept is not None:
            self.form.show_step(self._kept.step)
            place = self._kept.scroll
            QTimer.singleShot(0, self, lambda: self.area.verticalScrollBar().setValue(place))
            return
        first = self.form.first_empty()
        if first is None:
            self.name.selectAll()
        (first or self.name).setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_up(self, state: FormState) -> None:
        """What was typed before goes into the form; into another form than then, as far as it fits."""
        if self._kept is None:
            return
        try:
            if self._kept.schema != self._schema:
                raise ValueError("another schema")
            self.again.ask_for(state, state.take_up(self._kept.form, self._kept.secrets))
        except (ValueError, TypeError, KeyError, IndexError):
            state.set_value(dict(self._kept.value))

    def keep(self) -> Draft:
        """All that was typed."""
        from app.forms.keeping import without_passwords

        schedule = self.schedule.schedule()
        return Draft(
            type=self.connector.type,
            title=self.connector.title,
            icon=self.connector.icon,
            name=self.name.text(),
            schema=self._schema,
            form=self.form.state.keep(),
            value=without_passwords(self.form.value())[0],
            every=schedule.every,
            watch=schedule.watch,
            deep=self.test.deep.isChecked(),
            step=self.form.step,
            scroll=self.area.verticalScrollBar().value(),
            at=time.time(),
            secrets=self.form.state.typed_secrets(),
        )

    def _typed(self, *_: object) -> None:
        self._discard.setVisible(self.is_dirty())
        self._failed.hide()
        self.changed.emit()

    # --- values ---

    def value(self) -> ConnectionDraft:
        """What the form says, as a draft."""
        from app.api import ConnectionDraft

        return ConnectionDraft(
            type=self.connector.type,
            name=self.name.text().strip(),
            config=self.form.value(),
            secrets=self.form.secrets(),
            schedule=self.schedule.schedule(),
        )

    async def shutdown(self) -> None:
        """Before it is thrown away."""
        await self.form.shutdown()

    def is_dirty(self) -> bool:
        """Whether somebody typed into it."""
        other = self.schedule.schedule() != self._saved_schedule
        return bool(self.form.is_dirty()) or self.name.text().strip() != self._first_name or other

    def _target(self) -> Any:
        from app.api import CheckTarget

        return None if self._tell(self.form.show_errors()) else CheckTarget(draft=self.value())

    def _tell(self, wrong: int) -> int:
        """Say beside the buttons how many fields keep them from working."""
        text = plural(wrong, "{0} field needs attention", "{0} fields need attention") if wrong else ""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        return wrong

    # --- saving ---

    def _save(self, sync: bool) -> None:
        wrong = self.form.show_errors()
        if not self.name.text().strip():
            self._blame_name(self.tr("Give it a name."))
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            wrong += 1
        if not self._tell(wrong) and not self._page.tasks.running("save"):
            self._page.tasks.start(self._store(sync), "save")

    async def _store(self, sync: bool) -> None:
        from app.api import VAULT_TROUBLE
        from connectors.sdk import AuthError, ConfigError, HeadwaterError

        self._enable(False)
        self._failed.hide()
        try:
            view = await self._page.client.add_connection(self.value())
        except AuthError as error:
            if error.code in VAULT_TROUBLE:
                self._page.vault_needed.emit(core(error.what), lambda: self._save(sync))
            else:
                self._fail(error.info(), sync)
            return
        except ConfigError as error:
            self._blame(error.pointer, advice(error.info(), where=False))
            return
        except HeadwaterError as error:
            self._fail(error.info(), sync)
            return
        finally:
            self._enable(True)
        run = None
        try:
            if sync:
                run = await self._page.client.start_sync(view.id, trigger="first")
        finally:  # it is stored, whatever became of its first sync
            self.saved.emit(view, run)

    def _fail(self, error: ErrorInfo, sync: bool) -> None:
        """It could not be stored, for a reason that no field is to blame for."""
        self._sync = sync
        self.failure.show_error(error)
        self._failed.show()

    def _try_again(self) -> None:
        self._failed.hide()
        self._save(self._sync)

    def _blame(self, pointer: str, message: str) -> None:
        if pointer in ("/name", "name"):
            self._blame_name(message)
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.show_error(pointer, message)

    def _blame_name(self, message: str) -> None:
        self._name_error.setText(message)
        self._name_error.setVisible(bool(message))
        self.name.setProperty("invalid", bool(message))
        self.name.setAccessibleDescription(message)
        theme.repolish(self.name)

    def _enable(self, enabled: bool) -> None:
        self.save_button.setEnabled(enabled)
        self.sync_button.setEnabled(enabled)
        self.sync_button.setText(self.tr("Save and sync") if enabled else self.tr("Saving …"))


def buddy(text: str, field: QWidget) -> QWidget:
    """A field's label, whose mnemonic goes to the field."""
    made = label(text)
    made.setTextFormat(Qt.TextFormat.AutoText)
    made.setBuddy(field)
    return made


def _sign_in(auth: list[str]) -> str:
    return sign_in_words(auth) if auth != ["none"] else QCoreApplication.translate("DraftView", "none needed")
