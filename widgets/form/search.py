"""Search in a form: a line above it, and below the line what was found, wherever it lies. It only leads to a field; it
chooses no branch and changes nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.forms import FormState
from app.forms.search import Match, search
from widgets import theme
from widgets.parts import SearchField, frame, label, plural

ROWS = 8
"""So many matches are seen at once; the others are scrolled to."""


class FormSearch(QWidget):
    """Says `wanted` with the match to go to. Down leads into the list, Enter takes the first, Esc closes it."""

    wanted = Signal(object)
    closed = Signal()

    def __init__(self, state: FormState) -> None:
        super().__init__()
        self._state = state
        self._matches: list[Match] = []
        self.line = SearchField(self.tr("Search settings"), delay_ms=60)
        self.line.setObjectName("form_search")
        self.line.searched.connect(self._search)
        self.line.entered.connect(lambda: self._take(0))
        self.line.moved.connect(self._enter_list)
        self.line.installEventFilter(self)
        self.count = label("", "detail", "muted")
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Settings found"))
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setStretchLastSection(True)
        self.list.itemActivated.connect(lambda item: self._take(self.list.indexOfTopLevelItem(item)))
        self.list.itemClicked.connect(lambda item: self._take(self.list.indexOfTopLevelItem(item)))
        self.list.installEventFilter(self)
        self._ground = frame("card")
        inside = QVBoxLayout(self._ground)
        inside.setContentsMargins(theme.SPACE_XS, theme.SPACE_XS, theme.SPACE_XS, theme.SPACE_XS)
        inside.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.SPACE_M)
        column.setSpacing(theme.SPACE_XS)
        column.addWidget(self.line)
        column.addWidget(self.count)
        column.addWidget(self._ground)
        self.count.hide()
        self._ground.hide()

    def open(self) -> None:
        """Shows the line and goes there."""
        self.show()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc in the empty line closes the search; in the list it goes back to the line."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and (watched is self.list or not self.line.text())
        ):
            if watched is self.list:
                self.line.setFocus()
            else:
                self.hide()
                self.closed.emit()
            return True
        return False

    def _search(self, text: str) -> None:
        self._matches = search(self._state, text)
        self.list.clear()
        for match in self._matches:
            where = self.tr(" › ").join(match.trail)
            if match.branch is not None:
                where = self.tr("{where} (not chosen)").format(where=where)
            item = QTreeWidgetItem([match.label, where])
            item.setForeground(1, theme.color("muted"))
            item.setToolTip(1, where)
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{match.label}, {where}" if where else match.label)
            self.list.addTopLevelItem(item)
        height = max(self.list.sizeHintForRow(0), theme.ROW)
        self.list.setFixedHeight(height * min(len(self._matches), ROWS) + 2)
        said = plural(len(self._matches), "{0} setting found", "{0} settings found")
        self.count.setText(said if self._matches else self.tr("No setting is called that."))
        self.count.setVisible(bool(text))
        self.line.setAccessibleDescription(self.count.text() if text else "")
        self._ground.setVisible(bool(self._matches))

    def _enter_list(self, by: int) -> None:
        self.line.flush()
        first = self.list.topLevelItem(0)
        if by > 0 and first is not None:
            self.list.setCurrentItem(first)
            self.list.setFocus()

    def _take(self, place: int) -> None:
        if 0 <= place < len(self._matches):
            self.wanted.emit(self._matches[place])
