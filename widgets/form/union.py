"""Alternatives: segments for two or three, a list above that, radio buttons where a schema wants them. What was typed
in one stays while another is chosen."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.forms import FieldSpec, Kind, Path
from app.forms.values import branch
from widgets import theme
from widgets.form.binder import Binder, Block, object_name
from widgets.form.choices import Combo, Segments
from widgets.form.editor import set_shown, text_width
from widgets.form.help import help_label, plain
from widgets.form.mark import ChangedMark
from widgets.form.problem import ErrorLine
from widgets.form.radios import Radios, wants_radios
from widgets.parts import frame, label

SEGMENTS = 3
ROOM = 480
"""Segments wider than this would not fit a narrow pane; then it is a list."""


class UnionBlock(Block):
    """A union. The branches are built when first chosen and stay, so that going back is instant."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, level: int, heading: bool) -> None:
        super().__init__(binder, path, spec)
        self.level = level
        self._bodies: dict[int, QWidget] = {}
        self._error = ErrorLine()
        self._optional = not spec.required or spec.nullable
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_XS)
        labels = [one.label for one in spec.branches]
        self._places: list[int | None] = list(range(len(labels)))
        if self._optional:
            labels.append(self.tr("Not set"))
            self._places.append(None)
        self.buttons: Segments | Radios | None = None
        self.combo: Combo | None = None
        short = sum(text_width(text) + 2 * theme.SPACE_M for text in labels) < ROOM
        if wants_radios(spec, labels):
            self.buttons = Radios(labels)
        elif len(spec.branches) <= SEGMENTS and short and spec.display != "dropdown":
            self.buttons = Segments(labels)
        if self.buttons is not None:
            self.buttons.chosen.connect(self._chosen)
            self.target: QWidget = self.buttons.buttons[0]
        else:
            self.combo = Combo()
            self.combo.addItems(labels)
            self.combo.setPlaceholderText(self.tr("Choose …"))
            self.combo.activated.connect(self._chosen)
            self.target = self.combo
        self._mark: ChangedMark | None = None
        if heading:
            self._build_head()
        single = len(labels) == 1
        chooser = self.buttons or self.combo
        assert chooser is not None
        self._column.addWidget(chooser)
        set_shown(chooser, not single)  # once it has a parent, else it would flash as a window
        self._help = label("", "detail", "muted", wrap=True)
        self._help.setVisible(False)
        self._column.addWidget(self._help)
        self._column.addWidget(self._error)
        self._place = QVBoxLayout()
        self._place.setSpacing(0)
        self._column.addLayout(self._place)
        self.refresh()
        self.refresh_status()

    def _build_head(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE_S)
        name = label(self.binder.mnemonic(self.spec.label), "body")
        name.setBuddy(self.target)
        line.addWidget(name)
        if self.spec.required:
            line.addWidget(label(self.tr("required"), "detail", "muted"))
        line.addStretch(1)
        self._mark = ChangedMark(self.binder, self.path, self.spec, line)
        self._column.addLayout(line)
        if self.spec.help:
            self._column.addWidget(help_label(self.spec.help))

    def _chosen(self, index: int) -> None:
        self.binder.state.choose(self.path, self._places[index])

    def refresh(self) -> None:
        """Shows the chosen branch."""
        chosen = self.binder.state.branch(self.path)
        index = self._places.index(chosen) if chosen in self._places else None
        if self.buttons is not None:
            self.buttons.show_choice(index)
        elif self.combo is not None:
            self.combo.setCurrentIndex(-1 if index is None else index)
        if chosen is not None and chosen not in self._bodies:
            self._bodies[chosen] = self._build(chosen)
            self.binder.structure_changed.emit()
        for place, body in self._bodies.items():
            set_shown(body, place == chosen)
        text = self.spec.branches[chosen].help if chosen is not None else ""
        self._help.setText(plain(text))
        self._help.setVisible(bool(text))

    def _build(self, place: int) -> QWidget:
        # Everything is born where it stays: moving what is built polishes all of it anew.
        holder = QWidget(self)
        self._place.addWidget(holder)
        ground = frame("branch")
        ground.setParent(holder)
        ground.setProperty("rtl", self.isRightToLeft())
        inside = QVBoxLayout(ground)
        inside.setContentsMargins(theme.SPACE_M, 0, 0, 0)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, theme.SPACE_M, 0, 0)
        spec = self.spec.branches[place].spec
        if not spec.hidden and not (spec.kind is Kind.OBJECT and not any(not one.hidden for one in spec.children)):
            column.addWidget(ground)
            with self.binder.born_in(ground):
                inside.addWidget(self.binder.make((*self.path, branch(place)), spec, self.level + 1, heading=False))
        else:
            ground.hide()
            column.setContentsMargins(0, 0, 0, 0)
        return holder

    def refresh_status(self) -> None:
        """Its own error, and the names of its inputs."""
        state = self.binder.state
        error = state.visible_error(self.path)
        text = error.message if error is not None else ""
        self._error.say(text)
        if self._mark is not None:
            self._mark.refresh()
        name = object_name(state, self.path)
        if self.target.objectName() == name and not text:
            return
        if self.buttons is not None:
            for index, one in enumerate(self.buttons.buttons):
                one.setObjectName(name if index == 0 else f"{name}:{index}")
                one.setAccessibleName(f"{self.spec.label}: {one.text()}".replace("&&", "&"))
                one.setAccessibleDescription(text)
        else:
            self.target.setObjectName(name)
            self.target.setAccessibleName(self.spec.label or self.tr("Kind"))
            self.target.setAccessibleDescription(text or self.spec.help)

    def input_of(self, place: int) -> QWidget:
        """Where a branch is chosen."""
        return self.buttons.buttons[place] if self.buttons is not None else self.target

    def first_input(self) -> QWidget:
        """The chosen segment, or the list."""
        if self.buttons is not None:
            return next((one for one in self.buttons.buttons if one.isChecked()), self.buttons.buttons[0])
        return self.target
