"""One item of a list or map: a card whose head names it, folds it, moves it and removes it. Folded, the head says in a
few words what is in it; its fields are built when it is first unfolded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.forms import FieldSpec, Json, Kind, Path
from widgets import theme
from widgets.form.binder import Binder
from widgets.form.disclosure import GAP
from widgets.form.editor import plain_text
from widgets.parts import frame, icon_label, label, tool_button
from widgets.parts.words import listed

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

_FEW = 3
_LONG = 32


class Grip(QToolButton):
    """What an item is dragged by. Says where the pointer is, and where it was let go."""

    dragged = Signal(object)
    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        theme.set_icon(self, "grip", "muted")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrows and Alt+Up, Alt+Down do the same by keyboard
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(self.tr("Drag to another place, or press Alt+Up and Alt+Down"))
        self.setAccessibleName(self.tr("Drag"))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """While it is held."""
        self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        super().mouseReleaseEvent(event)
        self.dropped.emit(event.globalPosition().toPoint())


class Owner(Protocol):
    """The list that an item is in."""

    binder: Binder
    path: Path
    spec: FieldSpec
    level: int

    def shift(self, path: Path, by: int, /) -> object: ...

    def drop(self, path: Path, /) -> object: ...

    def mark(self, at: QPoint, /) -> object: ...

    def let_go(self, path: Path, at: QPoint, /) -> object: ...


class Item(QWidget):
    """The card. `owner` is the list it belongs to."""

    def __init__(self, owner: Owner, path: Path, *, folded: bool) -> None:
        super().__init__()
        self.path = path
        self._owner = owner
        self.body: QWidget | None = None
        self.key: QLineEdit | None = None
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setChecked(not folded)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold.setProperty("kind", "disclosure")
        self.fold.setFont(theme.font("strong"))
        self.fold.toggled.connect(self._toggled)
        self.summary = label("", "detail", "muted")
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.warning = icon_label("error", "error", 14)
        self.warning.setToolTip(self.tr("Something in it needs attention"))
        self.up = tool_button("arrow-up", self.tr("Move up"), partial(owner.shift, path, -1))
        self.down = tool_button("arrow-down", self.tr("Move down"), partial(owner.shift, path, 1))
        self.remove = tool_button("trash", self.tr("Remove"), partial(owner.drop, path))
        self.grip: Grip | None = None
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_XS)
        if owner.spec.kind is Kind.MAP:
            self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            self.key = QLineEdit(owner.binder.state.key(path))
            self.key.setPlaceholderText(self.tr("Name"))
            self.key.textEdited.connect(lambda text: owner.binder.state.rename(path, text))
            self.key.editingFinished.connect(lambda: owner.binder.state.touch(owner.path))
            head.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(self.key, 1)
        else:
            self.grip = Grip()
            self.grip.dragged.connect(owner.mark)
            self.grip.dropped.connect(partial(owner.let_go, path))
            head.addWidget(self.grip, 0, Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(self.fold)
        head.addWidget(self.warning, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.summary, 2)
        for tool in (self.up, self.down, self.remove):
            head.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
        if self.key is not None:  # a map has no order; left out of the layout, the buttons would outlive the form
            self.up.hide()
            self.down.hide()
        ground = frame("card")
        self._column = QVBoxLayout(ground)
        self._column.setContentsMargins(theme.SPACE_S, theme.SPACE_S, theme.SPACE_S, theme.SPACE_S)
        self._column.setSpacing(theme.SPACE_S)
        self._column.addLayout(head)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ground)
        self.warning.hide()
        self._toggled(not folded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Up and Alt+Down move it, wherever in it the focus is."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if by and event.modifiers() & Qt.KeyboardModifier.AltModifier and self.key is None:
            self._owner.shift(self.path, by)
        else:
            super().keyPressEvent(event)

    def unfold(self) -> None:
        """Shows its fields."""
        self.fold.setChecked(True)

    def _toggled(self, on: bool) -> None:
        closed = "chevron-left" if self.isRightToLeft() else "chevron-right"
        theme.set_icon(self.fold, "chevron-down" if on else closed, "muted", 14)
        if on and self.body is None:
            self.body = QWidget()
            inside = QVBoxLayout(self.body)
            inside.setContentsMargins(theme.SPACE_S, 0, theme.SPACE_S, theme.SPACE_S)
            inside.setSpacing(GAP)
            spec = self._owner.spec.item
            assert spec is not None
            inside.addWidget(self._owner.binder.make(self.path, spec, self._owner.level + 1, heading=False))
            self._column.addWidget(self.body)
            self._owner.binder.structure_changed.emit()
        if self.body is not None:
            self.body.setVisible(on)
        self.show_summary()

    def show_summary(self) -> None:
        """What is in it, while it is folded."""
        folded = not self.fold.isChecked()
        self.summary.setText(summary(self._owner.binder.state.get(self.path)) if folded else "")
        self.fold.setAccessibleDescription(self.summary.text())

    def warn(self, wrong: bool) -> None:
        """Marks a folded item in which something is wrong."""
        self.warning.setVisible(wrong and not self.fold.isChecked())

    def name(self, label: str, place: int, count: int) -> None:
        """Its number, and which of its buttons make sense."""
        text = f"{label} {place + 1}"
        self.fold.setText(text)
        self.fold.setAccessibleName(text)
        self.up.setEnabled(place > 0)
        self.down.setEnabled(place < count - 1)
        self.remove.setAccessibleName(self.tr("Remove {item}").format(item=text))
        self.up.setAccessibleName(self.tr("Move {item} up").format(item=text))
        self.down.setAccessibleName(self.tr("Move {item} down").format(item=text))
        if self.key is not None:
            self.key.setAccessibleName(self.tr("Name of {item}").format(item=text))


def summary(value: Json) -> str:
    """The first plain values of an item; never a secret, for a value holds none."""
    if not isinstance(value, dict):
        return "" if isinstance(value, list) else plain_text(value)[: _LONG * 2]
    said = [plain_text(one) for one in value.values() if not isinstance(one, dict | list | bool)]
    return listed(text if len(text) <= _LONG else f"{text[:_LONG]} …" for text in said)[: _FEW * _LONG]
