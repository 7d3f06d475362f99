"""Which client signs in: that of an account one has, or one's own, registered step by step at the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from widgets import theme
from widgets.language import core
from widgets.parts import button, column, label, row
from widgets.sign_in.browser import open_url
from widgets.sign_in.copying import CopyField
from widgets.sign_in.wanted import SignInWanted

if TYPE_CHECKING:
    from app.api import AccountView, ProviderView, SignInRequest
    from widgets.sign_in.browser import Browser


def tr(text: str) -> str:
    return QCoreApplication.translate("sign_in_client", text)


def need_words(name: str) -> tuple[str, str]:
    """What a provider needs to know, and an example of it."""
    known = {
        "issuer": (tr("Issuer address"), "https://login.example.com"),
        "tenant": (tr("Tenant"), "contoso.onmicrosoft.com"),
        "host": (tr("Host"), "git.example.com"),
        "api": (tr("Address of its API"), "git.example.com/api/v3"),
        "device_url": (tr("Address for device codes (if it has one)"), "https://login.example.com/device"),
        "subdomain": (tr("Subdomain"), "example"),
        "authorize_url": (tr("Address of the sign-in page"), "https://login.example.com/authorize"),
        "token_url": (tr("Address for tokens"), "https://login.example.com/token"),
    }
    return known.get(name, (name.replace("_", " ").capitalize(), ""))


class ClientStep(QWidget):
    """Says `ready` when everything that is needed was entered; `request` then has it. Nothing of it is kept."""

    ready = Signal(bool)
    """Sign in; by a code, if True."""
    left = Signal()

    def __init__(self, browser: Browser = open_url) -> None:
        super().__init__()
        self._browser = browser
        self._provider: ProviderView | None = None
        self._wanted = SignInWanted()
        self._inputs: dict[str, QLineEdit] = {}
        self.whose = QComboBox()
        self.whose.setObjectName("client_of")
        self.whose.setAccessibleName(self.tr("Client"))
        self.whose.currentIndexChanged.connect(lambda _: self._arrange())
        self._whose_row = QWidget()
        column(label(self.tr("Client")), self.whose, parent=self._whose_row, space=theme.SPACE_XS)
        self._guide = QWidget()
        self._steps = QVBoxLayout(self._guide)
        self._steps.setContentsMargins(0, 0, 0, 0)
        self._steps.setSpacing(theme.SPACE_S)
        self._scopes = label("", "body", wrap=True)
        self._wrong = label("", "body", "error", wrap=True)
        self._wrong.setObjectName("client_wrong")
        self.go = button(self.tr("Sign in with your browser"), self._go, kind="primary", name="sign_in_browser")
        self.by_code = button(self.tr("Use a code instead"), self._code, name="sign_in_code")
        self._leave = button(self.tr("Cancel"), self.left.emit, kind="quiet", name="sign_in_leave")
        column(
            self._whose_row,
            self._guide,
            self._scopes,
            self._wrong,
            row(self.go, self.by_code, self._leave, None),
            parent=self,
            space=theme.SPACE_M,
        )

    # --- showing

    def show_provider(self, provider: ProviderView, accounts: list[AccountView], wanted: SignInWanted) -> None:
        """Start over for a provider; `accounts` are those one has there already."""
        same = self._provider is not None and self._provider.id == provider.id
        typed = {name: line.text() for name, line in self._inputs.items()} if same else {}
        self._provider, self._wanted = provider, wanted
        self.whose.clear()
        for account in accounts:
            self.whose.addItem(self.tr("The one of “{0}”").format(account.name), account.id)
        self.whose.addItem(self.tr("Another one of your own"), "")
        self._whose_row.setVisible(bool(accounts))
        self._build_guide(provider)
        for name, text in typed.items():
            self._inputs[name].setText(text)
        self._scopes.setText(_asked(wanted))
        self._scopes.setVisible(bool(wanted.scopes))
        self._wrong.hide()
        self._arrange()

    def choose_own(self) -> None:
        """The client of the account was refused: another one is needed."""
        self.whose.setCurrentIndex(self.whose.count() - 1)

    def first_input(self) -> QWidget:
        """Where typing begins."""
        if self._owner():
            return self.go
        return next((line for line in self._inputs.values() if not line.text()), self.go)  # what has no default

    def forget(self) -> None:
        """Nothing typed stays."""
        for line in self._inputs.values():
            line.clear()

    def _build_guide(self, provider: ProviderView) -> None:
        while (item := self._steps.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._inputs = {}
        register = label(core(provider.setup) or self.tr("Register an application there."), "body", "muted", wrap=True)
        page = button(
            self.tr("Open the page at {0}").format(provider.title),
            lambda: self._browser(provider.setup_url),
            kind="link",
            icon="external",
            name="setup_page",
            tip=provider.setup_url,
        )
        pages = [page] if provider.setup_url else []
        at = provider.title if provider.setup_url else self.tr("your provider")
        self._add_step(1, self.tr("Register a client of your own at {0}").format(at), register, *pages)
        if provider.redirect_uri:
            address = CopyField(self.tr("Redirect address"), "redirect_address")
            address.show_text(provider.redirect_uri)
            note = label(core(provider.redirect_note), "body", "muted", wrap=True)
            notes = [note] if provider.redirect_note else []
            self._add_step(2, self.tr("Allow exactly this redirect address there"), address, *notes)
        else:
            words = core(provider.redirect_note) or self.tr(
                "This provider can't send a browser back to a desktop app; sign in by a code."
            )
            self._add_step(2, self.tr("Allow sign-in by a code there"), label(words, "body", "muted", wrap=True))
        fields = []
        for name in provider.needs:
            title, example = need_words(name)
            fields.append(self._field(f"need_{name}", title, example))
        fields.append(self._field("client_id", self.tr("Client ID"), ""))
        if provider.secret != "none":
            optional = self.tr("Client secret (if it has one)")
            title = self.tr("Client secret") if provider.secret == "required" else optional
            fields.append(self._field("client_secret", title, "", secret=True))
        for name, default in provider.defaults.items():
            title, example = need_words(name)
            fields.append(self._field(f"need_{name}", title, example))
            self._inputs[f"need_{name}"].setText(default)
        self._add_step(3, self.tr("Enter what it gave you"), *fields)

    def _add_step(self, number: int, title: str, *contents: QWidget) -> None:
        step = QWidget()
        marker = label(str(number), "strong", "accent")
        marker.setFixedWidth(theme.icon_pixels(theme.SPACE_L))
        marker.setAlignment(Qt.AlignmentFlag.AlignTop)
        body = column(label(title, "strong", wrap=True), *contents, space=6)
        laid = row(marker, parent=step)
        laid.addLayout(body, 1)
        self._steps.addWidget(step)

    def _field(self, name: str, title: str, example: str, *, secret: bool = False) -> QWidget:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(title)
        line.setPlaceholderText(example)
        line.returnPressed.connect(self._go)
        line.textEdited.connect(lambda _: self._wrong.hide())
        if secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
            reveal = QAction(theme.icon("eye", "muted"), self.tr("Show what was typed"), line)
            reveal.setCheckable(True)
            modes = QLineEdit.EchoMode
            reveal.toggled.connect(lambda on: line.setEchoMode(modes.Normal if on else modes.Password))
            line.addAction(reveal, QLineEdit.ActionPosition.TrailingPosition)
        self._inputs[name] = line
        holder, caption = QWidget(), label(title)
        caption.setBuddy(line)
        column(caption, line, parent=holder, space=theme.SPACE_XS)
        return holder

    def _arrange(self) -> None:
        provider = self._provider
        if provider is None:
            return
        self._guide.setVisible(not self._owner())
        self.go.setVisible(bool(provider.redirect_uri))
        self.by_code.setVisible(provider.device)
        kind = "" if provider.redirect_uri else "primary"
        if self.by_code.property("kind") != kind:
            self.by_code.setProperty("kind", kind)
            theme.repolish(self.by_code)

    def _owner(self) -> str:
        return str(self.whose.currentData() or "")

    # --- going on

    def request(self, device: bool) -> SignInRequest:
        """What was entered."""
        from app.api import SignInRequest

        assert self._provider is not None
        scopes = self._wanted.names()
        if self._owner():
            return SignInRequest(provider=self._provider.id, client_of=self._owner(), scopes=scopes, device=device)
        secret = self._text("client_secret")
        return SignInRequest(
            provider=self._provider.id,
            client_id=self._text("client_id"),
            client_secret=f"value:{secret}" if secret else "",
            variables={name: self._text(f"need_{name}") for name in (*self._provider.needs, *self._provider.defaults)},
            scopes=scopes,
            device=device,
        )

    def _text(self, name: str) -> str:
        return self._inputs[name].text().strip() if name in self._inputs else ""

    def _missing(self, device: bool) -> str:
        if self._owner() or self._provider is None:
            return ""
        wanted = [*(f"need_{name}" for name in self._provider.needs), "client_id"]
        if self._provider.secret == "required" and not device:  # by a code some providers want none: the engine knows
            wanted.append("client_secret")
        return next((name for name in wanted if not self._text(name)), "")

    def _go(self) -> None:
        self._check(self.go.isHidden())

    def _code(self) -> None:
        self._check(True)

    def _check(self, device: bool) -> None:
        missing = self._missing(device)
        for name, line in self._inputs.items():
            line.setProperty("invalid", name == missing)
            theme.repolish(line)
        if missing:
            line = self._inputs[missing]
            self._wrong.setText(self.tr("{0} is missing.").format(line.accessibleName()))
            self._wrong.show()
            line.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._wrong.hide()
        self.ready.emit(device)


def _asked(wanted: SignInWanted) -> str:
    """The permissions in words, one a line."""
    lines = [f"•  {core(scope.purpose) or scope.name}" for scope in wanted.scopes]
    return "\n".join([tr("You will be asked to allow this:"), *lines])
