"""The fields of a form step by step: Back and Next, each step checked before the next. All of it stays one value."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.forms import FieldSpec, Path
from app.forms.steps import errors_up_to, step_of, steps_of
from widgets import theme
from widgets.form.binder import Binder
from widgets.form.body import ObjectBody
from widgets.form.choices import Segments
from widgets.parts import button, label, row


class SteppedBody(ObjectBody):
    """The root of a form with steps. Another step is only another choice of fields to lay out."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, heading: bool = True, level: int = 0) -> None:
        self._steps = steps_of(spec)
        self.step = 0
        super().__init__(binder, path, spec, heading=heading, level=level)
        titles = [f"{place}  {step.title}".strip() for place, step in enumerate(self._steps, 1)]
        self.bar = Segments(titles)
        for place, (one, step) in enumerate(zip(self.bar.buttons, self._steps, strict=True)):
            one.setObjectName(f"step:{place}")
            one.setAccessibleName(
                self.tr("Step {number} of {all}: {title}").format(
                    number=place + 1, all=len(titles), title=step.title or place + 1
                )
            )
        self.bar.chosen.connect(self.go)
        self._back = button(self.tr("Back"), lambda: self.go(self.step - 1), name="step_back", icon="chevron-left")
        self._next = button(self.tr("Next"), lambda: self.go(self.step + 1), name="step_next")
        self._where = label("", "detail", "muted")
        self._column.insertWidget(0, self.bar)
        self._column.insertSpacing(1, theme.SPACE_S)
        self._column.addLayout(row(self._back, self._next, self._where, None))
        self._mark()

    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields of the step that is shown."""
        return tuple(child for child in super().fields() if step_of(self._steps, child.name) == self.step)

    def go(self, to: int) -> None:
        """To another step. Forward only as far as everything before is right; what is wrong is then shown."""
        to = max(0, min(to, len(self._steps) - 1))
        wrong = errors_up_to(self._steps, to - 1, self.binder.state.errors()) if to > self.step else []
        for error in wrong:
            self.binder.state.touch(error.path)
        first = str(wrong[0].path[0]) if wrong else ""
        self._turn(step_of(self._steps, first) if first else to)
        block = self.binder.reveal(wrong[0].path) if wrong else self
        target = block.first_input() if block is not None else None
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_step(self, to: int) -> None:
        """To a step, without asking what is wrong."""
        self._turn(max(0, min(to, len(self._steps) - 1)))

    def _turn(self, to: int) -> None:
        self.step = to
        self.refresh()
        self._mark()

    def _mark(self) -> None:
        self.bar.show_choice(self.step)
        self._back.setEnabled(self.step > 0)
        self._next.setVisible(self.step < len(self._steps) - 1)
        here = self.tr("Step {number} of {all}").format(number=self.step + 1, all=len(self._steps))
        self._where.setText(here)

    def open_towards(self, path: Path) -> None:
        """Turns to the step in which a field stands."""
        if path and isinstance(path[0], str):
            to = step_of(self._steps, path[0])
            if to != self.step:
                self._turn(to)
        super().open_towards(path)
