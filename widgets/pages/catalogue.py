"""The catalogue of source types: search as you type, groups, and what can't be used with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from widgets import theme
from widgets.language import core
from widgets.parts import EmptyState, SearchField, column
from widgets.parts.row_painter import RowPainter
from widgets.parts.words import sentences

if TYPE_CHECKING:
    from app.api import ConnectorView

__all__ = ["Catalogue", "CatalogueModel", "sign_in_words"]

Index = QModelIndex | QPersistentModelIndex
CONNECTOR_ROLE = Qt.ItemDataRole.UserRole + 1
MOST_USED = 5
"""Types in use that stand before the groups; more would only be another order of all."""


def tr(text: str) -> str:
    return QCoreApplication.translate("catalogue", text)


def sign_in_words(auth: list[str]) -> str:
    """How a type signs in, in two or three words."""
    words = {
        "none": tr("no sign-in"),
        "basic": tr("password"),
        "digest": tr("password"),
        "bearer": tr("token"),
        "header": tr("API key"),
        "aws_sigv4": tr("access key"),
        "oauth2_client_credentials": tr("OAuth client"),
        "google_service_account": tr("service account"),
        "account": tr("sign-in in the browser"),
    }
    found = list(dict.fromkeys(words.get(kind, kind) for kind in auth))
    return tr(" or ").join(found)


def _first(auth: list[str]) -> list[str]:
    """The way most people will take: the first that is one."""
    return [kind for kind in auth if kind != "none"][:1] or auth[:1]


def _by_title(connector: ConnectorView) -> tuple[bool, str]:
    return bool(connector.problem), connector.title.lower()


class CatalogueModel(QAbstractListModel):
    """Entries under the headers of their groups, or the hits of a search, best first."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[ConnectorView] = []
        self._recent: list[str] = []
        self._rows: list[str | ConnectorView] = []
        self._text = ""

    def show_connectors(self, connectors: list[ConnectorView], recent: list[str] | None = None) -> None:
        """The types there are, and which are in use, the latest first: those come first, in a group of their own."""
        self._all = connectors
        self._recent = list(recent or ())
        self.narrow(self._text)

    def narrow(self, text: str) -> None:
        """Only what matches every word."""
        self.beginResetModel()
        self._text = text.lower()
        if not self._text:
            known = {connector.type: connector for connector in self._all if not connector.problem}
            used = [known[type] for type in self._recent if type in known][:MOST_USED]
            groups: dict[str, list[ConnectorView]] = {}
            for connector in sorted(self._all, key=_by_title):
                if connector not in used:
                    group = tr("Can't be used") if connector.problem else core(connector.group) or tr("Other")
                    groups.setdefault(group, []).append(connector)
            self._rows = [tr("In use"), *used] if used else []
            for group in sorted(groups, key=lambda group: (bool(groups[group][0].problem), group.casefold())):
                self._rows += [group, *groups[group]]
        else:
            hits = [(rank, connector) for connector in self._all if (rank := self._rank(connector)) is not None]
            self._rows = [connector for _rank, connector in sorted(hits, key=lambda hit: hit[0])]
        self.endResetModel()

    def first(self) -> QModelIndex:
        """The first entry, invalid if there is none."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, str):
                return self.index(number)
        return QModelIndex()

    def index_of(self, type: str) -> QModelIndex:
        """Where a type stands."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, str) and row.type == type:
                return self.index(number)
        return QModelIndex()

    def connector(self, type: str) -> ConnectorView | None:
        """The type of that name, whether it is listed now or not."""
        return next((connector for connector in self._all if connector.type == type), None)

    def _rank(self, connector: ConnectorView) -> tuple[int, int, str] | None:
        title = connector.title.lower()
        shown = [core(text) for text in (connector.title, connector.summary, connector.group)]
        known = [title, connector.type, connector.summary, connector.group, *connector.keywords]
        where = " ".join([*shown, *known]).lower()
        if not all(word in where for word in self._text.split()):
            return None
        near = 0 if title.startswith(self._text) else 1 if self._text in title else 2
        if self._text in (keyword.lower() for keyword in connector.keywords):
            near = min(near, 1)
        return (1 if connector.problem else 0, near, title)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Headers and entries."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headers can't be chosen."""
        if index.isValid() and isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The entry itself for the delegate, words for screen readers."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return row if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == CONNECTOR_ROLE:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = tr("can't be used: {0}").format(core(row.problem)) if row.problem else sign_in_words(row.auth)
            said = [text.rstrip(".。") for text in (core(row.title), core(row.summary), state)]
            return sentences(*(tr("{0}.").format(text) for text in said if text))
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join((core(row.title), core(row.problem) or f"{core(row.summary)}\n{sign_in_words(row.auth)}"))
        return None


class EntryDelegate(QStyledItemDelegate):
    """Icon, title and sign-in in the first line, one sentence in the second."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Headers are lower."""
        high = theme.line_height("detail")
        if index.data(CONNECTOR_ROLE) is None:
            return QSize(200, high + 14)
        return QSize(200, theme.line_height("strong") + high + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a header or an entry."""
        at = RowPainter(painter, option, index)
        rect = at.rect
        connector: ConnectorView | None = index.data(CONNECTOR_ROLE)
        if connector is None:
            at.text(rect.adjusted(theme.SPACE_L, 6, -theme.SPACE_L, 0), str(index.data()), "detail", "muted")
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if at.selected or at.hovered:
            at.rounded(rect.adjusted(8, 1, -8, -1), "selected" if at.selected else "hover")
        broken = bool(connector.problem)
        icon, role = (connector.icon, "accent" if at.selected else "muted") if not broken else ("warning", "warning")
        left = at.icon(rect.left() + 20, rect, icon, role, 20) + theme.SPACE_M
        upper = QRect(left, rect.top() + 7, rect.right() - 19 - left, theme.line_height("strong"))
        lower = QRect(left, upper.bottom() + 1, upper.width(), theme.line_height("detail"))
        words = "" if broken else sign_in_words(_first(connector.auth))
        title = core(connector.title)
        width = theme.metrics("detail").horizontalAdvance(words) + theme.SPACE_S if words else 0
        # How one signs in is told where the title leaves room for it; the tooltip tells it anyway.
        if width and theme.metrics("strong").horizontalAdvance(title) + width > upper.width():
            words, width = "", 0
        at.text(upper, words, "detail", "muted", side=Qt.AlignmentFlag.AlignRight)
        at.text(upper.adjusted(0, 0, -width, 0), title, "strong", "muted" if broken else "text")
        said = core(connector.problem or connector.summary)
        at.text(lower, said, "detail", "warning" if broken else "muted")
        at.focus_ring(rect.adjusted(9, 2, -9, -2))
        painter.restore()


class Catalogue(QFrame):
    """Says `chosen` with the type that was chosen."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.model = CatalogueModel()
        self.search = SearchField(self.tr("Search sources"), delay_ms=60)
        self.search.searched.connect(self._narrow)
        self.search.entered.connect(self._enter)
        self.search.moved.connect(self._move)
        self.list = QListView()
        self.list.setObjectName("catalogue")
        self.list.setAccessibleName(self.tr("Source types"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        self._nothing = EmptyState("search", "", self.tr("Show all"), self.search.clear)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        head = column(self.search)
        head.setContentsMargins(theme.SPACE_L, theme.SPACE_L, theme.SPACE_L, theme.SPACE_XS)
        self._laid = column(head, self._stack, parent=self, space=0)
        self._laid.setStretch(1, 1)
        theme.theme_changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """As wide as its texts want, where there is room."""
        self.setMinimumWidth(280)
        self.setMaximumWidth(theme.scaled(340))

    def lay_above(self, widget: QWidget) -> None:
        """Something between the search and the list."""
        self._laid.insertWidget(1, widget)

    def show_connectors(self, connectors: list[ConnectorView], recent: list[str] | None = None) -> None:
        """The types there are, and which of them are in use."""
        chosen = self.list.currentIndex().data(CONNECTOR_ROLE)
        self.model.show_connectors(connectors, recent)
        if chosen is not None:
            self.list.setCurrentIndex(self.model.index_of(chosen.type))

    def select(self, type: str) -> None:
        """Mark a type without saying so."""
        self.list.setCurrentIndex(self.model.index_of(type))

    def _narrow(self, text: str) -> None:
        self.model.narrow(text)
        self._stack.setCurrentWidget(self.list if self.model.rowCount() else self._nothing)
        if not self.model.rowCount():
            self._nothing.say(
                self.tr("No source matches “{0}”").format(text if len(text) <= 40 else text[:39] + "…"),
                self.tr("A web API that has no entry of its own is reached with REST API, a feed with RSS."),
                self.tr("Show all"),
            )
        if text:
            self.list.setCurrentIndex(self.model.first())

    def _enter(self) -> None:
        index = self.list.currentIndex()
        self._choose(index if index.isValid() else self.model.first())

    def _move(self, by: int) -> None:
        number = self.list.currentIndex().row() + by
        while 0 <= number < self.model.rowCount():
            index = self.model.index(number)
            if index.data(CONNECTOR_ROLE) is not None:
                self.list.setCurrentIndex(index)
                return
            number += by

    def _choose(self, index: QModelIndex) -> None:
        connector = index.data(CONNECTOR_ROLE)
        if connector is not None:
            self.list.setCurrentIndex(index)
            self.chosen.emit(connector)
