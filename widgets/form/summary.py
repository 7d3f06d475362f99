"""What is wrong with the whole form, above it: how many problems, and a way to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from app.forms import Path
from widgets import theme
from widgets.form.editor import discard
from widgets.parts import button, icon_label, label, plural

FEW = 4
"""More problems than this are listed on demand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary."""

    path: Path
    text: str


class ProblemsBar(QFrame):
    """Says `wanted` with the path to go to. Hidden while all is well."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.problems: tuple[Problem, ...] = ()
        self._all = False
        self.setObjectName("problems")
        self.setProperty("ground", "error")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.SPACE_M, theme.SPACE_S, theme.SPACE_M, theme.SPACE_S)
        line.setSpacing(theme.SPACE_S)
        line.addWidget(icon_label("error", "error", 20), 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        line.addLayout(self._column, 1)
        self._title = label("", "strong")
        self._column.addWidget(self._title)
        self.hide()

    def tell(self, problems: Sequence[Problem]) -> None:
        """Shows these problems; none hides the bar."""
        problems = tuple(problems)
        if problems != self.problems:
            self.problems = problems
            self._list()
        self.setVisible(bool(problems))

    def _list(self) -> None:
        while self._column.count() > 1:
            one = self._column.takeAt(1)
            widget = one.widget() if one is not None else None
            if widget is not None:
                discard(widget)
        title = plural(len(self.problems), "{0} problem", "{0} problems")
        self._title.setText(title)
        self.setAccessibleName(title)
        few = self.problems if self._all or len(self.problems) <= FEW + 1 else self.problems[:FEW]
        for problem in few:
            self._column.addWidget(self._link(problem.text, partial(self.wanted.emit, problem.path)))
        if len(few) < len(self.problems):
            rest = plural(len(self.problems) - len(few), "{0} more", "{0} more")
            self._column.addWidget(self._link(rest, self._show_all))

    def _link(self, text: str, act: Callable[[], object]) -> QPushButton:
        made = button(text.replace("&", "&&"), act, kind="link")
        made.setAccessibleName(text)
        made.setToolTip(text)
        made.setProperty("dense", True)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return made

    def _show_all(self) -> None:
        self._all = True
        self._list()
