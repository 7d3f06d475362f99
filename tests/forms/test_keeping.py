"""What was typed into a form, put away as JSON and taken up again: everything but the secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.forms import FormState, SecretSlot, Unparsed
from app.forms.values import branch

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["url", "auth"],
    "properties": {
        "url": {"type": "string", "title": "Address"},
        "size": {"type": "integer", "title": "Size"},
        "tags": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"v": {"type": "string"}}},
        },
        "auth": {
            "oneOf": [
                {"title": "Open", "properties": {"kind": {"const": "open"}}},
                {
                    "title": "Token",
                    "properties": {
                        "kind": {"const": "token"},
                        "user": {"type": "string"},
                        "token": {"type": "string", "title": "Token", "writeOnly": True},
                    },
                },
            ]
        },
    },
}


def typed() -> FormState:
    state = FormState(SCHEMA)
    state.set(("url",), "https://ines:pass-word@example.org")
    state.set(("size",), Unparsed("12a", "no number"))
    state.set((*state.add(("tags",)), "name"), "first")
    second = state.add(("tags",))
    state.set((*second, "name"), "second")
    state.move(second, 0)
    state.set((*state.add(("headers",), "X-One"), "v"), "1")
    state.choose(("auth",), 1)
    state.set(("auth", branch(1), "user"), "ines")
    state.set_secret(("auth", branch(1), "token"), SecretSlot.typed("not to be written"))
    return state


def through_json(state: FormState) -> Any:
    text = json.dumps(state.keep())
    assert "not to be written" not in text
    assert "pass-word" not in text
    return json.loads(text)


def test_everything_but_the_secrets_comes_back() -> None:
    old, new = typed(), FormState(SCHEMA)
    again = new.take_up(through_json(old))
    assert {new.spec(path).label for path in again} == {"Address", "Token"}
    expected = old.value()
    expected["url"] = "https://ines@example.org"
    assert new.value() == expected
    assert new.get(("size",)) == Unparsed("12a", "no number")
    assert new.secrets() == {}
    assert new.is_dirty()
    assert not new.can_undo


def test_in_the_same_process_the_secrets_come_back_too() -> None:
    old, new = typed(), FormState(SCHEMA)
    again = new.take_up(through_json(old), old.typed_secrets())
    assert [new.spec(path).label for path in again] == ["Address"]
    assert new.secrets() == {"/auth/token": "value:not to be written"}


def test_a_branch_that_is_not_chosen_keeps_what_was_typed_in_it() -> None:
    old, new = typed(), FormState(SCHEMA)
    old.choose(("auth",), 0)
    new.take_up(through_json(old))
    assert new.value()["auth"] == {"kind": "open"}
    new.choose(("auth",), 1)
    assert new.value()["auth"] == {"kind": "token", "user": "ines"}


def test_items_added_afterwards_are_others_than_those_that_came_back() -> None:
    old, new = typed(), FormState(SCHEMA)
    new.take_up(through_json(old))
    new.set((*new.add(("tags",)), "name"), "third")
    assert [tag["name"] for tag in new.value()["tags"]] == ["second", "first", "third"]


def test_a_reference_is_no_secret() -> None:
    old, new = typed(), FormState(SCHEMA)
    old.set_secret(("auth", branch(1), "token"), SecretSlot.referred("env:TOKEN"))
    again = new.take_up(through_json(old))
    assert [new.spec(path).label for path in again] == ["Address"]
    assert new.secrets() == {"/auth/token": "env:TOKEN"}


@pytest.mark.parametrize(
    "broken", [None, 3, {}, {"cells": [[["url"], {"odd": 1}]], "references": [], "again": []}, {"cells": [1]}]
)
def test_anything_else_changes_nothing(broken: Any) -> None:
    state = typed()
    before = state.value(), state.secrets()
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        state.take_up(broken)
    assert (state.value(), state.secrets()) == before
