"""Fills in a whole form as a person would, and tells which fields did not take what was typed into them.

A union is walked through all its branches, and back: a branch that lost something counts as unreached too.
"""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtTest import QTest

from app.forms import FieldSpec, Json, Kind, Path
from app.forms.values import same, tokens_of
from widgets.author.fitting import fitting
from widgets.author.hands import Typist, Unreached
from widgets.author.walk import Walk
from widgets.form import FormView

SIZE = (760, 900)


def unreached(view: FormView) -> list[str]:
    """Types a fitting value into every leaf; answers the pointers of those that do not hold it afterwards."""
    view.resize(*SIZE)
    view.show()
    view.activateWindow()
    QTest.qWaitForWindowActive(view)
    hands = _Careful(view)
    for path, spec in Walk(view.state, hands).leaves():
        try:
            if not _fill(hands, path, spec):
                hands.failed.append(view.state.pointer(path))
        except Unreached:
            hands.failed.append(view.state.pointer(path))
    return list(dict.fromkeys(hands.failed))


class _Careful(Typist):
    """Remembers what each branch held when it was left, and looks again once the last one was left."""

    def __init__(self, view: FormView) -> None:
        super().__init__(view)
        self.failed: list[str] = []
        self._held: dict[Path, list[Json]] = {}

    def begin(self, path: Path) -> None:
        """One that can't be ticked is told by the fields in it."""
        try:
            super().begin(path)
        except Unreached:
            self.failed.append(self.state.pointer(path))

    def choose(self, path: Path, place: int) -> None:
        """A branch that can't be chosen is unreached."""
        with suppress(Unreached):
            super().choose(path, place)
        if self.state.branch(path) != place:
            self.failed.append(self.state.pointer(path))
            self.state.choose(path, place)

    def add(self, path: Path) -> Path:
        """A list that takes no item is unreached."""
        try:
            return super().add(path)
        except Unreached:
            self.failed.append(self.state.pointer(path))
            return self.state.add(path)

    def left(self, path: Path, place: int) -> None:
        """After the last branch goes back through all of them."""
        held = self._held.setdefault(path, [])
        held.append(self.state.get(path))
        if len(held) < len(self.state.spec(path).branches):
            return
        for back, before in enumerate(held):
            self.choose(path, back)
            if not same(self.state.get(path), before):
                self.failed.append(self.state.pointer(path))


def _fill(hands: Typist, path: Path, spec: FieldSpec) -> bool:
    row, now = hands.row(path), hands.state.get(path)
    wanted = fitting(spec, now)
    hands.fill(row, wanted, now)
    if spec.kind is Kind.SECRET:
        slot = hands.state.secret(path)
        return slot.text is not None and slot.text.reveal() == wanted
    saved = hands.view.state.value()
    for token in tokens_of(hands.state.pointer(path)):
        if isinstance(saved, list):
            saved = saved[int(token)] if token.isdigit() and int(token) < len(saved) else None
        else:
            saved = saved.get(token) if isinstance(saved, dict) else None
    if spec.spread:  # free keys stand beside the object's own
        return isinstance(saved, dict) and all(same(saved.get(key), one) for key, one in wanted.items())
    return same(saved, wanted)
