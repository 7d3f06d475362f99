"""Connections as a document to keep or pass on: everything but secret values and what belongs to this machine alone."""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from app.api import Schedule
from app.connections.catalogue import Catalogue
from app.connections.pointers import fields, get, pointer, put
from app.connections.store import Stored
from connectors.sdk import ConfigError, Json

KIND = "connections"
VERSION = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One connection of an export. Secrets kept in a vault are left out and named in `missing_secrets`."""

    name: str
    type: str
    config: dict[str, Json]
    config_version: int
    schedule: Schedule = Schedule()
    enabled: bool = True
    missing_secrets: list[str] = []


def export(catalogue: Catalogue, stored: list[Stored]) -> dict[str, Json]:
    """The document for these connections; references to env and files stay, for they hold no secret."""
    entries = [_entry(catalogue, item) for item in stored]
    return {"schema_version": VERSION, "kind": KIND, "connections": msgspec.to_builtins(entries)}


def read(document: Any) -> list[Entry]:
    """The entries of a document. Raises ConfigError when it is not one of ours or too new."""
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise ConfigError(
            "This is not an export of connections",
            remedy="Use a file written by `headwaterctl connection export`.",
            code="bad_import",
        )
    if document.get("schema_version") != VERSION:
        raise ConfigError(
            f"The export has format {document.get('schema_version')}, this version reads {VERSION}",
            remedy="Update, or export again with a fitting version.",
            code="bad_import",
        )
    try:
        return msgspec.convert(document.get("connections"), list[Entry])
    except msgspec.ValidationError as error:
        raise ConfigError(
            "The export is damaged", detail=str(error), remedy="Export the connections again.", code="bad_import"
        ) from error


def _entry(catalogue: Catalogue, stored: Stored) -> Entry:
    config = copy.deepcopy(stored.config)
    missing: list[str] = []
    known = catalogue.find(stored.type)
    for field in fields(known.schema) if known is not None else []:
        value = get(config, field.parts)
        if field.secret and isinstance(value, dict) and str(value.get("$secret", "")).startswith("keyring:"):
            put(config, field.parts, None)
            missing.append(pointer(field.parts))
    return Entry(
        name=stored.name,
        type=stored.type,
        config=_without_vault(config),
        config_version=stored.config_version,
        schedule=stored.schedule,
        enabled=stored.enabled,
        missing_secrets=sorted(set(missing)),
    )


def _without_vault(value: Json) -> Json:
    """Also of a type that is not installed: nothing that points into this machine's vault leaves it."""
    if isinstance(value, dict):
        return {
            key: _without_vault(child)
            for key, child in value.items()
            if not (isinstance(child, dict) and str(child.get("$secret", "")).startswith("keyring:"))
        }
    return [_without_vault(child) for child in value] if isinstance(value, list) else value
