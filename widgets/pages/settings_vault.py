"""The vault: where secrets are kept, whether they can be had now, and another key or keeper for them."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from widgets import theme
from widgets.parts import ErrorPanel, button, column, format_count, frame, label, plural, row
from widgets.parts.facts import Facts
from widgets.parts.words import sentences

if TYPE_CHECKING:
    from app.api import VaultKeeper, VaultView
    from widgets.pages.page import Page

__all__ = ["VaultSection"]


class VaultSection(QWidget):
    """Shows no secret and no name of one: only how many there are."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._view: VaultView | None = None
        self.facts = Facts()
        self._state = label("", "strong", wrap=True)
        self._unlock = button(self.tr("Unlock"), self._ask, icon="lock", kind="primary", name="unlock_vault")
        self._look = button(self.tr("Look again"), self.look, icon="sync", name="look_vault")
        self._rotate = button(
            self.tr("Make a new key"),
            lambda: self.change(None),
            icon="key",
            name="rotate_vault",
            tip=self.tr("Seals every secret anew. Nothing has to be entered again."),
        )
        self._keyring = button(
            self.tr("Keep the key in the system's keyring"), lambda: self.change("keyring"), name="vault_to_keyring"
        )
        self._passphrase = button(
            self.tr("Protect it with a passphrase …"), self._open_passphrase, name="vault_to_passphrase"
        )
        self._said = label("", wrap=True)
        self._said.hide()
        self._error = ErrorPanel()
        self._error.hide()
        self._panel = self._build_panel()
        self._panel.hide()
        column(
            self._state,
            self.facts,
            row(self._unlock, self._rotate, self._look, None),
            row(self._passphrase, self._keyring, None),
            self._panel,
            self._said,
            self._error,
            parent=self,
            space=theme.SPACE_M,
        )

    def _build_panel(self) -> QFrame:
        self.first, self.second = self._line("new_passphrase"), self._line("repeat_passphrase")
        name, again = label(self.tr("New &passphrase")), label(self.tr("The same &again"))
        name.setBuddy(self.first)
        again.setBuddy(self.second)
        self._wrong = label("", "detail", "error", wrap=True)
        self._wrong.hide()
        self._take = button(self.tr("Seal with it"), self._take_passphrase, kind="primary", name="take_passphrase")
        self.second.returnPressed.connect(self._take_passphrase)
        panel = frame("card")
        laid = column(
            name,
            self.first,
            again,
            self.second,
            self._wrong,
            label(
                self.tr("It can't be recovered: without it, every secret has to be entered again."),
                "detail",
                "muted",
                wrap=True,
            ),
            row(self._take, button(self.tr("Cancel"), self._close_passphrase, kind="quiet"), None),
            parent=panel,
            space=theme.SPACE_S,
        )
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        return panel

    def _line(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setObjectName(name)
        return made

    # --- showing

    def show_vault(self, view: VaultView) -> None:
        """As it is."""
        self._view = view
        states = {
            "unused": self.tr("Nothing has been stored yet."),
            "to_choose": self.tr("There is no keyring here. How secrets are kept is chosen with the first one."),
            "open": self.tr("Open. Secrets are read when they are needed, and never shown."),
            "session": self.tr("Secrets are kept until Headwater ends, and nowhere else."),
            "passphrase": self.tr("Locked: it wants its passphrase."),
            "locked": self.tr("Locked: the system's keyring is locked or does not answer."),
            "absent": self.tr("The keyring that has the key can't be reached from here."),
            "lost": self.tr("The keyring no longer has the key."),
        }
        keepers = {
            "keyring": self.tr("the system's keyring"),
            "passphrase": self.tr("a passphrase"),
            "session": self.tr("this session's memory"),
        }
        self._state.setText(states[view.state])
        self.facts.show_facts(
            {
                self.tr("Key kept by"): f"{view.title} ({keepers[view.keeper]})" if view.keeper else view.title,
                self.tr("Secrets"): format_count(view.secrets),
                self.tr("Accounts"): format_count(view.accounts),
                self.tr("Out of reach"): format_count(view.missing) if view.missing else "",
                self.tr("Under an older key"): format_count(view.old_key) if view.old_key else "",
                self.tr("File"): view.path,
                self.tr("Kept aside"): "\n".join(view.kept_aside),
            }
        )
        usable = view.state in ("open", "session")
        self._unlock.setVisible(view.state in ("passphrase", "locked", "absent", "lost", "to_choose"))
        self._unlock.setText(self.tr("Unlock") if view.state in ("passphrase", "locked") else self.tr("Help with it"))
        for made in (self._rotate, self._passphrase):
            made.setVisible(usable)
        self._passphrase.setText(
            self.tr("Change the passphrase …")
            if view.keeper == "passphrase"
            else self.tr("Protect it with a passphrase …")
        )
        self._keyring.setVisible(usable and view.keeper != "keyring")
        if view.problem is not None:
            self._error.show_error(view.problem)
        else:
            self._error.hide()

    # --- acts

    def look(self) -> None:
        """Ask the keyring whether it has the key; it may ask the person."""
        self._page.tasks.restart(self._look_now(), "vault.load")

    def _ask(self) -> None:
        self._page.vault_needed.emit(self._state.text(), self.look)

    async def _look_now(self) -> None:
        self.show_vault(await self._page.client.vault(True))

    def change(self, keeper: VaultKeeper | None, passphrase: str = "") -> None:
        """A new key for everything, kept as before or as is said."""
        if not self._page.tasks.running("rotate"):
            self._page.tasks.start(self._change(keeper, passphrase), "rotate")

    async def _change(self, keeper: VaultKeeper | None, passphrase: str) -> None:
        from app.api import VAULT_TROUBLE
        from connectors.sdk import HeadwaterError

        self._said.show()
        self._error.hide()
        try:
            async with aclosing(self._page.client.rotate_vault(keeper, passphrase)) as steps:  # type: ignore[type-var]
                async for step in steps:
                    done = self.tr("Sealed anew: {0} of {1}").format(format_count(step.done), format_count(step.total))
                    self._said.setText(done)
                    if step.vault is not None:
                        self.show_vault(step.vault)
                        self._tell_end(step.done, step.skipped)
        except HeadwaterError as error:
            self._said.hide()
            if error.code in VAULT_TROUBLE:
                self._page.vault_needed.emit(error.what, lambda: self.change(keeper, passphrase))
            else:
                self._error.show_error(error.info())
            return
        self._close_passphrase()

    def _tell_end(self, done: int, skipped: int) -> None:
        text = self.tr("There is a new key; {0} under it.").format(plural(done, "{0} secret", "{0} secrets"))
        if skipped:
            left = self.tr("{0} could not be opened and stayed as they were.").format(format_count(skipped))
            text = sentences(text, left)
        self._said.setText(text)

    def _open_passphrase(self) -> None:
        self._panel.show()
        self.first.setFocus()

    def _close_passphrase(self) -> None:
        self.first.clear()
        self.second.clear()
        self._wrong.hide()
        self._panel.hide()

    def _take_passphrase(self) -> None:
        if self.first.text() != self.second.text() or not self.first.text():
            self._wrong.setText(
                self.tr("The two are not the same.") if self.first.text() else self.tr("Enter a passphrase.")
            )
            self._wrong.show()
            self.first.setFocus()
            return
        self._wrong.hide()
        self.change("passphrase", self.first.text())
