"""What the widgets hold for made-up schemas and values: all drawn, all shown exactly, nothing raised."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtWidgets import QWidget

from app.forms.values import same
from tests.forms.generate import configs, nonsense
from widgets.form import FormView
from widgets.form.row import Row
from widgets.form.secret import SecretEditor

PROFILE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROFILE
@given(configs())
def test_the_widgets_hold_exactly_the_value(themed: Any, pair: tuple[dict[str, Any], Any]) -> None:
    schema, value = pair
    form = FormView(schema, value=copy.deepcopy(value))
    form.build_all()
    for row in form.findChildren(Row):
        if isinstance(row.editor, SecretEditor):
            continue
        before = form.state.get(row.path)
        heard: list[Any] = []
        row.editor.edited.connect(heard.append)
        row.editor.show_value(before)
        assert heard == []
    assert same(form.value(), value)
    assert form.show_errors() == 0
    assert not form.is_dirty()
    form.deleteLater()


@PROFILE
@given(nonsense(), nonsense())
@pytest.mark.filterwarnings("error")
def test_nothing_raises_on_nonsense(themed: Any, schema: Any, value: Any) -> None:
    form = FormView({"type": "object", "properties": schema if isinstance(schema, dict) else {"a": schema}})
    form.build_all()
    form.show_errors()
    form.set_value({"a": value, "title": value})
    form.show_errors()
    form.undo()
    form.reset()
    assert form.findChildren(QWidget)
    form.deleteLater()
