"""The body of an object: its fields one below the other, grouped, with the rare ones folded away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Kind, Path
from app.forms.schema import humanise
from widgets import theme
from widgets.form.binder import Binder, Block, object_name
from widgets.form.help import help_label
from widgets.form.problem import ErrorLine
from widgets.parts import frame, label, row

GAP = theme.SPACE_L
"""Between two fields."""


class Disclosure(QWidget):
    """A section that is folded until it is wanted; its content is built when it first opens."""

    opened = Signal()

    def __init__(self, title: str, detail: str = "") -> None:
        super().__init__()
        self.toggle = QToolButton()
        self.toggle.setText(title)
        self.toggle.setCheckable(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setProperty("kind", "disclosure")
        self.toggle.setAccessibleName(title)
        theme.set_icon(self.toggle, "chevron-right", "muted", 14)
        self.toggle.toggled.connect(self._toggled)
        self.body = QWidget()
        self.body.setVisible(False)
        self.fields = QVBoxLayout(self.body)
        self.fields.setContentsMargins(0, theme.SPACE_XS, 0, 0)
        self.fields.setSpacing(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_S)
        what = label(detail, "detail", "muted", wrap=True)
        head = row(self.toggle, what, space=theme.SPACE_S)
        head.setStretch(1, 1)
        column.addLayout(head)
        column.addWidget(self.body)

    def _toggled(self, on: bool) -> None:
        if on:
            self.opened.emit()
        theme.set_icon(self.toggle, "chevron-down" if on else "chevron-right", "muted", 14)
        self.body.setVisible(on)


class ObjectBody(Block):
    """The fields of an object. The root draws groups as sections; a nested object stands under its own heading."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, heading: bool = True, level: int = 0) -> None:
        super().__init__(binder, path, spec)
        self.level = level
        self._built = False
        self._folded: dict[str, Disclosure] = {}
        self._switch: QCheckBox | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE_M)
        if heading and spec.label:
            self._build_heading()
        self._error = ErrorLine()
        self._column.addWidget(self._error)
        self._inner = QWidget()
        self._fields = QVBoxLayout(self._inner)
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setSpacing(GAP)
        self._column.addWidget(self._inner)
        self.refresh()

    def _build_heading(self) -> None:
        spec = self.spec
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE_S)
        if _can_be_absent(spec):
            self._switch = QCheckBox(spec.label.replace("&", "&&"))
            self._switch.setFont(theme.font("strong"))
            self._switch.clicked.connect(self._switched)
            self._switch.setAccessibleName(spec.label)
            self._switch.setAccessibleDescription(spec.help)
            line.addWidget(self._switch)
        else:
            line.addWidget(label(spec.label, "section" if self.level <= 1 else "strong"))
        line.addStretch(1)
        head = QVBoxLayout()
        head.setSpacing(theme.SPACE_XS)
        head.addLayout(line)
        if spec.help:
            head.addWidget(help_label(spec.help))
        self._column.addLayout(head)

    def _switched(self, on: bool) -> None:
        state = self.binder.state
        if on:
            state.begin(self.path)
        elif self.spec.nullable:
            state.set_null(self.path)
        else:
            state.clear(self.path)

    def refresh(self) -> None:
        """Builds the fields once they are to be seen."""
        state = self.binder.state
        there = self._switch is None or state.get(self.path) not in (UNSET, None)
        if self._switch is not None:
            self._switch.setChecked(there)
            self._switch.setObjectName(object_name(state.pointer(self.path)))
        self._inner.setVisible(there)
        if there and not self._built:
            self._built = True
            self._build()
            self.binder.structure_changed.emit()

    def refresh_status(self) -> None:
        """What is wrong with the object as a whole, such as a setting that its schema does not know."""
        error = self.binder.state.visible_error(self.path)
        self._error.say(self.binder.error_text(error) if error is not None else "")

    def _build(self) -> None:
        """Fields without a group come first; groups and nested objects follow in the order of their first field."""
        shown = [child for child in self.spec.children if not child.hidden]
        usual = [child for child in shown if not child.advanced]
        sections: dict[str, list[FieldSpec]] = {group: [] for group, _ in self.spec.groups}
        loose = []
        for child in usual:
            if child.group:
                sections.setdefault(child.group, []).append(child)
            elif child.kind in (Kind.OBJECT, Kind.LIST, Kind.MAP) and self.level == 0:
                sections[f"\0{child.name}"] = [child]
            else:
                loose.append(child)
        if loose and shown and shown[0].group:
            sections["\0"] = loose  # the author wants the first group first
            loose = []
        for child in loose:
            self._add(self._fields, child)
        for group, members in sections.items():
            if members:
                self._section(self._title(group), members)
        folded = [child for child in shown if child.advanced]
        if folded:
            self._fold(folded)

    def _title(self, group: str) -> str:
        if group.startswith("\0"):
            return self.tr("Other settings") if group == "\0" else ""
        return dict(self.spec.groups).get(group) or (group if group[:1].isupper() else humanise(group))

    def _section(self, title: str, members: list[FieldSpec]) -> None:
        if self._fields.count():
            self._fields.addSpacing(theme.SPACE_S)
        # A section with one field of the same name says it once.
        alone = len(members) == 1 and members[0].kind is Kind.UNION and _bare(title) == _bare(members[0].label)
        if title:
            line = row(label(title, "section"))
            if alone and members[0].required:
                line.addWidget(label(self.tr("required"), "detail", "muted"))
            line.addStretch(1)
            self._fields.addLayout(line)
        for child in members:
            self._add(self._fields, child, heading=not alone)

    def _fold(self, children: list[FieldSpec]) -> None:
        names = ", ".join(child.label for child in children[:3]) + (" …" if len(children) > 3 else "")
        section = Disclosure(self.tr("Advanced"), names)
        section.toggle.setObjectName(f"advanced:{self.binder.state.pointer(self.path)}")

        def build() -> None:
            section.opened.disconnect(build)
            for child in children:
                self._add(section.fields, child)
            self.binder.structure_changed.emit()

        section.opened.connect(build)
        for child in children:
            self._folded[child.name] = section
        self._fields.addWidget(section)

    def _add(self, layout: QVBoxLayout, child: FieldSpec, *, heading: bool = True) -> None:
        layout.addWidget(self.binder.make((*self.path, child.name), child, self.level + 1, heading=heading))

    def open_towards(self, path: Path) -> None:
        """Unfolds the section a path lies in."""
        if len(path) > len(self.path):
            section = self._folded.get(str(path[len(self.path)]))
            if section is not None:
                section.toggle.setChecked(True)

    def first_input(self) -> QWidget | None:
        """Its switch, or its first field's input."""
        if self._switch is not None and not self._switch.isChecked():
            return self._switch
        for child in self.spec.children:
            block = self.binder.blocks.get((*self.path, child.name))
            found = block.first_input() if block is not None else None
            if found is not None:
                return found
        return self._switch


def _can_be_absent(spec: FieldSpec) -> bool:
    """Whether an object is switched on and off: where leaving it out is a choice of its own."""
    if spec.nullable:
        return True
    nothing_to_fill = all(child.hidden for child in spec.children)
    demands = any(child.required for child in spec.children)
    return not spec.required and spec.default is UNSET and (demands or nothing_to_fill)


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def card() -> tuple[QWidget, QVBoxLayout]:
    """A ground for what belongs together, such as an item of a list."""
    made = frame("card")
    column = QVBoxLayout(made)
    column.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_L)
    column.setSpacing(GAP)
    return made, column
