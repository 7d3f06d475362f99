"""While the person is in the browser: how long there is, and every other way on where the first one fails."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets import theme
from widgets.parts import button, column, icon_label, label, line, row
from widgets.sign_in.browser import open_url
from widgets.sign_in.copying import CopyButton

if TYPE_CHECKING:
    from app.api import SignInStep
    from widgets.sign_in.browser import Browser

CODE_POINTS = 26


class Waiting(QWidget):
    """Says `pasted` with an address, `other_way` for a code in place of the browser (True) or back, `cancelled`."""

    pasted = Signal(str)
    other_way = Signal(bool)
    cancelled = Signal()

    def __init__(self, browser: Browser = open_url) -> None:
        super().__init__()
        self._browser = browser
        self._until = 0.0
        self._url = ""
        self._device = False
        self._title = label("", "section", wrap=True)
        self._left = label("", "body", "muted")
        self._left.setObjectName("time_left")
        self._words = label("", wrap=True)
        self._hint = label("", "body", "warning", wrap=True)
        self._hint.setObjectName("browser_hint")
        self.code = label("", "mono", select=True)
        self.code.setObjectName("user_code")
        self.code.setAccessibleName(self.tr("Code"))
        large = QFont(theme.font("mono"))
        large.setPointSize(CODE_POINTS)
        self.code.setFont(large)
        self._copy_code = CopyButton(self.tr("Copy code"), "copy_code")
        self._code_row = QWidget()
        row(self.code, self._copy_code, None, parent=self._code_row, space=theme.SPACE_L)
        self.open_again = button("", self._open, icon="external", name="open_again")
        self.copy_link = CopyButton(self.tr("Copy link"), "copy_link")
        self.other = button("", lambda: self.other_way.emit(not self._device), kind="quiet", name="other_way")
        self.cancel = button(self.tr("Cancel"), self.cancelled.emit, kind="quiet", name="sign_in_cancel_wait")
        self._paste = QWidget()
        self._wrong = label("", "detail", "error", wrap=True)
        self._wrong.setObjectName("landed_wrong")
        self._wrong.hide()
        self.address = QLineEdit()
        self.address.setObjectName("landed")
        self.address.setAccessibleName(self.tr("Paste the address you landed on"))
        self.address.setPlaceholderText("http://127.0.0.1:…")
        self.address.returnPressed.connect(self._paste_it)
        self.address.textEdited.connect(lambda _: self._wrong.hide())
        self.finish = button(self.tr("Finish"), self._paste_it, name="landed_finish")
        caption = label(self.tr("Paste the address you landed on"))
        caption.setBuddy(self.address)
        paste_line = row(self.address, self.finish)
        paste_line.setStretch(0, 1)
        why = self.tr(
            "For a browser on another machine: open the link there, sign in, and paste the address it ends at, even "
            "if it says that the page can't be reached."
        )
        column(
            line(),
            theme.SPACE_XS,
            caption,
            paste_line,
            self._wrong,
            label(why, "detail", "muted", wrap=True),
            parent=self._paste,
            space=theme.SPACE_XS,
        )
        head = row(icon_label("running", "accent", 20), self._title, self._left, space=theme.SPACE_M)
        head.setStretch(1, 1)
        column(
            head,
            self._words,
            self._code_row,
            self._hint,
            row(self.open_again, self.copy_link, self.other, self.cancel, None),
            self._paste,
            parent=self,
            space=theme.SPACE_M,
        )
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)

    def show_starting(self, provider: str) -> None:
        """The provider is asked for its addresses; nothing can be opened yet."""
        self._title.setText(self.tr("Asking {0} …").format(provider))
        self._words.setText(self.tr("This takes a moment."))
        self._left.setText("")
        for widget in (self._code_row, self._hint, self.open_again, self.copy_link, self.other, self._paste):
            widget.hide()

    def show_step(self, step: SignInStep, provider: str, *, can_code: bool, can_browse: bool, opened: bool) -> None:
        """What the person does now. `opened` is whether the browser could be started."""
        device = self._device = bool(step.user_code)
        self._url = step.url
        self.copy_link.text_to_copy = step.url
        if device:
            self._title.setText(self.tr("Enter this code at {0}").format(provider))
            self._words.setText(self.tr("Open {0} on any device, and enter the code there.").format(step.url))
            self.code.setText(step.user_code)
            self._copy_code.text_to_copy = step.user_code
        else:
            self._title.setText(self.tr("Waiting for your browser"))
            self._words.setText(
                self.tr("Sign in at {0} there. This window comes to the front when that is done.").format(provider)
            )
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse if device else Qt.TextInteractionFlag.NoTextInteraction
        )
        self._hint.setText(self.tr("The browser could not be opened. Copy the link, and open it yourself."))
        self._hint.setVisible(not opened)
        again = self.tr("Open the page") if device else self.tr("Open again")
        other = self.tr("Use the browser instead") if device else self.tr("Use a code instead")
        for one, text in ((self.open_again, again), (self.other, other)):
            one.setText(text)
            one.setAccessibleName(text)
        self.other.setVisible(can_browse if device else can_code)
        self._code_row.setVisible(device)
        self._paste.setVisible(not device)
        self.address.clear()
        self._wrong.hide()
        self.open_again.show()
        self.copy_link.show()
        self._until = time.monotonic() + step.expires_in
        self._tick()
        self._clock.start()

    def sentence(self) -> str:
        """What it says, for a screen reader."""
        return self._title.text()

    def stop(self) -> None:
        """It is over; nothing that belonged to it stays."""
        self._clock.stop()
        self._url = self.copy_link.text_to_copy = self._copy_code.text_to_copy = ""
        self.address.clear()
        self.code.clear()

    def first_input(self) -> QWidget:
        """What most people need next."""
        return self._copy_code if self._device else self.open_again

    def refuse_address(self, why: str) -> None:
        """What was pasted is not the address."""
        self._wrong.setText(why)
        self._wrong.show()
        self.address.selectAll()
        self.address.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        self._hint.setVisible(not self._browser(self._url))

    def _paste_it(self) -> None:
        if self.address.text().strip():
            self.pasted.emit(self.address.text().strip())
        else:
            self.address.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tick(self) -> None:
        minutes, seconds = divmod(max(0, round(self._until - time.monotonic())), 60)
        self._left.setText(self.tr("{0}:{1} left").format(minutes, f"{seconds:02}"))
