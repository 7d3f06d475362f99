"""The connection test of a form: its button, its steps as they happen, its verdict, and when that has become stale."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QCheckBox, QFrame, QScrollArea

from widgets import theme
from widgets.language import core
from widgets.pages.page import Page
from widgets.parts import StateLabel, button, column, error_text, frame, line, row
from widgets.parts.announce import announce
from widgets.parts.reveal import reveal
from widgets.parts.steps import StepsView

if TYPE_CHECKING:
    from app.api import CheckTarget
    from connectors.sdk import CheckStep

__all__ = ["TestPanel"]

MOST, SHARE = 280, 0.45
"""The steps never take more than this of the page, in pixels and in part; beyond it they scroll."""


class TestPanel(QFrame):
    """`target` answers what to test, or None when the form has errors, which it then shows itself.

    The buttons stand apart from the steps, so that a page can lay them into its footer."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    blamed = Signal(str, str)
    """A step named the field to blame: its JSON pointer, and what is wrong."""
    finished = Signal(bool)

    def __init__(self, page: Page, target: Callable[[], CheckTarget | None]) -> None:
        super().__init__()
        self._page = page
        self._target = target
        self.setObjectName("test_panel")
        self.setProperty("ground", "surface")
        self.button = button(self.tr("Test"), self.toggle, icon="flask", name="test", shortcut="Ctrl+T")
        self.deep = QCheckBox(self.tr("Also fetch one document"))
        self.deep.setObjectName("test_deep")
        self.deep.setToolTip(self.tr("Reads one real document to its end, so that permissions are proven."))
        self.verdict = StateLabel()
        self.steps = StepsView()
        inner = frame("surface")
        inside = column(row(self.verdict, None), self.steps, parent=inner, space=theme.SPACE_XS)
        inside.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_S)
        self._scroll = QScrollArea()
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName(self.tr("Steps of the test"))
        self._inner_layout = inside
        column(line(), self._scroll, parent=self, space=0)
        self.hide()
        self._step_states: dict[str, CheckStep] = {}
        self._tested: CheckTarget | None = None
        self._cancelled = False
        self._blaming = False
        self._number = 0

    @property
    def running(self) -> bool:
        """Whether a test is under way."""
        return self._page.tasks.running("test")

    def toggle(self) -> None:
        """Test, or cancel the test that runs."""
        if self.running and not self._cancelled:
            self._page.tasks.cancel("test")
            self._show_cancelled()  # at once: what the engine still has to put away is not the person's business
            return
        target = self._target()
        if target is not None:
            self._tested = target
            self._page.tasks.start(self._test(target, self.deep.isChecked()), "test")

    def mark_stale(self, now: CheckTarget) -> None:
        """The form says this now: if that is not what was tested, the result speaks of other values."""
        if self.isHidden() or self.steps.stale or now == self._tested:
            return
        if self.running:
            self._page.tasks.cancel("test")
        self.steps.set_stale(True)
        self.verdict.show_state("skipped", self.tr("Tested before your last change"))

    def _show_cancelled(self) -> None:
        self._cancelled = True
        self.steps.stop()
        self.verdict.show_state("cancelled", self.tr("Cancelled"))
        self._idle()

    def _idle(self) -> None:
        self.button.setText(self.tr("Test"))
        self.button.setAccessibleName(self.tr("Test"))
        theme.set_icon(self.button, "flask")
        self._fit()

    def clear(self) -> None:
        """Nothing was tested."""
        self._page.tasks.cancel("test")
        self.steps.clear()
        self.hide()

    async def _test(self, target: CheckTarget, deep: bool) -> None:
        number = self._number = self._number + 1
        self._cancelled = False
        self.steps.clear()
        self.steps.secrets = _typed(target)
        self._step_states.clear()
        self.verdict.show_state("running", self.tr("Testing …"))
        self.button.setText(self.tr("Cancel"))
        self.button.setAccessibleName(self.tr("Cancel the test"))
        theme.set_icon(self.button, "stop")
        self.show()
        stream = self._page.client.check(target, deep)
        try:
            async for step in stream:
                self._step_states[step.name] = step
                self.steps.show_step(step)
                self._fit()
            self._conclude()
        except asyncio.CancelledError:
            if number == self._number and not self.steps.stale:
                self._show_cancelled()
            raise
        except Exception as error:
            from connectors.sdk import CheckStep, error_info

            info = error_info(error)
            self.steps.show_step(
                CheckStep(
                    name="start",
                    title=self.tr("Start the test"),
                    state="failed",
                    message=info.sentence(),
                    remedy=info.remedy,
                    error=info,
                )
            )
            self._step_states["start"] = self.steps.rows["start"].step
            self._conclude()
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()
            if number == self._number:
                self._idle()

    def _conclude(self) -> None:
        states = [step.state for step in self._step_states.values()]
        if "failed" in states:
            step = next(step for step in self._step_states.values() if step.state == "failed")
            self.verdict.show_state("failed", self.tr("The test failed at: {0}").format(core(step.title)))
            if step.error is not None and step.error.pointer:
                self.blamed.emit(step.error.pointer, core(step.error.what))
                self._blaming = True
        elif "warning" in states:
            self.verdict.show_state("warning", self.tr("It works, with a warning"))
        else:
            self.verdict.show_state("ok", self.tr("It works"))
        announce(self, self.verdict.text(), urgent="failed" in states)
        self.finished.emit("failed" not in states)

    def text(self) -> str:
        """The result for the clipboard."""
        lines = []
        for step in self._step_states.values():
            lines.append(f"{step.state:8} {step.title} {step.ms:.0f} ms {step.message}")
            if step.error is not None:
                lines.append(error_text(step.error))
        return "\n".join(lines)

    def _fit(self) -> None:
        """As high as the steps need, once they are laid out."""
        QTimer.singleShot(0, self, self._fit_now)

    def _fit_now(self) -> None:
        layout = self._inner_layout
        width = self._scroll.viewport().width()
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        above = self.parentWidget()
        most = min(MOST, round(above.height() * SHARE)) if above is not None else MOST
        self._scroll.setFixedHeight(min(most, height + 2))
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.maximum())
        if self._blaming:
            self._blaming = False
            QTimer.singleShot(0, self, self._show_blamed)

    def _show_blamed(self) -> None:
        """The steps have taken room from the field that they blame."""
        focus = QApplication.focusWidget()
        if focus is not None and not self.isAncestorOf(focus):
            reveal(focus)


def _typed(target: CheckTarget) -> tuple[str, ...]:
    """The secrets that were typed, long enough to be told from ordinary words."""
    given = [*target.secrets.values(), *(target.draft.secrets.values() if target.draft is not None else ())]
    texts = [one.removeprefix("value:") for one in given if one.startswith("value:")]
    return tuple(text for text in texts if len(text) >= 4)
