"""What a page shows in place of its content: nothing here yet, something went wrong, undo what you just did.

An empty state carries one sentence and one action; an error what, where and one remedy, its details folded, and Copy.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QWidget

from widgets import theme
from widgets.language import told
from widgets.parts.build import Ground, Kind, button, column, frame, icon_label, label, row, tool_button

if TYPE_CHECKING:
    from connectors.sdk import ErrorInfo

__all__ = ["Banner", "EmptyState", "ErrorPanel", "error_text"]


class EmptyState(QWidget):
    """One sentence, one action, in the middle of an empty page. `detail` is a second, quieter line."""

    def __init__(
        self,
        icon: str,
        sentence: str,
        action_text: str = "",
        on_action: Callable[[], object] | None = None,
        *,
        detail: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sentence = label(sentence, "section", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._detail = label(detail, "body", "muted", wrap=True)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        if not detail:  # hidden, but never shown here: what has no parent yet would be a window for a moment
            self._detail.hide()
        self.action = button(action_text, on_action, kind="primary", name="empty_action")
        if not action_text:
            self.action.hide()
        inner = column(
            row(None, icon_label(icon, "muted", 40), None),
            theme.SPACE_S,
            self._sentence,
            self._detail,
            theme.SPACE_S,
            row(None, self.action, None),
            space=theme.SPACE_S,
        )
        holder = QWidget()
        holder.setLayout(inner)
        holder.setMinimumWidth(280)
        holder.setMaximumWidth(460)
        column(None, row(None, holder, None), None, None, parent=self, margin=theme.SPACE_XL)

    def say(self, sentence: str, detail: str = "", action_text: str = "") -> None:
        """Another sentence in its place."""
        self._sentence.setText(sentence)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.action.setText(action_text)
        self.action.setAccessibleName(action_text)
        self.action.setVisible(bool(action_text))


def error_text(error: ErrorInfo, version: str = "", at: float | None = None) -> str:
    """An error as text for the clipboard: everything a colleague or a bug report needs, no secrets by contract.
    `at` is when it happened (else now), `version` Headwater's (else that of the window)."""
    lines = [error.what]
    if error.where:
        lines.append(f"Where: {error.where}")
    if error.remedy:
        lines.append(f"Remedy: {error.remedy}")
    lines.append(f"Code: {error.category}/{error.code}")
    lines.append(f"Version: Headwater {version or _version()}")
    lines.append(f"Time: {datetime.fromtimestamp(time.time() if at is None else at, UTC):%Y-%m-%d %H:%M:%S} UTC")
    if error.detail:
        lines += ["", error.detail]
    return "\n".join(lines)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("headwater")
    except PackageNotFoundError:  # a checkout
        return "0.1.0.dev"


class ErrorPanel(QFrame):
    """An error as data: what, where, remedy; its raw text folded away, and all of it copied with one click."""

    def __init__(
        self,
        error: ErrorInfo | None = None,
        *,
        action_text: str = "",
        on_action: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", "error")
        self.setObjectName("error_panel")
        self._error: ErrorInfo | None = None
        self._what = label("", "strong", wrap=True, select=True)
        self._where = label("", "detail", "muted", wrap=True, select=True)
        self._remedy = label("", wrap=True, select=True)
        self._detail = QPlainTextEdit()
        self._detail.setReadOnly(True)
        self._detail.setFont(theme.font("mono"))
        self._detail.setMaximumHeight(140)
        self._detail.setAccessibleName(self.tr("Details of the error"))
        self._detail.hide()
        self._fold = button(self.tr("Details"), self._toggle, kind="link", name="error_details")
        self._copy = button(self.tr("Copy"), self._copy_text, kind="link", name="error_copy")
        self.action = button(action_text, on_action, name="error_action")
        if not action_text:
            self.action.hide()
        text = column(
            self._what,
            self._where,
            self._remedy,
            row(self.action, self._fold, self._copy, None, space=theme.SPACE_S),
            self._detail,
            space=theme.SPACE_XS,
        )
        icon = icon_label("error", "error", 20)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        outer.setSpacing(theme.SPACE_M)
        outer.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(text, 1)
        if error is not None:
            self.show_error(error)

    def show_error(self, error: ErrorInfo) -> None:
        """Show this error and make the panel visible."""
        self._error = error  # as it was told, for the clipboard
        error = told(error)
        self._what.setText(error.what)
        self._where.setText(error.where)
        self._where.setVisible(bool(error.where))
        self._remedy.setText(error.remedy)
        self._remedy.setVisible(bool(error.remedy))
        self._detail.setPlainText(error.detail)
        self._detail.hide()
        self._fold.setVisible(bool(error.detail))
        self.setAccessibleName(error.sentence())
        self.setAccessibleDescription(error.remedy)
        self.show()

    def _toggle(self) -> None:
        self._detail.setVisible(self._detail.isHidden())
        self._fold.setText(self.tr("Details") if self._detail.isHidden() else self.tr("Hide details"))

    def _copy_text(self) -> None:
        if self._error is not None:
            QGuiApplication.clipboard().setText(error_text(self._error))
            self._copy.setText(self.tr("Copied"))
            QTimer.singleShot(1500, self, lambda: self._copy.setText(self.tr("Copy")))


class Banner(QFrame):
    """A line across a page that asks for nothing: something happened, and perhaps one thing to do about it.

    With `seconds` it leaves by itself and says `expired` (an undo offer whose time is over)."""

    acted = Signal()
    expired = Signal()
    dismissed = Signal()

    def __init__(
        self,
        text: str,
        *,
        ground: Ground = "accent",
        icon: str = "info",
        action_text: str = "",
        action_kind: Kind = "",
        seconds: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", ground)
        self.setObjectName("banner")
        self.setAccessibleName(text)
        role = ground if ground in ("ok", "warning", "error", "accent") else "muted"
        self._text = label(text, wrap=True)
        self.action = button(action_text, self._act, kind=action_kind, name="banner_action")
        if not action_text:
            self.action.hide()
        close = tool_button("close", self.tr("Dismiss"), self._dismiss, name="banner_close")
        laid = row(icon_label(icon, role, 16), self._text, self.action, close, parent=self, space=theme.SPACE_M)
        laid.setStretch(1, 1)
        laid.setContentsMargins(theme.SPACE_M, 6, 6, 6)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.expire)
        if seconds is not None:
            self._timer.start(round(seconds * 1000))

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def weight(self) -> int:
        """What is lost when it leaves early: 0 a sentence, 1 an action, 2 an offer whose end makes something final."""
        if self.action.isHidden():
            return 0
        return 2 if self._timer.isActive() else 1

    def _act(self) -> None:
        self._timer.stop()
        self.hide()
        self.acted.emit()
        self.deleteLater()

    def _dismiss(self) -> None:
        self._timer.stop()
        self.hide()
        self.dismissed.emit()
        self.deleteLater()

    def expire(self) -> None:
        """Leave now, as if the time were over."""
        self._timer.stop()
        self.hide()
        self.expired.emit()
        self.deleteLater()


def card(*items: QWidget | QHBoxLayout | int | None) -> QFrame:
    """Items below each other on a card."""
    made = frame("card")
    laid = column(*items, parent=made)
    laid.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_L)
    return made
