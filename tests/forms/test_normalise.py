"""Schemas as fields: what each dialect's words come to, and that no schema is too strange."""

from __future__ import annotations

from typing import Any

import pytest

from app.forms import FieldSpec, FormState, Kind, normalise
from tests.forms.samples import DATABASE, ODD, STORE, TREE


def field(schema: Any, *names: str) -> FieldSpec:
    spec = normalise(schema).root
    for name in names:
        spec = spec.branches[int(name)].spec if spec.kind is Kind.UNION else spec.by_name[name]
    return spec


def kinds(spec: FieldSpec) -> dict[str, str]:
    return {child.name: child.kind.value for child in spec.children}


def test_our_own_words() -> None:
    root = normalise(STORE).root
    assert kinds(root) == {
        "bucket": "string",
        "prefix": "string",
        "auth": "union",
        "region": "string",
        "storage": "enum",
        "parts": "tags",
        "headers": "pairs",
        "rules": "list",
        "follow": "boolean",
        "timeout": "number",
        "workers": "integer",
        "filters": "object",
    }
    bucket, prefix, auth, region = root.children[:4]
    assert bucket.options is not None
    assert (bucket.options.source, bucket.options.depends) == ("buckets", ("/auth",))
    assert prefix.tree
    assert auth.discriminator == "method"
    assert [(one.label, one.tag) for one in auth.branches] == [
        ("Access key", "keys"),
        ("Role", "role"),
        ("Anonymous", "none"),
    ]
    assert (region.nullable, region.text("pattern"), region.examples) == (True, "^[a-z]+-[0-9]$", ("eu-1",))
    assert [choice.label for choice in root.by_name["storage"].choices] == ["Hot", "Cold"]
    assert root.by_name["timeout"].advanced
    assert root.by_name["filters"].by_name["max_bytes"].unit == "bytes"


def test_discriminator_is_hidden_in_its_branch() -> None:
    keys = field(STORE, "auth", "0")
    assert [child.name for child in keys.children if not child.hidden] == ["access_key", "secret_key", "token"]
    assert keys.by_name["token"].kind is Kind.SECRET  # a nullable secret is still one


def test_connector_specifications() -> None:
    root = normalise(DATABASE).root
    assert [child.name for child in root.children][:5] == ["host", "port", "schemas", "password", "replication"]
    assert [child.required for child in root.children[5:]] == [True, False, False, False, False]
    assert root.groups == (("where", "Where it is"), ("auth", "Auth"))
    assert root.by_name["password"].kind is Kind.SECRET
    assert not root.by_name["password"].default  # never prefilled
    assert root.by_name["internal"].hidden
    assert root.by_name["replication"].discriminator == "method"
    assert root.by_name["tunnel"].discriminator == "kind"
    assert field(DATABASE, "tunnel", "1").by_name["key"].multiline


def test_recursive_schema_expands_on_demand() -> None:
    spec = normalise(TREE).root
    for _ in range(8):
        spec = spec.by_name["parent"]
    assert kinds(spec) == {"name": "string", "parent": "object", "below": "list"}


def every(spec: FieldSpec, depth: int = 0) -> list[FieldSpec]:
    found = [spec]
    if depth < 6:
        for below in (*spec.children, *(one.spec for one in spec.branches), *([spec.item] if spec.item else [])):
            found += every(below, depth + 1)
    return found


@pytest.mark.parametrize("name", ODD)
def test_no_schema_is_too_strange(name: str) -> None:
    form = normalise(ODD[name])
    assert every(form.root)
    assert all(isinstance(one.label, str) for one in every(form.root))


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("twice required", "names a field twice"),
        ("examples text", "should be a list"),
        ("typos", "“tittle”, read as “title”"),
        ("stray quote", "read as “title”"),
        ("bad type", "is no known type"),
        ("undeclared required", "“ghost” is required but not declared"),
        ("array without items", "does not say what it lists"),
        ("conflicting const", "const is not one of its enum values"),
        ("dangling reference", "leads nowhere"),
        ("wrong default", "is text, read as integer"),
    ],
)
def test_authors_mistakes_become_warnings(name: str, warning: str) -> None:
    form = normalise(ODD[name])
    every(form.root)
    assert any(warning in one for one in form.warnings), form.warnings


def test_typos_are_put_right() -> None:
    spec = field(ODD["typos"], "a")
    assert (spec.label, spec.help) == ("A", "D")


def test_enum_keeps_values_of_all_sorts() -> None:
    spec = field(ODD["enum of all sorts"], "a")
    assert spec.nullable
    assert [choice.value for choice in spec.choices] == ["yes", False, 3, [1]]
    assert [choice.label for choice in spec.choices] == ["yes", "false", "3", "[1]"]


def test_constants_with_titles_are_an_enum() -> None:
    spec = field(
        {"properties": {"a": {"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "description": "d"}]}}}, "a"
    )
    assert [(one.value, one.label, one.help) for one in spec.choices] == [(1, "One", ""), (2, "2", "d")]


def test_conditions_are_no_union() -> None:
    assert normalise(ODD["not alternatives"]).root.kind is Kind.OBJECT


def test_type_list_is_a_union_of_types() -> None:
    spec = field(ODD["type lists"], "b")
    assert spec.nullable
    assert [one.label for one in spec.branches] == ["Whole number", "Text"]


def test_all_of_is_merged_with_the_tighter_limits() -> None:
    schema = {
        "properties": {
            "a": {
                "allOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"minimum": 3}],
                "title": "A",
                "maximum": 7,
            }
        }
    }
    spec = field(schema, "a")
    assert (spec.kind, spec.number("minimum"), spec.number("maximum"), spec.label) == (Kind.INTEGER, 3, 7, "A")


def test_a_default_that_only_names_a_branch_chooses_it_with_its_own_defaults() -> None:
    def way(name: str, **more: Any) -> dict[str, Any]:
        return {"type": "object", "required": ["method"], "properties": {"method": {"const": name}, **more}}

    def schema(default: Any) -> dict[str, Any]:
        size = {"type": "integer", "default": 10}
        ways = [way("plain"), way("log", size=size, plugin={"type": "string"})]
        return {"type": "object", "properties": {"way": {"type": "object", "default": default, "oneOf": ways}}}

    state = FormState(schema("log"))
    assert state.value() == {"way": {"method": "log", "size": 10}}
    assert state.form.warnings == ['The default "log" only names a choice; it is chosen with its own defaults']
    state = FormState(schema("Log file"))
    assert state.value() == {}
    assert state.form.warnings == ['The default "Log file" is none of the choices, and left out']
    assert FormState(schema({"method": "log"})).value() == {"way": {"method": "log"}}


def test_a_default_in_a_list_is_taken_out_of_it_and_another_shape_left_out() -> None:
    def schema(default: Any) -> dict[str, Any]:
        return {"type": "object", "properties": {"step": {"type": "string", "default": default}}}

    assert FormState(schema(["Hourly"])).value() == {"step": "Hourly"}
    for odd in (["a", "b"], {"a": 1}, []):
        state = FormState(schema(odd))
        assert state.value() == {}
        assert state.form.warnings


def test_a_default_that_is_no_object_is_none_for_an_object() -> None:
    def schema(default: Any) -> dict[str, Any]:
        inside = {"type": "object", "properties": {"a": {"type": "string"}}, "default": default}
        return {"type": "object", "properties": {"inside": inside}}

    assert FormState(schema([])).value() == {"inside": {}}
    state = FormState(schema("json"))
    assert state.value() == {}
    assert state.form.warnings == ['The default "json" is no object, and left out']
    assert FormState(schema({"a": "x"})).value() == {"inside": {"a": "x"}}


def test_the_only_branch_of_a_union_says_so_like_any_other() -> None:
    only = {
        "type": "object",
        "required": ["key"],
        "properties": {"kind": {"const": "oauth"}, "key": {"type": "string"}},
    }
    schema = {"type": "object", "required": ["auth"], "properties": {"auth": {"type": "object", "oneOf": [only]}}}
    assert FormState(schema).value() == {"auth": {"kind": "oauth"}}
    assert FormState(schema, {"auth": {"key": "x"}}).value() == {"auth": {"key": "x"}}
    assert FormState(schema, {"auth": {"key": "x"}}).errors() == []
