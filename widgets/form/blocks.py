"""Which block shows which field: a row for a leaf, the others for what has fields below it."""

from __future__ import annotations

from app.forms import FieldSpec, Kind, Path
from app.forms.steps import steps_of
from widgets.form.binder import Binder, Block
from widgets.form.body import ObjectBody
from widgets.form.items import ItemsBlock
from widgets.form.row import Row
from widgets.form.steps import SteppedBody
from widgets.form.union import UnionBlock


def make_block(binder: Binder, path: Path, spec: FieldSpec, level: int, *, heading: bool = True) -> Block:
    """The block of any field. What came in another shape than the schema's is edited as JSON."""
    if spec.is_leaf or binder.state.is_odd(path):
        return Row(binder, path, spec, bare=not heading)
    if spec.kind in (Kind.OBJECT, Kind.TUPLE):
        body = SteppedBody if not path and steps_of(spec) else ObjectBody
        return body(binder, path, spec, heading=heading, level=level)
    if spec.kind is Kind.UNION:
        return UnionBlock(binder, path, spec, level=level, heading=heading)
    return ItemsBlock(binder, path, spec, level=level)
