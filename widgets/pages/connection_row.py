"""How a row of the list of connections is painted, and where its button is."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets import theme
from widgets.pages.connection_list import ROW_ROLE, Row, next_act, quiet_line, time_line
from widgets.parts.states import look
from widgets.parts.status import status

__all__ = ["RowDelegate", "act_word"]

Index = QModelIndex | QPersistentModelIndex

TEXT = 60
"""Where the text begins: the page's margin, the icon, a gap."""
CALM = {"sync", "enable"}
"""Acts that nobody waits for: their button shows on the row under the pointer or the cursor."""


def tr(text: str) -> str:
    return QCoreApplication.translate("connection_row", text)


def act_word(act: str) -> str:
    """The button's text."""
    return {
        "sign_in": tr("Sign in"),
        "look": tr("Open"),
        "review": tr("Review"),
        "cancel": tr("Cancel"),
        "pause": tr("Pause"),
        "resume": tr("Resume"),
        "enable": tr("Enable"),
    }.get(act, tr("Sync"))


class RowDelegate(QStyledItemDelegate):
    """At the left name and type, in the middle state and time or progress, each in two lines; a button right.

    `acted` names the row's button that was pressed: its next act, or "cancel" beside one that pauses."""

    acted = Signal(QModelIndex, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strong = theme.font("strong")
        self._body = theme.font("body")
        self._detail = theme.font("detail")
        self._pressed: tuple[QPersistentModelIndex, str] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows alike."""
        return QSize(400, theme.ROW_TALL)

    def button_rect(self, rect: QRect, row: Row) -> QRect:
        """Where the row's button is."""
        width = max(76, QFontMetrics(self._body).horizontalAdvance(act_word(next_act(row.view))) + 24)
        return QRect(rect.right() - theme.SPACE_XL - width, rect.top() + (rect.height() - 28) // 2, width, 28)

    def buttons(self, rect: QRect, row: Row) -> dict[str, QRect]:
        """The row's acts and where their buttons are, the main one first."""
        act, main = next_act(row.view), self.button_rect(rect, row)
        found = {act: main}
        if act in ("pause", "resume"):
            found["cancel"] = QRect(main.left() - theme.SPACE_S - 28, main.top(), 28, 28)
        return found

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        row: Row = index.data(ROW_ROLE)
        if row is None:
            return
        view, shown = row.view, look(row.view.state)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected or hovered:
            painter.fillRect(rect, theme.color("selected" if selected else "hover"))
        painter.fillRect(QRect(rect.left() + TEXT, rect.bottom(), rect.width() - TEXT, 1), theme.color("border"))

        name_role = "muted" if view.state == "disabled" else "text"
        icon = theme.pixmap(view.icon, "muted", 20)
        painter.drawPixmap(rect.left() + theme.SPACE_XL, rect.top() + 18, icon)
        buttons = self.buttons(rect, row)
        left = rect.left() + TEXT
        middle = rect.left() + max(280, int(rect.width() * 0.40))
        width = middle - left - theme.SPACE_L
        self._text(painter, self._strong, name_role, QRect(left, rect.top() + 9, width, 20), view.name)
        self._text(painter, self._detail, "muted", QRect(left, rect.top() + 29, width, 18), quiet_line(view, tr))

        painter.drawPixmap(middle, rect.top() + 11, theme.pixmap(shown.icon, shown.role, 16))
        until = min(button.left() for button in buttons.values())
        space = QRect(middle + 24, rect.top() + 9, until - theme.SPACE_L - middle - 24, 20)
        second = space.translated(0, 20)
        role = shown.role if shown.role != "ok" else "text"
        self._text(painter, self._body, role, space, status(view, row.progress).now)
        if row.progress is not None and view.state in ("running", "paused"):
            self._bar(painter, QRectF(second.left(), second.top() + 7, min(360, second.width()), 4), row)
        else:
            self._text(painter, self._detail, "muted", second, time_line(view, tr))

        for act, button in buttons.items():
            if act not in CALM or selected or hovered:
                self._button(painter, button, act, icon=len(buttons) > 1 and act == "cancel")
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -3), theme.RADIUS, theme.RADIUS)
        painter.restore()

    def _button(self, painter: QPainter, rect: QRect, act: str, *, icon: bool) -> None:
        painter.setPen(QPen(theme.color("control_border"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        if icon:
            painter.drawPixmap(rect.left() + 6, rect.top() + 6, theme.pixmap("stop", "text", 16))
            return
        painter.setFont(self._body)
        painter.setPen(theme.color("text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, act_word(act))

    def _text(self, painter: QPainter, font: QFont, role: str, rect: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(role))
        cut = QFontMetrics(font).elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)

    def _bar(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        assert row.progress is not None
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(rect, 2, 2)
        if row.progress.fraction is not None:
            painter.setBrush(theme.color("control_border" if row.view.state == "paused" else "accent"))
            painter.drawRoundedRect(
                QRectF(rect.left(), rect.top(), max(4.0, rect.width() * row.progress.fraction), 4), 2, 2
            )

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """A click that begins and ends on the button."""
        row: Row | None = index.data(ROW_ROLE)
        if row is None or not isinstance(event, QMouseEvent) or event.button() != Qt.MouseButton.LeftButton:
            return False
        rect: QRect = option.rect
        where = event.position().toPoint()
        act = next((act for act, button in self.buttons(rect, row).items() if button.contains(where)), "")
        if not act:
            self._pressed = None
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = (QPersistentModelIndex(index), act)
            return True
        if event.type() == QEvent.Type.MouseButtonRelease:
            if self._pressed == (QPersistentModelIndex(index), act):
                self.acted.emit(model.index(index.row(), 0), act)
            self._pressed = None
            return True
        return event.type() == QEvent.Type.MouseButtonDblClick
