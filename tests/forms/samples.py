"""Schemas for the tests: one per thing that real schemas do, written by hand. `VALUES` has a full config for some."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from connectors.sdk import ConnectorConfig, FileFilters, Secret, option

Schema = dict[str, Any]


class KeyPair(ConnectorConfig):
    """Long-lived keys."""

    model_config = ConfigDict(title="Access key")
    method: Literal["keys"] = "keys"
    access_key: str = option(title="Access key ID", min_length=3)
    secret_key: Secret = option(title="Secret access key")
    token: Secret | None = option(None, title="Session token", advanced=True)


class Role(ConnectorConfig):
    """A role that is assumed."""

    model_config = ConfigDict(title="Role")
    method: Literal["role"] = "role"
    access_key: str = option(title="Role ARN", pattern="^arn:", pattern_message="A role begins with arn:.")
    minutes: int = option(60, title="Session length", ge=15, le=720)


class Nobody(ConnectorConfig):
    """No sign-in."""

    model_config = ConfigDict(title="Anonymous")
    method: Literal["none"] = "none"


class Rule(ConnectorConfig):
    """One rule of a list."""

    path: str = option(title="Path")
    keep: bool = option(True, title="Keep")


class StoreConfig(ConnectorConfig):
    """A config as our own connectors write them: unions, nested filters, live options, units."""

    bucket: str = option(title="Bucket", options="buckets", depends=("/auth",), order=1, help="The `name` alone.")
    prefix: str = option("", title="Prefix", tree=True, order=2)
    auth: Annotated[KeyPair | Role | Nobody, Field(discriminator="method")] = option(
        title="Sign-in", order=3, effect="tuning"
    )
    region: str | None = option(None, title="Region", pattern="^[a-z]+-[0-9]$", examples=["eu-1"], order=4)
    storage: Literal["hot", "cold"] = option("hot", title="Storage", labels={"hot": "Hot", "cold": "Cold"})
    parts: list[str] = option(default_factory=list, title="Parts")
    headers: dict[str, str] = option(default_factory=dict, title="Headers")
    rules: list[Rule] = option([], title="Rules")
    follow: bool = option(False, title="Follow links")
    timeout: float = option(30, title="Time-out", unit="seconds", gt=0, advanced=True)
    workers: int = option(4, title="Parallel requests", ge=1, le=32, advanced=True, effect="tuning")
    filters: FileFilters = option(FileFilters(), title="Filters")


STORE: Schema = StoreConfig.model_json_schema()
STORE_VALUE: dict[str, Any] = {
    "bucket": "docs",
    "auth": {"method": "role", "access_key": "arn:aws:iam::1:role/r", "minutes": 30},
    "region": "eu-1",
    "parts": ["a", "b"],
    "headers": {"X-A": "1"},
    "rules": [{"path": "x", "keep": False}, {"path": "y"}],
    "filters": {"include": ["**/*.md"], "max_bytes": 2048},
}

DATABASE: Schema = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Database",
    "type": "object",
    "required": ["host", "port", "replication", "start_date"],
    "additionalProperties": True,
    "groups": [{"id": "where", "title": "Where it is"}, {"id": "auth"}],
    "properties": {
        "host": {
            "type": "string",
            "order": 0,
            "group": "where",
            "description": "See <a href='https://x.example'>x</a>.",
        },
        "port": {"type": "integer", "order": 1, "default": 5432, "minimum": 0, "maximum": 65536, "group": "where"},
        "password": {"type": "string", "airbyte_secret": True, "order": 3, "group": "auth", "default": "never-show"},
        "schemas": {
            "type": "array",
            "items": {"type": "string"},
            "default": ["public"],
            "order": 2,
            "uniqueItems": True,
        },
        "start_date": {
            "type": "string",
            "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z$",
            "pattern_descriptor": "YYYY-MM-DDT00:00:00Z",
            "examples": ["2020-01-01T00:00:00Z"],
        },
        "replication": {
            "type": "object",
            "title": "Update method",
            "order": 4,
            "oneOf": [
                {
                    "title": "Change log",
                    "required": ["method", "slot"],
                    "properties": {
                        "method": {"type": "string", "const": "cdc", "order": 0},
                        "slot": {"type": "string", "title": "Slot"},
                        "wait": {"type": "integer", "default": 300, "maximum": 9223372036854775807},
                    },
                },
                {
                    "title": "Scan",
                    "required": ["method"],
                    "properties": {"method": {"type": "string", "const": "scan"}},
                },
            ],
        },
        "tunnel": {
            "type": "object",
            "oneOf": [
                {
                    "title": "No tunnel",
                    "required": ["kind"],
                    "properties": {"kind": {"enum": ["none"], "type": "string"}},
                },
                {
                    "title": "SSH",
                    "required": ["kind", "key"],
                    "properties": {
                        "kind": {"enum": ["ssh"], "type": "string"},
                        "key": {"type": "string", "airbyte_secret": True, "multiline": True},
                    },
                },
            ],
        },
        "streams": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "token": {"type": "string", "airbyte_secret": True}},
            },
        },
        "levels": {"type": "array", "items": {"type": "string", "enum": ["a", "b", "c"]}},
        "internal": {"type": "string", "airbyte_hidden": True, "default": "kept"},
    },
}
DATABASE_VALUE: dict[str, Any] = {
    "host": "db",
    "port": 1,
    "schemas": [],
    "start_date": "2024-01-01T00:00:00Z",
    "replication": {"method": "cdc", "slot": "s"},
    "tunnel": {"kind": "none"},
    "streams": [{"name": "one"}, {"name": "two"}],
    "levels": ["c"],
    "unknown_to_us": {"kept": [1, None]},
}

TREE: Schema = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "parent": {"$ref": "#/$defs/node"},
                "below": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
        }
    },
}

ODD: dict[str, Any] = {
    "nothing": {},
    "true": True,
    "false": False,
    "text": "no schema",
    "a list": [],
    "none": None,
    "no properties": {"type": "object"},
    "untyped leaf": {"properties": {"a": {"title": "A"}, "b": {}}},
    "array without items": {"properties": {"a": {"type": "array"}}},
    "one branch": {"properties": {"u": {"oneOf": [{"type": "object", "properties": {"k": {"const": "x"}}}]}}},
    "untyped branches": {"properties": {"u": {"oneOf": [{"properties": {"a": {}}}, {"title": "B"}]}}},
    "conflicting const": {"properties": {"a": {"const": "x", "enum": ["y"]}}},
    "undeclared required": {"properties": {}, "required": ["ghost"]},
    "twice required": {"properties": {"a": {"type": "string"}}, "required": ["a", "a"]},
    "required true": {"properties": {"a": {"type": "string", "required": True}}},
    "examples text": {"properties": {"a": {"type": "string", "examples": "e"}}},
    "typos": {"properties": {"a": {"type": "string", "tittle": "A", "decription": "D", "mininum": 1}}},
    "stray quote": {"properties": {"a": {"type": "string", 'title"': "A"}}},
    "bad type": {"properties": {"a": {"type": "strin"}, "b": {"type": 7}}},
    "wrong default": {
        "properties": {"a": {"type": "integer", "default": "7"}, "b": {"type": "boolean", "default": "x"}}
    },
    "default not listed": {"properties": {"a": {"enum": ["x", "y"], "default": "z"}}},
    "enum of all sorts": {"properties": {"a": {"type": "string", "enum": ["yes", False, None, 3, [1]]}}},
    "broken pattern": {"properties": {"a": {"type": "string", "pattern": "(?<=a"}}},
    "dangling reference": {"properties": {"a": {"$ref": "#/$defs/none"}, "b": {"$ref": "https://x.example/s"}}},
    "circular reference": {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}},
    "endless required": {
        "$ref": "#/$defs/n",
        "$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}},
    },
    "properties list": {"type": "object", "properties": ["a"]},
    "odd numbers": {"properties": {"a": {"type": "integer", "minimum": "x", "maximum": "9"}}},
    "same order": {"properties": {"a": {"type": "string", "order": 1}, "b": {"type": "string", "order": 1}}},
    "not alternatives": {"properties": {"a": {"type": "string"}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "type lists": {"properties": {"a": {"type": ["string", "null"]}, "b": {"type": ["integer", "string", "null"]}}},
    "tuple": {"properties": {"a": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}}},
    "map of maps": {"properties": {"a": {"additionalProperties": {"additionalProperties": {"type": "integer"}}}}},
    "scalar root": {"type": "string"},
    "list root": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
    "union root": {"oneOf": [{"type": "object", "properties": {"k": {"const": 1}}}, {"type": "string"}]},
    "secret of any type": {"properties": {"a": {"writeOnly": True}, "b": {"type": "integer", "airbyte_secret": True}}},
    "html title": {"title": "<img src=x>", "properties": {"a": {"title": "<b>A</b>&amp;", "type": "string"}}},
}
