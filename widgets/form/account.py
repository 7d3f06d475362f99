"""The editor of a field that names a signed-in account: those of its provider, and signing in where one stands.

What the connector asks the account for is held against what it was allowed, so that a missing permission is named
before a sync fails for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import QWidget

from app.forms import UNSET, FieldSpec, Json
from widgets import theme
from widgets.form.choices import Combo
from widgets.form.editor import Editor, plain_text
from widgets.form.outside import Outside, has_loop, reason
from widgets.form.text import LineEditor
from widgets.language import core
from widgets.parts import button, label, row

if TYPE_CHECKING:
    from app.api import AccountView
    from widgets.sign_in import ScopeWanted, SignInPanel


class AccountEditor(Editor):
    """A list of accounts and a button that signs in to another one. Where nobody can be asked, a line for the id."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        asked = spec.schema.get("x-account")
        self._asked: dict[str, Any] = asked if isinstance(asked, dict) else {}
        self._outside: Outside | None = None
        self._accounts: list[AccountView] | None = None
        self._values: list[Json] = []
        self._value: Json = UNSET
        self._asked_for: tuple[ScopeWanted, ...] = ()
        self._offered = False
        self.inner = LineEditor(spec)
        self.inner.edited.connect(self.edited)
        self.target = self.inner.target
        self.add(self.inner)
        self.panel: SignInPanel | None = None

    def attach(self, outside: Outside) -> None:
        """Gives it whom to ask: it becomes a list."""
        if outside.client is None:
            return
        self._outside = outside
        self.inner.hide()
        self.combo = Combo()
        self.combo.setPlaceholderText(self.tr("Choose an account …"))
        self.combo.setEnabled(not self.spec.read_only)
        self.combo.activated.connect(self._picked)
        self.combo.installEventFilter(self)
        self.sign_in = button(self.tr("Sign in …"), self._sign_in, icon="plus")
        self.sign_in.setAccessibleName(self.tr("Sign in to another account for {0}").format(self.spec.label))
        self.sign_in.setEnabled(not self.spec.read_only)
        line = row(self.combo, self.sign_in)
        line.setStretch(0, 1)
        self.column.addLayout(line)
        self._note = QWidget()
        self.words = label("", "body", wrap=True)
        self.action = button("", kind="link")
        self.action.clicked.connect(lambda *_: self._remedy())
        noted = row(self.words, self.action, parent=self._note)
        noted.setStretch(0, 1)
        noted.setAlignment(self.action, Qt.AlignmentFlag.AlignTop)
        self._note.hide()
        self.add(self._note)
        self.target = self.combo
        outside.subscribe(self._form_changed)
        self._fill()
        self.load()

    def _form_changed(self) -> None:
        """Another option may want more, or less, of the account."""
        if shiboken6.isValid(self) and self._asked_for != (wanted := self._scopes()):
            self._asked_for = wanted
            self._judge()

    def load(self) -> None:
        """Asks which accounts there are now."""
        if self._outside is not None and has_loop():
            self._outside.start(self._load(self._outside), f"accounts {self.spec.name}")

    async def _load(self, outside: Outside) -> None:
        assert outside.client is not None
        try:
            found = await outside.client.accounts()
        except Exception as error:
            if shiboken6.isValid(self):
                self._say(reason(error), self.tr("Try again"), "error")
            return
        if shiboken6.isValid(self):
            self._show_accounts(found)

    def _show_accounts(self, found: list[AccountView]) -> None:
        provider = self._asked.get("provider")
        listed = [one for one in found if one.provider == provider or not provider]
        if listed != self._accounts:
            self._accounts = listed
            self._fill()
        if provider and self._value in (UNSET, None, "") and self.spec.required and not self.spec.read_only:
            self._begin(listed)

    def _begin(self, listed: list[AccountView]) -> None:
        """Nothing is chosen yet: the only account there is, or, once the person is here, a sign-in to the first."""
        assert self._outside is not None
        if self._offered:
            return
        if len(listed) == 1 and listed[0].state == "ok":
            self._offered = True
            self._outside.presume(lambda: self.edited.emit(listed[0].id))
        elif not listed and self.combo.hasFocus():
            self._offered = True
            self._sign_in()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Somebody may have signed in elsewhere since."""
        if event.type() == QEvent.Type.FocusIn:
            self.load()
        return False

    # --- showing

    def show_value(self, value: Json) -> None:
        """Shows the account of this id, whether it is still there or not."""
        self._value = value
        if self._outside is None:
            self.inner.show_value(value)
        else:
            self._fill()

    def _fill(self) -> None:
        listed = self._accounts or []
        self._values = [] if self.spec.required and not self.spec.nullable else [UNSET]
        names = [self.tr("None") for _ in self._values]
        for one in listed:
            self._values.append(one.id)
            names.append(one.name if one.email in ("", one.name) else f"{one.name}, {one.email}")
        if self._value not in (UNSET, None, "") and self._value not in self._values:
            self._values.append(self._value)
            unknown = self.tr("{0} (no longer here)") if self._accounts is not None else "{0}"
            names.append(unknown.format(plain_text(self._value)))
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItems(names)
            wanted = UNSET if self._value in (None, "") else self._value
            self.combo.setCurrentIndex(self._values.index(wanted) if wanted in self._values else -1)
        self._judge()

    def _judge(self) -> None:
        """What stands in the way of using the chosen account, and what to do about it."""
        chosen = self._chosen()
        if self._accounts is None or (self.panel is not None and self.panel.isVisible()):
            self._say("")
        elif chosen is None and self._value not in (UNSET, None, ""):
            self._say(self.tr("This account was signed out. Choose another, or sign in."), tone="error")
        elif chosen is None:
            self._say("" if self._accounts else self.tr("Nobody is signed in there yet."), tone="muted")
        elif chosen.state != "ok":
            text = self.tr("“{0}” must sign in again: {1}.").format(chosen.name, core(chosen.reason))
            self._say(text, self.tr("Sign in again"), "error")
        elif missing := [scope for scope in self._scopes() if scope.name not in chosen.scopes]:
            lines = [f"•  {core(scope.purpose) or scope.name}" for scope in missing]
            text = self.tr("“{0}” was not allowed everything that this source needs:").format(chosen.name)
            self._say("\n".join([text, *lines]), self.tr("Allow them"), "warning")
        else:
            self._say("")

    def _say(self, text: str, action: str = "", tone: str = "muted") -> None:
        self.words.setText(text)
        if self.words.property("tone") != tone:
            self.words.setProperty("tone", tone)
            theme.repolish(self.words)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action) and not self.spec.read_only)
        self._note.setVisible(bool(text))

    def _chosen(self) -> AccountView | None:
        return next((one for one in self._accounts or [] if one.id == self._value), None)

    def _scopes(self) -> tuple[ScopeWanted, ...]:
        from widgets.sign_in import ScopeWanted

        listed = self._asked.get("scopes")
        own = [one for one in (listed if isinstance(listed, list) else []) if isinstance(one, dict)]
        also = self._outside.scopes() if self._outside is not None else []
        named = {str(one["name"]): str(one.get("purpose", "")) for one in (*own, *also) if one.get("name")}
        return tuple(ScopeWanted(name, purpose) for name, purpose in named.items())

    # --- changing

    def _picked(self, place: int) -> None:
        self._value = self._values[place]
        self._judge()
        self.edited.emit(self._value)

    def _remedy(self) -> None:
        if self._chosen() is None:
            self.load()
        else:
            self._open(self._chosen())

    def _sign_in(self) -> None:
        self._open(None)

    def _open(self, account: AccountView | None) -> None:
        from widgets.sign_in import SignInPanel, SignInWanted

        assert self._outside is not None
        assert self._outside.client is not None
        if self.panel is None:
            self.panel = SignInPanel(self._outside.client, self._outside.tasks)
            self.panel.signed_in.connect(self._signed_in)
            self.panel.closed.connect(self._closed)
            self.add(self.panel)
        provider = account.provider if account is not None else str(self._asked.get("provider") or "")
        self.panel.open(SignInWanted(provider=provider, scopes=self._scopes(), account=account))
        self.sign_in.setEnabled(False)
        self._judge()
        self.rebuilt.emit()

    def _signed_in(self, account: AccountView) -> None:
        assert self.panel is not None
        others = [one for one in self._accounts or [] if one.id != account.id]
        self._accounts = sorted([*others, account], key=lambda one: one.name.casefold())
        meant = self.panel.wanted.account
        if meant is None or meant.id == account.id:
            self._value = account.id
            self.edited.emit(account.id)
        self._fill()
        if not self.panel.ended.warns:
            self.panel.close_panel()  # the list says who it is now
            self.sign_in.setFocus(Qt.FocusReason.OtherFocusReason)
            self.focusNextChild()  # on with the rest of the form

    def _closed(self) -> None:
        self.sign_in.setEnabled(not self.spec.read_only)
        self._judge()
        self.combo.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rebuilt.emit()
