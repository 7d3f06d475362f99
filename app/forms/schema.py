"""Reading raw JSON Schema: local references, `allOf`, what type a field has, and the words for it.

Everything here is pure and raises nothing: what cannot be read becomes a warning for the schema's author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.forms.values import Json, Say, tokens_of

Raw = dict[str, Any]

SUBSCHEMAS = (
    *("items", "additionalItems", "unevaluatedItems", "contains"),
    *("additionalProperties", "unevaluatedProperties", "propertyNames"),
    *("not", "if", "then", "else"),
)
LISTS = ("oneOf", "anyOf", "allOf", "prefixItems")
MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
CONDITIONAL = ("if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies")


class Reader:
    """Resolves references within one document and merges what belongs together. `say` words what no author named."""

    def __init__(self, root: Json, warnings: list[str], say: Say = str) -> None:
        self.root = root
        self.warnings = warnings
        self.say = say

    def warn(self, text: str) -> None:
        """Tells the schema's author, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def read(self, schema: Json) -> Raw:
        """A schema with its references followed and `allOf` merged at the top; its parts are left as they are.

        Conditions can't be merged, for there may be several: they are what is left in `allOf`."""
        return self._read(schema, 0)

    def _read(self, schema: Json, depth: int) -> Raw:
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            self.warn("A schema should be an object; this one accepts anything")
            return {}
        merged: Raw = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", *CONDITIONAL)}
        if depth > 32:
            self.warn("References lead in a circle")
            return merged
        reference = schema.get("$ref", schema.get("$dynamicRef"))
        if isinstance(reference, str):
            merged = merge(self._read(self.follow(reference), depth + 1), merged)
        parts = schema.get("allOf")
        if isinstance(parts, list):
            base: Raw = {}
            for part in parts:
                base = merge(base, self._read(part, depth + 1))
            merged = merge(base, merged)
        conditional = {word: schema[word] for word in CONDITIONAL if word in schema}
        if conditional:
            merged["allOf"] = [*merged.get("allOf", ()), conditional]
        return merged

    def follow(self, reference: str) -> Json:
        """What a reference within this document points at; anything for one that leads nowhere."""
        if reference.startswith("#/") or reference == "#":
            node: Json = self.root
            for token in tokens_of(reference):
                if isinstance(node, list) and token.isdigit() and int(token) < len(node):
                    node = node[int(token)]
                elif isinstance(node, dict) and token in node:
                    node = node[token]
                else:
                    break
            else:
                return node
        else:
            for candidate in subschemas(self.root):
                identity = candidate.get("$id", candidate.get("id"))
                anchor = candidate.get("$anchor", candidate.get("$dynamicAnchor"))
                if identity == reference or (isinstance(anchor, str) and reference == "#" + anchor):
                    return candidate
        self.warn(f"The reference {reference} leads nowhere")
        return True


TOGETHER = frozenset({"required", "not", "title", "description", "$comment", "dependentRequired"})
_UNREAD = ("$ref", "$dynamicRef", "allOf", *CONDITIONAL)


def merge(base: Raw, over: Raw) -> Raw:
    """Both schemas at once: `over` wins in words, the tighter one in limits, properties and `required` are joined."""
    if not base or not over:
        return {**base, **over}
    merged = {**base, **over}
    for key in base.keys() & over.keys():
        left, right = base[key], over[key]
        if key in MAPS and isinstance(left, dict) and isinstance(right, dict):
            joined = {**left, **right}
            for name in left.keys() & right.keys():
                if left[name] is not right[name] and isinstance(left[name], dict) and isinstance(right[name], dict):
                    joined[name] = (
                        {"allOf": [left[name], right[name]]}
                        if any(word in part for part in (left[name], right[name]) for word in _UNREAD)
                        else merge(left[name], right[name])
                    )
            merged[key] = joined
        elif key == "allOf":
            merged[key] = [*left, *right]
        elif key in ("oneOf", "anyOf") and _draw(left) and _draw(right) and left != right:
            merged[key] = [{"allOf": [part, {key: right}]} for part in left]  # one choice after the other
        elif key in ("oneOf", "anyOf") and _draw(left) and not _draw(right):
            merged[key] = left
        elif key == "required" and isinstance(left, list) and isinstance(right, list):
            merged[key] = [*left, *(name for name in right if name not in left)]
        elif key.startswith("min") or key == "exclusiveMinimum":
            merged[key] = max(left, right) if are_numbers(left, right) else right
        elif key.startswith("max") or key == "exclusiveMaximum":
            merged[key] = min(left, right) if are_numbers(left, right) else right
        elif key == "enum" and isinstance(left, list) and isinstance(right, list):
            merged[key] = [value for value in right if value in left] or right
    return merged


def _draw(parts: Json) -> bool:
    """Whether alternatives bring fields; else they only say which go together."""
    return isinstance(parts, list) and any(isinstance(one, dict) and one.keys() - TOGETHER for one in parts)


def are_numbers(*values: Json) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def subschemas(schema: Json) -> Iterator[Raw]:
    """A schema and every schema within it."""
    pending = [schema]
    while pending:
        current = pending.pop()
        if not isinstance(current, dict):
            continue
        yield current
        for key in SUBSCHEMAS:
            value = current.get(key)
            pending.extend(value if isinstance(value, list) else [value])
        for key in LISTS:
            value = current.get(key)
            if isinstance(value, list):
                pending.extend(value)
        for key in MAPS:
            value = current.get(key)
            if isinstance(value, dict):
                pending.extend(value.values())


ACRONYMS = frozenset(
    (
        *("api", "aws", "ca", "csv", "dns", "ftp", "html", "http", "https", "id", "imap", "ip", "json", "jwt", "sftp"),
        *("smtp", "sql", "ssh", "ssl", "tls", "uri", "url", "uuid", "xml", "yaml"),
    )
)


def humanise(name: str) -> str:
    """A property's name as a label: `start_date` and `startDate` become "Start date", `api_url` "API URL"."""
    spaced = "".join(
        f" {c.lower()}" if c.isupper() and not before.isupper() else c
        for before, c in zip("A" + name, name, strict=False)
    )
    words = [_cased(word) for word in spaced.replace("_", " ").replace("-", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _cased(word: str) -> str:
    if word == "oauth":
        return "OAuth"
    plural = word[:-1] if word.endswith("s") and word[:-1] in ACRONYMS else ""
    return f"{plural.upper()}s" if plural else word.upper() if word in ACRONYMS else word


def is_secret(raw: Mapping[str, Json]) -> bool:
    """Whether a field is one that is never shown back."""
    return raw.get("format") == "password" or any(
        raw.get(word) is True for word in ("writeOnly", "airbyte_secret", "x-secret")
    )


_OF_OBJECTS = (
    *("properties", "patternProperties", "additionalProperties", "propertyNames"),
    *("required", "minProperties", "maxProperties"),
)


def type_of(raw: Mapping[str, Json]) -> str:
    """The type a schema names, or the one its other words speak of; "" if nothing does."""
    named = raw.get("type")
    if isinstance(named, list):
        named = next((one for one in named if one != "null"), "null")
    if isinstance(named, str):
        return named
    if any(key in raw for key in _OF_OBJECTS):
        return "object"
    if any(key in raw for key in ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")):
        return "array"
    if any(key in raw for key in ("pattern", "minLength", "maxLength", "format")):
        return "string"
    if any(key in raw for key in ("minimum", "maximum", "multipleOf")):
        return "number"
    examples = raw.get("examples")
    sample = raw.get("default", examples[0] if isinstance(examples, list) and examples else None)
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return kinds.get(type(sample), "")
