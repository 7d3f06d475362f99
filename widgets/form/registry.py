"""Which editor edits what. One table, so that a new kind is one line."""

from __future__ import annotations

from app.forms import UNSET, FieldSpec, Kind
from widgets.form.account import AccountEditor
from widgets.form.choices import (
    CheckEditor,
    ChoiceEditor,
    SegmentsEditor,
    SeveralEditor,
    YesNoEditor,
    fit_side_by_side,
)
from widgets.form.editor import Editor
from widgets.form.live import LiveEditor, LiveTagsEditor
from widgets.form.pairs import PairsEditor
from widgets.form.paths import PathEditor
from widgets.form.radios import RadioEditor, wants_radios
from widgets.form.raw import RawEditor, SourceEditor
from widgets.form.schedule import CronEditor
from widgets.form.secret import SecretEditor
from widgets.form.tags import TagsEditor
from widgets.form.temporal import DateEditor, DurationEditor, TimeEditor
from widgets.form.text import AreaEditor, LineEditor, NumberEditor
from widgets.form.tree import TreeEditor
from widgets.form.units import UnitEditor

EDITORS: dict[tuple[Kind, str], type[Editor]] = {
    (Kind.STRING, ""): LineEditor,
    (Kind.STRING, "path"): PathEditor,
    (Kind.STRING, "account"): AccountEditor,
    (Kind.STRING, "live"): LiveEditor,
    (Kind.STRING, "tree"): TreeEditor,
    (Kind.STRING, "date"): DateEditor,
    (Kind.STRING, "time"): TimeEditor,
    (Kind.STRING, "duration"): DurationEditor,
    (Kind.STRING, "cron"): CronEditor,
    (Kind.TEXT, ""): AreaEditor,
    (Kind.TEXT, "source"): SourceEditor,
    (Kind.INTEGER, ""): NumberEditor,
    (Kind.INTEGER, "unit"): UnitEditor,
    (Kind.NUMBER, ""): NumberEditor,
    (Kind.NUMBER, "unit"): UnitEditor,
    (Kind.BOOLEAN, ""): CheckEditor,
    (Kind.BOOLEAN, "open"): YesNoEditor,
    (Kind.ENUM, ""): ChoiceEditor,
    (Kind.ENUM, "radio"): RadioEditor,
    (Kind.ENUM, "segments"): SegmentsEditor,
    (Kind.MULTI_ENUM, ""): SeveralEditor,
    (Kind.SECRET, ""): SecretEditor,
    (Kind.TAGS, ""): TagsEditor,
    (Kind.TAGS, "tree"): TreeEditor,
    (Kind.TAGS, "live"): LiveTagsEditor,
    (Kind.PAIRS, ""): PairsEditor,
    (Kind.JSON, ""): RawEditor,
}


_FORMATS = {"date": "date", "date-time": "date", "time": "time", "duration": "duration", "cron": "cron"}


def hint(spec: FieldSpec) -> str:
    """What decides between several editors of one kind."""
    if spec.kind in (Kind.STRING, Kind.TAGS) and spec.tree:
        return "tree"
    if spec.kind in (Kind.STRING, Kind.TAGS) and spec.options is not None:
        return "live"
    if spec.kind is Kind.STRING and "x-account" in spec.schema:
        return "account"
    if spec.kind is Kind.STRING and spec.path_kind:
        return "path"
    if spec.kind is Kind.STRING and spec.text("format") in _FORMATS:
        return _FORMATS[spec.text("format")]
    if spec.kind is Kind.ENUM and wants_radios(spec, [choice.label for choice in spec.choices]):
        return "segments" if fit_side_by_side(spec) else "radio"
    if spec.kind is Kind.TEXT and spec.notation is not None:
        return "source"
    if spec.kind in (Kind.INTEGER, Kind.NUMBER) and spec.unit:
        return "unit"
    if spec.kind is Kind.BOOLEAN and (spec.nullable or (spec.required and spec.default is UNSET)):
        return "open"
    return ""


def make_editor(spec: FieldSpec) -> Editor:
    """The editor of a leaf; the raw editor for what has none of its own."""
    return EDITORS.get((spec.kind, hint(spec)), RawEditor)(spec)
