"""A form being filled in: defaults, values, branches, items, undo, errors."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from app.forms import UNSET, FormState, Path, SecretSlot
from tests.forms.samples import DATABASE, DATABASE_VALUE, ODD, STORE, STORE_VALUE, TREE, StoreConfig


def at(state: FormState, pointer: str) -> Path:
    path = state.find(pointer)
    assert path is not None, pointer
    return path


def put(state: FormState, pointer: str, value: Any) -> None:
    state.set(at(state, pointer), value)


def errors(state: FormState) -> dict[str, str]:
    return {error.pointer: error.message for error in state.errors()}


# --- defaults and values


def test_untouched_form_holds_the_defaults_and_invents_nothing() -> None:
    state = FormState(STORE)
    assert state.value() == {
        "prefix": "",
        "auth": {"method": "keys"},
        "region": None,
        "storage": "hot",
        "rules": [],
        "follow": False,
        "timeout": 30,
        "workers": 4,
        "filters": {"include": [], "exclude": [], "max_bytes": 104857600},
    }
    assert not state.is_dirty()
    assert not state.can_undo


def test_untouched_connector_specification() -> None:
    assert FormState(DATABASE).value() == {
        "port": 5432,
        "schemas": ["public"],
        "replication": {"method": "cdc", "wait": 300},
        "internal": "kept",
    }


def test_untouched_form_with_the_required_fields_satisfies_the_model() -> None:
    state = FormState(STORE)
    put(state, "/bucket", "docs")
    put(state, "/auth/access_key", "AKIA")
    state.set_secret(at(state, "/auth/secret_key"), SecretSlot.referred("env:KEY"))
    assert state.errors() == []
    config = state.value()
    config["auth"]["secret_key"] = {"$secret": state.secrets()["/auth/secret_key"]}
    model = StoreConfig.model_validate(config)
    assert model.auth.method == "keys"
    assert model.workers == 4


@pytest.mark.parametrize(("schema", "value"), [(STORE, STORE_VALUE), (DATABASE, DATABASE_VALUE), (STORE, {})])
def test_a_value_comes_back_as_it_was(schema: dict[str, Any], value: dict[str, Any]) -> None:
    before = copy.deepcopy(value)
    state = FormState(schema, value)
    assert state.value() == before == value
    state = FormState(schema)
    state.set_value(value)
    assert state.value() == before
    assert state.undo()
    assert state.value() == FormState(schema).value()
    assert state.redo()
    assert state.value() == before


@pytest.mark.parametrize("name", ODD)
def test_strange_schemas_hold_any_value(name: str) -> None:
    state = FormState(ODD[name])
    state.value(), state.errors()
    for value in ({}, {"a": 1, "b": [None, {"c": "d"}], "u": {"k": "x"}}, {"a": "text", "u": "?", "n": {"n": 1}}):
        state.set_value(value)
        state.errors()
        if name != "secret of any type":
            assert state.value() == value


def test_absent_null_empty_zero_and_false_are_told_apart() -> None:
    schema = {"properties": {"a": {"type": ["string", "null"]}, "n": {"type": "integer"}, "b": {"type": "boolean"}}}
    for value in ({}, {"a": None}, {"a": ""}, {"n": 0}, {"b": False}, {"a": "", "n": 0, "b": False}):
        assert FormState(schema, value).value() == value


def test_emptying_a_field_goes_to_its_empty_default_or_makes_it_absent() -> None:
    state = FormState(STORE, {"bucket": "b", "prefix": "p", "region": "eu-1"})
    for name in ("/bucket", "/prefix", "/region"):
        state.clear(at(state, name))
    assert state.value() == {"prefix": "", "region": None}


def test_setting_a_field_in_an_absent_object_brings_its_defaults() -> None:
    schema = {
        "properties": {
            "proxy": {
                "type": "object",
                "required": ["host"],
                "properties": {"host": {"type": "string"}, "port": {"type": "integer", "default": 3128}},
            }
        }
    }
    state = FormState(schema)
    assert state.value() == {}
    put(state, "/proxy/host", "p")
    assert state.value() == {"proxy": {"host": "p", "port": 3128}}
    state.undo()
    assert state.value() == {}


# --- unions and items


def test_switching_branches_loses_nothing() -> None:
    state = FormState(STORE)
    auth = at(state, "/auth")
    put(state, "/auth/access_key", "AKIA")
    state.set_secret(at(state, "/auth/secret_key"), SecretSlot.typed("x"))
    state.choose(auth, 1)
    assert state.value()["auth"] == {"method": "role", "minutes": 60}
    assert state.secrets() == {}  # it belongs to the other branch
    put(state, "/auth/access_key", "arn:r")
    state.choose(auth, 2)
    assert state.value()["auth"] == {"method": "none"}
    state.choose(auth, 0)
    assert state.value()["auth"] == {"method": "keys", "access_key": "AKIA"}
    assert state.secrets() == {"/auth/secret_key": "value:x"}
    state.choose(auth, 1)
    assert state.value()["auth"] == {"method": "role", "access_key": "arn:r", "minutes": 60}


def test_optional_union_can_be_left_out() -> None:
    state = FormState(DATABASE)
    tunnel = at(state, "/tunnel")
    assert state.branch(tunnel) is None
    state.choose(tunnel, 0)
    assert state.value()["tunnel"] == {"kind": "none"}
    state.choose(tunnel, None)
    assert "tunnel" not in state.value()


def test_branch_without_discriminator_is_found_by_trying() -> None:
    schema = {"properties": {"u": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string"}}]}}}
    for place, value in enumerate((7, ["x"])):
        state = FormState(schema, {"u": value})
        assert state.branch(at(state, "/u")[:1]) == place
        assert state.value() == {"u": value}


def test_items_keep_their_secrets_and_marks_when_others_go() -> None:
    state = FormState(DATABASE, DATABASE_VALUE)
    streams = at(state, "/streams")
    one, two = state.items(streams)
    state.set_secret((*two, "token"), SecretSlot.referred("env:TWO"))
    assert state.secrets() == {"/streams/1/token": "env:TWO"}
    state.remove(one)
    assert state.secrets() == {"/streams/0/token": "env:TWO"}
    assert state.value()["streams"] == [{"name": "two"}]
    state.undo()
    assert state.pointer(two) == "/streams/1"
    state.move(two, 0)
    assert [stream["name"] for stream in state.value()["streams"]] == ["two", "one"]
    added = state.add(streams)
    assert state.value()["streams"][2] == {}
    state.set((*added, "name"), "three")
    assert state.pointer((*added, "name")) == "/streams/2/name"


def test_recursive_form_grows_as_it_is_filled() -> None:
    state = FormState(TREE)
    assert state.value() == {}
    put(state, "/parent/parent/name", "grandmother")
    assert state.value() == {"parent": {"parent": {"name": "grandmother"}}}


def test_map_of_objects() -> None:
    schema = {
        "properties": {"m": {"additionalProperties": {"type": "object", "properties": {"a": {"type": "string"}}}}}
    }
    state = FormState(schema, {"m": {"x": {"a": "1"}, "y": {}}})
    first = state.items(at(state, "/m"))[0]
    state.rename(first, "z")
    assert state.value() == {"m": {"z": {"a": "1"}, "y": {}}}
    assert state.pointer((*first, "a")) == "/m/z/a"


# --- undo, dirty, reset


def test_undo_goes_back_to_the_start_and_redo_to_the_end() -> None:
    state = FormState(STORE)
    start = state.value()
    put(state, "/bucket", "b")
    state.choose(at(state, "/auth"), 2)
    state.add(at(state, "/rules"), value={"path": "x"})
    put(state, "/workers", 9)
    state.remove(state.items(at(state, "/rules"))[0])
    end = state.value()
    while state.undo():
        pass
    assert state.value() == start
    assert not state.is_dirty()
    while state.redo():
        pass
    assert state.value() == end


def test_keystrokes_in_one_field_are_one_step() -> None:
    state = FormState(STORE)
    bucket = at(state, "/bucket")
    for text in ("d", "do", "docs"):
        state.set(bucket, text)
    state.touch(bucket)
    state.set(bucket, "docs2")
    state.undo()
    assert state.get(bucket) == "docs"
    state.undo()
    assert state.get(bucket) is UNSET


def test_reset_of_one_field_and_of_all() -> None:
    state = FormState(STORE, STORE_VALUE)
    put(state, "/bucket", "other")
    put(state, "/region", "us-2")
    assert [state.is_modified(at(state, name)) for name in ("/bucket", "/parts")] == [True, False]
    state.reset(at(state, "/bucket"))
    assert state.value() == {**STORE_VALUE, "region": "us-2"}
    state.reset()
    assert not state.is_dirty()
    put(state, "/bucket", "new")
    state.mark_saved()
    assert not state.is_dirty()


def test_listeners_hear_what_changed() -> None:
    state = FormState(STORE)
    heard: list[tuple[Path, ...]] = []
    stop = state.subscribe(heard.append)
    put(state, "/bucket", "b")
    put(state, "/bucket", "b")  # no change
    stop()
    put(state, "/bucket", "c")
    assert heard == [(("bucket",),)]


# --- errors


def test_errors_in_words_at_their_fields() -> None:
    state = FormState(STORE)
    assert errors(state) == {
        "/bucket": "This is required.",
        "/auth/access_key": "This is required.",
        "/auth/secret_key": "This is required.",
    }
    put(state, "/auth/access_key", "A")
    put(state, "/region", "EU")
    put(state, "/workers", 99)
    put(state, "/timeout", "soon")
    put(state, "/filters/max_bytes", 0)
    state.add(at(state, "/rules"))
    assert errors(state) == {
        "/bucket": "This is required.",
        "/auth/access_key": "Must have at least 3 characters.",
        "/auth/secret_key": "This is required.",
        "/region": "Should look like eu-1.",
        "/workers": "Must be at most 32.",
        "/timeout": "Enter a number.",
        "/filters/max_bytes": "Must be at least 1 byte.",
        "/rules/0/path": "This is required.",
    }
    state.choose(at(state, "/auth"), 1)
    put(state, "/auth/access_key", "r")
    assert errors(state)["/auth/access_key"] == "A role begins with arn:."


def test_errors_follow_the_order_of_the_form() -> None:
    assert [error.pointer for error in FormState(DATABASE).errors()] == ["/host", "/replication/slot", "/start_date"]


def test_an_error_shows_after_the_field_was_left_or_all_after_submit() -> None:
    state = FormState(STORE)
    bucket, region = at(state, "/bucket"), at(state, "/region")
    assert state.visible_error(bucket) is None
    state.touch(bucket)
    assert state.visible_error(bucket) is not None
    state.set(region, "EU")
    assert state.visible_error(region) is None
    assert len(state.submit()) == 4
    assert state.visible_error(region) is not None
    state.set(region, "eu-1")
    assert state.visible_error(region) is None


def test_error_from_elsewhere_stays_until_its_field_changes() -> None:
    state = FormState(STORE)
    put(state, "/bucket", "b")
    assert state.add_error("/bucket", "There is no such bucket.") == ("bucket",)
    error = state.visible_error(("bucket",))
    assert error is not None
    assert error.message == "There is no such bucket."
    put(state, "/bucket", "c")
    assert state.visible_error(("bucket",)) is None
    state.add_error("/bucket", "Not this one either.")
    assert "/bucket" not in [error.pointer for error in state.submit()]  # it does not stand in the way of a new attempt
    assert state.visible_error(("bucket",)) is None
    assert state.add_error("/nowhere/at/all", "Odd.") == ()


def test_nullable_union_shows_the_errors_of_its_branch() -> None:
    branch = {"type": "object", "properties": {"k": {"const": "a"}, "n": {"type": "integer"}}, "required": ["k", "n"]}
    other = {"type": "object", "properties": {"k": {"const": "b"}, "t": {"type": "string"}}, "required": ["k", "t"]}
    schema = {"properties": {"u": {"anyOf": [{"oneOf": [branch, other]}, {"type": "null"}], "default": None}}}
    state = FormState(schema)
    assert state.value() == {"u": None}
    state.choose(at(state, "/u"), 1)
    assert errors(state) == {"/u/t": "This is required."}


def test_a_broken_pattern_costs_the_check_not_the_form() -> None:
    state = FormState(ODD["broken pattern"])
    put(state, "/a", "x")
    assert state.errors() == []
    assert any("“pattern” at /properties/a" in warning for warning in state.form.warnings)


def test_one_broken_word_leaves_the_other_checks_alone() -> None:
    schema = {
        "properties": {
            "a": {"type": "string", "pattern": "(?<=a"},
            "b": {"$ref": "#/$defs/none"},
            "c": {"type": "integer", "maximum": 3},
        },
        "additionalProperties": 7,
    }
    state = FormState(schema, {"a": "x", "b": 1, "c": 4})
    assert errors(state) == {"/c": "Must be at most 3."}


def test_object_whose_default_is_null_can_be_switched_on() -> None:
    inside = {"type": "object", "properties": {"deep": {"type": "boolean", "default": False}}}
    state = FormState({"properties": {"options": {"anyOf": [inside, {"type": "null"}], "default": None}}})
    path = state.find("/options")
    assert path is not None
    assert state.value() == {"options": None}
    state.begin(path)
    assert state.value() == {"options": {"deep": False}}
    state.undo()
    assert state.value() == {"options": None}


def test_tree_with_two_ways_on_is_read_at_once() -> None:
    below = {"$ref": "#/$defs/node"}
    node = {"type": "object", "properties": {"value": {"type": "string"}, "left": below, "right": below}}
    value = {"value": "a", "right": {"left": {"value": "b"}}}
    # There are 2^24 places in it; a time limit guards this test as all others.
    assert FormState({**below, "$defs": {"node": node}}, value).value() == value


def test_secret_in_a_value_that_is_set_is_told() -> None:
    state = FormState({"properties": {"token": {"type": "string", "airbyte_secret": True}, "a": {"type": "string"}}})
    told: list[Path] = []
    state.subscribe(told.extend)
    state.set_value({"token": "t"})
    assert ("token",) in told
    assert state.secrets() == {"/token": "value:t"}
