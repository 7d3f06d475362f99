"""The panel of the vault: says where secrets are kept and how that stands, and offers the one thing to do about it.

It lies above the page, never over it: whoever does not want to answer now works on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from widgets import theme
from widgets.language import advice, told
from widgets.parts.build import button, column, icon_label, label, row
from widgets.tasks import TaskScope
from widgets.vault_words import Mode, strength, words

if TYPE_CHECKING:
    from app.api import EngineApi, VaultKeeper, VaultView

__all__ = ["VaultPanel"]

_MODES: dict[str, Mode] = {"to_choose": "choose"}
_READABLE = 760
_TONES = {"error": "error", "warning": "warning", "waiting": "warning"}


class VaultPanel(QFrame):
    """`ask` shows it; what waited for the vault goes on when it opens. A passphrase is kept nowhere."""

    unlocked = Signal()
    """Something has changed: secrets can be had, or are kept otherwise."""

    def __init__(self, tasks: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("vault_panel")
        self.setProperty("ground", "banner")
        self.mode: Mode = "open"
        self._tasks = tasks
        self._client: EngineApi | None = None
        self._view: VaultView | None = None
        self._then: Callable[[], object] | None = None
        self._title_given = ""
        self._icon = icon_label("lock", "accent", 20)
        self._what = label("", "strong", wrap=True)
        self._why = label("", "body", "muted", wrap=True)
        self._why.setMaximumWidth(_READABLE)
        self._wrong = label("", "detail", "error", wrap=True)
        self._wrong.setObjectName("vault_problem")
        self.field = self._entry("passphrase", self.tr("Passphrase"))
        self.again = self._entry("passphrase_again", self.tr("The same once more"))
        self._strength = label("", "detail", "muted")
        self._strength.setObjectName("vault_strength")
        self._reveal = QAction(theme.icon("eye", "muted"), self.tr("Show"), self.field)
        self._reveal.setCheckable(True)
        self._reveal.toggled.connect(self._show_text)
        self.field.addAction(self._reveal, QLineEdit.ActionPosition.TrailingPosition)
        self.field.textChanged.connect(self._judge)
        self.again.textChanged.connect(self._judge)
        self.go = button(self.tr("Unlock"), self._go, kind="primary", name="vault_unlock")
        self.second = button(self.tr("Start a new vault"), self._go_second, name="vault_second")
        self.later = button(self.tr("Not now"), self._cancel, kind="quiet", name="vault_later")
        entries = row(self.field, self.again, self._strength, None, space=theme.SPACE_S)
        buttons = row(self.go, self.second, self.later, None, space=theme.SPACE_S)
        why = row(self._why, None)  # a column would take the height for its own width, not for the text's
        why.setStretch(0, 10)
        said = column(self._what, why, self._wrong, entries, buttons, space=theme.SPACE_S)
        laid = row(column(self._icon, None, space=0), parent=self, space=theme.SPACE_M)
        laid.addLayout(said, 1)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_L)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    # --- showing

    def ask(self, client: EngineApi, what: str = "", then: Callable[[], object] | None = None) -> None:
        """Show how the vault stands, with `what` as the reason, and call `then` when it opens."""
        self._client, self._then, self._title_given = client, then, what
        self._tasks.restart(self._load(client), "vault")

    def show_view(self, view: VaultView, mode: Mode | None = None) -> None:
        """Show this state of it, or what a person may do about it."""
        from app.api import VAULT_TROUBLE

        self._view, self.mode = view, mode or _MODES.get(view.state, view.state)  # type: ignore[arg-type]
        said = words(self.mode, view)
        self._what.setText(self._title_given if self.mode == "choose" and self._title_given else said.title)
        self._why.setText(said.text)
        self._icon.show_icon(said.icon, _TONES.get(said.icon, "accent"))
        self.setAccessibleName(self._what.text())
        self.setAccessibleDescription(said.text)
        problem = view.problem
        known = problem is None or problem.code in VAULT_TROUBLE
        self._say("" if known or problem is None else told(problem).sentence())
        for made, text in ((self.go, said.primary), (self.second, said.second)):
            made.setText(text)
            made.setAccessibleName(text)
            made.setVisible(bool(text))
        # Where all is well nothing is urged.
        self.go.setProperty("kind", "" if self.mode == "open" else "primary")
        theme.repolish(self.go)
        self.later.setText(self.tr("Close") if self.mode in ("open", "unused", "session") else self.tr("Not now"))
        self.later.setAccessibleName(self.later.text())
        choosing = self.mode in ("choose", "choose_again")
        for entry in (self.field, self.again):
            entry.clear()
        self.field.setVisible(choosing or self.mode == "passphrase")
        self.again.setVisible(choosing)
        self._reveal.setChecked(False)
        self._judge()
        self.show()
        focused = self.field if self.field.isVisibleTo(self) else self.go if said.primary else self.later
        focused.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is Not now."""
        if event.key() == Qt.Key.Key_Escape:
            self._cancel()
        else:
            super().keyPressEvent(event)

    async def _load(self, client: EngineApi) -> None:
        self.show_view(await client.vault())

    def _entry(self, name: str, text: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        made.setAccessibleName(text)
        made.setPlaceholderText(text)
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setMinimumWidth(200)
        made.setMaximumWidth(280)
        made.returnPressed.connect(self._entered)
        return made

    def _judge(self) -> None:
        """How good a chosen passphrase is, and whether it can be used."""
        choosing = self.mode in ("choose", "choose_again")
        text, again = self.field.text(), self.again.text()
        found = strength(text)
        said = {
            "short": self.tr("8 characters or more"),
            "weak": self.tr("Easy to guess"),
            "fair": self.tr("Fair"),
            "good": self.tr("Good"),
        }[found]
        if again and again != text:
            said = self.tr("The two differ")
        self._strength.setText(said)
        self._strength.setVisible(choosing and bool(text))
        self.go.setEnabled(not choosing or (found != "short" and text == again))

    def _say(self, problem: str) -> None:
        self._wrong.setText(problem)
        self._wrong.setVisible(bool(problem))

    # --- doing

    def _entered(self) -> None:
        if self.sender() is self.field and self.again.isVisible():
            self.again.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.go.isEnabled() and (self.field.text() or not self.field.isVisible()):
            self._go()

    def _go(self) -> None:
        client, text = self._client, self.field.text()
        if client is None or (self.mode == "passphrase" and not text):
            return
        works: dict[Mode, Callable[[], Awaitable[VaultView]]] = {
            "passphrase": lambda: client.unlock_vault(text),
            "locked": client.unlock_vault,
            "absent": client.unlock_vault,
            "lost": lambda: self._start("keyring"),
            "forgotten": lambda: self._start("keyring"),
            "choose": lambda: self._start("passphrase", text),
            "choose_again": lambda: self._rotate("passphrase", text),
            "session": lambda: self._rotate("keyring"),
            "open": self._rotate,
        }
        self._do(works[self.mode])

    def _go_second(self) -> None:
        client, view = self._client, self._view
        if client is None or view is None:
            return
        if self.mode in ("passphrase", "open"):
            self.show_view(view, "forgotten" if self.mode == "passphrase" else "choose_again")
        elif self.mode == "forgotten":
            self.show_view(view)
        elif self.mode == "lost":
            self._do(lambda: client.vault(True))
        else:  # absent, choose
            self._do(lambda: self._start("keyring" if self.mode == "absent" else "session"))

    def _do(self, work: Callable[[], Awaitable[VaultView]]) -> None:
        if not self._tasks.running("unlock"):
            self._tasks.start(self._try(work), "unlock")

    async def _try(self, work: Callable[[], Awaitable[VaultView]]) -> None:
        from connectors.sdk import HeadwaterError

        self._say("")
        for made in (self.go, self.second):
            made.setEnabled(False)
        try:
            view = await work()
        except HeadwaterError as error:
            self._failed(error)
            return
        finally:
            self.second.setEnabled(True)
            self.go.setEnabled(True)
            self._judge()
        self.unlocked.emit()
        if view.state in ("open", "session", "unused") and self.mode not in ("open", "choose_again"):
            then, self._then = self._then, None
            self._cancel()
            if then is not None:
                then()
        else:
            self.show_view(view)

    def _failed(self, error: Any) -> None:
        if error.code == "no_keyring" and self._view is not None:
            self._title_given = ""  # there is no keyring to keep it: a person chooses
            self.show_view(self._view, "choose_again" if self.mode == "session" else "choose")
            return
        self._say(advice(error.info(), where=False))
        if self.field.isVisible():
            self.field.selectAll()
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _start(self, keeper: VaultKeeper, passphrase: str = "") -> VaultView:
        assert self._client is not None
        return await self._client.start_vault(keeper, passphrase)

    async def _rotate(self, keeper: VaultKeeper | None = None, passphrase: str = "") -> VaultView:
        assert self._client is not None
        view: VaultView | None = None
        steps: Any = self._client.rotate_vault(keeper, passphrase)
        async with aclosing(steps):
            async for step in steps:
                self._why.setText(self.tr("{0} of {1} encrypted anew").format(step.done, step.total))
                view = step.vault
        return view if view is not None else await self._client.vault()

    def _cancel(self) -> None:
        self._then = None
        self._title_given = ""
        for entry in (self.field, self.again):
            entry.clear()
        self._reveal.setChecked(False)
        self.hide()

    def _show_text(self, shown: bool) -> None:
        for entry in (self.field, self.again):
            entry.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._reveal.setIcon(theme.icon("eye-off" if shown else "eye", "muted"))
