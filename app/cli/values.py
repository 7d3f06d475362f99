"""What people type: KEY=VALUE, secrets by reference, durations, dates, and files or stdin."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from connectors.sdk import ConfigError, Json

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Assignment(click.ParamType[tuple[str, str]]):
    """KEY=VALUE as a pair of texts."""

    name = "KEY=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, text = str(value).partition("=")
        if not equals or not key:
            self.fail(f"{value!r} is not of the form KEY=VALUE.", param, ctx)
        return key, text


class Duration(click.ParamType[int]):
    """`30s`, `15m`, `2h`, `1d` as seconds; `off` as 0."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if value == "off":
            return 0
        match = re.fullmatch(r"([1-9][0-9]{0,6})([smhd])", str(value))
        if match is None:
            self.fail(f"{value!r} is no duration. Write 30s, 15m, 2h, 1d, or off.", param, ctx)
        return int(match[1]) * UNITS[match[2]]


class Moment(click.ParamType[float]):
    """A date or time in ISO 8601, local unless it names a zone, as epoch seconds."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return datetime.fromisoformat(str(value)).astimezone().timestamp()
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value!r} is no date. Write 2026-03-31 or 2026-03-31T14:00.", param, ctx)


def settings_of(pairs: Sequence[tuple[str, str]], schema: dict[str, Json]) -> dict[str, Json]:
    """`--set` pairs with their values as JSON where they are JSON, else as text. What the schema wants as text stays
    text, so that a bucket may be called 2024; null always clears."""
    from app.connections.pointers import fields, parse

    kinds: dict[tuple[str, ...], set[str]] = {}
    for field in fields(schema):
        kinds.setdefault(tuple(field.parts), set()).add(str(field.schema.get("type")))
    found: dict[str, Json] = {}
    for key, text in pairs:
        value = _json_or_text(text)
        wants_text = kinds.get(tuple(parse(key))) == {"string"}
        found[key] = text if wants_text and not isinstance(value, str | None) else value
    return found


def _json_or_text(text: str) -> Json:
    def refuse(constant: str) -> Json:
        raise ValueError(constant)

    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError:
        return text


def secrets_of(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """`--secret` pairs for the engine: `env:NAME`, `file:PATH` (made whole, the engine may run elsewhere), and `-`,
    read here. "" clears. Anything else might be the secret itself, which has no place on a command line."""
    found: dict[str, str] = {}
    for key, text in pairs:
        if text == "-":
            if any(value.startswith("value:") for value in found.values()):
                raise click.UsageError("Only one --secret can be read from stdin.")
            found[key] = f"value:{_secret_from_stdin(key)}"
        elif text.startswith("file:"):
            found[key] = f"file:{Path(text.removeprefix('file:')).expanduser().absolute()}"
        elif text == "" or (text.startswith("env:") and len(text) > 4):
            found[key] = text
        else:
            raise click.UsageError(
                f"--secret {key} takes a reference (env:NAME or file:PATH) or - to read the value from stdin, "
                "not the value itself: other users could read it in the list of processes."
            )
    return found


def _secret_from_stdin(key: str) -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt(f"Value of {key}", hide_input=True, err=True)
        return typed
    value = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if not value:
        raise click.UsageError(f"--secret {key}=- reads the value from stdin, and nothing came.")
    return value


def json_from(name: str, what: str) -> dict[str, Json]:
    """A JSON object from a file, or from stdin for "-". Raises ConfigError."""
    try:
        if name == "-":
            if sys.stdin.isatty():
                click.echo(f"Type the {what}, then Ctrl-D:", err=True)
            text, where = sys.stdin.read(), "stdin"
        else:
            text, where = Path(name).read_text(encoding="utf-8-sig"), name
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The {what} can't be read", where=name, remedy="Name a readable text file.", detail=str(error)
        ) from error
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigError(
            f"The {what} is no JSON", where=where, remedy="Write one JSON object.", detail=str(error)
        ) from error
    if not isinstance(found, dict):
        raise ConfigError(f"The {what} is no JSON object", where=where, remedy='Write one JSON object: {"key": ...}.')
    return found
