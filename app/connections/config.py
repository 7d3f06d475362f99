"""A config on its way in: secrets to references, values validated by the type's model, changes told apart by effect."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from pydantic import ValidationError

from app.connections.catalogue import ConnectorType
from app.connections.pointers import fields, get, parse, pointer, put, secret_parts
from connectors.sdk import N_, ConfigError, ConnectorConfig, Json

KeepSecret = Callable[[str, str], Awaitable[str]]
"""(value, label) to the reference under which it is kept, such as `keyring:ID`."""


async def with_secrets(
    type: ConnectorType, config: dict[str, Json], secrets: dict[str, str], keep: KeepSecret, label: str
) -> dict[str, Json]:
    """A copy of `config` in which each given secret is a reference.

    `secrets` maps a field to `env:NAME`, `file:PATH`, `keyring:ID`, `value:TEXT` (kept by `keep`) or "" (cleared).
    Raises ConfigError for an unknown field or form."""
    result = copy.deepcopy(config)
    for key, given in secrets.items():
        parts = secret_parts(type.schema, key)
        form, _, rest = given.partition(":")
        if not given:
            put(result, parts, None)
        elif form == "value":
            put(result, parts, {"$secret": await keep(rest, f"{label}: {parts[-1]}")})
        elif form in ("env", "file", "keyring") and rest:
            put(result, parts, {"$secret": given})
        else:
            raise ConfigError(
                "A secret is given as env:NAME, file:PATH or - (standard input)",
                pointer=pointer(parts),
                where=key,
                remedy="Never write the secret itself on the command line.",
            )
    return result


def with_values(config: dict[str, Json], values: dict[str, Json]) -> dict[str, Json]:
    """A copy of `config` with values put at their pointers or dotted names; null removes."""
    result = copy.deepcopy(config)
    for key, value in values.items():
        put(result, parse(key), value)
    return result


def validate(type: ConnectorType, config: dict[str, Json]) -> ConnectorConfig:
    """The config as the type's model. Raises ConfigError with the pointer of the first bad field and all of them."""
    plain = [field for field in fields(type.schema) if field.secret and isinstance(get(config, field.parts), str)]
    if plain:
        raise ConfigError(
            "A secret must not stand in the configuration",
            pointer=pointer(plain[0].parts),
            where=".".join(plain[0].parts),
            remedy="Give it with --secret KEY=env:NAME, file:PATH or - so that only a reference is stored.",
        )
    try:
        return type.source.Config.model_validate(config)
    except ValidationError as error:
        raise config_error(error, config, type.spec.title) from None


def config_error(error: ValidationError, config: dict[str, Json], where: str) -> ConfigError:
    """What pydantic says, in our family and without the values."""
    problems: list[tuple[str, str]] = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        problems.append((pointer(_address(config, item["loc"])), _words(item["type"], item["msg"])))
    first, message = problems[0]
    field = first.strip("/").replace("/", ".")
    more = ", ".join(other.strip("/").replace("/", ".") for other, _ in problems[1:] if other)
    return ConfigError(
        message,
        pointer=first,
        where=f"{where}, {field}" if field else where,
        remedy=f"Correct the value, and those of: {more}." if more else "Correct the value.",
    )


def _address(config: Json, location: tuple[int | str, ...]) -> list[str]:
    """pydantic's location without the names of union branches, which are no part of the config."""
    parts: list[str] = []
    place = config
    for number, part in enumerate(location):
        inside = isinstance(place, dict) and part in place
        if inside or (isinstance(place, list) and isinstance(part, int)):
            parts.append(str(part))
            place = place[part] if inside or (isinstance(part, int) and part < len(place)) else None
        elif number == len(location) - 1:
            parts.append(str(part))
    return parts


def _words(kind: str, message: str) -> str:
    if kind == "missing":
        return N_("This is required")
    if kind == "extra_forbidden":
        return N_("This is an unknown setting")
    return message.removeprefix("Value error, ")


def effect_of(
    type: ConnectorType, before: dict[str, Json], after: dict[str, Json]
) -> tuple[Literal["none", "tuning", "scope"], list[str]]:
    """Which fields differ and what that means for a sync. Secrets and unknown fields count as tuning and scope."""
    changed: list[str] = []
    effect: Literal["none", "tuning", "scope"] = "none"
    known: dict[str, Any] = {}
    for field in fields(type.schema):
        known.setdefault(pointer(field.parts), field)
    for path in sorted({*_leaves(before, []), *_leaves(after, [])}):
        parts = list(path)
        if get(before, parts) == get(after, parts):
            continue
        name = pointer(parts)
        changed.append(name)
        leaf = known.get(name)
        tuning = leaf is not None and (leaf.secret or leaf.effect == "tuning")
        effect = "tuning" if tuning and effect != "scope" else "scope"
    return effect, changed


def _leaves(value: Json, parts: list[str]) -> set[tuple[str, ...]]:
    if isinstance(value, dict) and set(value) != {"$secret"}:
        found: set[tuple[str, ...]] = set()
        for key, child in value.items():
            found |= _leaves(child, [*parts, key])
        return found
    return {tuple(parts)}


def secret_titles(type: ConnectorType, config: dict[str, Json]) -> dict[str, str]:
    """Reference to the title of its field, as the form has it."""
    titles = {pointer(field.parts): str(field.schema.get("title") or field.parts[-1]) for field in fields(type.schema)}
    return {reference: titles[at] for at, reference in secret_references(type, config).items() if reference}


def secret_references(type: ConnectorType, config: dict[str, Json]) -> dict[str, str]:
    """Pointer to reference ("" if unset) of every secret field on the branches that are chosen."""
    found: dict[str, str] = {}
    for field in fields(type.schema):
        if field.secret:
            value = get(config, field.parts)
            reference = value.get("$secret", "") if isinstance(value, dict) else ""
            if reference or isinstance(get(config, field.parts[:-1]), dict) or len(field.parts) == 1:
                found[pointer(field.parts)] = reference
    return found
