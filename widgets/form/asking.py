"""Asking the connector for a field's choices: once for what they depend on, cancelled at will, and again on failure."""

from __future__ import annotations

import asyncio

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.forms import FieldSpec
from connectors.sdk import Option
from widgets import theme
from widgets.form.outside import Outside, has_loop, reason
from widgets.parts import button, label


class Asker(QWidget):
    """The quiet line below a live field: it asks, says how that goes, and offers Cancel or Try again."""

    answered = Signal(object)

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.spec = spec
        self._outside: Outside | None = None
        self._asked = ""
        self._task: asyncio.Task[None] | None = None
        self.words = label("", "detail", "muted", wrap=True)
        self.action = button("", self._act, kind="link")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE_S)
        row.addWidget(self.words, 1)
        row.addWidget(self.action, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def attach(self, outside: Outside) -> None:
        """Gives it whom to ask."""
        self._outside = outside

    @property
    def loading(self) -> bool:
        """Whether an answer is awaited."""
        return self._task is not None and not self._task.done()

    def ask(self, *, again: bool = False) -> None:
        """Asks for the choices, unless they are known for what they depend on."""
        if self._outside is None or not has_loop() or self.spec.read_only:
            return
        missing = self._outside.missing(self.spec)
        if missing:
            self.say(self.tr("Choices are listed once “{field}” is filled in.").format(field=missing))
            return
        key = self._outside.key(self.spec)
        if key == self._asked and not again:
            return
        self._asked = key
        self._stop()
        self.say(self.tr("Asking for choices …"), self.tr("Cancel"))
        self._task = self._outside.start(self._load(self._outside), f"options {self.spec.name}")

    def cancel(self) -> None:
        """Stops asking; the next time the field is entered it asks again."""
        if self.loading:
            self._asked = ""
            self._stop()
            self.say("")

    def say(self, text: str, action: str = "", *, error: bool = False) -> None:
        """Shows a sentence and what can be done about it; "" hides the line."""
        self.words.setText(text)
        tone = "error" if error else "muted"
        if self.words.property("tone") != tone:
            self.words.setProperty("tone", tone)
            theme.repolish(self.words)
        self.action.setText(action)
        self.action.setAccessibleName(action)
        self.action.setVisible(bool(action))
        self.setVisible(bool(text))

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = None

    async def _load(self, outside: Outside) -> None:
        try:
            options = await outside.options(self.spec)
        except Exception as error:
            if shiboken6.isValid(self):
                self._asked = ""
                self.say(reason(error), self.tr("Try again"), error=True)
            return
        if shiboken6.isValid(self):
            self._task = None
            nothing = self.tr("There is nothing to choose from; it can be typed.")
            self.say("" if options else nothing)
            self.answered.emit(list[Option](options))

    def _act(self) -> None:
        if self.loading:
            self.cancel()
        else:
            self.ask(again=True)
