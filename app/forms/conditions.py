"""Conditions in a schema: what an object's fields are for the value so far.

They are `if`/`then`/`else`, `dependentRequired`, `dependentSchemas` and draft 7's `dependencies`.

A condition only ever adds to an object: fields, what is required, limits. The fields it tests stay as they are, so that
the way back is never closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.forms.override import overlay
from app.forms.schema import Raw, Reader, merge
from app.forms.spec import Condition, FieldSpec
from app.forms.values import Json

Valid = Callable[[Json, Json], bool]
_ROUNDS = 8
_DRAWN = ("properties", "patternProperties", "required", "allOf", "oneOf", "anyOf")


def applied(spec: FieldSpec, value: Json, valid: Valid) -> FieldSpec:
    """An object's field as it is for a value; `valid(schema, value)` tries a schema."""
    for _ in range(_ROUNDS):
        if not spec.conditions:
            break
        spec = spec.variant(tuple(valid(one.test, value) for one in spec.conditions))
    return spec


def find_conditions(raw: Raw, reader: Reader) -> tuple[Condition, ...]:
    """The conditions of an object that change what is to be filled in."""
    return tuple(one for one in _all(raw) if any(_draws(part, reader) for part in (one.then, one.otherwise)))


def _all(raw: Raw) -> Iterator[Condition]:
    for part in raw.get("allOf", ()):
        if "if" in part:
            yield Condition(
                part["if"], part.get("then", True), part.get("else", True), frozenset(_tested(part["if"], 0))
            )
        for word in ("dependentRequired", "dependentSchemas", "dependencies"):
            needs = part.get(word)
            for name, need in needs.items() if isinstance(needs, dict) else ():
                then = {"required": need} if isinstance(need, list) else need
                yield Condition({"required": [name]}, then, True, frozenset([name]))


def _draws(part: Json, reader: Reader) -> bool:
    return isinstance(part, dict) and any(word in reader.read(part) for word in _DRAWN)


def _tested(schema: Json, depth: int) -> set[str]:
    """The fields that a condition looks at."""
    if not isinstance(schema, dict) or depth > _ROUNDS:
        return set()
    properties, required = schema.get("properties"), schema.get("required")
    names = set(properties) if isinstance(properties, dict) else set()
    names |= {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    for word in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(word)
        for part in parts if isinstance(parts, list) else ():
            names |= _tested(part, depth + 1)
    return names | _tested(schema.get("not"), depth + 1)


def added(conditions: tuple[Condition, ...], reader: Reader) -> Raw:
    """The fields that conditions may bring, whatever their outcome."""
    found: Raw = {}
    for part in (part for one in conditions for part in (one.otherwise, one.then)):
        properties = _unfolded(reader.read(part), reader, frozenset()).get("properties")
        found |= properties if isinstance(properties, dict) else {}
    return found


def with_tested(raw: Raw, conditions: tuple[Condition, ...], reader: Reader) -> Raw:
    """An object's schema with a field for all that its conditions test, else they could never come true."""
    declared = raw.get("properties")
    declared = declared if isinstance(declared, dict) else {}
    tested = [name for one in conditions for name in sorted(one.names) if name not in declared]
    if not tested:
        return raw
    brought = added(conditions, reader)
    return {**raw, "properties": {**declared, **{name: brought.get(name, {}) for name in tested}}}


def vary(raw: Raw, conditions: tuple[Condition, ...], outcomes: tuple[bool, ...], reader: Reader) -> Raw:
    """An object's schema when its conditions come out like this; what is left in `allOf` are the conditions within."""
    varied = {word: value for word, value in raw.items() if word != "allOf"}
    declared = raw.get("properties")
    for condition, holds in zip(conditions, outcomes, strict=True):
        part = reader.read(condition.then if holds else condition.otherwise)
        part = overlay(part, reader) if "x-ui" in part else part
        part = _unfolded(part, reader, condition.names)
        part = {word: part[word] for word in ("properties", "patternProperties", "required", "allOf") if word in part}
        part["properties"] = _open(part.get("properties"), declared, condition.names, reader)
        varied = _placed(merge(varied, part), varied.get("properties"), condition.names)
    return varied


def _placed(varied: Raw, before: Json, names: frozenset[str]) -> Raw:
    """Puts the fields a condition added behind the last one it tests, where a person looks for them."""
    properties, known = varied["properties"], list(before) if isinstance(before, dict) else []
    added = [name for name in properties if name not in known]
    at = max((place for place, name in enumerate(known) if name in names), default=len(known) - 1) + 1
    return {**varied, "properties": {name: properties[name] for name in (*known[:at], *added, *known[at:])}}


def _open(properties: Json, declared: Json, names: frozenset[str], reader: Reader) -> Raw:
    """What a condition says about fields, without what would close or hide those the person chooses with."""
    found: Raw = {}
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        if not isinstance(declared, dict) or name not in declared:
            found[name] = schema
        elif name not in names:
            read = reader.read(schema) if isinstance(schema, dict) else schema
            found[name] = {"enum": [read["const"]]} if isinstance(read, dict) and "const" in read else schema
    return found


def _unfolded(part: Raw, reader: Reader, names: frozenset[str]) -> Raw:
    """Alternatives within a condition as conditions of their own, each on the values by which it is told apart."""
    for word in ("oneOf", "anyOf"):
        parts = part.get(word)
        if not isinstance(parts, list):
            continue
        read = [one for one in (reader.read(part) for part in parts) if isinstance(one.get("properties"), dict)]
        key = _told_apart_by(read, reader, names)
        rest = {name: value for name, value in part.items() if name != word}
        conditions = []
        for one in read if key else ():
            test = {"properties": {key: one["properties"][key]}, "required": [key]}
            conditions.append({"if": test, "then": one})
        if key and key not in names:
            values = [value for one in read for value in _values(reader.read(one["properties"][key]))]
            rest = merge({"properties": {key: {"enum": values}}}, rest)
        added = {name: schema for one in read for name, schema in one["properties"].items()} if not key else {}
        part = merge(rest, {"properties": added, "allOf": conditions})
    return part


def _told_apart_by(parts: list[Raw], reader: Reader, names: frozenset[str]) -> str:
    shared = [
        key
        for key in (parts[0]["properties"] if parts else ())
        if all(key in part["properties"] and _values(reader.read(part["properties"][key])) for part in parts)
    ]
    return next((key for key in shared if key in names), shared[0] if shared else "")


def _values(raw: Raw) -> list[Json]:
    values = raw.get("enum")
    return [raw["const"]] if "const" in raw else values if isinstance(values, list) else []
