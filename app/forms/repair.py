"""Puts right what authors of schemas really get wrong: names of keywords, values of the wrong type, doubled entries.

Every repair is told to the author; a form is drawn all the same.
"""

from __future__ import annotations

import difflib
from functools import lru_cache

from app.forms.schema import LISTS, MAPS, SUBSCHEMAS, Raw, are_numbers
from app.forms.values import Json, is_json

_STANDARD = (
    "title description default const enum examples format type properties required items oneOf anyOf allOf not if then"
    " else minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems pattern"
    " minProperties maxProperties additionalProperties patternProperties propertyNames unevaluatedProperties"
    " additionalItems unevaluatedItems prefixItems contains minContains maxContains uniqueItems dependencies"
    " dependentRequired dependentSchemas definitions readOnly writeOnly deprecated contentMediaType contentEncoding"
    " contentSchema"
)
_OTHERS = (
    "airbyte_secret airbyte_hidden order group groups multiline always_show pattern_descriptor display_type"
    " enumDescriptions markdownEnumDescriptions markdownDescription patternErrorMessage enumNames"
    " discriminator nullable example"
)
KEYWORDS = frozenset([*_STANDARD.split(), *_OTHERS.split()])
_BY_LOWER = {word.lower(): word for word in KEYWORDS}
TYPOS = {"min": "minimum", "max": "maximum", "requires": "required"}
_TYPES = {
    **{one: one for one in ("string", "number", "integer", "boolean", "object", "array", "null")},
    **dict.fromkeys(("int", "long", "int64"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("str", "text", "date", "datetime"), "string"),
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "map": "object",
    "none": "null",
}
_PARTS = frozenset([*MAPS, *LISTS, *SUBSCHEMAS])
NOT_TYPOS = frozenset(["options", "formats", "id", "ui", "ordered", "groupBy"])


def repair(schema: Json, warnings: list[str]) -> Json:
    """A copy of a schema in which the known mistakes are put right, each told in `warnings`."""

    def note(text: str) -> None:
        if text not in warnings:
            warnings.append(text)

    def walk(node: Json) -> Json:
        if not isinstance(node, dict):
            return node
        fixed: Raw = {}
        for key, value in node.items():
            name = key if isinstance(key, str) else str(key)
            if name not in KEYWORDS and name not in NOT_TYPOS and not name.startswith(("$", "x-", "ui:")):
                meant = _meant(name)
                if meant and meant not in node:
                    note(f"Unknown keyword “{name}”, read as “{meant}”")
                    name = meant
            if name in MAPS and isinstance(value, dict):
                value = {part: walk(below) for part, below in value.items()}
            elif name in LISTS and isinstance(value, list):
                value = [walk(part) for part in value]
            elif name in SUBSCHEMAS and isinstance(value, dict):
                value = walk(value)
            elif name == "items" and isinstance(value, list):
                value = [walk(part) for part in value]
            if name not in _PARTS and not is_json(value):
                note(f"“{name}” holds a number that JSON does not have, and is left out")
                continue
            problem = _wrong(name, value)
            if problem:
                note(f"“{name}” {problem}")
                value = _right(name, value)
                if value is None:
                    continue
            fixed[name] = value
        if isinstance(fixed.get("properties"), dict):
            listed = fixed.get("required", [])
            demanded = [part for part in _demanded(node) if part not in listed]
            fixed.update({"required": [*listed, *demanded]} if demanded else {})
        return fixed

    return walk(schema)


def _demanded(node: Raw) -> list[str]:
    """The fields that say themselves that they are required, as in draft 3."""
    properties = node.get("properties")
    fields = properties.items() if isinstance(properties, dict) else ()
    return [name for name, one in fields if isinstance(one, dict) and one.get("required") is True]


@lru_cache(maxsize=1024)
def _meant(name: str) -> str:
    if name in TYPOS:
        return TYPOS[name]
    bare = name.strip("'\" ")
    if bare.lower() in _BY_LOWER:
        return _BY_LOWER[bare.lower()]
    close = difflib.get_close_matches(bare, KEYWORDS, n=1, cutoff=0.85) if len(bare) > 4 else []
    return close[0] if close else ""


def _wrong(name: str, value: Json) -> str:
    match name:
        case "required":
            if isinstance(value, bool):
                return "belongs to the object and lists its fields"
            if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
                return "should be a list of names"
            return "names a field twice" if len(set(value)) != len(value) else ""
        case "examples":
            return "" if isinstance(value, list) else "should be a list"
        case "enum":
            return "" if isinstance(value, list) and value else "should be a list of values"
        case "title" | "description" | "pattern" | "format":
            return "" if isinstance(value, str) else "should be text"
        case (
            "readOnly" | "writeOnly" | "uniqueItems" | "airbyte_secret" | "airbyte_hidden" | "multiline" | "always_show"
        ):
            return "" if isinstance(value, bool) else "should be true or false"
        case "additionalProperties" if value in ("true", "false"):
            return "should be true or false"
        case "minLength" | "maxLength" | "minItems" | "maxItems":
            return "" if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else "should be a count"
        case "minimum" | "maximum" | "multipleOf":
            return "" if are_numbers(value) else "should be a number"
        case "oneOf" | "anyOf" | "allOf":
            return "" if isinstance(value, list) and value else "should be a list of schemas"
        case "properties":
            return "" if isinstance(value, dict) else "should be an object"
        case "type":
            names = value if isinstance(value, list) else [value]
            known = names and all(isinstance(one, str) and one in _TYPES.values() for one in names)
            return "" if known and len(set(names)) == len(names) else "is no known type"
    return ""


def _right(name: str, value: Json) -> Json:
    if name == "required" and isinstance(value, list):
        return list(dict.fromkeys(part for part in value if isinstance(part, str)))
    if name == "examples":
        return [value]
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if name in ("title", "description") and isinstance(value, int | float):
        return str(value)
    if name in ("minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems"):
        try:
            return int(value) if "." not in str(value) else float(value)
        except (TypeError, ValueError):
            return None
    if name == "type" and isinstance(value, list):
        return list(dict.fromkeys(one for one in value if isinstance(one, str) and one in _TYPES.values())) or None
    if name == "type" and isinstance(value, str):
        return _TYPES.get(value.lower())
    return None
