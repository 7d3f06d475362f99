"""`headwaterctl settings`: look at the settings of this installation and change them, also while a window is open."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.api import EngineApi, SettingsEdit, SettingsView
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Noun
from app.cli.output import Output
from app.cli.values import Assignment
from connectors.sdk import ConfigError, Json, PermanentError


@click.group("settings", cls=Noun)
def command() -> None:
    """How this installation looks, starts and reaches the world. A change holds at once, in every window, too."""


@command.command("list")
@click.option("--changed", is_flag=True, help="Only those that differ from their default.")
@with_engine
async def list_(engine: EngineApi, output: Output, changed: bool) -> None:
    """List the settings with their values."""
    view = await engine.settings()
    rows = [row for row in _rows(view) if row.changed or not changed]
    output.document(shapes.SettingList(settings=rows, notices=view.notices))


@command.command()
@click.argument("name")
@with_engine
async def get(engine: EngineApi, output: Output, name: str) -> None:
    """Show one setting: its value, its default, what it may be. NAME is such as network.proxy."""
    output.document(shapes.Setting(did="shown", setting=_one(await engine.settings(), name)))


@command.command("set")
@click.argument("assignments", metavar="NAME=VALUE...", nargs=-1, type=Assignment(), required=True)
@with_engine
async def set_(engine: EngineApi, output: Output, assignments: tuple[tuple[str, str], ...]) -> None:
    """Change settings: all of them, or none if one can't be. A secret is given as env:NAME, file:PATH, or - (stdin)."""
    view = await engine.settings()
    values: dict[str, Json] = {}
    secrets: dict[str, str] = {}
    for name, text in assignments:
        schema = _schema(view, name)
        if schema.get("writeOnly"):
            secrets[name] = "value:" + sys.stdin.readline().rstrip("\r\n") if text == "-" else text
            if text and text != "-" and not text.startswith(("env:", "file:")):
                raise click.BadParameter("Write env:NAME, file:PATH or -; a secret does not belong on a command line.")
        else:
            values[name] = _read(name, text, schema)
    view = await engine.edit_settings(SettingsEdit(values=values, secrets=secrets))
    _tell(output, view, [name for name, _ in assignments])


@command.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@with_engine
async def reset(engine: EngineApi, output: Output, names: tuple[str, ...]) -> None:
    """Bring settings back to their defaults: single ones, a section such as network, or / for all."""
    before = set((await engine.settings()).changed)
    view = await engine.edit_settings(SettingsEdit(reset=list(names)))
    gone = sorted(before - set(view.changed))
    output.document(shapes.SettingList(settings=[row for row in _rows(view) if _pointer(row.name) in gone]))


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@with_engine
async def diagnostics(engine: EngineApi, output: Output, file: Path | None) -> None:
    """Save the diagnostics bundle as FILE (a zip); without FILE only show what would be in it."""
    from app.health.diagnostics import write_bundle

    files = await engine.diagnostics()
    if file is not None:
        try:
            write_bundle(files, file)
        except OSError as error:
            raise PermanentError(
                "The bundle could not be saved", where=str(file), remedy="Name another file.", detail=str(error)
            ) from error
    output.document(shapes.Diagnostics(saved=str(file or ""), files=files))


def _rows(view: SettingsView) -> list[shapes.SettingRow]:
    rows = []
    for section, schema in view.schemas.items():
        for name, one in _properties(schema).items():
            pointer = f"/{section}/{name}"
            secret = bool(one.get("writeOnly"))
            rows.append(
                shapes.SettingRow(
                    name=f"{section}.{name}",
                    title=str(one.get("title", name)),
                    value=view.secrets.get(pointer) if secret else view.values.get(pointer),
                    default=one.get("default"),
                    choices=one.get("enum", []),
                    changed=pointer in view.changed,
                    secret=secret,
                    fixed_by=view.fixed.get(pointer, ""),
                    help=str(one.get("description", "")),
                )
            )
    return rows


def _properties(schema: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """Of a section, those too that are only shown for another one's value; a nullable one by what it is if not null."""
    found = dict(schema["properties"])
    for part in schema.get("allOf", []):
        found |= part["then"]["properties"]
    for name, one in found.items():
        found[name] = {**one, **next((each for each in one.get("anyOf", []) if each.get("type") != "null"), {})}
    return dict(sorted(found.items(), key=lambda item: item[1].get("order", 0)))


def _one(view: SettingsView, name: str) -> shapes.SettingRow:
    _schema(view, name)
    return next(row for row in _rows(view) if _pointer(row.name) == _pointer(name))


def _schema(view: SettingsView, name: str) -> dict[str, Json]:
    """Raises ConfigError with the name that may be meant."""
    _, _, rest = _pointer(name).partition("/")
    section, _, leaf = rest.partition("/")
    found = _properties(view.schemas[section]).get(leaf) if section in view.schemas else None
    if found is None:
        from app.settings.store import unknown

        raise unknown(name)
    return found


def _read(name: str, text: str, schema: dict[str, Json]) -> Json:
    """A word of the command line as the setting's type; what is no such is left for the engine to refuse."""
    kind = schema.get("type")
    if kind == "boolean":
        words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        if text.lower() not in words:
            raise ConfigError(f"{name} is yes or no", pointer=_pointer(name), where=name, remedy="Write true or false.")
        return words[text.lower()]
    if kind == "integer" or (kind is None and all(isinstance(one, int) for one in schema.get("enum", [""]))):
        try:
            return int(text)
        except ValueError:
            raise ConfigError(
                f"{name} is a number", pointer=_pointer(name), where=name, remedy="Write it in digits."
            ) from None
    return text


def _tell(output: Output, view: SettingsView, names: list[str]) -> None:
    rows = [_one(view, name) for name in names]
    if len(rows) == 1:
        output.document(shapes.Setting(did="changed", setting=rows[0]))
    else:
        output.document(shapes.SettingList(settings=rows))


def _pointer(name: str) -> str:
    return name if name.startswith("/") else "/" + name.replace(".", "/")
