"""A section of the settings as a form whose every change holds at once.

A choice or a switch holds when it is made; what is typed, when the person pauses or goes elsewhere; a secret, when it
is left, for half of one is none. What can't be is said under its field and holds nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.forms import Kind
from widgets import theme
from widgets.form import FormView
from widgets.language import advice, core
from widgets.parts import button, column, label, row
from widgets.parts.words import listed, native_keys

if TYPE_CHECKING:
    from app.api import SettingsEdit, SettingsView
    from connectors.sdk import HeadwaterError
    from widgets.pages.page import Page

__all__ = ["SettingsForm"]

PAUSE_MS = 600
AT_ONCE = frozenset({Kind.BOOLEAN, Kind.ENUM})


class SettingsForm(QWidget):
    """The form of `section`. Says `held` when something of it holds that did not before."""

    held = Signal()

    def __init__(self, page: Page, section: str, view: SettingsView) -> None:
        super().__init__()
        self.section = section
        self._page = page
        self._view = view
        schema = view.schemas[section]
        self.form = FormView(schema, value=self._values(view), defaults=_defaults(schema))
        self._known = self._values(view)
        """What holds, as far as the form knows."""
        self._refused: dict[str, Any] = {}
        """What the engine would not have; it is not asked again for the very same."""
        self._show_secrets(view)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.flush)
        self._reset = button(self.tr("Back to the defaults"), self.form.reset, kind="link", name=f"reset_{section}")
        self._reset.setToolTip(self.tr("{0} takes it back.").format(native_keys("Ctrl+Z")))
        self._fixed = label("", "detail", "muted", wrap=True)
        column(self._fixed, self.form, row(self._reset, None), parent=self, space=theme.SPACE_M)
        self.form.changed.connect(self._changed)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)
        self._tell(view)

    # --- what holds

    def show_view(self, view: SettingsView) -> None:
        """The settings as they hold now. What was changed elsewhere is taken over; what is being typed here stays."""
        elsewhere = {name: value for name, value in self._values(view).items() if self._known.get(name) != value}
        self._view, self._known = view, self._values(view)
        if any(self.form.value().get(name) != value for name, value in elsewhere.items()):
            self.form.state.take_over({**self.form.value(), **elsewhere})
        self._show_secrets(view)
        self._tell(view)

    def _values(self, view: SettingsView) -> dict[str, Any]:
        start = f"/{self.section}/"
        return {
            pointer.removeprefix(start): value for pointer, value in view.values.items() if pointer.startswith(start)
        }

    def _show_secrets(self, view: SettingsView) -> None:
        state = self.form.state
        for pointer in self._secrets():
            path = (pointer.rpartition("/")[2],)
            place = view.secrets.get(pointer, "")
            if state.secret(path).state in ("set", "unset") and state.secret(path).place != place:
                state.store_secret(path, place)

    def _secrets(self) -> list[str]:
        """The pointers of the section's secrets."""
        return [f"/{self.section}/proxy_password"] if self.section == "network" else []

    def _tell(self, view: SettingsView) -> None:
        names = {name for pointer, name in view.fixed.items() if pointer.startswith(f"/{self.section}/")}
        text = self.tr("{variable} was set when Headwater was started, and stands over what is set here.")
        self._fixed.setText(text.format(variable=listed(sorted(names))))
        self._fixed.setVisible(bool(names))
        self._reset.setVisible(self.form.state.is_dirty())

    # --- changes

    def _changed(self) -> None:
        self._reset.setVisible(self.form.state.is_dirty())
        kinds = {self.form.state.spec((name,)).kind for name in self._differing()}
        if kinds:
            self._pause.start(0 if kinds <= AT_ONCE else PAUSE_MS)

    def _differing(self) -> dict[str, Any]:
        """The values that are other than what holds."""
        value = self.form.value()
        return {
            name: value[name]
            for name, held in self._known.items()
            if name in value and value[name] not in (held, self._refused.get(name, held))
        }

    def _secret_changes(self) -> dict[str, str]:
        return {f"/{self.section}{name}": text for name, text in self.form.secrets().items()}

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and self.isAncestorOf(old) and old is not new and new is not None:
            self.flush(secrets=True)

    def flush(self, *, secrets: bool = False) -> None:
        """Let hold what is filled in, except for what can't be. A person who looks on is told of that now."""
        from app.api import SettingsEdit

        self._pause.stop()
        state = self.form.state
        wrong = {str(error.path[0]) for error in state.errors() if error.path}
        differing = self._differing()
        for name in wrong & differing.keys():
            state.touch((name,))
        edit = SettingsEdit(
            values={f"/{self.section}/{name}": value for name, value in differing.items() if name not in wrong},
            secrets=self._secret_changes() if secrets else {},
        )
        if (edit.values or edit.secrets) and not self._page.tasks.closed:
            self._page.tasks.start(self._apply(edit), f"apply {self.section}")

    async def _apply(self, edit: SettingsEdit) -> None:
        from app.api import VAULT_TROUBLE
        from connectors.sdk import ConfigError, HeadwaterError

        try:
            view = await self._page.client.edit_settings(edit)
        except ConfigError as error:
            self._blame(edit, error)
            return
        except HeadwaterError as error:
            if error.code not in VAULT_TROUBLE:
                self._blame(edit, error)
                return
            self._page.vault_needed.emit(core(error.what), lambda: self.flush(secrets=True))
            return
        for pointer in edit.secrets:
            self.form.state.store_secret((pointer.rpartition("/")[2],), view.secrets.get(pointer, ""))
        self.show_view(view)
        self.held.emit()

    def _blame(self, edit: SettingsEdit, error: HeadwaterError) -> None:
        """Under the field that it is about, else under the one that was changed."""
        from app.api import SettingsEdit
        from connectors.sdk import ConfigError

        pointer = getattr(error, "pointer", "") or next(iter({**edit.values, **edit.secrets}), "")
        self.form.state.add_error(pointer.removeprefix(f"/{self.section}"), advice(error.info()))
        if isinstance(error, ConfigError) and pointer in edit.values:
            self._refused[pointer.rpartition("/")[2]] = edit.values[pointer]
        others = {name: value for name, value in edit.values.items() if name != pointer}
        if others and pointer in edit.values:  # one that can't be does not hold up the others
            self._page.tasks.start(self._apply(SettingsEdit(values=others)), f"apply {self.section}")


def _defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """What holds of a section where nothing was set; secrets are no values."""
    parts = [schema, *(part["then"] for part in schema.get("allOf", []))]
    fields = {name: one for part in parts for name, one in part["properties"].items()}
    return {name: one["default"] for name, one in fields.items() if one.get("default") is not None}
