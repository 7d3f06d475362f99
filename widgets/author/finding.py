"""Finds what a form was built of."""

from __future__ import annotations

from widgets.form import FormView
from widgets.form.binder import Binder


def binder_of(view: FormView) -> Binder:
    """The binder of a form, which knows its blocks."""
    found = view.findChild(Binder)
    assert found is not None
    return found
