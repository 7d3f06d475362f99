"""Which secrets a draft has lost since it was put away: they are never written down, so they must be entered again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.parts import button, icon_label, label, row
from widgets.parts.words import listed

if TYPE_CHECKING:
    from app.forms import FormState, Path
    from widgets.form import FormView

__all__ = ["EnterAgain"]


class EnterAgain(QFrame):
    """Says which, goes to the first, and leaves by itself when all are there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("enter_again")
        self.setProperty("ground", "accent")
        self._state: FormState | None = None
        self._form: FormView | None = None
        self._before: dict[Path, Any] = {}
        self._words = label("", wrap=True)
        go = button(self.tr("Enter"), self._go, kind="link", name="enter_again_go")
        laid = row(icon_label("key", "accent", 16), self._words, go, parent=self, space=theme.SPACE_M)
        laid.setStretch(1, 1)
        laid.setAlignment(go, Qt.AlignmentFlag.AlignTop)
        laid.setContentsMargins(theme.SPACE_M, theme.SPACE_S, theme.SPACE_M, theme.SPACE_S)
        self.hide()

    def ask_for(self, state: FormState, fields: list[Path]) -> None:
        """These fields of the form lost what is secret in them."""
        self._state = state
        self._before = {path: state.get(path) for path in fields}

    def attach(self, form: FormView) -> None:
        """The form that the fields are in."""
        self._form = form
        form.changed.connect(self.tell)

    def missing(self) -> list[str]:
        """The names of the fields that are still to be filled in."""
        return [self._state.spec(path).label for path in self._left()] if self._state is not None else []

    def _left(self) -> list[Path]:
        state = self._state
        if state is None:
            return []
        return [path for path, old in self._before.items() if not state.secret(path).filled and state.get(path) == old]

    def tell(self) -> None:
        """What is missing now. Called first when it has its place on the page."""
        names = self.missing()
        if names:
            text = self.tr("Everything else is as you left it. Secrets are never written down; enter again: {0}")
            self._words.setText(text.format(listed(names)))
            self.setAccessibleName(self._words.text())
        self.setVisible(bool(names))

    def _go(self) -> None:
        left = self._left()
        if left and self._state is not None and self._form is not None:
            self._form.go_to(self._state.pointer(left[0]))
