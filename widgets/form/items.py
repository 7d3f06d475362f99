"""Lists and maps of what has fields of its own: one card per item, to be added, moved and removed."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.forms import FieldSpec, Kind, Path
from widgets import theme
from widgets.form.binder import Binder, Block, object_name
from widgets.form.body import card
from widgets.form.editor import discard
from widgets.form.help import help_label
from widgets.form.problem import ErrorLine
from widgets.parts import button, label, row, tool_button


class Item(QWidget):
    """One item: a line with its number and what can be done with it, and its fields."""

    def __init__(self, owner: ItemsBlock, path: Path) -> None:
        super().__init__()
        self.path = path
        spec = owner.spec.item
        assert spec is not None
        self.title = label("", "strong")
        self.key: QLineEdit | None = None
        self.up = tool_button("arrow-up", self.tr("Move up"), partial(owner.shift, path, -1))
        self.down = tool_button("arrow-down", self.tr("Move down"), partial(owner.shift, path, 1))
        self.drop = tool_button("trash", self.tr("Remove"), partial(owner.drop, path))
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_XS)
        if owner.spec.kind is Kind.MAP:
            self.key = QLineEdit(owner.binder.state.key(path))
            self.key.setPlaceholderText(self.tr("Name"))
            self.key.textEdited.connect(lambda text: owner.binder.state.rename(path, text))
            head.addWidget(self.key, 1)
            self.up.hide()
            self.down.hide()
        else:
            head.addWidget(self.title, 1)
        for tool in (self.up, self.down, self.drop):
            head.addWidget(tool)
        ground, column = card()
        column.addLayout(head)
        column.addWidget(owner.binder.make(path, spec, owner.level + 1, heading=False))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ground)

    def name(self, label: str, place: int, count: int) -> None:
        """Its number, and which of its buttons make sense."""
        text = f"{label} {place + 1}"
        self.title.setText(text)
        self.up.setEnabled(place > 0)
        self.down.setEnabled(place < count - 1)
        self.drop.setAccessibleName(self.tr("Remove {item}").format(item=text))
        self.up.setAccessibleName(self.tr("Move {item} up").format(item=text))
        self.down.setAccessibleName(self.tr("Move {item} down").format(item=text))
        if self.key is not None:
            self.key.setAccessibleName(self.tr("Name of {item}").format(item=text))


class ItemsBlock(Block):
    """A list or map. Items keep their widgets when others are moved or removed."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, level: int) -> None:
        super().__init__(binder, path, spec)
        self.level = level
        self._items: dict[Path, Item] = {}
        self._error = ErrorLine()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_S)
        head.addWidget(label(spec.label, "section" if level <= 1 else "strong"))
        if spec.required:
            head.addWidget(label(self.tr("required"), "detail", "muted"))
        head.addStretch(1)
        self._column.addLayout(head)
        if spec.help:
            self._column.addWidget(help_label(spec.help))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.SPACE_S)
        self._column.addLayout(self._list)
        self.more = button(self.tr("Add"), self.add, icon="plus")
        self.more.setAccessibleName(self.tr("Add to {label}").format(label=spec.label))
        self._column.addWidget(self._error)
        self._column.addLayout(row(self.more, None))
        self.refresh()
        self.refresh_status()

    def add(self) -> None:
        """Adds an item and goes to its first field."""
        path = self.binder.state.add(self.path)
        item = self._items[path]
        block = self.binder.blocks.get(path)
        target = item.key or (block.first_input() if block is not None else None)
        if target is not None:
            target.setFocus()

    def shift(self, path: Path, by: int) -> None:
        """Moves an item up or down."""
        paths = self.binder.state.items(self.path)
        self.binder.state.move(path, paths.index(path) + by)

    def drop(self, path: Path) -> None:
        """Removes an item; undo brings it back."""
        self.binder.state.remove(path)
        self.more.setFocus()

    def refresh(self) -> None:
        """Brings the cards in line with the items."""
        paths = self.binder.state.items(self.path)
        if tuple(self._items) != paths:
            for gone in self._items.keys() - set(paths):
                item = self._items.pop(gone)
                self.binder.drop(gone)
                self._list.removeWidget(item)
                discard(item)
            self._items = {path: self._items.get(path) or Item(self, path) for path in paths}
            for place, item in enumerate(self._items.values()):
                if self._list.indexOf(item) != place:
                    self._list.removeWidget(item)
                    self._list.insertWidget(place, item)
            self.binder.structure_changed.emit()
        noun = self.spec.item.label if self.spec.item is not None and self.spec.item.label else self.spec.label
        for place, item in enumerate(self._items.values()):
            item.name(noun, place, len(self._items))
            if item.key is not None and item.key.text() != self.binder.state.key(item.path):
                item.key.setText(self.binder.state.key(item.path))

    def refresh_status(self) -> None:
        """Its own error."""
        self.more.setObjectName(object_name(self.binder.state.pointer(self.path)))
        error = self.binder.state.visible_error(self.path)
        self._error.say(self.binder.error_text(error) if error is not None else "")

    def first_input(self) -> QWidget:
        """The button that adds."""
        return self.more
