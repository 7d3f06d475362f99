"""`x-migrate`: configs of older versions come over, keys nobody names are kept, and nothing is done twice."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import FormState
from app.forms.migrate import migrate

SCHEMA: dict[str, Any] = {
    "properties": {"host": {"type": "string"}, "auth": {"properties": {"user": {"type": "string"}}}},
    "x-migrate": [
        {"version": 2, "rename": "/hostname", "to": "host"},
        {"version": 2, "move": "/username", "to": "/auth/user"},
        {"version": 3, "map": "/mode", "values": {"full": "all", "true": "on", "1": "one"}},
        {"version": 3, "drop": "/legacy"},
        {"version": 3, "set": "/region", "value": "eu"},
        {"version": 3, "rename": "/streams/*/title", "to": "name"},
        {"version": 3, "move": "/streams/*/token", "to": "/streams/*/auth/token"},
    ],
}
OLD: dict[str, Any] = {
    "hostname": "db",
    "username": "me",
    "mode": "full",
    "legacy": 1,
    "streams": [{"title": "a", "token": {"$secret": "keyring:1"}}, {"name": "b"}],
    "unknown": {"kept": [1]},
}
NEW: dict[str, Any] = {
    "host": "db",
    "auth": {"user": "me"},
    "mode": "all",
    "region": "eu",
    "streams": [{"name": "a", "auth": {"token": {"$secret": "keyring:1"}}}, {"name": "b"}],
    "unknown": {"kept": [1]},
}


def test_an_old_config_comes_over_and_is_left_as_it_was() -> None:
    before = copy.deepcopy(OLD)
    migrated = migrate(SCHEMA, OLD, 1)
    assert migrated.config == NEW
    assert before == OLD
    assert migrated.notes[0] == "rename /hostname"
    assert len(migrated.notes) == 7
    assert migrate(SCHEMA, migrated.config).config == NEW
    assert FormState(SCHEMA, migrated.config).value() == NEW


def test_only_the_steps_since_its_version_are_taken() -> None:
    assert migrate(SCHEMA, {"hostname": "db", "mode": True}, 2).config == {
        "hostname": "db",
        "mode": "on",
        "region": "eu",
    }
    assert migrate(SCHEMA, OLD, 3).config == OLD


def test_what_is_there_is_never_overwritten() -> None:
    config = {"hostname": "old", "host": "new", "username": "u", "auth": "text", "region": "us", "mode": "other"}
    assert migrate(SCHEMA, config, 1).config == config


@pytest.mark.parametrize("step", [None, {}, {"rename": "/a"}, {"map": "/a", "values": 1}, {"set": "/a"}, {"drop": 3}])
def test_a_step_that_makes_no_sense_is_a_warning(step: Any) -> None:
    migrated = migrate({"x-migrate": [step]}, {"a": 1})
    assert migrated.config == {"a": 1}
    assert migrated.warnings == ("Step 1 of x-migrate makes no sense",)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["full", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hostname", "host", "auth", "streams", "title", "mode"]), inner, max_size=4)
    ),
)


@given(VALUES)
def test_twice_is_once_whatever_the_config(config: Any) -> None:
    once = migrate(SCHEMA, config)
    again = migrate(SCHEMA, once.config)
    assert again.config == once.config
    assert again.notes == ()
