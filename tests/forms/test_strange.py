"""Schemas as generators and tired authors write them: whatever is in one, there is a form, and nothing is lost."""

from __future__ import annotations

import copy
import json
import math
import random
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from app.forms import FormState, Kind, dialect
from app.forms.values import branch
from tests.forms.samples import DATABASE, ODD, STORE, TREE


class Black(BaseModel):
    pet: Literal["cat"]
    colour: Literal["black"]
    shade: str


class White(BaseModel):
    pet: Literal["cat"]
    colour: Literal["white"]
    tint: str


class Dog(BaseModel):
    pet: Literal["dog", "hound"]
    age: int = 1


Cat = Annotated[Black | White, Field(discriminator="colour")]


class Owner(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="pet")]


@pytest.mark.parametrize(
    "pet",
    [
        {"pet": "cat", "colour": "white", "tint": "x"},
        {"pet": "cat", "colour": "black", "shade": "x"},
        {"pet": "dog", "age": 3},
        {"pet": "hound", "age": 3},
    ],
)
def test_discriminators_within_one_another_as_pydantic_writes_them(pet: dict[str, Any]) -> None:
    state = FormState(Owner.model_json_schema(), {"pet": pet})
    assert state.value() == {"pet": pet}
    assert state.errors() == []
    assert [one.label for one in state.spec(("pet",)).branches] == ["Cat", "Dog"]


def test_an_alternative_of_several_tags_lets_the_person_choose_among_them() -> None:
    state = FormState(Owner.model_json_schema())
    state.choose(("pet",), 1)
    tag = state.spec(("pet", branch(1), "pet"))
    assert (tag.kind, [one.value for one in tag.choices]) == (Kind.ENUM, ["dog", "hound"])
    assert state.value() == {"pet": {"age": 1}}  # which of the two is for nobody else to say
    state.set(("pet", branch(1), "pet"), "hound")
    assert state.value() == {"pet": {"age": 1, "pet": "hound"}}
    assert state.errors() == []


def test_two_unions_merged_are_both_there() -> None:
    def kind(key: str, *names: str) -> dict[str, Any]:
        return {
            "oneOf": [
                {"properties": {key: {"const": name}, f"{name}_text": {"type": "string"}}, "required": [key]}
                for name in names
            ]
        }

    schema = {"properties": {"u": {"allOf": [kind("from", "a", "b"), kind("to", "c", "d")]}}}
    value = {"u": {"from": "b", "b_text": "1", "to": "c", "c_text": "2"}}
    state = FormState(schema, value)
    assert state.value() == value
    assert state.errors() == []
    assert {state.pointer(path) for path in map(state.find, ("/u/b_text", "/u/c_text")) if path} == {
        "/u/b_text",
        "/u/c_text",
    }
    state.set(state.find("/u/c_text") or (), 5)
    assert [error.pointer for error in state.errors()] == ["/u/c_text"]
    state = FormState(schema, {"u": {"from": "b", "b_text": 5, "to": "c"}})
    assert [error.pointer for error in state.errors()] == ["/u/b_text"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_default_that_json_has_no_word_for_is_left_out(number: float) -> None:
    schema = {
        "properties": {
            "n": {"type": "number", "default": number, "examples": [number]},
            "l": {"type": "array", "default": [1, number]},
            "o": {"type": "object", "default": {"x": number}},
            "m": {"type": "integer", "maximum": number},
        }
    }
    state = FormState(schema)
    assert state.value() == {}
    state.set(("m",), 5)
    assert state.errors() == []
    assert any("JSON" in warning for warning in state.form.warnings)


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
        {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}},
        {"properties": {"a": {"anyOf": [{"$ref": "#/properties/b"}]}, "b": {"oneOf": [{"$ref": "#/properties/a"}]}}},
    ],
)
def test_an_alternative_that_is_only_itself_comes_to_an_end(schema: dict[str, Any]) -> None:
    state = FormState(schema)
    state.value()
    assert "References lead in a circle" in state.form.warnings


def test_a_property_named_by_a_number_may_be_wrong_too() -> None:
    state = FormState({"properties": {"0": {"type": "string", "if": 0}, "1": -1, "2": {"minimum": 3}}}, {"2": 1})
    assert state.value() == {"2": 1}
    assert [error.pointer for error in state.errors()] == ["/2"]


def test_a_property_without_a_name_may_be_wrong_too() -> None:
    state = FormState({"properties": {"": {"type": "string", "dependentRequired": "x"}}}, {"": "a"})
    assert state.value() == {"": "a"}
    assert any("can't be checked" in warning for warning in state.form.warnings)


JUNK: list[Any] = [
    *(None, 1, -1, 1.5, True, False, "", "x", "#", "object", "array", 10**30, math.nan),
    *([], [1], ["a", "a"], [[]], [None], [{}], ["object", "array"], [{"$ref": "#"}]),
    *({}, {"a": 1}, {"type": 5}, {"$ref": "#"}, {"allOf": [{"$ref": "#"}]}, {"const": [1]}, {"enum": [{}]}),
    {"oneOf": [{"$ref": "#"}, {"type": "null"}]},
    {"propertyName": "kind", "mapping": {"a": {}, "b": "#/x"}},
]
WORDS = (
    *("type", "properties", "items", "oneOf", "anyOf", "allOf", "enum", "const", "default", "title", "required"),
    *("discriminator", "order", "group", "groups", "format", "x-options", "x-path", "x-steps", "x-enum-labels"),
    *("enumNames", "enumDescriptions", "examples", "pattern", "additionalProperties", "prefixItems"),
    *("patternProperties", "if", "then", "else", "not", "dependencies", "dependentSchemas", "$ref", "$defs"),
    *("x-tree", "x-unit", "x-editor", "x-any", "x-tag", "minimum", "multipleOf", "minItems", "nullable"),
    *("airbyte_secret", "display_type", "$anchor", "$id", "x-ui", "propertyNames", "contains", "multiline"),
)


@pytest.mark.parametrize("seed", range(150))
def test_no_damage_to_a_schema_raises(seed: int) -> None:
    """Real schemas with nonsense in random places: the form is built, walked through, filled in and undone."""
    chance = random.Random(seed)
    sound = chance.choice(
        [
            STORE,
            DATABASE,
            TREE,
            Owner.model_json_schema(),
            *(one for one in ODD.values() if isinstance(one, dict) and one),
        ]
    )
    schema = copy.deepcopy(sound)
    for _ in range(chance.choice([1, 2, 4])):
        node: Any = chance.choice(list(_nodes(schema)))
        place = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if isinstance(node, dict) and chance.random() < 0.6:
            place = chance.choice(WORDS)
        node[place] = copy.deepcopy(chance.choice(JUNK))
    state = FormState(schema)
    untouched = state.value()
    json.dumps(untouched, allow_nan=False)
    _walk(state, (), 0)
    state.submit()
    FormState(schema).take_up(state.keep())
    while state.undo():
        pass
    assert state.value() == untouched


def _nodes(schema: Any) -> Any:
    if isinstance(schema, dict | list) and schema:
        yield schema
        for one in schema.values() if isinstance(schema, dict) else schema:
            yield from _nodes(one)


def _walk(state: FormState, path: Any, depth: int) -> None:
    spec = state.spec(path)
    if spec.is_leaf or depth > 4:
        return
    if spec.kind in (Kind.OBJECT, Kind.TUPLE):
        state.begin(path)
        for child in state.children(path):
            _walk(state, (*path, child.name), depth + 1)
    elif spec.kind is Kind.UNION:
        for place in range(len(spec.branches)):
            state.choose(path, place)
            _walk(state, (*path, branch(place)), depth + 1)
    elif spec.item is not None:
        _walk(state, state.add(path, "name"), depth + 1)


def test_what_nobody_foresaw_costs_one_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last net: were a part of a schema to break the reading itself, that part is edited as JSON."""

    def breaks(name: str, *given: Any, **words: Any) -> Any:
        if name == "bad":
            raise TypeError("unhashable")
        return known(name, *given, **words)

    known = dialect.words
    monkeypatch.setattr(dialect, "words", breaks)
    state = FormState(
        {"properties": {"bad": {"type": "object"}, "good": {"type": "string"}}}, {"bad": [1], "good": "x"}
    )
    assert state.spec(("bad",)).kind is Kind.JSON
    assert state.value() == {"bad": [1], "good": "x"}
    assert any("Bad" in warning for warning in state.form.warnings)
