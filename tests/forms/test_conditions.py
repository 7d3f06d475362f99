"""Fields that depend on the value so far: what appears, what goes, what is remembered and what is saved."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from app.forms import FormState, Json, SecretSlot
from tests.forms.test_state import at, errors, put

KIND = {"enum": ["file", "server"], "default": "file"}
CONDITIONAL: dict[str, Any] = {
    "properties": {"kind": KIND, "note": {"type": "string"}},
    "if": {"properties": {"kind": {"const": "server"}}, "required": ["kind"]},
    "then": {
        "properties": {
            "kind": {"const": "server"},
            "host": {"type": "string"},
            "port": {"type": "integer", "default": 22},
            "tls": {"type": "boolean"},
        },
        "required": ["host"],
        "if": {"properties": {"tls": {"const": True}}, "required": ["tls"]},
        "then": {"properties": {"ca": {"type": "string"}}, "required": ["ca"]},
    },
    "else": {"properties": {"path": {"type": "string"}}, "required": ["path"]},
}


def fields(state: FormState, pointer: str = "") -> dict[str, bool]:
    return {child.name: child.required for child in state.children(at(state, pointer)) if not child.hidden}


def test_the_branch_that_applies_is_shown_with_its_required_and_its_defaults() -> None:
    state = FormState(CONDITIONAL)
    assert list(fields(state).items()) == [("kind", False), ("path", True), ("note", False)]
    assert state.value() == {"kind": "file"}
    assert errors(state) == {"/path": "This is required."}
    put(state, "/kind", "server")
    assert fields(state) == {"kind": False, "note": False, "host": True, "port": False, "tls": False}
    assert state.value() == {"kind": "server", "port": 22}
    assert errors(state) == {"/host": "This is required."}
    put(state, "/tls", True)
    assert fields(state)["ca"]
    assert list(errors(state)) == ["/host", "/ca"]


def test_what_goes_is_pruned_and_remembered_and_undone_in_one_step() -> None:
    state = FormState(CONDITIONAL)
    put(state, "/path", "/srv")
    put(state, "/kind", "server")
    put(state, "/host", "h")
    put(state, "/port", 23)
    put(state, "/kind", "file")
    assert state.value() == {"kind": "file", "path": "/srv"}
    put(state, "/kind", "server")
    assert state.value() == {"kind": "server", "host": "h", "port": 23}
    steps = 0
    while state.undo():
        steps += 1
    # The last two changes are of one field that was not left in between.
    assert (steps, state.value(), state.is_dirty()) == (5, {"kind": "file"}, False)
    while state.redo():
        pass
    assert state.value() == {"kind": "server", "host": "h", "port": 23}


def test_fields_that_stay_are_the_same_and_one_that_becomes_required_is_another() -> None:
    schema = {
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "object", "properties": {}}},
        "dependentRequired": {"a": ["b"]},
    }
    state = FormState(schema)
    before = {child.name: child for child in state.children(())}
    put(state, "/a", "x")
    after = {child.name: child for child in state.children(())}
    assert after["a"] is before["a"]
    assert after["c"] is before["c"]
    assert (before["b"].required, after["b"].required) == (False, True)
    assert errors(state) == {"/b": "This is required."}
    state.clear(at(state, "/a"))
    assert state.children(())[1] is before["b"]


@pytest.mark.parametrize("word", ["dependentSchemas", "dependencies"])
def test_dependent_schemas_of_either_draft(word: str) -> None:
    schema = {
        "properties": {"card": {"type": "string"}},
        word: {"card": {"properties": {"address": {"type": "string"}}, "required": ["address"]}},
    }
    state = FormState(schema)
    assert fields(state) == {"card": False}
    put(state, "/card", "1")
    assert fields(state) == {"card": False, "address": True}


def test_several_conditions_in_all_of() -> None:
    def when(kind: str, name: str) -> Json:
        return {"if": {"properties": {"kind": {"const": kind}}}, "then": {"properties": {name: {"type": "string"}}}}

    schema = {"properties": {"kind": {"enum": ["a", "b", "c"]}}, "allOf": [when(kind, f"of_{kind}") for kind in "abc"]}
    state = FormState(schema, {"kind": "b"})
    assert list(fields(state)) == ["kind", "of_b"]
    put(state, "/kind", "c")
    assert list(fields(state)) == ["kind", "of_c"]


def test_alternatives_within_a_dependency_are_told_apart_by_the_field_it_depends_on() -> None:
    schema = {
        "properties": {"pet": {"enum": ["none", "cat", "dog"]}},
        "dependencies": {
            "pet": {
                "oneOf": [
                    {"properties": {"pet": {"enum": ["none"]}}},
                    {"properties": {"pet": {"enum": ["cat", "dog"]}, "name": {"type": "string"}}, "required": ["name"]},
                ]
            }
        },
    }
    state = FormState(schema)
    assert list(fields(state)) == ["pet"]
    put(state, "/pet", "dog")
    assert fields(state) == {"pet": False, "name": True}
    put(state, "/name", "Rex")
    assert state.errors() == []
    put(state, "/pet", "none")
    assert state.value() == {"pet": "none"}
    assert len(state.spec(("pet",)).choices) == 3


def test_a_loaded_value_comes_back_with_fields_no_condition_brings() -> None:
    value = {"kind": "file", "path": "p", "port": 7, "other": [None]}
    state = FormState(CONDITIONAL, copy.deepcopy(value))
    assert state.value() == value
    put(state, "/kind", "server")
    # What was loaded under the name of a field that appears is the field's value, not its default.
    assert state.value() == {"kind": "server", "port": 7, "other": [None]}
    put(state, "/port", 8)
    assert state.value()["port"] == 8


def test_conditions_in_items_branches_and_behind_references() -> None:
    schema = {
        "$defs": {"node": {**CONDITIONAL, "type": "object"}},
        "properties": {
            "list": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            "union": {"oneOf": [{"type": "string"}, {"$ref": "#/$defs/node"}]},
        },
    }
    state = FormState(schema, {"list": [{"kind": "server", "host": "h"}, {"kind": "file"}]})
    assert "host" in fields(state, "/list/0")
    assert "path" in fields(state, "/list/1")
    added = state.add(at(state, "/list"))
    assert state.get(added) == {"kind": "file"}
    state.set((*added, "kind"), "server")
    assert state.get(added) == {"kind": "server", "port": 22}
    state.choose(("union",), 1)
    put(state, "/union/kind", "server")
    assert state.value()["union"] == {"kind": "server", "port": 22}


def test_a_condition_may_give_a_field_another_kind() -> None:
    schema = {
        "properties": {"mode": {"enum": ["text", "number", "list"]}, "v": {}},
        "allOf": [
            {"if": {"properties": {"mode": {"const": mode}}, "required": ["mode"]}, "then": {"properties": {"v": then}}}
            for mode, then in [
                ("text", {"type": "string"}),
                ("number", {"type": "integer"}),
                ("list", {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}}),
            ]
        ],
    }
    state = FormState(schema, {"mode": "text", "v": "x"})
    put(state, "/mode", "list")
    assert state.value() == {"mode": "list"}
    state.add(at(state, "/v"))
    assert state.value() == {"mode": "list", "v": [{}]}
    put(state, "/mode", "number")
    assert state.value() == {"mode": "number"}
    put(state, "/v", 3)
    assert state.errors() == []


def test_a_secret_may_be_a_condition_and_may_depend_on_one() -> None:
    schema = {
        "properties": {"key": {"type": "string", "format": "password"}},
        "dependentSchemas": {"key": {"properties": {"phrase": {"type": "string", "writeOnly": True}}}},
    }
    state = FormState(schema)
    state.set_secret(("key",), SecretSlot.typed("k"))
    state.set_secret(at(state, "/phrase"), SecretSlot.typed("p"))
    assert state.secrets() == {"/key": "value:k", "/phrase": "value:p"}
    state.set_secret(("key",), SecretSlot())
    assert state.secrets() == {}


@pytest.mark.parametrize(
    "schema",
    [
        {"if": True, "then": {"if": True, "then": {"$ref": "#"}}, "properties": {"a": {}}},
        {"properties": {"a": {}}, "dependencies": {"a": {"$ref": "#"}, "b": 3, "c": [1]}},
        {
            "if": {"required": ["a"]},
            "else": {"properties": {"a": {"default": 1}}},
            "then": {"properties": {"a": False}},
        },
        {"allOf": [{"if": 3, "then": "x"}, {"dependentRequired": {"a": "b"}}], "properties": {"a": {"type": "string"}}},
    ],
)
def test_conditions_that_go_in_circles_or_make_no_sense_do_no_harm(schema: Any) -> None:
    state = FormState(schema)
    state.errors()
    state.set_value({"a": "x"})
    assert state.value() == {"a": "x"}
    assert state.children(()) is not None
