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
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets import theme
from widgets.pages.connection_list import ROW_ROLE, Row, can_end, next_act, quiet_line, time_line
from widgets.parts.busy import paint_busy
from widgets.parts.row_painter import RowPainter
from widgets.parts.states import look
from widgets.parts.status import seen_state, status, stopped

__all__ = ["RowDelegate", "act_word"]

Index = QModelIndex | QPersistentModelIndex

ABOVE = 9
"""Free above and below the two lines."""
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
        self._pressed: tuple[QPersistentModelIndex, str] | None = None
        self.alive = True
        """Whether there is an engine: without one nothing goes on, and nothing can be done."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows alike: two lines, and what is above and below them."""
        return QSize(400, theme.line_height("strong") + theme.line_height("detail") + 2 * ABOVE)

    def button_rect(self, rect: QRect, row: Row) -> QRect:
        """Where the row's button is, before it is mirrored."""
        width = max(76, theme.metrics().horizontalAdvance(act_word(next_act(row.view))) + 24)
        high = theme.ROW - 4
        return QRect(rect.right() - theme.SPACE_XL - width, rect.top() + (rect.height() - high) // 2, width, high)

    def buttons(self, rect: QRect, row: Row) -> dict[str, QRect]:
        """The row's acts and where their buttons are, the main one first."""
        if not self.alive:
            return {}
        act, main = next_act(row.view), self.button_rect(rect, row)
        found = {act: main}
        if can_end(row.view):
            high = main.height()
            found["cancel"] = QRect(main.left() - theme.SPACE_S - high, main.top(), high, high)
        return found

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        row: Row = index.data(ROW_ROLE)
        if row is None:
            return
        view, shown = row.view, look(seen_state(row.view))
        halted = "" if self.alive else stopped(view, row.progress)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = RowPainter(painter, option, index)
        rect = at.rect
        if at.selected or at.hovered:
            at.fill(rect, "selected" if at.selected else "hover")
        left = rect.left() + theme.SPACE_XL + theme.icon_pixels(20) + 16
        at.hairline(left)

        first = QRect(left, rect.top() + ABOVE, 0, theme.line_height("strong"))
        second = QRect(left, first.bottom() + 1, 0, theme.line_height("detail"))
        name_role = "muted" if view.state == "disabled" else "text"
        at.icon(rect.left() + theme.SPACE_XL, rect, view.icon, "muted", 20)
        buttons = self.buttons(rect, row)
        middle = rect.left() + max(280, int(rect.width() * 0.40))
        width = middle - left - theme.SPACE_L
        at.text(_across(first, left, width), view.name, "strong", name_role)
        at.text(_across(second, left, width), quiet_line(view, tr), "detail", "muted")

        role = shown.role if self.alive else "muted"
        words = at.icon(middle, first, "stopped" if halted else shown.icon, role) + theme.SPACE_S
        end = min((button.left() - theme.SPACE_L for button in buttons.values()), default=rect.right() - theme.SPACE_XL)
        room = end - words
        role = role if role != "ok" else "text"
        at.text(_across(first, words, room), halted or status(view, row.progress).now, "body", role)
        if row.progress is not None and view.state in ("running", "paused"):
            bar = _across(second, words, min(360, room))
            self._bar(at, QRect(bar.left(), bar.center().y() - 1, bar.width(), 4), row)
        else:
            at.text(_across(second, words, room), time_line(view, tr), "detail", "muted")

        for act, button in buttons.items():
            if act not in CALM or at.selected or at.hovered:
                at.rounded(button, "surface", "control_border")
                if len(buttons) > 1 and act == "cancel":
                    at.icon(button.center().x() - theme.icon_pixels(16) // 2 + 1, button, "stop", "text")
                else:
                    at.text(button, act_word(act), side=Qt.AlignmentFlag.AlignHCenter)
        at.focus_ring(rect.adjusted(2, 2, -2, -3))
        painter.restore()

    def _bar(self, at: RowPainter, rect: QRect, row: Row) -> None:
        assert row.progress is not None
        painter = at.painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(at.seen(rect), 2, 2)
        if row.progress.fraction is not None:
            resting = row.view.state == "paused" or not self.alive
            painter.setBrush(theme.color("control_border" if resting else "accent"))
            rect.setWidth(max(4, round(rect.width() * row.progress.fraction)))
            painter.drawRoundedRect(at.seen(rect), 2, 2)
        elif self.alive and row.view.state == "running":
            paint_busy(painter, QRectF(at.seen(rect)))

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """A click that begins and ends on the button."""
        row: Row | None = index.data(ROW_ROLE)
        if row is None or not isinstance(event, QMouseEvent) or event.button() != Qt.MouseButton.LeftButton:
            return False
        rect: QRect = option.rect
        where = event.position().toPoint()
        seen = {act: QStyle.visualRect(option.direction, rect, box) for act, box in self.buttons(rect, row).items()}
        act = next((act for act, button in seen.items() if button.contains(where)), "")
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


def _across(line: QRect, left: int, width: int) -> QRect:
    return QRect(left, line.top(), width, line.height())
