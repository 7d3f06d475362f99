"""Alternatives in a schema: null branches, labelled constants, and real unions with their discriminator.

A union is recognised by `discriminator`, by a property that every branch fixes to another value, or not at all: then
its branch is found by trying (`match_branch`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.forms.builder import Builder
from app.forms.markup import without_markup
from app.forms.schema import TOGETHER, Raw, Reader, humanise, merge, type_of
from app.forms.spec import Branch, Choice, FieldSpec, Kind
from app.forms.values import UNSET, Json, same

_WORDS = ("title", "description", "default", "order", "group", "examples", "discriminator", "markdownDescription")
_CIRCLE = 16
"""An alternative within the only alternative, so often, is itself."""
_SHAPED = frozenset({"properties", "additionalProperties", "patternProperties", "oneOf", "anyOf", "enum", "const"})
TYPE_LABELS = {
    "string": "Text",
    "integer": "Whole number",
    "number": "Number",
    "boolean": "Yes or no",
    "array": "List",
    "object": "Details",
}
LIST_LABELS = {"string": "List of texts", "object": "List of details"}


def nullable_part(raw: Raw, reader: Reader, depth: int = 0) -> tuple[Raw, bool]:
    """A schema without its null alternative, and whether it had one."""
    named = raw.get("type")
    if isinstance(named, list):
        rest = [one for one in named if one != "null"]
        nullable = len(rest) < len(named)
        if len(rest) == 1:
            return _without_null_choice({**raw, "type": rest[0]}), nullable
        if nullable and rest:
            return _without_null_choice({**raw, "type": rest}), True
        return raw, False
    for key in ("anyOf", "oneOf"):
        parts = raw.get(key)
        if not isinstance(parts, list) or not parts:
            continue
        rest = [part for part in parts if not _is_null(part, reader)]
        nullable = len(rest) < len(parts)
        outer = {word: value for word, value in raw.items() if word != key}
        if depth > _CIRCLE:
            reader.warn("References lead in a circle")
            return outer, nullable
        if len(rest) == 1 and (nullable or not _only_condition(rest[0], reader)):
            inner, below = nullable_part(reader.read(rest[0]), reader, depth + 1)
            if not nullable and (tag := _discriminator({}, [inner], reader)):
                inner = {**inner, "x-tag": tag}  # the only alternative is chosen, and says so like any other
            return merge(inner, outer), nullable or below
        if nullable and rest:
            return {**outer, key: rest, "x-indexes": [i for i, part in enumerate(parts) if part in rest]}, True
    values = raw.get("enum")
    if raw.get("nullable") is True or (isinstance(values, list) and len(values) > 1 and None in values):
        return _without_null_choice(raw), True
    return raw, False


def _without_null_choice(raw: Raw) -> Raw:
    values = raw.get("enum")
    if isinstance(values, list) and None in values and len(values) > 1:
        return {**raw, "enum": [value for value in values if value is not None]}
    return raw


def _is_null(part: Json, reader: Reader) -> bool:
    return isinstance(part, dict) and (part.get("type") == "null" or ("const" in part and part["const"] is None))


def _only_condition(part: Json, reader: Reader) -> bool:
    read = reader.read(part)
    return read.keys() <= TOGETHER or ("required" in read and "properties" not in read and "type" not in read)


def find_choices(raw: Raw, reader: Reader) -> tuple[Choice, ...]:
    """The choices of an enum, or of a oneOf of titled constants; () for anything else."""
    values = raw.get("enum")
    if isinstance(values, list) and values:
        names = raw.get("enumNames", raw.get("x-enumNames"))
        labels = raw.get("x-enum-labels")
        helps = raw.get("enumDescriptions", raw.get("markdownEnumDescriptions"))
        found = []
        for index, value in enumerate(values):
            named = _at(names, index) or (labels.get(plain(value), "") if isinstance(labels, dict) else "")
            found.append(Choice(value, without_markup(str(named)) or plain(value), _at(helps, index)))
        return tuple(found)
    for key in ("oneOf", "anyOf"):
        parts = raw.get(key)
        if not isinstance(parts, list) or not parts:
            continue
        read = [reader.read(part) for part in parts]
        if all("const" in part and not isinstance(part["const"], dict | list) for part in read):
            return tuple(
                Choice(
                    part["const"],
                    without_markup(_word(part, "title")) or plain(part["const"]),
                    _word(part, "description"),
                )
                for part in read
            )
    return ()


def find_union(builder: Builder, raw: Raw, depth: int) -> tuple[tuple[Branch, ...], str] | None:
    """The branches of a union and its discriminator's name ("" if none); None for a schema without alternatives."""
    reader = builder.reader
    named = raw.get("type")
    if isinstance(named, list) and len(named) > 1:
        own = {word: value for word, value in raw.items() if word not in _WORDS}
        typed = [{**own, "type": one} for one in named]
        return branches_of(builder, typed, {}, "", depth, list(range(len(named)))), ""
    for key in ("oneOf", "anyOf"):
        parts: Json = raw.get(key)
        if not isinstance(parts, list) or len(parts) < 1 or all(_only_condition(part, reader) for part in parts):
            continue
        outer = {word: value for word, value in raw.items() if word not in (key, "x-indexes", *_WORDS)}
        indexes = raw.get("x-indexes", list(range(len(parts))))
        tag_key = _discriminator(raw, [reader.read(part) for part in parts], reader)
        mapped = _mapped(raw, parts) if tag_key else {}
        return branches_of(builder, parts, outer, tag_key, depth, indexes, mapped), tag_key
    return None


def branches_of(
    builder: Builder,
    parts: Sequence[Json],
    outer: Raw,
    tag_key: str,
    depth: int,
    indexes: list[int],
    mapped: Mapping[int, str] | None = None,
) -> tuple[Branch, ...]:
    """Alternatives as branches. `mapped` has the tags that only the discriminator's mapping knows."""
    branches: list[Branch] = []
    read = [builder.reader.read(part) for part in parts]
    of_objects = any("properties" in one for one in read)
    for place, (index, own) in enumerate(zip(indexes, read, strict=True)):
        schema = merge(outer, own) if outer else own
        tag = _tag(own, tag_key, builder.reader)
        if tag is None and mapped and place in mapped:
            tag = mapped[place]
            schema = merge(schema, {"properties": {tag_key: {"const": tag}}})
        if of_objects and type_of(schema) in ("object", "") and not schema.keys() & _SHAPED:
            schema = {**schema, "type": "object", "properties": {}}
        label = _label(
            own, _common_tag(own, tag_key, builder.reader) if tag is None else tag, builder
        ) or builder.reader.say("Option {number}").format(number=place + 1)
        if label in [one.label for one in branches]:
            label = f"{label} ({place + 1})"

        def expand(schema: Raw = schema) -> FieldSpec:
            return builder.field("", schema, required=True, depth=depth + 1, tag_key=tag_key or "")

        branches.append(Branch(index, label, _word(own, "description"), tag, schema, expand))
    return tuple(branches)


def _mapped(raw: Raw, parts: Sequence[Json]) -> dict[int, str]:
    """Tags that no branch states itself: those of the discriminator's mapping, else the referred schemas' names. Where
    several tags lead to one schema, the person says which."""
    discriminator = raw.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    found = {}
    for place, part in enumerate(parts):
        reference = part.get("$ref") if isinstance(part, dict) else None
        if isinstance(reference, str):
            tags = [tag for tag, one in mapping.items() if one == reference] if isinstance(mapping, dict) else []
            if len(tags) < 2:
                found[place] = str(tags[0] if tags else reference.rpartition("/")[2])
    return found


def _label(own: Raw, tag: Json, builder: Builder) -> str:
    title = without_markup(_word(own, "title"))
    if title:
        return title if " " in title or title.isupper() else humanise(title)
    if tag is not None:
        return humanise(plain(tag))
    if "const" in own:
        return plain(own["const"])
    if _word(own, "format") and type_of(own) == "string":
        return humanise(_word(own, "format"))
    kind = type_of(own)
    if kind == "array" and isinstance(own.get("items"), dict):
        return builder.reader.say(LIST_LABELS.get(type_of(own["items"]), TYPE_LABELS[kind]))
    return builder.reader.say(TYPE_LABELS[kind]) if kind in TYPE_LABELS else ""


def _discriminator(raw: Raw, parts: list[Raw], reader: Reader) -> str:
    named = raw.get("discriminator")
    if isinstance(named, dict) and isinstance(named.get("propertyName"), str):
        return str(named["propertyName"])
    if isinstance(named, str):
        return named
    if not all(isinstance(part.get("properties"), dict) for part in parts) or len(parts) < 1:
        return ""
    for key in parts[0]["properties"]:
        # The same key with another fixed value in each.
        tags = [_tag(part, key, reader) for part in parts]
        if all(tag is not None for tag in tags) and len({plain(tag) for tag in tags}) == len(tags):
            return str(key)
    return ""


def as_const(raw: Raw) -> Raw:
    """A discriminator's schema, with its one value as a constant."""
    values = raw.get("enum")
    if "const" not in raw and isinstance(values, list) and len(values) == 1:
        return {**raw, "const": values[0]}
    return raw


def _tag(part: Raw, key: str, reader: Reader) -> Json:
    properties = part.get("properties")
    if not key or not isinstance(properties, dict) or key not in properties:
        return None
    read = reader.read(properties[key])
    if "const" in read:
        return read["const"]
    values = read.get("enum")
    return values[0] if isinstance(values, list) and len(values) == 1 else None


def _common_tag(part: Raw, key: str, reader: Reader) -> Json:
    """The one tag that all alternatives within an alternative have, as pydantic nests them."""
    parts = part.get("oneOf", part.get("anyOf"))
    tags = [_tag(reader.read(one), key, reader) for one in parts] if isinstance(parts, list) else []
    return tags[0] if tags and all(same(one, tags[0]) for one in tags) else None


def default_branch(
    default: Json, branches: tuple[Branch, ...], discriminator: str, reader: Reader
) -> tuple[int | None, Json]:
    """A union's default. Some authors write only the tag of the branch they mean where its object belongs: then that
    branch is chosen, with its own defaults; what names none is left out."""
    if not discriminator or default is UNSET or default is None or isinstance(default, dict):
        return None, default
    chosen = next((place for place, each in enumerate(branches) if same(each.tag, default)), None)
    if chosen is None:
        reader.warn(f"The default {json.dumps(default)} is none of the choices, and left out")
    else:
        reader.warn(f"The default {json.dumps(default)} only names a choice; it is chosen with its own defaults")
    return chosen, UNSET


def match_branch(spec: FieldSpec, value: Json, is_valid: Any) -> int | None:
    """Which branch (its place in `spec.branches`) a value belongs to: by discriminator, by validity, then by likeness.

    `is_valid(branch, value)` tries a branch's schema."""
    if spec.discriminator and isinstance(value, dict) and spec.discriminator in value:
        for place, branch in enumerate(spec.branches):
            if branch.tag is not None and same(branch.tag, value[spec.discriminator]):
                return place
    places = [place for place, branch in enumerate(spec.branches) if is_valid(branch, value)]
    if len(places) == 1:
        return places[0]
    # Several fit, or none does: the one that knows most of the value.
    scores = {place: _likeness(spec.branches[place].spec, value) for place in places or range(len(spec.branches))}
    best = max(scores, key=lambda place: scores[place], default=None)
    return best if places or (best is not None and scores[best]) else None


def _likeness(spec: FieldSpec, value: Json) -> int:
    if isinstance(value, dict):
        if spec.kind in (Kind.PAIRS, Kind.MAP):
            return 1
        return 1 + len(spec.by_name.keys() & value.keys()) if spec.kind is Kind.OBJECT else 0
    if isinstance(value, list):
        return int(spec.kind in (Kind.TAGS, Kind.LIST, Kind.TUPLE, Kind.MULTI_ENUM))
    return int(spec.is_leaf and spec.kind not in (Kind.TAGS, Kind.MULTI_ENUM, Kind.PAIRS, Kind.CONST))


def plain(value: Json) -> str:
    """A scalar as a person reads it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _word(raw: Raw, key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def _at(values: Json, index: int) -> str:
    if isinstance(values, list) and index < len(values) and isinstance(values[index], str):
        return str(values[index])
    return ""
