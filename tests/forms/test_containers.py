"""Objects with free keys, tuples, values of any type, and unions of every sort: all with editors of their own."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from app.forms import UNSET, FieldSpec, FormState, Kind, Path, normalise
from app.forms.values import REST, branch
from tests.forms.test_state import at, errors, put

TAGGED = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": {"type": "integer"},
}


def kinds(spec: FieldSpec, depth: int = 0) -> set[Kind]:
    found = {spec.kind}
    if depth < 8:
        for below in (*spec.children, *(one.spec for one in spec.branches), *([spec.item] if spec.item else [])):
            found |= kinds(below, depth + 1)
    return found


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({}, Kind.UNION),
        (True, Kind.UNION),
        ({"type": "object"}, Kind.MAP),
        ({"type": "object", "additionalProperties": True}, Kind.MAP),
        ({"type": "object", "properties": {}, "additionalProperties": False}, Kind.OBJECT),
        ({"type": "object", "patternProperties": {"^x-": {"type": "string"}}}, Kind.PAIRS),
        ({"patternProperties": {"^x-": {"type": "object"}}, "additionalProperties": False}, Kind.MAP),
        ({"type": "array"}, Kind.TAGS),
        ({"type": "array", "items": {}}, Kind.LIST),
        ({"type": "array", "items": {"type": ["string", "integer"]}}, Kind.LIST),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, Kind.TUPLE),
        ({"type": "array", "items": [{"type": "string"}]}, Kind.TUPLE),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, Kind.UNION),
        ({"oneOf": [{"type": "string"}]}, Kind.STRING),
        ({"type": "object", "x-editor": "yaml"}, Kind.JSON),
    ],
)
def test_what_has_an_editor_of_its_own(schema: Any, kind: Kind) -> None:
    spec = normalise({"properties": {"a": schema}}).root.by_name["a"]
    assert spec.kind is kind
    if "x-editor" not in (schema if isinstance(schema, dict) else {}):
        assert Kind.JSON not in kinds(spec)


# --- free keys beside fields


def test_free_keys_beside_fields_are_edited_and_kept() -> None:
    value = {"a": {"name": "n", "x": 1, "y": 2}}
    state = FormState({"properties": {"a": TAGGED}}, copy.deepcopy(value))
    rest = (*at(state, "/a"), REST)
    assert state.spec(rest).kind is Kind.PAIRS
    assert state.get(rest) == {"x": 1, "y": 2}
    assert state.value() == value
    assert not state.is_dirty()
    state.set(rest, {"x": 1, "z": 3})
    assert state.value() == {"a": {"name": "n", "x": 1, "z": 3}}
    state.set(rest, {"x": "one"})
    assert errors(state) == {"/a": "Enter a whole number."} or list(errors(state)) == ["/a"]
    state.clear(rest)
    assert state.value() == {"a": {"name": "n"}}
    state.undo(), state.undo(), state.undo()
    assert state.value() == value


def test_free_objects_beside_fields_have_paths_and_pointers() -> None:
    schema = {
        "properties": {"id": {"type": "string"}},
        "patternProperties": {
            "^s_": {"type": "object", "properties": {"n": {"type": "integer"}, "key": {"writeOnly": True}}}
        },
        "additionalProperties": False,
    }
    state = FormState(schema, {"id": "1", "s_a": {"n": 1, "key": {"$secret": "keyring:1"}}})
    assert state.spec((REST,)).kind is Kind.MAP
    assert state.pointer(at(state, "/s_a/n")) == "/s_a/n"
    put(state, "/s_a/n", "x")
    assert list(errors(state)) == ["/s_a/n"]
    put(state, "/s_a/n", 2)
    state.add((REST,), "s_b", {"n": 3})
    assert state.value() == {"id": "1", "s_a": {"n": 2, "key": {"$secret": "keyring:1"}}, "s_b": {"n": 3}}
    assert state.errors() == []
    state.add((REST,), "other")
    assert errors(state) == {"": "Unknown setting: other."}


def test_several_patterns_are_a_choice() -> None:
    schema = {
        "patternProperties": {"^n": {"type": "integer"}, "^t": {"type": "string"}},
        "additionalProperties": {"type": "boolean"},
    }
    value = {"a": {"n1": 1, "t1": "x", "z": True}}
    state = FormState({"properties": {"a": schema}}, value)
    assert [state.branch(path) for path in state.items(at(state, "/a"))] == [0, 1, 2]
    assert state.value() == value
    assert state.errors() == []


# --- tuples


@pytest.mark.parametrize(
    "schema",
    [
        {"prefixItems": [{"type": "string"}, {"type": "integer", "title": "Size"}], "items": {"type": "number"}},
        {"items": [{"type": "string"}, {"type": "integer", "title": "Size"}], "additionalItems": {"type": "number"}},
    ],
)
@pytest.mark.parametrize("value", [[], ["a"], ["a", 1], ["a", 1, 2.5, 3], [None, 1], ["a", None, 1]])
def test_tuples_hold_any_length(schema: dict[str, Any], value: list[Any]) -> None:
    draft = "http://json-schema.org/draft-07/schema#" if "additionalItems" in schema else ""
    document = {
        "properties": {"t": {"type": "array", "minItems": 1, **schema}},
        **({"$schema": draft} if draft else {}),
    }
    state = FormState(document, {"t": value})
    assert state.value() == {"t": value}
    assert not state.is_dirty()
    assert [child.label for child in state.children(("t",))] == ["Entry 1", "Size", "More entries"]
    assert [child.required for child in state.children(("t",))] == [True, False, False]


def test_tuples_are_edited_place_by_place() -> None:
    schema = {
        "properties": {"t": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {}}}
    }
    state = FormState(schema)
    assert state.value() == {}
    put(state, "/t/1", 3)
    assert state.value() == {"t": [None, 3]}
    put(state, "/t/0", "x")
    assert state.errors() == []
    rest: Path = ("t", REST)
    added = state.add(rest, value={"k": [1]})
    assert state.value() == {"t": ["x", 3, {"k": [1]}]}
    assert state.pointer(added) == "/t/2"
    assert state.find("/t/2/k/0") is not None
    state.remove(added)
    state.clear(("t", "1"))
    assert state.value() == {"t": ["x"]}
    while state.undo():
        pass
    assert state.value() == {}


# --- values of any type


@pytest.mark.parametrize(
    "value",
    [
        "text",
        3,
        2**60,
        1.5,
        True,
        None,
        [],
        {},
        [1, "a", [True]],
        {"a": {"b": 1}, "c": [None]},
        {"d": {"e": {"f": [{}]}}},
    ],
)
def test_a_value_of_any_type_is_held_and_found(value: Any) -> None:
    state = FormState({"properties": {"a": {}}}, {"a": copy.deepcopy(value)})
    assert state.value() == {"a": value}
    assert state.errors() == []
    assert FormState({"properties": {"a": {}}}).value() == {}


# --- unions


def union(*parts: Any, **words: Any) -> dict[str, Any]:
    return {"properties": {"u": {"oneOf": list(parts), **words}}}


def labels(schema: dict[str, Any]) -> list[str]:
    return [one.label for one in normalise(schema).root.by_name["u"].branches]


def test_a_discriminator_that_only_the_mapping_knows() -> None:
    schema = {
        **union(
            {"$ref": "#/$defs/Cat"},
            {"$ref": "#/$defs/Dog"},
            discriminator={"propertyName": "kind", "mapping": {"meow": "#/$defs/Cat"}},
        ),
        "$defs": {
            "Cat": {"type": "object", "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
            "Dog": {"type": "object", "properties": {"kind": {"type": "string"}, "tricks": {"type": "integer"}}},
        },
    }
    state = FormState(schema, {"u": {"kind": "Dog"}})
    assert (state.branch(("u",)), labels(schema)) == (1, ["Meow", "Dog"])
    state.choose(("u",), 0)
    assert state.value() == {"u": {"kind": "meow"}}
    assert [child.name for child in state.children(("u", branch(0))) if not child.hidden] == ["lives"]


def test_branches_without_a_type_or_without_properties() -> None:
    schema = union(
        {"title": "None"}, {"title": "Some", "properties": {"a": {"type": "string"}}, "required": ["a"]}, type="object"
    )
    state = FormState(schema, {"u": {"a": "x"}})
    assert [one.spec.kind for one in state.spec(("u",)).branches] == [Kind.OBJECT, Kind.OBJECT]
    state.choose(("u",), 0)
    assert state.value() == {"u": {}}
    state.choose(("u",), 1)
    assert state.value() == {"u": {"a": "x"}}


def test_labels_tell_branches_apart() -> None:
    assert labels(
        union({"type": "string"}, {"type": "string", "format": "uri"}, {"const": "auto"}, {"type": "string"})
    ) == [
        "Text",
        "URI",
        "auto",
        "Text (4)",
    ]
    assert labels(union({"type": "array", "items": {"type": "string"}}, {"type": "object", "properties": {}})) == [
        "List of texts",
        "Details",
    ]


def test_a_union_of_types_keeps_its_default_to_itself() -> None:
    state = FormState({"properties": {"u": {"type": ["string", "integer"], "default": 5, "title": "U"}}})
    assert (state.value(), state.branch(("u",))) == ({"u": 5}, 1)
    state.choose(("u",), 0)
    assert state.get(("u",)) is UNSET
    state.choose(("u",), 1)
    assert state.value() == {"u": 5}


def test_what_all_branches_share_follows_the_choice() -> None:
    schema = {
        "properties": {
            "u": {
                "type": "object",
                "properties": {"url": {"type": "string"}, "tags": {"type": "array", "items": {"type": "object"}}},
                "oneOf": [
                    {"properties": {"kind": {"const": "a"}, "own": {"type": "string"}}},
                    {"properties": {"kind": {"const": "b"}, "own": {"type": "string"}}},
                ],
            }
        }
    }
    state = FormState(schema, {"u": {"kind": "a", "url": "x", "own": "mine", "tags": [{"t": 1}]}})
    state.choose(("u",), 1)
    assert state.value() == {"u": {"kind": "b", "url": "x", "tags": [{"t": 1}]}}
    put(state, "/u/url", "y")
    state.choose(("u",), 0)
    assert state.value() == {"u": {"kind": "a", "url": "y", "own": "mine", "tags": [{"t": 1}]}}
    while state.undo():
        pass
    assert not state.is_dirty()


def test_nested_unions_switch_both_ways() -> None:
    inner = {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"n": {"type": "integer"}}}]}
    schema = union(
        {"type": "object", "properties": {"k": {"const": 1}, "in": inner}},
        {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
    )
    value = {"u": {"k": 1, "in": {"n": 3}}}
    state = FormState(schema, copy.deepcopy(value))
    state.choose(("u",), 1)
    state.choose(("u", branch(1)), 1)
    state.set(("u", branch(1), branch(1)), True)
    assert state.value() == {"u": True}
    assert state.errors() == []
    state.choose(("u",), 0)
    assert state.value() == value
    state.choose(("u",), 1)
    assert state.value() == {"u": True}


# --- formats and numbers


@pytest.mark.parametrize(
    "draft", ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]
)
@pytest.mark.parametrize(
    ("format", "good", "bad", "says"),
    [
        ("date", "2025-01-31", "2025-02-30", "Enter a date,"),
        ("date-time", "2025-01-31T09:00:00Z", "2025-01-31", "Enter a date and time,"),
        ("time", "09:00:00Z", "25:00", "Enter a time,"),
        ("duration", "PT30M", "30 minutes", "Enter a duration,"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123", "Enter an id"),
        ("hostname", "example.com", "-a b", "Enter a host name,"),
        ("ipv4", "192.0.2.1", "192.0.2.256", "Enter an IPv4"),
        ("ipv6", "2001:db8::1", "::g", "Enter an IPv6"),
        ("email", "a@example.com", "a", "Enter an e-mail"),
        ("uri", "https://example.com/x", "example", "Enter a full address,"),
    ],
)
def test_formats_are_asserted_in_words(draft: str, format: str, good: str, bad: str, says: str) -> None:
    state = FormState({"$schema": draft, "properties": {"a": {"type": "string", "format": format}}}, {"a": good})
    assert state.errors() == []
    put(state, "/a", bad)
    assert [error.message.startswith(says) for error in state.errors()] == [True]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**53 + 1])
def test_whole_numbers_are_exact(number: int) -> None:
    schema = {"properties": {"a": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}}}
    state = FormState(schema, {"a": number})
    assert (state.value(), state.errors()) == ({"a": number}, [])
    put(state, "/a", 2**63)
    assert errors(state) == {"/a": "Must be at most 9,223,372,036,854,775,807."}
