"""Secrets stay apart: a canary typed into every kind of secret field is found in one place only, `secrets()`."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from typing import Any

import pytest

from app.forms import FormState, SecretSlot
from tests.forms.samples import DATABASE, STORE
from tests.forms.test_state import at

CANARY = "canary-7f3a9"


def everything(state: FormState) -> str:
    """All that can be read of a state without asking for its secrets."""
    return json.dumps(
        [
            repr(state),
            repr(vars(state)),
            repr(state._cells),
            repr(state.errors()),
            repr(state.value()),
            repr(state._secrets),
            repr([state.secret(path) for path in state._secrets]),
            repr(state.form),
        ]
    )


def typed(state: FormState, pointer: str, text: str = CANARY) -> None:
    state.set_secret(at(state, pointer), SecretSlot.typed(text))


def test_canary_is_only_where_it_was_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    state = FormState(STORE)
    typed(state, "/auth/secret_key")
    typed(state, "/auth/token")
    state.submit()
    assert CANARY not in everything(state) + caplog.text
    assert state.secrets() == {"/auth/secret_key": f"value:{CANARY}", "/auth/token": f"value:{CANARY}"}
    state.undo(), state.redo()
    assert CANARY not in everything(state)
    with pytest.raises(TypeError):
        pickle.dumps(state.secret(at(state, "/auth/token")))
    assert CANARY not in repr(copy.deepcopy(state.secret(at(state, "/auth/token"))))


def test_canary_is_in_no_error_message() -> None:
    schema = {"properties": {"a": {"type": "string", "format": "password", "maxLength": 3, "pattern": "^[0-9]+$"}}}
    state = FormState(schema)
    typed(state, "/a")
    assert [error.pointer for error in state.submit()] == ["/a"]
    assert CANARY not in everything(state)


def test_a_stored_secret_satisfies_what_its_schema_demands() -> None:
    schema = {
        "properties": {"a": {"type": "string", "format": "password", "minLength": 40, "pattern": "^ey"}},
        "required": ["a"],
    }
    assert [error.message for error in FormState(schema).errors()] == ["This is required."]
    state = FormState(schema, {}, {"/a": "set in keyring"})
    assert state.errors() == []
    assert state.value() == {}
    assert state.secrets() == {}
    typed(state, "/a", "short")
    assert len(state.errors()) == 1


def test_reference_of_an_unchanged_secret_stays_in_the_value() -> None:
    value = {"bucket": "b", "auth": {"method": "keys", "access_key": "AKIA", "secret_key": {"$secret": "keyring:1"}}}
    state = FormState(STORE, value, {"/auth/secret_key": "set in keyring"})
    path = at(state, "/auth/secret_key")
    assert state.secret(path).place == "set in keyring"
    assert state.value() == value
    assert state.errors() == []
    state.set_secret(path, SecretSlot("cleared"))
    assert state.secrets() == {"/auth/secret_key": ""}
    assert "secret_key" not in state.value()["auth"]
    assert state.is_dirty()
    state.reset(path)
    assert state.secrets() == {}
    assert state.value() == value


def test_a_secret_pasted_in_a_config_is_taken_out_of_it() -> None:
    state = FormState(DATABASE)
    value: dict[str, Any] = {"host": "h", "password": CANARY, "streams": [{"name": "s", "token": CANARY}]}
    state.set_value(value)
    assert state.value() == {"host": "h", "streams": [{"name": "s"}]}
    assert state.secrets() == {"/password": f"value:{CANARY}", "/streams/0/token": f"value:{CANARY}"}
    assert CANARY not in everything(state)


def test_a_schema_default_of_a_secret_is_never_used() -> None:
    state = FormState(DATABASE)
    assert "never-show" not in repr(state._cells) + repr(state.value()) + repr(state._secrets)
    assert state.secrets() == {}


def test_saved_secrets_are_let_go() -> None:
    state = FormState(STORE)
    typed(state, "/auth/secret_key")
    state.mark_saved()
    assert state.secrets() == {}
    assert state.secret(at(state, "/auth/secret_key")).state == "set"
    assert state.secret(at(state, "/auth/secret_key")).text is None
    assert not state.is_dirty()


def test_a_secret_that_is_set_like_any_field_reaches_no_history() -> None:
    state = FormState(
        {"type": "object", "properties": {"key": {"type": "string", "writeOnly": True, "format": "password"}}}
    )
    path = state.find("/key")
    assert path is not None
    state.set(path, "a-very-secret-text")
    assert state.secrets() == {"/key": "value:a-very-secret-text"}
    assert state.value() == {}
    assert "a-very-secret-text" not in repr(state._cells)
    state.undo()
    assert "a-very-secret-text" not in repr(state._cells)
