"""Turns any JSON Schema into a `FieldSpec` tree. Nothing here raises on a strange schema: the worst case is a field
that is edited as JSON, and a warning for the schema's author.

Which words are read, and where they come from, is in connectors/sdk/FORMS.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.forms import dialect
from app.forms.conditions import find_conditions
from app.forms.containers import any_field, array_field, object_field
from app.forms.override import overlay
from app.forms.repair import repair
from app.forms.schema import Raw, Reader, humanise, is_secret, subschemas, type_of
from app.forms.spec import FieldSpec, Form, Kind
from app.forms.specification import oauth_of, unwrap
from app.forms.unions import default_branch, find_choices, find_union, nullable_part
from app.forms.values import UNSET, Json, Say

MAX_DEPTH = 24
_AIRBYTE = ("airbyte_secret", "airbyte_hidden", "always_show", "pattern_descriptor", "display_type")
_ROOT_WORDS = ("type", "oneOf", "anyOf", "enum", "const", "items", "prefixItems")


def normalise(schema: Json, override: Mapping[str, Json] | None = None, say: Say = str) -> Form:
    """A schema as a form. A schema that is no object at all becomes a form without fields.

    A whole connector specification is taken too. `override` says how to show fields in RJSF's `ui:` words,
    `say` translates the few labels that are ours ("More entries")."""
    warnings: list[str] = []
    document, schema = unwrap(schema)
    if not isinstance(schema, dict):
        warnings.append("The schema is not an object")
        schema = {}
    repaired = repair(schema, warnings)
    reader = Reader(repaired, warnings, say)
    collapses = bool(document) or any(word in one for one in subschemas(repaired) for word in _AIRBYTE)
    root = Normaliser(reader, collapses=collapses).root({**repaired, "x-ui": override} if override else repaired)
    return Form(root, repaired, warnings, oauth_of(document), str(document.get("documentationUrl", "")))


class Normaliser:
    """Builds specs from one document. `collapses`: optional fields are folded away, as Airbyte does."""

    def __init__(self, reader: Reader, *, collapses: bool = False) -> None:
        self.reader = reader
        self.collapses = collapses

    def root(self, schema: Raw) -> FieldSpec:
        """The whole form: an object unless the schema clearly says something else."""
        raw = self.reader.read(schema)
        if not any(key in raw for key in _ROOT_WORDS):
            raw = {**raw, "type": "object", "properties": raw.get("properties", {})}
        elif raw.get("type") == "object" and "properties" not in raw and "additionalProperties" not in raw:
            raw = {**raw, "properties": {}}
        return self.field("", raw, required=True, depth=0)

    def field(self, name: str, schema: Json, *, required: bool, depth: int, tag_key: str = "") -> FieldSpec:
        """One field. `tag_key` names the discriminator among an object's properties, which is not shown."""
        try:
            return self._field(name, schema, required=required, depth=depth, tag_key=tag_key)
        except Exception as error:  # the promise of this module; a form with one such field is better than none
            label = humanise(name)
            self.reader.warn(f"“{label}” can't be read ({type(error).__name__}); it is edited as JSON")
            kind = Kind.SECRET if isinstance(schema, dict) and is_secret(schema) else Kind.JSON
            return FieldSpec(name, kind, label, {}, required=required, depth=depth)

    def _field(self, name: str, schema: Json, *, required: bool, depth: int, tag_key: str) -> FieldSpec:
        raw = self.reader.read(schema)
        if "x-ui" in raw:
            raw = overlay(raw, self.reader)
        raw, nullable = nullable_part(raw, self.reader)
        words = dialect.words(name, raw, required=required, nullable=nullable, depth=depth, reader=self.reader)
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
        if words["notation"]:
            return FieldSpec(kind=Kind.TEXT if type_of(raw) == "string" else Kind.JSON, **words)
        choices = find_choices(raw, self.reader)
        if choices:
            return FieldSpec(kind=Kind.ENUM, choices=choices, **words)
        union = find_union(self, raw, depth)
        if union is not None:
            branches, discriminator = union
            chosen, words["default"] = default_branch(words["default"], branches, discriminator, self.reader)
            return FieldSpec(
                kind=Kind.UNION, branches=branches, discriminator=discriminator, default_branch=chosen, **words
            )
        return self._by_type(raw, words, tag_key, depth)

    def _by_type(self, raw: Raw, words: dict[str, Any], tag_key: str, depth: int) -> FieldSpec:
        match type_of(raw):
            case "string":
                return FieldSpec(kind=Kind.TEXT if dialect.is_multiline(raw) else Kind.STRING, **words)
            case "integer":
                return FieldSpec(kind=Kind.INTEGER, **words)
            case "number":
                return FieldSpec(kind=Kind.NUMBER, **words)
            case "boolean":
                return FieldSpec(kind=Kind.BOOLEAN, **words)
            case "array":
                return array_field(self, raw, words, depth)
            case "object":
                return object_field(self, raw, words, tag_key, depth)
            case "null":
                return FieldSpec(kind=Kind.CONST, const=None, **{**words, "hidden": True})
        if find_conditions(raw, self.reader):
            return object_field(self, raw, words, tag_key, depth)
        if raw.get("title") or raw.get("description"):
            self.reader.warn(f"“{words['label']}” has no type; it is edited as text")
            return FieldSpec(kind=Kind.STRING, **words)
        return any_field(self, raw, words, depth)
