"""The words of a schema that say how a field is shown: the standard's, Airbyte's, VS Code's and our own `x-` ones.

Everything here is read leniently: a word with a value that makes no sense is as good as absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.forms.markup import without_markup
from app.forms.moments import precision_of
from app.forms.schema import Raw, Reader, humanise, type_of
from app.forms.spec import LiveOptions
from app.forms.values import UNSET, Json

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def words(name: str, raw: Raw, *, required: bool, nullable: bool, depth: int, reader: Reader) -> dict[str, Any]:
    """What every kind of field has, as the arguments of `FieldSpec`."""
    order = raw.get("order")
    title = without_markup(_text(raw.get("title")))
    examples = raw.get("examples", [raw["example"]] if "example" in raw else [])
    path = raw.get("x-path")
    return {
        "name": name,
        "label": title if title.strip() else humanise(name),
        "schema": raw,
        "help": _text(raw.get("markdownDescription")) or _text(raw.get("description")),
        "default": _fitting(raw, raw["default"], reader, nullable) if "default" in raw else UNSET,
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
        "display": raw["display_type"] if raw.get("display_type") in ("dropdown", "radio") else "",
        "placeholder": _text(raw.get("x-placeholder")),
        "notation": raw["x-editor"] if raw.get("x-editor") in ("json", "yaml") else None,
        "precision": precision_of(raw.get("format"), raw.get("pattern")),
        "depth": depth,
    }


def groups_of(raw: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """The groups of an object's fields in their order: id and title."""
    groups = raw.get("groups")
    if not isinstance(groups, list):
        return ()
    return tuple(
        (str(one["id"]), without_markup(_text(one.get("title"))) or humanise(str(one["id"])))
        for one in groups
        if isinstance(one, dict) and "id" in one
    )


def is_multiline(raw: Mapping[str, Json]) -> bool:
    """Whether a text has many lines."""
    return raw.get("multiline") is True or raw.get("contentMediaType") in ("text/plain", "application/json")


def _fitting(raw: Mapping[str, Json], default: Json, reader: Reader, nullable: bool) -> Json:
    """A default, brought to the schema's type where its author quoted it, forgot to, or forgot the list around it; kept
    as it is otherwise."""
    wanted = type_of(raw)
    if raw.get("type") == "string" and isinstance(default, int | float) and "enum" not in raw:
        reader.warn(f"The default {json.dumps(default)} is no text, read as text")
        return json.dumps(default)
    if raw.get("type") == "array" and isinstance(default, str | int | float) and default != "":
        reader.warn(f"The default {json.dumps(default)} is no list, read as a list of it")
        return [default]
    if wanted == "object" and not isinstance(default, dict | None) and not ({"oneOf", "anyOf"} & raw.keys()):
        if default == []:
            reader.warn("The default [] is an empty list, read as an empty object")
            return {}
        reader.warn(f"The default {json.dumps(default)} is no object, and left out")
        return UNSET
    if raw.get("type") in ("string", "integer", "number", "boolean") and isinstance(default, list | dict):
        if isinstance(default, list) and len(default) == 1 and not isinstance(default[0], list | dict):
            reader.warn(f"The default {json.dumps(default)} is a list, read as what is in it")
            return _fitting(raw, default[0], reader, nullable)
        reader.warn(f"The default {json.dumps(default)} is no single value, and left out")
        return UNSET
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
