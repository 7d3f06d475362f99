"""Fields that hold others: objects with their conditions, maps of free keys, lists, tuples, and values of any type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.forms.builder import Builder
from app.forms.conditions import added, find_conditions, vary, with_tested
from app.forms.dialect import groups_of
from app.forms.schema import Raw, are_numbers
from app.forms.spec import FieldSpec, Kind
from app.forms.unions import as_const, branches_of
from app.forms.values import REST, Json

SCALARS = frozenset({Kind.STRING, Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.ENUM})
NESTED_ANY = 2
"""How many lists and maps a value of any type may be nested in and still have real editors."""


def any_field(builder: Builder, raw: Raw, words: dict[str, Any], depth: int) -> FieldSpec:
    """A value of any type: the person says which."""
    level = raw.get("x-any", 0)
    types: list[Raw] = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
    if level < NESTED_ANY:
        inner = {"x-any": level + 1}
        types += [{"type": "array", "items": inner}, {"type": "object", "additionalProperties": inner}]
    branches = branches_of(builder, types, {}, "", depth, list(range(len(types))))
    return FieldSpec(kind=Kind.UNION, branches=branches, **{**words, "nullable": True})


def array_field(builder: Builder, raw: Raw, words: dict[str, Any], depth: int) -> FieldSpec:
    """A list: of fields of its own, of chips where its entries are scalars, or of fixed places."""
    items = raw.get("items")
    fixed = raw.get("prefixItems")
    if isinstance(items, list):
        fixed, items = items, raw.get("additionalItems")
    if isinstance(fixed, list) and fixed:
        return _tuple(builder, fixed, items, raw, words, depth)
    if items is None or items is False:
        if "const" not in raw and items is None and not raw.get("x-any"):
            builder.reader.warn(f"“{words['label']}” does not say what it lists; its entries are text")
        items = {"type": "string"}

    def expand() -> FieldSpec:
        return builder.field("", items, required=True, depth=depth + 1)

    one = expand()
    if one.kind is Kind.ENUM and not one.nullable:
        return FieldSpec(kind=Kind.MULTI_ENUM, choices=one.choices, expand_item=lambda: one, **words)
    if one.kind in SCALARS and one.kind is not Kind.TEXT and not one.nullable:
        return FieldSpec(kind=Kind.TAGS, expand_item=lambda: one, **words)
    return FieldSpec(kind=Kind.LIST, expand_item=expand, **words)


def _tuple(builder: Builder, fixed: list[Json], items: Json, raw: Raw, words: dict[str, Any], depth: int) -> FieldSpec:
    least, most = (raw[word] if are_numbers(raw.get(word)) else None for word in ("minItems", "maxItems"))

    def expand() -> tuple[FieldSpec, ...]:
        children = []
        for place, schema in enumerate(fixed):
            child = builder.field(str(place), schema, required=place < (least or 0), depth=depth + 1)
            label = builder.reader.say("Entry {number}").format(number=place + 1)
            children.append(child if child.text("title") else replace(child, label=label))
        if isinstance(items, dict) and (most is None or most > len(fixed)):
            rest = builder.field("", {"type": "array", "items": items}, required=False, depth=depth)
            children.append(replace(rest, label=builder.reader.say("More entries"), name=REST, spread=True))
        return tuple(children)

    return FieldSpec(kind=Kind.TUPLE, expand_children=expand, **words)


def object_field(builder: Builder, raw: Raw, words: dict[str, Any], tag_key: str, depth: int) -> FieldSpec:
    """An object with named fields, or a map of free keys."""
    conditions = find_conditions(raw, builder.reader)
    properties = raw.get("properties")
    named = isinstance(properties, dict) and bool(properties)
    if not named and not conditions and not tag_key and depth > 0:
        values = _free_values(raw)
        if values is not None and (values or not isinstance(properties, dict)):
            return _map(builder, values or {"x-any": raw.get("x-any", 0)}, words, depth)
    raw = with_tested(raw, conditions, builder.reader)
    return _object(builder, raw, {**words, "schema": raw}, tag_key, depth, None)


def _map(builder: Builder, values: Raw, words: dict[str, Any], depth: int) -> FieldSpec:
    def expand() -> FieldSpec:
        return builder.field("", values, required=True, depth=depth + 1)

    one = expand()
    kind = Kind.PAIRS if one.kind in SCALARS and not one.nullable else Kind.MAP
    return FieldSpec(kind=kind, expand_item=expand, **words)


def _free_values(raw: Raw) -> Raw | None:
    """The schema of what keys without a field hold; {} for anything, None if there may be none."""
    patterns = raw.get("patternProperties")
    found = [one for one in patterns.values() if one is not False] if isinstance(patterns, dict) else []
    others = raw.get("additionalProperties", raw.get("unevaluatedProperties"))
    if isinstance(others, dict) and others:
        found.append(others)
    described = [one for place, one in enumerate(found) if isinstance(one, dict) and one and one not in found[:place]]
    if len(described) == 1:
        return dict(described[0])
    if described:
        return {"anyOf": described}
    return None if others is False and not found else {}


def _object(
    builder: Builder, raw: Raw, words: dict[str, Any], tag_key: str, depth: int, before: FieldSpec | None
) -> FieldSpec:
    """`before` is the object without the conditions that made it this one: its fields stay the same where they can."""
    conditions = find_conditions(raw, builder.reader)

    def expand() -> tuple[FieldSpec, ...]:
        return _children(builder, raw, tag_key, depth, before)

    def change(outcomes: tuple[bool, ...]) -> FieldSpec:
        changed = vary(raw, conditions, outcomes, builder.reader)
        return _object(builder, changed, {**words, "schema": changed}, tag_key, depth, spec)

    spec = FieldSpec(
        kind=Kind.OBJECT,
        expand_children=expand,
        discriminator=tag_key,
        groups=groups_of(raw),
        conditions=conditions,
        vary=change if conditions else None,
        **words,
    )
    return spec


def _children(builder: Builder, raw: Raw, tag_key: str, depth: int, before: FieldSpec | None) -> tuple[FieldSpec, ...]:
    properties = dict(raw["properties"]) if isinstance(raw.get("properties"), dict) else {}
    listed = raw.get("required")
    required = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    _declare(builder, raw, properties, required)
    required += [raw["x-tag"]] if "x-tag" in raw else []
    known = before.schema.get("properties") if before is not None else None
    children = []
    for name, schema in properties.items():
        if schema is False:
            continue  # may not be there at all
        if before is not None and isinstance(known, dict) and known.get(name) is schema and name in before.by_name:
            child, demanded = before.by_name[name], name in required
            children.append(child if child.required == demanded else replace(child, required=demanded))
            continue
        if name == tag_key:
            schema = as_const(builder.reader.read(schema))
        children.append(builder.field(name, schema, required=name in required, depth=depth + 1))
    if any(child.order is not None for child in children):
        far = float("inf")
        children.sort(key=lambda c: (far, not c.required) if c.order is None else (c.order, False))
    if builder.collapses:
        children = _collapsed(children)
    rest = _rest(builder, raw, properties, depth, before)
    return (*children, rest) if rest is not None else tuple(children)


def _declare(builder: Builder, raw: Raw, properties: dict[str, Json], required: list[str]) -> None:
    """Gives a field to what is required but not declared, unless a condition will bring it."""
    missing = [name for name in required if name not in properties]
    if not missing:
        return
    reader = builder.reader
    coming = added(find_conditions(raw, reader), reader)
    for name in missing:
        if name not in coming:
            values = _free_values(raw)
            if not values:
                reader.warn(f"“{name}” is required but not declared; it is edited as text")
            properties[name] = values or {"type": ["string", "null"]}


def _rest(
    builder: Builder, raw: Raw, properties: Mapping[str, Json], depth: int, before: FieldSpec | None
) -> FieldSpec | None:
    values = _free_values(raw)
    if not values:
        return None
    if before is not None and before.rest is not None and "patternProperties" not in raw:
        return before.rest
    free = {"type": "object", "additionalProperties": values}
    rest = builder.field("", free, required=False, depth=max(depth, 1))
    label = builder.reader.say("More entries" if properties else "Entries")
    return replace(rest, label=label, name=REST, spread=True)


def _collapsed(children: list[FieldSpec]) -> list[FieldSpec]:
    """Airbyte's rule: what is optional is folded away, unless it asks to be seen or nothing else is there."""
    stays = [one.hidden or one.required or one.schema.get("always_show") is True for one in children]
    if all(one.hidden for one, stay in zip(children, stays, strict=True) if stay):
        return children
    return [
        one if stay or one.advanced else replace(one, advanced=True) for one, stay in zip(children, stays, strict=True)
    ]
