"""Turns any JSON Schema into a `FieldSpec` tree. Nothing here raises on a strange schema: the worst case is a field
that is edited as JSON, and a warning for the schema's author.

Read besides the standard words: the connector contract's (`x-effect`, `x-options`, `x-tree`, `x-path`, `x-unit`,
`x-advanced`, `x-enum-labels`), Airbyte's (`airbyte_secret`, `airbyte_hidden`, `order`, `group`, `multiline`,
`pattern_descriptor`) and VS Code's (`enumDescriptions`, `markdownDescription`, `patternErrorMessage`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.forms.repair import repair
from app.forms.schema import Raw, Reader, humanise, is_secret, type_of
from app.forms.spec import FieldSpec, Form, Kind, LiveOptions
from app.forms.unions import find_choices, find_union, nullable_part
from app.forms.values import UNSET, Json

MAX_DEPTH = 24
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
SCALARS = frozenset({Kind.STRING, Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.ENUM})


def normalise(schema: Json) -> Form:
    """A schema as a form. A schema that is no object at all becomes one JSON editor."""
    warnings: list[str] = []
    if not isinstance(schema, dict):
        warnings.append("The schema is not an object")
        schema = {}
    repaired = repair(schema, warnings)
    return Form(Normaliser(Reader(repaired, warnings)).root(repaired), repaired, warnings)


class Normaliser:
    """Builds specs from one document."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def root(self, schema: Raw) -> FieldSpec:
        """The whole form: an object unless the schema clearly says something else."""
        raw = self.reader.read(schema)
        if not any(key in raw for key in ("type", "oneOf", "anyOf", "enum", "const", "items")):
            raw = {**raw, "type": "object", "properties": raw.get("properties", {})}
        elif raw.get("type") == "object" and "properties" not in raw and "additionalProperties" not in raw:
            raw = {**raw, "properties": {}}
        return self.field("", raw, required=True, depth=0)

    def field(self, name: str, schema: Json, *, required: bool, depth: int, tag_key: str = "") -> FieldSpec:
        """One field. `tag_key` names the discriminator among an object's properties, which is not shown."""
        raw = self.reader.read(schema)
        raw, nullable = nullable_part(raw, self.reader)
        words = self._words(name, raw, required, nullable, depth)
        if is_secret(raw):
            words["default"] = UNSET
            return FieldSpec(kind=Kind.SECRET, **words)
        if "const" in raw:
            if isinstance(raw.get("enum"), list) and raw["const"] not in raw["enum"]:
                self.reader.warn(f"“{words['label']}”: const is not one of its enum values")
            return FieldSpec(kind=Kind.CONST, const=raw["const"], **{**words, "hidden": True})
        if depth > MAX_DEPTH:
            self.reader.warn("Nested too deeply; the rest is edited as JSON")
            return FieldSpec(kind=Kind.JSON, **words)
        choices = find_choices(raw, self.reader)
        if choices:
            return FieldSpec(kind=Kind.ENUM, choices=choices, **words)
        union = find_union(self, raw, depth)
        if union is not None:
            branches, discriminator = union
            return FieldSpec(kind=Kind.UNION, branches=branches, discriminator=discriminator, **words)
        return self._by_type(raw, words, tag_key, depth)

    def _by_type(self, raw: Raw, words: dict[str, Any], tag_key: str, depth: int) -> FieldSpec:
        match type_of(raw):
            case "string":
                lines = raw.get("multiline") is True or raw.get("contentMediaType") in (
                    "text/plain",
                    "application/json",
                )
                return FieldSpec(kind=Kind.TEXT if lines else Kind.STRING, **words)
            case "integer":
                return FieldSpec(kind=Kind.INTEGER, **words)
            case "number":
                return FieldSpec(kind=Kind.NUMBER, **words)
            case "boolean":
                return FieldSpec(kind=Kind.BOOLEAN, **words)
            case "array":
                return self._array(raw, words, depth)
            case "object":
                return self._object(raw, words, tag_key, depth)
            case "null":
                return FieldSpec(kind=Kind.CONST, const=None, **{**words, "hidden": True})
        if raw.get("title") or raw.get("description"):
            self.reader.warn(f"“{words['label']}” has no type; it is edited as text")
            return FieldSpec(kind=Kind.STRING, **words)
        return FieldSpec(kind=Kind.JSON, **words)

    def _array(self, raw: Raw, words: dict[str, Any], depth: int) -> FieldSpec:
        items = raw.get("items")
        if isinstance(items, list) or "prefixItems" in raw:
            return FieldSpec(kind=Kind.JSON, **words)
        if items is None:
            self.reader.warn(f"“{words['label']}” does not say what it lists; its entries are text")
            items = {"type": "string"}

        def expand() -> FieldSpec:
            return self.field("", items, required=True, depth=depth + 1)

        one = expand()
        if one.kind is Kind.ENUM and not one.nullable:
            return FieldSpec(kind=Kind.MULTI_ENUM, choices=one.choices, **words)
        if one.kind in SCALARS and one.kind is not Kind.TEXT and not one.nullable:
            return FieldSpec(kind=Kind.TAGS, expand_item=lambda: one, **words)
        return FieldSpec(kind=Kind.LIST, expand_item=expand, **words)

    def _object(self, raw: Raw, words: dict[str, Any], tag_key: str, depth: int) -> FieldSpec:
        properties = raw.get("properties")
        values = raw.get("additionalProperties")
        if not isinstance(properties, dict) or (not properties and isinstance(values, dict) and depth > 0):
            if isinstance(values, dict) and values:

                def expand() -> FieldSpec:
                    return self.field("", values, required=True, depth=depth + 1)

                one = expand()
                scalar = one.kind in SCALARS and not one.nullable
                return FieldSpec(kind=Kind.PAIRS if scalar else Kind.MAP, expand_item=expand, **words)
            if properties is None and values is not False and not tag_key:
                return FieldSpec(kind=Kind.JSON, **words)
            properties = {}

        def expand_children() -> tuple[FieldSpec, ...]:
            return self._children(raw, properties, tag_key, depth)

        return FieldSpec(
            kind=Kind.OBJECT, expand_children=expand_children, discriminator=tag_key, groups=_groups(raw), **words
        )

    def _children(self, raw: Raw, properties: Mapping[str, Json], tag_key: str, depth: int) -> tuple[FieldSpec, ...]:
        listed = raw.get("required")
        required = set(listed) if isinstance(listed, list) else set()
        for name in required - properties.keys():
            self.reader.warn(f"“{name}” is required but not declared")
        children = []
        for name, schema in properties.items():
            if name == tag_key:
                schema = _as_const(self.reader.read(schema))
            children.append(self.field(name, schema, required=name in required, depth=depth + 1))
        if any(child.order is not None for child in children):
            far = float("inf")
            children.sort(key=lambda c: (far, not c.required) if c.order is None else (c.order, False))
        return tuple(children)

    def _words(self, name: str, raw: Raw, required: bool, nullable: bool, depth: int) -> dict[str, Any]:
        order = raw.get("order")
        title = raw.get("title")
        examples = raw.get("examples", [raw["example"]] if "example" in raw else [])
        path = raw.get("x-path")
        return {
            "name": name,
            "label": title if isinstance(title, str) and title.strip() else humanise(name),
            "schema": raw,
            "help": _text(raw.get("markdownDescription")) or _text(raw.get("description")),
            "default": _fitting(raw, raw["default"], self.reader, nullable) if "default" in raw else UNSET,
            "required": required,
            "nullable": nullable,
            "read_only": raw.get("readOnly") is True,
            "hidden": raw.get("airbyte_hidden") is True or raw.get("x-hidden") is True,
            "advanced": raw.get("x-advanced") is True,
            "order": order if isinstance(order, int | float) and not isinstance(order, bool) else None,
            "group": _text(raw.get("group")),
            "examples": tuple(examples) if isinstance(examples, list) else (),
            "options": _live(raw.get("x-options")),
            "tree": raw.get("x-tree") is True,
            "path_kind": _text(path.get("kind")) if isinstance(path, dict) else _text(path),
            "unit": _text(raw.get("x-unit")),
            "multiline": raw.get("multiline") is True,
            "depth": depth,
        }


def _as_const(raw: Raw) -> Raw:
    values = raw.get("enum")
    if "const" not in raw and isinstance(values, list) and len(values) == 1:
        return {**raw, "const": values[0]}
    return raw


def _fitting(raw: Mapping[str, Json], default: Json, reader: Reader, nullable: bool) -> Json:
    """A default, brought to the schema's type where its author quoted it; kept as it is otherwise."""
    wanted = type_of(raw)
    if not isinstance(default, str) or wanted in ("string", "") or "enum" in raw:
        if default is None and not nullable and wanted and "const" not in raw:
            return UNSET
        return default
    try:
        read = json.loads(default.lower() if wanted == "boolean" else default)
    except ValueError:
        return default
    if isinstance(read, _PYTHON_TYPES.get(wanted, ())):
        reader.warn(f"The default “{default}” is text, read as {wanted}")
        return read
    return default


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _live(value: Json) -> LiveOptions | None:
    if isinstance(value, str):
        return LiveOptions(value)
    if not isinstance(value, dict) or not isinstance(value.get("source"), str):
        return None
    depends = value.get("depends")
    names = tuple(one for one in depends if isinstance(one, str)) if isinstance(depends, list) else ()
    return LiveOptions(value["source"], names, value.get("allowCustom") is not False)


def _groups(raw: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    groups = raw.get("groups")
    if not isinstance(groups, list):
        return ()
    return tuple(
        (str(one["id"]), _text(one.get("title")) or humanise(str(one["id"])))
        for one in groups
        if isinstance(one, dict) and "id" in one
    )
