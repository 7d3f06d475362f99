"""Addresses inside a config: JSON pointers (RFC 6901), dotted names, and the unique name of a field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.sdk import ConfigError, Json


def parse(key: str) -> list[str]:
    """`/auth/token` or `auth.token` as its parts."""
    if key.startswith("/"):
        return [part.replace("~1", "/").replace("~0", "~") for part in key[1:].split("/")]
    return key.split(".")


def pointer(parts: list[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def put(config: dict[str, Json], parts: list[str], value: Json) -> None:
    """Set a value, making objects on the way. Raises ConfigError when the way leads through something else."""
    place: Any = config
    for number, part in enumerate(parts[:-1]):
        if isinstance(place, list) and part.isdecimal() and int(part) < len(place):
            place = place[int(part)]
            continue
        if not isinstance(place, dict):
            raise ConfigError("This is not a group of settings", pointer=pointer(parts[:number]), where=pointer(parts))
        if not isinstance(place.get(part), dict | list):
            place[part] = {}
        place = place[part]
    if isinstance(place, list) and parts[-1].isdecimal() and int(parts[-1]) < len(place):
        place[int(parts[-1])] = value
    elif isinstance(place, dict):
        if value is None:
            place.pop(parts[-1], None)
        else:
            place[parts[-1]] = value
    else:
        raise ConfigError("This is not a group of settings", pointer=pointer(parts[:-1]), where=pointer(parts))


def get(config: Json, parts: list[str]) -> Json:
    """The value there, None if there is none."""
    place = config
    for part in parts:
        if isinstance(place, dict):
            place = place.get(part)
        elif isinstance(place, list) and part.isdecimal() and int(part) < len(place):
            place = place[int(part)]
        else:
            return None
    return place


class Field:
    """A leaf of a schema, on any branch of a union."""

    def __init__(self, parts: list[str], schema: dict[str, Json], effect: str) -> None:
        self.parts = parts
        self.schema = schema
        self.effect = effect

    @property
    def secret(self) -> bool:
        return self.schema.get("writeOnly") is True and self.schema.get("format") == "password"


def fields(schema: dict[str, Json]) -> list[Field]:
    """Every field of a config schema as pydantic emits it. `effect` comes from the field or the group around it."""
    return list(_walk(schema, schema, [], "scope", 0))


def _walk(root: dict[str, Json], node: dict[str, Json], parts: list[str], effect: str, depth: int) -> Iterator[Field]:
    if depth > 12:
        return
    effect = node.get("x-effect", effect)
    if "$ref" in node:
        target: Any = root
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    branches = node.get("oneOf") or node.get("anyOf") or node.get("allOf")
    if branches:
        for branch in branches:
            yield from _walk(root, branch, parts, effect, depth + 1)
    elif "properties" in node:
        for name, child in node["properties"].items():
            yield from _walk(root, child, [*parts, name], effect, depth + 1)
    elif node.get("type") != "null":
        yield Field(parts, node, effect)


def secret_parts(schema: dict[str, Json], key: str) -> list[str]:
    """Which secret field is meant by a pointer, a dotted name or its own last name.

    Raises ConfigError naming the secrets there are."""
    secrets = [field.parts for field in fields(schema) if field.secret]
    unique = [list(parts) for parts in dict.fromkeys(tuple(parts) for parts in secrets)]
    wanted = parse(key)
    if wanted in unique:
        return wanted
    named = [parts for parts in unique if parts[-1] == key]
    if len(named) == 1:
        return named[0]
    names = ", ".join(".".join(parts) for parts in unique)
    what = "This name fits several secrets" if named else "There is no such secret field"
    raise ConfigError(what, where=key, remedy=f"Use one of: {names}." if names else "This type has no secrets.")
