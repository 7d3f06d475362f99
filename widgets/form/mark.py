"""The mark of what differs from what was loaded; a click on it brings that back."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from app.forms import UNSET, FieldSpec, Path
from app.forms.values import same
from widgets import theme
from widgets.form.binder import Binder
from widgets.parts import tool_button


class ChangedMark:
    """Stands at the end of a head. It is built when it is first needed, for most fields never change."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, head: QHBoxLayout) -> None:
        self._binder = binder
        self._path = path
        self._spec = spec
        self._head = head
        self._button: QToolButton | None = None

    def refresh(self) -> None:
        """Anything may have changed. What was not there when the form was loaded has nothing to go back to."""
        state = self._binder.state
        changed = state.is_modified(self._path) and state.was_there(self._path[:-1])
        if self._binder.at_once:
            changed = self._spec.default is not UNSET and not same(state.get(self._path), self._spec.default)
        if self._button is None:
            if not changed:
                return
            self._button = self._build()
        self._button.setVisible(changed)

    def _build(self) -> QToolButton:
        words = QCoreApplication.translate("ChangedMark", "Changed. Back to what it was: {label}")
        if self._binder.at_once:
            words = QCoreApplication.translate("ChangedMark", "Changed. Back to the default: {label}")
        made = tool_button("undo", words.format(label=self._spec.label), self._reset, size=14)
        made.setText(QCoreApplication.translate("ChangedMark", "changed"))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setFont(theme.font("detail"))
        made.setProperty("kind", "mark")
        self._head.addWidget(made)
        self._binder.structure_changed.emit()  # one more stop for Tab, just before the input
        return made

    def _reset(self) -> None:
        if self._binder.at_once:
            self._binder.state.set(self._path, self._spec.default)
        else:
            self._binder.state.reset(self._path)
