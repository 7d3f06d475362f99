"""Picking from the connector's tree (folders, spaces, drives) in a panel below the field; children are loaded when a
node is opened. The field can also be typed. What is listed can be narrowed; a level that failed is tried again where it
says so."""

from __future__ import annotations

import asyncio

import shiboken6
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from app.forms import FieldSpec, Json, Kind
from app.forms.values import same
from connectors.sdk import Node
from widgets import theme
from widgets.form.editor import Editor
from widgets.form.outside import Outside, has_loop, reason
from widgets.form.tags import TagsEditor
from widgets.form.text import LineEditor
from widgets.form.tree_marks import NODE, below, mark, names, narrow, node_of, value_of
from widgets.form.wording import say
from widgets.parts import SearchField, button, label, row
from widgets.parts.reveal import reveal

ICONS = {
    "folder": "folder",
    "owner": "user",
    "repository": "library",
    "drive": "database",
    "own_drive": "database",
    "section": "folder",
}
OURS = frozenset({"section", "own_drive"})
"""Kinds whose titles are words of the source's, and not the name of a place."""
LOADED = Qt.ItemDataRole.UserRole + 1


class TreeEditor(Editor):
    """A line (or chips, where several may be picked) and a tree that opens below it."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._outside: Outside | None = None
        self._value: Json = None
        self._several = spec.kind is Kind.TAGS
        self.inner: Editor = TagsEditor(spec) if self._several else LineEditor(spec)
        self.inner.edited.connect(self._inner_edited)
        self.target = self.inner.target
        self.choose = button(self.tr("Choose …"), self.toggle, icon="folder-open")
        self.choose.setAccessibleName(self.tr("Choose {label}").format(label=spec.label))
        self.choose.setEnabled(not spec.read_only)
        self.choose.setVisible(False)
        line = row(self.inner, self.choose)
        line.setAlignment(self.choose, Qt.AlignmentFlag.AlignTop)
        line.setStretch(0, 1)
        self.column.addLayout(line)
        self.panel: QFrame | None = None
        self._tasks: dict[asyncio.Task[None], QTreeWidgetItem] = {}
        self._listed_with = ""
        self._trouble = ""

    def attach(self, outside: Outside) -> None:
        """Gives it whom to ask."""
        self._outside = outside
        self.choose.setVisible(True)

    def show_value(self, value: Json) -> None:
        """Shows the value, in the tree too."""
        self._value = value
        self.inner.show_value(value)
        if self.panel is not None:
            self._mark()

    def _inner_edited(self, value: Json) -> None:
        self.edited.emit(value)

    # --- the panel

    def toggle(self) -> None:
        """Opens or closes the tree."""
        if self.panel is None:
            self._build()
        assert self.panel is not None
        if not self.panel.isHidden():
            self.close_tree()
            return
        self.panel.show()
        self._say_open()
        reveal(self.panel)
        self.tree.setFocus()
        if not self.tree.topLevelItemCount():
            self.reload()
        elif self._outside is not None and self._outside.surroundings(self.spec) != self._listed_with:
            self.note.setText(self.tr("Listed before other settings changed."))

    def close_tree(self) -> None:
        """Closes the panel, and asks no longer; what is listed stays for the next time."""
        self.cancel()
        if self.panel is not None:
            self.panel.hide()
        self._say_open()

    def _say_open(self) -> None:
        open = self.panel is not None and not self.panel.isHidden()
        self.choose.setText(self.tr("Done") if open else self.tr("Choose …"))
        words = self.tr("Done with {label}") if open else self.tr("Choose {label}")
        self.choose.setAccessibleName(words.format(label=self.spec.label))

    def reload(self) -> None:
        """Lists everything anew."""
        self.cancel()
        self.tree.clear()
        self._load(self.tree.invisibleRootItem(), None)

    def cancel(self) -> None:
        """Stops asking. What was not answered is asked for again when it is opened again."""
        for task, item in list(self._tasks.items()):
            task.cancel()
            item.takeChildren()
            item.setData(0, LOADED, False)
            item.setExpanded(False)
        self._tasks.clear()
        self._say_loading()

    def _act(self) -> None:
        if self._tasks:
            self.cancel()
        else:
            self.reload()

    def _say_loading(self) -> None:
        self.note.setText(self.tr("Loading …") if self._tasks else self._trouble)
        self.again.setText(self.tr("Cancel") if self._tasks else self.tr("List again"))
        self.again.setAccessibleName(self.again.text())

    def _build(self) -> None:
        self.panel = QFrame()
        self.panel.setProperty("ground", "card")
        self.panel.setVisible(False)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setFixedHeight(220)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.tree.header().setMinimumSectionSize(0)
        self.tree.setAccessibleName(self.tr("What can be chosen for {label}").format(label=self.spec.label))
        self.tree.itemExpanded.connect(self._expanded)
        self.tree.itemActivated.connect(self._activated)
        self.tree.itemClicked.connect(self._clicked)
        self.tree.itemChanged.connect(self._ticked)
        self.tree.installEventFilter(self)
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(theme.SPACE_XS, theme.SPACE_XS, theme.SPACE_XS, theme.SPACE_XS)
        self.search = SearchField(self.tr("Find in what is listed"), shortcut="")
        self.search.setObjectName("tree_search")
        self.search.searched.connect(self._narrow)
        self.search.moved.connect(lambda _step: self.tree.setFocus())
        self.search.installEventFilter(self)
        column.addWidget(self.search)
        column.addWidget(self.tree)
        self.note = label("", "detail", "muted", wrap=True)
        self.again = button(self.tr("List again"), self._act, kind="link")
        foot = row(self.note, self.again)
        foot.setStretch(0, 1)
        foot.setContentsMargins(theme.SPACE_S, 0, theme.SPACE_S, 0)
        column.addLayout(foot)
        self.add(self.panel)
        self.rebuilt.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc closes the tree."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and self.panel is not None
            and not (watched is self.search and self.search.text())
        ):
            self.close_tree()
            self.target.setFocus()
            return True
        return False

    def _load(self, parent: QTreeWidgetItem, node_id: str | None) -> None:
        if self._outside is None or not has_loop():
            return
        waiting = QTreeWidgetItem([self.tr("Loading …")])
        waiting.setFlags(Qt.ItemFlag.NoItemFlags)
        self._trouble = ""
        parent.takeChildren()
        parent.addChild(waiting)
        if node_id is None:
            self._listed_with = self._outside.surroundings(self.spec)
        task = self._outside.start(self._fill(self._outside, parent, node_id), f"discover {self.spec.name}")
        if task is not None:
            self._tasks[task] = parent
            task.add_done_callback(self._done)
        self._say_loading()

    def _done(self, task: asyncio.Task[None]) -> None:
        if shiboken6.isValid(self) and self._tasks.pop(task, None) is not None:
            self._say_loading()

    async def _fill(self, outside: Outside, parent: QTreeWidgetItem, node_id: str | None) -> None:
        try:
            nodes = await outside.discover(node_id)
        except Exception as error:
            if shiboken6.isValid(self):
                self._trouble = reason(error)
                self._replace(parent, [self._failed(self._trouble)])
            return
        if shiboken6.isValid(self):
            made = [self._item(node) for node in nodes]
            self._replace(parent, made or [self._nothing()])
            self._mark()
            self._narrow(self.search.text())
            usable = [item for item in made if (node := node_of(item)) is not None and node.selectable]
            if node_id is None and len(usable) == 1:
                usable[0].setExpanded(True)  # the only thing there is, such as one's own drive

    def _replace(self, parent: QTreeWidgetItem, items: list[QTreeWidgetItem]) -> None:
        parent.takeChildren()
        parent.addChildren(items)
        most = self.tree.viewport().width() * 2 // 5
        self.tree.header().resizeSection(1, min(self.tree.sizeHintForColumn(1) + theme.SPACE_S, most))

    def _failed(self, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text, self.tr("Try again")])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setIcon(0, theme.icon("warning", "warning"))
        item.setForeground(1, theme.color("accent"))
        item.setToolTip(0, text)
        return item

    def _nothing(self) -> QTreeWidgetItem:
        item = QTreeWidgetItem([self.tr("Nothing here")])
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        return item

    def _item(self, node: Node) -> QTreeWidgetItem:
        node = replace(node, title=say(node.title) if node.kind in OURS else node.title, detail=say(node.detail))
        item = QTreeWidgetItem([node.title, node.detail])
        item.setData(0, NODE, node)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._several and node.selectable:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            item.setCheckState(0, Qt.CheckState.Unchecked)
        item.setFlags(flags)
        item.setIcon(0, theme.icon(ICONS.get(node.kind, "folder" if node.has_children else "file"), "muted"))
        item.setForeground(1, theme.color("muted"))
        item.setToolTip(1, node.detail)
        if node.has_children:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return item

    def _expanded(self, item: QTreeWidgetItem) -> None:
        node = item.data(0, NODE)
        if isinstance(node, Node) and not item.data(0, LOADED):
            item.setData(0, LOADED, True)
            self._load(item, node.id)

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if node_of(item) is None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self._activated(item)

    def _activated(self, item: QTreeWidgetItem) -> None:
        node = node_of(item)
        if node is None:
            above = item.parent()
            parent = node_of(above)
            self._load(above or self.tree.invisibleRootItem(), parent.id if parent is not None else None)
        elif node.selectable and not self._several:
            self.edited.emit(value_of(node))
            self.close_tree()
            self.target.setFocus()
        elif self._several and item.flags() & Qt.ItemFlag.ItemIsUserCheckable:
            on = item.checkState(0) == Qt.CheckState.Checked
            item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def _ticked(self, item: QTreeWidgetItem, column: int) -> None:
        node = node_of(item)
        if column or not self._several or node is None or not node.selectable:
            return
        chosen = self._value if isinstance(self._value, list) else []
        on = item.checkState(0) == Qt.CheckState.Checked
        if on == any(same(one, value_of(node)) for one in chosen):
            return
        inside = [value_of(each) for each in below(item)] if on else [value_of(node)]
        kept = [one for one in chosen if not any(same(one, each) for each in inside)]
        self.edited.emit([*kept, value_of(node)] if on else kept)

    def _mark(self) -> None:
        root = self.tree.invisibleRootItem()
        chosen = self._value if isinstance(self._value, list) else [self._value]
        self.tree.blockSignals(True)
        mark(root, chosen, ticks=self._several)
        self.tree.blockSignals(False)
        if isinstance(self.inner, TagsEditor):
            self.inner.call(names(root))

    def _narrow(self, text: str) -> None:
        left = narrow(self.tree.invisibleRootItem(), text)
        if text and not left:
            self.note.setText(self.tr("Nothing that is listed is called that. Open more, or type it above."))
        else:
            self._say_loading()
