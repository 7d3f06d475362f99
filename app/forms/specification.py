"""Airbyte's ConnectorSpecification: the document around a config's schema, with the sign-in that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms.spec import FieldSpec, Form, OAuth
from app.forms.values import UNSET, Json, Path, pointer_of, same, tokens_of

_SCHEMA = ("connectionSpecification", "connection_specification")
_CONFIG = "oauth_config_specification"


def unwrap(schema: Json) -> tuple[Mapping[str, Any], Json]:
    """A document and the config's schema in it; a bare schema is a schema in an empty document."""
    if isinstance(schema, dict):
        message = schema.get("spec")
        document = message if isinstance(message, dict) and schema.get("type") == "SPEC" else schema
        for word in _SCHEMA:
            if word in document and "properties" not in document:
                return document, document[word]
    return {}, schema


def oauth_of(document: Mapping[str, Any]) -> OAuth | None:
    """How the connector signs in through the browser, if it does."""
    advanced = document.get("advanced_auth", document.get("advancedAuth"))
    if not isinstance(advanced, dict):
        return None
    config = advanced.get(_CONFIG)
    config = config if isinstance(config, dict) else {}
    outputs = {
        **_pointers(config.get("complete_oauth_server_output_specification")),
        **_pointers(config.get("complete_oauth_output_specification")),
    }
    inputs = _pointers(config.get("oauth_user_input_from_connector_config_specification"))
    predicate = _pointer(advanced.get("predicate_key"))
    value = advanced.get("predicate_value", UNSET)
    return OAuth(str(advanced.get("auth_flow_type", "oauth2.0")), predicate, value, outputs, inputs)


def oauth_branch(form: Form) -> tuple[Path, int] | None:
    """The union, and the place of its branch, that signing in through the browser belongs to; None if it is not tied to
    one."""
    *above, key = tokens_of(form.oauth.predicate) if form.oauth is not None and form.oauth.predicate else [""]
    spec: FieldSpec | None = form.root if form.oauth is not None and key else None
    for name in above:
        spec = spec.by_name.get(name) if spec is not None else None
    if spec is None or form.oauth is None or spec.discriminator != key:
        return None
    places = [place for place, branch in enumerate(spec.branches) if same(branch.tag, form.oauth.value)]
    return (tuple(above), places[0]) if places else None


def _pointer(path: Json) -> str:
    return pointer_of(path) if isinstance(path, list) else ""


def _pointers(schema: Json) -> dict[str, str]:
    """Name -> place in the config, of an output specification."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        return {}
    return {
        str(name): _pointer(one["path_in_connector_config"])
        for name, one in properties.items()
        if isinstance(one, dict) and one.get("path_in_connector_config")
    }
