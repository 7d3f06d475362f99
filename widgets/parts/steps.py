"""The steps of a connection test, unfolding as they happen: state, what was found, how long, and what to do."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QWidget

from widgets import theme
from widgets.language import core, told
from widgets.parts.build import button, column, icon_label, label, row
from widgets.parts.panels import error_text
from widgets.parts.states import look
from widgets.parts.words import format_duration

if TYPE_CHECKING:
    from connectors.sdk import CheckStep, ErrorInfo

__all__ = ["StepRow", "StepsView"]


TITLE = 160


class StepRow(QFrame):
    """One step. A failed or doubtful one carries its remedy, and its raw text folded."""

    def __init__(self, step: CheckStep, secrets: Iterable[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"step_{step.name}")
        self.step = step
        self._icon = icon_label("running", "accent", 16)
        self._title = label(core(step.title), "body", wrap=True)
        self._title.setFixedWidth(TITLE)
        self._message = label("", "body", "muted", wrap=True, select=True)
        self._ms = label("", "detail", "muted")
        self._ms.setMinimumWidth(56)
        self._ms.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._remedy = label("", "body", wrap=True, select=True)
        self._detail = label("", "mono", "muted", wrap=True, select=True)
        self._fold = button(self.tr("Details"), self._toggle, kind="link", name="step_details")
        self._copy = button(self.tr("Copy error"), self._copy_text, kind="link", name="step_copy")
        self._error: ErrorInfo | None = None
        self._at = 0.0
        self.secrets = secrets
        """Texts that must not be shown or copied, even if the other side sends them back."""
        first = row(space=theme.SPACE_S)
        top = Qt.AlignmentFlag.AlignTop
        first.addWidget(self._icon, 0, top)
        first.addWidget(self._title, 0, top)
        first.addWidget(self._message, 1, top)
        first.addWidget(self._ms, 0, top)
        self._more = QWidget()
        links = row(self._fold, self._copy, None, space=theme.SPACE_XS)
        more = column(self._remedy, self._detail, links, parent=self._more, space=2)
        more.setContentsMargins(24 + TITLE + theme.SPACE_S, 0, 0, 0)
        laid = column(first, self._more, parent=self, space=2)
        laid.setContentsMargins(0, 5, 0, 5)
        self.show_step(step)

    def show_step(self, step: CheckStep) -> None:
        """Its state now."""
        self.step = step
        shown = look(step.state)
        self._icon.show_icon(shown.icon, shown.role)
        said = told(step.error).sentence() if step.error is not None else core(step.message)
        message = self._redacted(said) or (self.tr("Skipped") if step.state == "skipped" else "")
        self._message.setText(message)
        done = step.state not in ("running", "skipped")
        self._ms.setText(format_duration(step.ms / 1000) if done else "")
        self._remedy.setText(core(step.remedy))
        self._remedy.setVisible(bool(step.remedy))
        self._error = step.error
        self._at = time.time()
        has_detail = step.error is not None and bool(step.error.detail)
        self._detail.setText(self._redacted(told(step.error).detail) if step.error is not None else "")
        self._detail.hide()
        self._fold.setText(self.tr("Details"))
        self._fold.setVisible(has_detail)
        self._copy.setVisible(step.error is not None)
        self._more.setVisible(step.state in ("failed", "warning") and bool(step.remedy or step.error))
        tone = {"failed": "error", "warning": "warning"}.get(step.state, "muted")
        if self._message.property("tone") != tone:
            self._message.setProperty("tone", tone)
            theme.repolish(self._message)
        word = self.tr("running") if step.state == "running" else shown.word
        self.setAccessibleName(self.tr("{0}: {1}. {2}").format(core(step.title), word, message))
        self.setAccessibleDescription(core(step.remedy))

    def _toggle(self) -> None:
        self._detail.setVisible(self._detail.isHidden())
        self._fold.setText(self.tr("Details") if self._detail.isHidden() else self.tr("Hide details"))

    def _copy_text(self) -> None:
        if self._error is not None:
            QGuiApplication.clipboard().setText(self._redacted(error_text(self._error, at=self._at)))
            self._copy.setText(self.tr("Copied"))
            QTimer.singleShot(1500, self, lambda: self._copy.setText(self.tr("Copy error")))

    def _redacted(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


class StepsView(QWidget):
    """The steps in order. A stale result is greyed: it speaks of values that have changed since."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laid = column(parent=self, space=0)
        self.rows: dict[str, StepRow] = {}
        self.stale = False
        self.secrets: tuple[str, ...] = ()
        """What was typed as a secret for this test."""

    def clear(self) -> None:
        """Ready for another test."""
        for shown in self.rows.values():
            self._laid.removeWidget(shown)
            shown.hide()
            shown.deleteLater()
        self.rows.clear()
        self.set_stale(False)

    def show_step(self, step: CheckStep) -> None:
        """A step's beginning or its result."""
        if step.name in self.rows:
            self.rows[step.name].show_step(step)
        else:
            self.rows[step.name] = StepRow(step, self.secrets)
            self._laid.addWidget(self.rows[step.name])

    def stop(self) -> None:
        """Cancelled: what was running did not end."""
        for name, shown in list(self.rows.items()):
            if shown.step.state == "running":
                self._laid.removeWidget(shown)
                shown.hide()
                shown.deleteLater()
                del self.rows[name]

    def set_stale(self, stale: bool) -> None:
        """Grey, or not."""
        if stale == self.stale:
            return
        self.stale = stale
        effect = None
        if stale:
            effect = QGraphicsOpacityEffect(self)
            effect.setOpacity(0.55)
        self.setGraphicsEffect(effect)  # type: ignore[arg-type]
