"""What an untouched form has to hold, worked out from the raw schema alone, by other means than the form's own.

A field with a default holds it; a required constant is there; a required object holds what its fields hold; a required
union begins with its first branch; an optional object is there only if its defaults make it complete. Nothing else."""

from __future__ import annotations

from typing import Any

from app.forms.values import tokens_of

Schema = dict[str, Any]
ABSENT = object()


def defaults_of(document: Schema) -> Any:
    """The value of an untouched form."""
    document = document.get("spec", document)
    root = document.get("connectionSpecification", document)
    value = _held(root, root, required=True)
    return {} if value is ABSENT else value


def _held(schema: Any, root: Schema, *, required: bool) -> Any:
    schema, nullable = _plain(schema, root)
    if _is_secret(schema):
        return ABSENT
    if "default" in schema and (schema["default"] is not None or nullable):
        return schema["default"]
    if "const" in schema:
        return schema["const"] if required else ABSENT
    branches = schema.get("oneOf") or schema.get("anyOf")
    if branches and all("const" in branch for branch in branches):
        return ABSENT  # an enum with labels
    if branches:
        return _branch(schema, branches, root) if required and not nullable else ABSENT
    if "properties" not in schema:
        return ABSENT  # a map holds nothing until somebody adds an entry
    if not (required or (not nullable and _is_complete(schema, root))):
        return ABSENT
    return _object(schema, root)


def _branch(schema: Schema, branches: list[Schema], root: Schema) -> Any:
    first, _ = _plain(branches[0], root)
    if not _is_object(first):
        return _held(first, root, required=True)
    outer = {"properties": schema.get("properties", {}), "required": schema.get("required", [])}
    own = _object(_joined(outer, first), root)
    tag = _tag(schema, branches, root)
    if tag is not None:
        own.setdefault(tag, first["properties"][tag].get("const"))
    return own


def _tag(schema: Schema, branches: list[Schema], root: Schema) -> str | None:
    """The property that says which branch it is."""
    if "discriminator" in schema:
        return str(schema["discriminator"]["propertyName"])
    properties = [_plain(branch, root)[0].get("properties", {}) for branch in branches]
    return next((name for name in properties[0] if all("const" in one.get(name, {}) for one in properties)), None)


def _object(schema: Schema, root: Schema) -> dict[str, Any]:
    required = schema.get("required", [])
    held = {name: _held(part, root, required=name in required) for name, part in schema.get("properties", {}).items()}
    return {name: value for name, value in held.items() if value is not ABSENT}


def _is_complete(schema: Schema, root: Schema) -> bool:
    required = schema.get("required", [])
    parts = {name: _plain(part, root)[0] for name, part in schema.get("properties", {}).items()}
    own = {name: "default" in part and not _is_secret(part) for name, part in parts.items()}
    whole = all(own[name] or "const" in parts[name] for name in required if name in parts)
    return whole and any(own.values())


def _plain(schema: Any, root: Schema) -> tuple[Schema, bool]:
    """A schema with its reference followed, `allOf` joined and null taken out, and whether null was in it."""
    schema = dict(schema) if isinstance(schema, dict) else {}
    if "$ref" in schema:
        target: Any = root
        for token in tokens_of(schema.pop("$ref")):
            target = target[token]
        schema = {**_plain(target, root)[0], **schema}
    for part in schema.pop("allOf", []):
        schema = _joined(_plain(part, root)[0], schema)
    nullable = isinstance(schema.get("type"), list) and "null" in schema["type"]
    for word in ("anyOf", "oneOf"):
        parts = [part for part in schema.get(word, []) if part.get("type") != "null"]
        if len(parts) < len(schema.get(word, [])):
            nullable = True
            schema[word] = parts
            if len(parts) == 1:
                del schema[word]
                schema = {**_plain(parts[0], root)[0], **schema}
    return schema, nullable


def _joined(base: Schema, over: Schema) -> Schema:
    return {
        **base,
        **over,
        "properties": {**base.get("properties", {}), **over.get("properties", {})},
        "required": [*base.get("required", []), *over.get("required", [])],
    }


def _is_secret(schema: Schema) -> bool:
    return bool(schema.get("airbyte_secret") or schema.get("writeOnly") or schema.get("format") == "password")


def _is_object(schema: Schema) -> bool:
    return schema.get("type") == "object" or "properties" in schema
