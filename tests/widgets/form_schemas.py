"""Schemas to look at and to walk through: every kind of field, and one that is mostly unions."""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}
SECRET = {"type": "string", "format": "password"}


def branch(title: str, **properties: Any) -> dict[str, Any]:
    """One way of a union."""
    return {
        "title": title,
        "type": "object",
        "required": ["kind", *properties],
        "properties": {"kind": {"const": title}, **properties},
    }


KINDS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {**TEXT, "title": "Name", "description": "How it is called. See [the guide](https://example.com)."},
        "long": {**TEXT, "title": "What this setting is called when its author could not think of a shorter name"},
        "site": {**TEXT, "format": "uri", "title": "Address"},
        "day": {**TEXT, "format": "date", "title": "Start"},
        "moment": {**TEXT, "format": "date-time", "title": "Since", "default": "2024-05-01T09:30:00Z"},
        "clock": {**TEXT, "format": "time", "title": "At"},
        "every": {**TEXT, "format": "duration", "title": "Every", "default": "PT90M"},
        "port": {"type": "integer", "title": "Port", "minimum": 1, "maximum": 65535, "default": 443},
        "big": {"type": "integer", "title": "Row", "maximum": 9223372036854775807},
        "size": {"type": "integer", "title": "Largest file", "x-unit": "bytes", "default": 104857600},
        "tls": {"type": "boolean", "title": "Use TLS", "default": True, "description": "Almost always right."},
        "terms": {"type": "boolean", "title": "Also read what was moved to another place after it was first read here"},
        "follow": {"type": ["boolean", "null"], "title": "Follow redirects"},
        "color": {"enum": ["red", "green"], "title": "Colour", "enumDescriptions": ["Warm", "Calm"], "default": "red"},
        "land": {"enum": [f"Country {n}" for n in range(40)], "title": "Country"},
        "days": {"type": "array", "title": "Days", "items": {"enum": ["Mo", "Tu", "We", "Th"]}, "default": ["Mo"]},
        "langs": {"type": "array", "title": "Languages", "items": {"enum": [f"Language {n}" for n in range(20)]}},
        "globs": {"type": "array", "title": "Patterns", "items": TEXT, "default": ["**/*.md", "docs/**"]},
        "headers": {"type": "object", "title": "Headers", "additionalProperties": TEXT, "default": {"X-A": "1"}},
        "token": {**SECRET, "title": "Token"},
        "key": {**SECRET, "multiline": True, "title": "Private key"},
        "root": {**TEXT, "x-path": "folder", "title": "Folder"},
        "note": {**TEXT, "multiline": True, "title": "Note"},
        "raw": {"type": "array", "items": {"type": ["object", "array"]}, "title": "Anything"},
        "proxy": {"type": "object", "title": "Proxy", "required": ["host"], "properties": {"host": TEXT}},
        "rules": {
            "type": "array",
            "title": "Rules",
            "items": {"type": "object", "title": "Rule", "properties": {"path": TEXT, "keep": {"type": "boolean"}}},
            "default": [{"path": "a"}, {"path": "b"}],
        },
        "labels": {
            "type": "object",
            "title": "Labels",
            "additionalProperties": {"type": "object", "properties": {"text": TEXT}},
            "default": {"one": {"text": "x"}},
        },
        "fixed": {**TEXT, "readOnly": True, "default": "cannot change", "title": "Id"},
        "rare": {"type": "integer", "title": "Rarely needed", "x-advanced": True},
    },
}

UNIONS: dict[str, Any] = {
    "type": "object",
    "required": ["auth", "where", "format", "until"],
    "properties": {
        "auth": {"title": "Sign-in", "oneOf": [branch("OAuth", client=TEXT), branch("Token", token=SECRET)]},
        "where": {
            "title": "Where",
            "oneOf": [
                branch("Cloud", region={"enum": ["eu", "us"]}),
                branch("Own server", url=TEXT, tls={"title": "TLS", "oneOf": [branch("Off"), branch("On", ca=TEXT)]}),
            ],
        },
        "format": {
            "title": "File format",
            "oneOf": [branch(name, option=TEXT) for name in ("CSV", "Parquet", "Avro", "JSON lines", "Excel")],
        },
        "until": {
            "title": "Until",
            "anyOf": [{**TEXT, "format": "date", "title": "On a day"}, {"type": "integer", "title": "Days"}],
        },
        "proxy": {"title": "Proxy", "oneOf": [branch("HTTP", host=TEXT), branch("SOCKS", port={"type": "integer"})]},
    },
}
