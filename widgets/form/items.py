"""Lists and maps of what has fields of its own: one card per item, to be added, folded, moved and removed."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.forms import FieldSpec, Path
from widgets import theme
from widgets.form.binder import Binder, Block, object_name
from widgets.form.editor import discard
from widgets.form.help import help_label
from widgets.form.item import Item
from widgets.form.mark import ChangedMark
from widgets.form.problem import ErrorLine
from widgets.parts import button, label, line, row

FEW = 3
"""More items than this come folded."""
PAGE = 30
"""More items than this are drawn on demand."""


class ItemsBlock(Block):
    """A list or map. Items keep their widgets when others are moved or removed."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, level: int) -> None:
        super().__init__(binder, path, spec)
        self.level = level
        self._items: dict[Path, Item] = {}
        self._drawn = PAGE
        self._error = ErrorLine()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_S)
        head.addWidget(label(spec.label, "section" if level <= 1 else "strong"))
        if spec.required and spec.label:
            head.addWidget(label(self.tr("required"), "detail", "muted"))
        head.addStretch(1)
        self._mark = ChangedMark(binder, path, spec, head)
        self._column.addLayout(head)
        if spec.help:
            self._column.addWidget(help_label(spec.help))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.SPACE_S)
        self._column.addLayout(self._list)
        self.rest = button("", self._draw_more, kind="link")
        self.rest.setVisible(False)
        self._column.addWidget(self.rest)
        self.more = button(self.tr("Add"), self.add, icon="plus")
        self.more.setAccessibleName(self.tr("Add to {label}").format(label=spec.label))
        self.more.setEnabled(not spec.read_only)
        self._column.addWidget(self._error)
        self._column.addLayout(row(self.more, None))
        self._place = line()
        self._place.setParent(self)
        self._place.setProperty("ground", "mark")
        self._place.setFixedHeight(2)
        self._place.hide()
        self.refresh()
        self.refresh_status()

    # --- changing

    def add(self) -> None:
        """Adds an item and goes to its first field."""
        self._drawn = max(self._drawn, len(self.binder.state.items(self.path)) + 1)
        path = self.binder.state.add(self.path)
        item = self._items[path]
        item.unfold()
        block = self.binder.blocks.get(path)
        target = item.key or (block.first_input() if block is not None else None)
        if target is not None:
            target.setFocus()

    def shift(self, path: Path, by: int) -> None:
        """Moves an item up or down."""
        paths = self.binder.state.items(self.path)
        if 0 <= paths.index(path) + by < len(paths):
            self.binder.state.move(path, paths.index(path) + by)

    def drop(self, path: Path) -> None:
        """Removes an item; undo brings it back."""
        self.binder.state.remove(path)
        self.more.setFocus()

    def mark(self, point: QPoint) -> None:
        """Shows where a dragged item would go."""
        items = list(self._items.values())
        place = self._place_at(point)
        last = items[-1].geometry().bottom() + theme.SPACE_XS
        top = items[place].geometry().top() - theme.SPACE_XS if place < len(items) else last
        self._place.setGeometry(0, top - 1, self.width(), 2)
        self._place.show()
        self._place.raise_()

    def let_go(self, path: Path, point: QPoint) -> None:
        """Puts a dragged item there."""
        if self._place.isHidden():
            return
        self._place.hide()
        at, to = list(self._items).index(path), self._place_at(point)
        self.binder.state.move(path, to - 1 if to > at else to)

    def _place_at(self, point: QPoint) -> int:
        y = self.mapFromGlobal(point).y()
        return sum(item.geometry().center().y() < y for item in self._items.values())

    def _draw_more(self) -> None:
        self._drawn += PAGE
        self.refresh()

    # --- showing

    def refresh(self) -> None:
        """Brings the cards in line with the items."""
        every = self.binder.state.items(self.path)
        paths = every[: self._drawn]
        if tuple(self._items) != paths:
            for gone in self._items.keys() - set(paths):
                item = self._items.pop(gone)
                self.binder.drop(gone)
                self._list.removeWidget(item)
                discard(item)
            folded = len(every) > FEW
            self._items = {path: self._items.get(path) or Item(self, path, folded=folded) for path in paths}
            for place, item in enumerate(self._items.values()):
                if self._list.indexOf(item) != place:
                    self._list.removeWidget(item)
                    self._list.insertWidget(place, item)
            self.binder.structure_changed.emit()
        left = len(every) - len(paths)
        self.rest.setText(self.tr("Show {count} more").format(count=min(left, PAGE)))
        self.rest.setAccessibleName(self.rest.text())
        self.rest.setVisible(left > 0)
        noun = self.spec.item.label if self.spec.item is not None and self.spec.item.label else self.spec.label
        for place, item in enumerate(self._items.values()):
            item.name(noun, place, len(every))
            item.show_summary()
            if item.key is not None and item.key.text() != self.binder.state.key(item.path):
                item.key.setText(self.binder.state.key(item.path))

    def refresh_status(self) -> None:
        """Its own error, and which of its folded items has one."""
        state = self.binder.state
        self.more.setObjectName(object_name(state, self.path))
        self._mark.refresh()
        error = state.visible_error(self.path)
        self._error.say(error.message if error is not None else "")
        end = len(self.path) + 1
        wrong = {one.path[:end] for one in state.errors() if state.visible_error(one.path) is not None}
        for item in self._items.values():
            item.warn(item.path in wrong)

    def open_towards(self, path: Path) -> None:
        """Unfolds the item a path lies in."""
        where = path[: len(self.path) + 1]
        every = self.binder.state.items(self.path)
        if where in every:
            if where not in self._items:
                self._drawn = every.index(where) + 1
                self.refresh()
            self._items[where].unfold()

    def open_all(self) -> None:
        """Unfolds every item."""
        for path in self.binder.state.items(self.path):
            self.open_towards(path)

    def first_input(self) -> QWidget:
        """The button that adds."""
        return self.more
