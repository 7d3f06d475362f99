"""Airbyte's connector specifications as they are: the document around the schema, what is folded, and overrides."""

from __future__ import annotations

from typing import Any

import pytest

from app.forms import FieldSpec, FormState, Kind, normalise, oauth_branch

SPECIFICATION: dict[str, Any] = {
    "documentationUrl": "https://docs.example/kite",
    "connectionSpecification": {
        "type": "object",
        "title": "Kite",
        "required": ["account", "credentials"],
        "additionalProperties": True,
        "properties": {
            "account": {"type": "string"},
            "since": {"type": "string", "format": "date"},
            "limit": {"type": "integer", "always_show": True},
            "internal": {"type": "string", "airbyte_hidden": True},
            "credentials": {
                "type": "object",
                "display_type": "radio",
                "oneOf": [
                    {
                        "title": "Browser",
                        "required": ["auth_type"],
                        "properties": {
                            "auth_type": {"type": "string", "const": "oauth", "order": 0},
                            "refresh_token": {"type": "string", "airbyte_secret": True},
                        },
                    },
                    {
                        "title": "Key",
                        "required": ["auth_type", "key"],
                        "properties": {
                            "auth_type": {"type": "string", "const": "key"},
                            "key": {"type": "string", "airbyte_secret": True},
                            "scope": {"type": "string"},
                        },
                    },
                ],
            },
        },
    },
    "advanced_auth": {
        "auth_flow_type": "oauth2.0",
        "predicate_key": ["credentials", "auth_type"],
        "predicate_value": "oauth",
        "oauth_config_specification": {
            "oauth_user_input_from_connector_config_specification": {
                "properties": {"domain": {"type": "string", "path_in_connector_config": ["account"]}}
            },
            "complete_oauth_output_specification": {
                "properties": {
                    "refresh_token": {
                        "type": "string",
                        "path_in_connector_config": ["credentials", "refresh_token"],
                    }
                }
            },
            "complete_oauth_server_output_specification": {
                "properties": {"client_id": {"path_in_connector_config": ["credentials", "client_id"]}}
            },
        },
    },
}


@pytest.mark.parametrize("document", [SPECIFICATION, {"type": "SPEC", "spec": SPECIFICATION}])
def test_a_whole_specification_is_a_form(document: Any) -> None:
    state = FormState(document)
    assert state.value() == {"credentials": {"auth_type": "oauth"}}
    assert [error.pointer for error in state.errors()] == ["/account"]
    assert state.form.documentation == "https://docs.example/kite"
    assert state.form.warnings == []


def test_optional_fields_are_folded_away_unless_they_ask_to_be_seen() -> None:
    root = normalise(SPECIFICATION).root
    assert {child.name for child in root.children if child.advanced} == {"since"}
    key = root.by_name["credentials"].branches[1].spec
    assert [child.name for child in key.children if child.advanced] == ["scope"]
    # Where nothing else would be seen, nothing is folded.
    browser = root.by_name["credentials"].branches[0].spec
    assert not any(child.advanced for child in browser.children)
    # Other dialects say themselves what is advanced.
    plain = normalise({"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}).root
    assert not any(child.advanced for child in plain.children)


def test_the_sign_in_is_tied_to_one_branch() -> None:
    form = normalise(SPECIFICATION)
    assert form.oauth is not None
    assert form.oauth.flow == "oauth2.0"
    assert form.oauth.outputs == {
        "refresh_token": "/credentials/refresh_token",
        "client_id": "/credentials/client_id",
    }
    assert form.oauth.inputs == {"domain": "/account"}
    assert oauth_branch(form) == (("credentials",), 0)
    assert form.oauth.applies({"credentials": {"auth_type": "oauth"}})
    assert not form.oauth.applies({"credentials": {"auth_type": "key"}})
    assert not form.oauth.applies({})
    assert form.root.by_name["credentials"].display == "radio"


def test_a_sign_in_without_a_predicate_always_applies() -> None:
    form = normalise({"connectionSpecification": {"properties": {}}, "advanced_auth": {"auth_flow_type": "oauth2.0"}})
    assert form.oauth is not None
    assert form.oauth.applies({})
    assert oauth_branch(form) is None
    assert normalise({"properties": {}}).oauth is None


@pytest.mark.parametrize(
    "advanced",
    [7, {"predicate_key": "a"}, {"predicate_key": ["a", "b"], "predicate_value": 1, "oauth_config_specification": []}],
)
def test_an_odd_sign_in_does_no_harm(advanced: Any) -> None:
    form = normalise({"connectionSpecification": {"properties": {"a": {}}}, "advanced_auth": advanced})
    assert oauth_branch(form) is None


@pytest.mark.parametrize(
    ("format", "pattern", "precision"),
    [
        ("date", None, "day"),
        ("date-time", None, "second"),
        ("date-time", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "day"),
        ("date-time", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z$", "day"),
        ("date-time", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", "second"),
        ("date-time", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", "millisecond"),
        ("date-time", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$", "microsecond"),
        ("date-time", "(", "second"),
        (None, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", ""),
    ],
)
def test_how_exact_a_date_is_follows_from_its_pattern(format: Any, pattern: Any, precision: str) -> None:
    words = {word: value for word, value in {"format": format, "pattern": pattern}.items() if value}
    spec = normalise({"properties": {"a": {"type": "string", **words}}}).root.by_name["a"]
    assert spec.precision == precision


OVERRIDE = {
    "ui:order": ["keys", "*", "name"],
    "name": {"ui:title": "Full name", "ui:help": "As printed", "ui:placeholder": "Ada", "ui:widget": "textarea"},
    "kind": {"ui:options": {"widget": "radio"}, "ui:readonly": True},
    "home": {"street": {"ui:title": "Road"}},
    "keys": {"items": {"id": {"ui:title": "Number"}}},
    "way": {"token": {"ui:widget": "password"}},
}
PERSON = {
    "$defs": {"text": {"type": "string", "title": "Text"}},
    "properties": {
        "name": {"$ref": "#/$defs/text"},
        "nick": {"$ref": "#/$defs/text"},
        "kind": {"enum": ["a", "b"]},
        "home": {"type": "object", "properties": {"street": {"$ref": "#/$defs/text"}}},
        "keys": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}},
        "way": {"oneOf": [{"title": "T", "properties": {"token": {"type": "string"}}}, {"type": "integer"}]},
    },
}


def test_an_override_file_says_how_fields_are_shown() -> None:
    form = normalise(PERSON, OVERRIDE)
    fields = form.root.by_name
    assert [child.name for child in form.root.children] == ["keys", "nick", "kind", "home", "way", "name"]
    name = fields["name"]
    assert (name.label, name.help, name.placeholder, name.kind) == ("Full name", "As printed", "Ada", Kind.TEXT)
    assert (fields["nick"].label, fields["nick"].kind) == ("Text", Kind.STRING)
    assert (fields["kind"].display, fields["kind"].read_only) == ("radio", True)
    assert fields["home"].by_name["street"].label == "Road"
    item = fields["keys"].item
    assert item is not None
    assert item.by_name["id"].label == "Number"
    assert fields["way"].branches[0].spec.by_name["token"].kind is Kind.SECRET
    assert form.warnings == []
    assert form.schema == PERSON


def test_an_override_of_nothing_is_told() -> None:
    override = {"ghost": {"ui:title": "?"}, "name": {"ui:widget": "hologram", "ui:sparkle": 1}, "nick": 3}
    form = normalise(PERSON, override)
    assert form.root.by_name["name"].kind is Kind.STRING
    assert sorted(form.warnings) == [
        "The override names a field “ghost” that the schema does not have",
        "The override names a widget “hologram” that is not known",
        "“ui:sparkle” is not read",
    ]


def test_an_override_reaches_fields_that_a_condition_brings() -> None:
    schema = {
        "properties": {"a": {"type": "boolean"}},
        "if": {"properties": {"a": {"const": True}}, "required": ["a"]},
        "then": {"properties": {"b": {"type": "string"}}},
    }
    state = FormState(schema, {"a": True}, override={"b": {"ui:title": "Bee"}})
    assert [child.label for child in state.children(())] == ["A", "Bee"]


def leaf(schema: Any) -> FieldSpec:
    return normalise({"properties": {"a": schema}}).root.by_name["a"]


def test_vs_codes_words() -> None:
    spec = leaf(
        {
            "type": "string",
            "enum": ["x", "y"],
            "enumDescriptions": ["ex", "why"],
            "description": "plain",
            "markdownDescription": "**bold**",
        }
    )
    assert ([choice.help for choice in spec.choices], spec.help) == (["ex", "why"], "**bold**")
