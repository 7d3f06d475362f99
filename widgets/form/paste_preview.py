"""The preview of a paste: for each recognised setting a check, what the field holds and what it would hold, and below
what was not recognised. Secrets are dots."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.forms import UNSET, FieldSpec, Json, Kind, Path
from app.forms.paste import Finding, Leftover, Recognition, has
from app.forms.paste.entries import ORIGINS
from app.forms.units import spoken
from app.forms.values import starts_with
from widgets import theme
from widgets.form.binder import Binder
from widgets.form.editor import plain_text
from widgets.form.wording import say
from widgets.parts import column, label, plural
from widgets.parts.words import listed

Tone = Literal["", "muted", "warning"]
DOTS = "•" * 8
LONGEST = 72
_BREAKS = re.compile(r"[/.:_?&=,@-]+|\w{20}")


class Preview(QWidget):
    """Says `chosen_changed` when a check was changed. `unwanted` are paths that the person unchecked before."""

    chosen_changed = Signal()

    def __init__(self, recognised: Recognition, binder: Binder, unwanted: Container[Path] = ()) -> None:
        super().__init__(binder.host)
        self._binder = binder
        self._checks: list[tuple[Finding, QCheckBox]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.SPACE_L)
        self._grid.setVerticalSpacing(theme.SPACE_XS)
        for place, stretch in enumerate((4, 3, 5)):
            self._grid.setColumnStretch(place, stretch)
        if recognised.changes:
            for place, title in enumerate((self.tr("Setting"), self.tr("Now"), self.tr("After"))):
                self._grid.addWidget(label(title, "detail", "muted"), 0, place)
        laid = column(self._grid, parent=self, space=theme.SPACE_S)
        for finding in recognised.changes:
            self._add(finding, finding.path not in unwanted)
        for text, tone in self._remarks(recognised):
            laid.addWidget(label(text, "detail", tone, wrap=True))

    def _add(self, finding: Finding, wanted: bool) -> None:
        check = QCheckBox(finding.label.replace("&", "&&"))
        check.setChecked(wanted)
        check.setObjectName(f"paste:{finding.pointer}")
        check.toggled.connect(lambda on: self._toggled(finding, on))
        before, after = self._now(finding), self._then(finding)
        origin = self.tr("from {name}").format(name=_origin(finding))
        check.setAccessibleName(
            self.tr("{field}: {old} becomes {new}").format(
                field=finding.label, old=before or self.tr("empty"), new=self.tr("a secret") if after == DOTS else after
            )
        )
        check.setAccessibleDescription(origin)
        line = self._grid.rowCount()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(check, line, 0, top)
        self._grid.addLayout(_cell(_value(before or "–", "muted")), line, 1)
        new = _value(after)
        new.setToolTip("" if finding.masked else after)
        self._grid.addLayout(_cell(new, label(origin, "detail", "muted", wrap=True)), line, 2)
        self._checks.append((finding, check))

    # --- what is chosen

    def checks(self) -> list[QCheckBox]:
        """The checks, from top to bottom."""
        return [check for _, check in self._checks]

    def first_check(self) -> QCheckBox | None:
        """Where the keyboard begins."""
        return next(iter(self.checks()), None)

    def chosen(self) -> list[Finding]:
        """What the person wants."""
        return [finding for finding, check in self._checks if check.isChecked()]

    def unwanted(self) -> set[Path]:
        """The paths of what is unchecked."""
        return {finding.path for finding, check in self._checks if not check.isChecked()}

    def _toggled(self, finding: Finding, on: bool) -> None:
        """A field in another branch comes with its branch, and goes with it."""
        for other, check in self._checks:
            below = starts_with(finding.path, other.path) if on else starts_with(other.path, finding.path)
            if other is not finding and below and "branch" in (other.how, finding.how):
                check.setChecked(on)
        self.chosen_changed.emit()

    # --- words

    def _now(self, finding: Finding) -> str:
        state, spec = self._binder.state, finding.spec
        if not has(state, finding.path):
            return ""  # another finding brings the field into the form
        if spec.kind is Kind.SECRET:
            slot = state.secret(finding.path)
            return {"set": self.tr("stored"), "changed": DOTS}.get(slot.state, "")
        if finding.masked:
            return DOTS if state.get(finding.path) not in (UNSET, None, "") else ""
        if finding.how == "branch":
            place = state.branch(finding.path)
            return spec.branches[place].label if place is not None else ""
        return self._shown(spec, state.get(finding.path))

    def _then(self, finding: Finding) -> str:
        spec = finding.spec
        if finding.slot is not None and finding.slot.reference:
            mode, _, name = finding.slot.reference.partition(":")
            words = self.tr("the variable {name}") if mode == "env" else self.tr("the file {name}")
            return words.format(name=name)
        if finding.masked:
            return DOTS
        if finding.how == "branch":
            return spec.branches[finding.value].label
        return self._shown(spec, finding.value) or self.tr("empty")

    def _shown(self, spec: FieldSpec, value: Json) -> str:
        if value in ([], {}):
            return ""
        if isinstance(value, bool):
            return self.tr("yes") if value else self.tr("no")
        if isinstance(value, int | float) and spec.unit:
            return spoken(value, spec.unit, say)
        if spec.kind is Kind.ENUM:
            return next((choice.label for choice in spec.choices if choice.value == value), plain_text(value))
        if isinstance(value, list) and spec.kind is not Kind.JSON and all(isinstance(one, str) for one in value):
            return listed(value)
        if isinstance(value, list | dict) and spec.kind in (Kind.LIST, Kind.MAP):
            return plural(len(value), "{0} entry", "{0} entries")  # there may be a secret in one
        return plain_text(value)

    def _remarks(self, recognised: Recognition) -> list[tuple[str, Tone]]:
        same = [one.label for one in recognised.findings if one.unchanged and one.how != "branch"]
        unknown = [_origin(one) for one in recognised.leftovers if not one.label]
        remarks: list[tuple[str, Tone]] = [(self._unfit(one), "warning") for one in recognised.leftovers if one.label]
        if unknown:
            remarks.append((self.tr("No field for: {names}").format(names=_list(unknown)), "muted"))
        if recognised.skipped:
            lines = plural(recognised.skipped, "{0} line", "{0} lines")
            remarks.append((self.tr("Not read: {lines}").format(lines=lines), "muted"))
        if same:
            remarks.append((self.tr("Already so: {names}").format(names=_list(same)), "muted"))
        if not recognised.changes:
            remarks.insert(0, (self.tr("Nothing to apply."), ""))
        return remarks

    def _unfit(self, leftover: Leftover) -> str:
        if leftover.error is None:
            return self.tr("{field} can't take {name}").format(field=leftover.label, name=_origin(leftover))
        why = leftover.error.message
        return self.tr("{field}, from {name}: {why}").format(field=leftover.label, name=_origin(leftover), why=why)


def _value(text: str, tone: Tone = "") -> QLabel:
    # Addresses and keys have no spaces; they may be broken after a sign, and somewhere in any case.
    return label(_BREAKS.sub("\\g<0>\u200b", short(text)), "body", tone, wrap=True)


def _cell(*labels: QLabel) -> QVBoxLayout:
    """Texts in line with the check box beside them."""
    made = column(*labels, space=0)
    made.setContentsMargins(0, 3, 0, 0)
    made.addStretch(1)
    return made


def _origin(found: Finding | Leftover) -> str:
    """Where it stood: a name of the text's own, or a word of ours."""
    return short(say(found.origin) if found.origin in ORIGINS else found.origin, 40)


def short(text: str, most: int = LONGEST) -> str:
    """One line of a text, as much as there is room for."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _list(names: list[str], most: int = 8) -> str:
    return listed([*(short(name, 40) for name in names[:most]), *(["…"] if len(names) > most else [])])
