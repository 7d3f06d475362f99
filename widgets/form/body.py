"""The body of an object: its fields one below the other, grouped, with the rare ones folded away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Kind, Path
from app.forms.schema import humanise
from widgets import theme
from widgets.form.binder import Binder, Block, object_name
from widgets.form.disclosure import GAP, Disclosure
from widgets.form.editor import discard, set_shown
from widgets.form.help import help_label
from widgets.form.later import Later, chunks
from widgets.form.problem import ErrorLine
from widgets.form.wording import say
from widgets.parts import label, row
from widgets.parts.words import listed


class ObjectBody(Block):
    """The fields of an object. The root draws groups as sections; a nested object stands under its own heading."""

    def __init__(self, binder: Binder, path: Path, spec: FieldSpec, *, heading: bool = True, level: int = 0) -> None:
        super().__init__(binder, path, spec)
        self.level = level
        self._shown: tuple[FieldSpec, ...] = ()
        self._later: dict[str, Later] = {}
        self._rare: tuple[str, ...] = ()
        self._more: Disclosure | None = None
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
        """Builds the fields once they are to be seen, and lays them out anew when there are others."""
        state = self.binder.state
        there = self._switch is None or state.get(self.path) not in (UNSET, None)
        if self._switch is not None:
            self._switch.setChecked(there)
            self._switch.setObjectName(object_name(state, self.path))
        set_shown(self._inner, there)
        if there:
            shown = tuple(child for child in self.fields() if not child.hidden)
            if shown != self._shown:
                self._shown = shown
                self._lay_out()
                self.binder.structure_changed.emit()

    def fields(self) -> tuple[FieldSpec, ...]:
        """The fields there are now."""
        return self.binder.state.children(self.path)

    def refresh_status(self) -> None:
        """What is wrong with the object as a whole, such as a setting that its schema does not know."""
        error = self.binder.state.visible_error(self.path)
        self._error.say(error.message if error is not None else "")

    def _lay_out(self) -> None:
        """Fields without a group come first; groups and nested objects follow in the order of their first field."""
        shown = self._shown
        self._clear(self._fields)
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
        with self.binder.portion():
            self._put(self._fields, loose)
            for group, members in sections.items():
                if members:
                    self._section(self._title(group), members)
        self._fold([child for child in shown if child.advanced])

    def _clear(self, layout: QLayout) -> None:
        """Empties a layout. Blocks of fields that stay keep what is typed in them, and the focus."""
        stay = {child.name: child for child in self._shown}
        while layout.count():
            one = layout.takeAt(0)
            widget, inner = (one.widget(), one.layout()) if one is not None else (None, None)
            if inner is not None:
                self._clear(inner)
                inner.deleteLater()
            elif isinstance(widget, Block):
                if stay.get(str(widget.path[-1])) != widget.spec:
                    self.binder.drop(widget.path)
                    discard(widget)
            elif widget is not None and widget is not self._more:
                discard(widget)

    def _title(self, group: str) -> str:
        if group.startswith("\0"):
            return self.tr("Other settings") if group == "\0" else ""
        return dict(self.spec.groups).get(group) or say(group if group[:1].isupper() else humanise(group))

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
        self._put(self._fields, members, heading=not alone)

    def _fold(self, children: list[FieldSpec]) -> None:
        """Rare fields stand in a section that is folded, and built when it is first opened."""
        self._rare = tuple(child.name for child in children)
        if self._more is None and children:
            self._more = Disclosure(self.tr("More settings"))
            self._more.toggle.setObjectName(f"advanced:{self.binder.state.pointer(self.path)}")
            self._more.opened.connect(self._unfolded)
        if self._more is not None:
            names = listed(child.label for child in children[:3]) + (" …" if len(children) > 3 else "")
            self._more.say(names)
            self._fields.addWidget(self._more)
            set_shown(self._more, bool(children))  # once it has a parent, else it would flash as a window
            if self._more.toggle.isChecked():
                self._unfolded()

    def _unfolded(self) -> None:
        assert self._more is not None
        self._clear(self._more.fields)
        by_name = {child.name: child for child in self._shown}
        with self.binder.portion():
            self._put(self._more.fields, [by_name[name] for name in self._rare])
        self.binder.structure_changed.emit()

    def _put(self, layout: QVBoxLayout, children: Sequence[FieldSpec], *, heading: bool = True) -> None:
        """Lays fields out: those that are built already, those that fit in this portion, and places for the others."""
        waiting: list[FieldSpec] = []

        def flush() -> None:
            for chunk in chunks(waiting):
                names = [child.name for child in chunk]
                later = Later(names, partial(self._build_later, layout, tuple(chunk), heading))
                self._later.update(dict.fromkeys(names, later))
                layout.addWidget(later)
            waiting.clear()

        for child in children:
            block = self.binder.blocks.get((*self.path, child.name))
            if block is None and not self.binder.has_room:
                waiting.append(child)
                continue
            flush()
            layout.addWidget(block or self._make(child, layout, heading=heading))
        flush()

    def _make(self, child: FieldSpec, layout: QVBoxLayout, *, heading: bool) -> Block:
        with self.binder.born_in(layout.parentWidget()):
            return self.binder.make((*self.path, child.name), child, self.level + 1, heading=heading)

    def _build_later(
        self, layout: QVBoxLayout, children: Sequence[FieldSpec], heading: bool, later: Later
    ) -> list[QWidget]:
        place = layout.indexOf(later)
        inputs = []
        with self.binder.portion():
            for offset, child in enumerate(children):
                block = self._make(child, layout, heading=heading)
                layout.insertWidget(place + offset, block)
                found = block.first_input()
                inputs += [found] if found is not None else []
                self._later.pop(child.name, None)
        layout.removeWidget(later)
        discard(later)
        self.binder.structure_changed.emit()
        return inputs

    def open_towards(self, path: Path) -> None:
        """Unfolds the section a path lies in, and builds the field if nobody has looked at it yet."""
        if len(path) <= len(self.path) or not isinstance(name := path[len(self.path)], str):
            return
        if self._more is not None and name in self._rare:
            self._more.toggle.setChecked(True)
        if (*self.path, name) not in self.binder.blocks and name in self._later:
            self._later[name].build()

    def open_all(self) -> None:
        """Unfolds everything in it."""
        if self._more is not None:
            self._more.toggle.setChecked(True)
        for child in self._shown:
            self.open_towards((*self.path, child.name))

    def first_input(self) -> QWidget | None:
        """Its switch, or its first field's input."""
        if self._switch is not None and not self._switch.isChecked():
            return self._switch
        for child in self._shown:
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
