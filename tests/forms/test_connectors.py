"""Every connector we ship: its schema makes a form without a warning, and what the form saves is what it wants."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from app.connections.catalogue import Catalogue
from app.forms import FieldSpec, FormState, Kind, SecretSlot
from tests.forms.test_normalise import every

CATALOGUE = Catalogue.load()
FITTING = {"account_id": "0123456789abcdef" * 2}
"""For what has a pattern and no example."""
TYPES = sorted(view.type for view in CATALOGUE.views({}))


def leaves(spec: FieldSpec) -> list[FieldSpec]:
    return [one for one in every(spec) if one.is_leaf]


@pytest.mark.parametrize("type", TYPES)
def test_schema_needs_no_json_editor_and_no_warning(type: str) -> None:
    form = FormState(CATALOGUE.get(type).schema)
    assert [one.name for one in leaves(form.form.root) if one.kind is Kind.JSON] == []
    assert form.form.warnings == []


def fill(state: FormState) -> None:
    """Gives every field that is missing its first example, or something short."""
    for error in state.errors():
        spec = state.spec(error.path)
        if spec.kind is Kind.SECRET:
            state.set_secret(error.path, SecretSlot.referred("env:SECRET"))
        elif spec.is_leaf:
            state.set(error.path, spec.examples[0] if spec.examples else FITTING.get(spec.name, "abc"))


def config(state: FormState) -> dict[str, Any]:
    value = state.value()
    for pointer, reference in state.secrets().items():
        *above, last = pointer.split("/")[1:]
        node = value
        for name in above:
            node = node[name]
        node[last] = {"$secret": reference}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("type", TYPES)
def test_untouched_form_with_the_required_fields_filled_satisfies_the_model(type: str) -> None:
    connector = CATALOGUE.get(type)
    state = FormState(connector.schema)
    assert {error.message for error in state.errors()} <= {"This is required."}
    fill(state)
    assert state.errors() == []
    # What a schema can't say (that an address has a scheme) the model says; the shape has to be right.
    assert shape_errors(connector.source.Config, config(state)) == []


def shape_errors(model: type[BaseModel], value: dict[str, Any]) -> list[str]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        return [one["type"] for one in error.errors() if one["type"] != "value_error"]
    return []
