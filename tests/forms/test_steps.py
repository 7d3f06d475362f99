"""Steps: which fields stand where, and which errors keep a person from going on."""

from __future__ import annotations

from typing import Any

import pytest

from app.forms import FormState
from app.forms.steps import errors_up_to, step_of, steps_of

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["host", "bucket"],
    "x-steps": [
        {"title": "Sign in", "fields": ["host", "token"]},
        {"title": "Gone", "fields": ["nothing"]},
        {"title": "What to sync", "fields": ["bucket"]},
        {"title": "Options", "fields": ["depth"]},
    ],
    "properties": {
        "depth": {"type": "integer", "maximum": 9},
        "bucket": {"type": "string"},
        "host": {"type": "string"},
        "token": {"type": "string", "format": "password"},
        "unnamed": {"type": "string"},
    },
}


def test_every_field_stands_in_one_step() -> None:
    state = FormState(SCHEMA)
    steps = steps_of(state.form.root)
    assert [step.title for step in steps] == ["Sign in", "What to sync", "Options"]
    where = {child.name: step_of(steps, child.name) for child in state.form.root.children}
    assert where == {"host": 0, "token": 0, "bucket": 1, "depth": 2, "unnamed": 2}


def test_errors_count_up_to_a_step() -> None:
    state = FormState(SCHEMA, {"depth": 10})
    steps = steps_of(state.form.root)
    assert [[one.pointer for one in errors_up_to(steps, last, state.errors())] for last in (0, 1, 2)] == [
        ["/host"],
        ["/host", "/bucket"],
        ["/host", "/bucket", "/depth"],
    ]


@pytest.mark.parametrize(
    "steps", [None, "x", {}, [], [{"title": "One", "fields": ["host"]}], [1, {"fields": "host"}], [{"title": "a"}] * 3]
)
def test_no_steps_or_broken_ones_show_the_form_at_once(steps: Any) -> None:
    assert steps_of(FormState({**SCHEMA, "x-steps": steps}).form.root) == ()
