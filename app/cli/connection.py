"""`headwaterctl connection`: configured sources."""

from __future__ import annotations

import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click
import msgspec

from app.api import CheckTarget, ConnectionDraft, ConnectionEdit, ConnectionView, EngineApi, Schedule
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Noun
from app.cli.output import Output
from app.cli.values import Assignment, Duration, json_from, secrets_of, settings_of
from app.words import counted
from connectors.sdk import CheckStep, ConfigError, Json, NotFound

Pairs = tuple[tuple[str, str], ...]

# Both are read when the command line is: once, and before the engine is opened.
_config = click.option(
    "--config",
    metavar="FILE",
    callback=lambda context, parameter, name: None if name is None else json_from(name, "configuration"),
    help="Settings as a JSON object; - reads stdin.",
)
_set = click.option(
    "--set",
    "pairs",
    type=Assignment(),
    multiple=True,
    help="One setting, by dotted name or JSON pointer; VALUE is JSON, else text; null clears. Repeat.",
)
_secret = click.option(
    "--secret",
    "secrets",
    type=Assignment(),
    metavar="KEY=env:NAME|file:PATH|-",
    multiple=True,
    callback=lambda context, parameter, pairs: secrets_of(pairs),
    help="A secret: by reference, or - to read it from stdin into the vault; empty clears. Repeat.",
)
_every = click.option("--every", type=Duration(), help="Sync by itself so often: 30s, 15m, 2h, 1d, or off.")
_watch = click.option("--watch/--no-watch", default=None, help="Sync when the source reports a change, where it can.")


@click.group("connection", cls=Noun)
def command() -> None:
    """Configured sources: add, test, edit, remove, pass on."""


@command.command()
@click.option("--type", required=True, help="What to connect; `connectors list` shows the types.")
@click.option("--name", required=True, help="What to call it.")
@_config
@_set
@_secret
@_every
@_watch
@with_engine
async def add(
    engine: EngineApi,
    output: Output,
    type: str,
    name: str,
    config: dict[str, Json] | None,
    pairs: Pairs,
    secrets: dict[str, str],
    every: int | None,
    watch: bool | None,
) -> None:
    """Add a connection. It is checked against its schema, not against the source: that does `connection test`."""
    schema = await engine.connector_schema(type)
    draft = ConnectionDraft(
        type=type,
        name=name,
        config=_merged(config or {}, settings_of(pairs, schema)),
        secrets=secrets,
        schedule=_schedule(Schedule(), every, watch),
    )
    output.document(shapes.Connection(did="added", connection=await engine.add_connection(draft)))


@command.command("list")
@click.option("--removed", is_flag=True, help="Those that were removed and can be restored.")
@with_engine
async def list_(engine: EngineApi, output: Output, removed: bool) -> None:
    """List the connections."""
    output.document(shapes.ConnectionList(connections=await engine.connections(removed=removed)))


@command.command()
@click.argument("name")
@with_engine
async def show(engine: EngineApi, output: Output, name: str) -> None:
    """Show a connection with its settings. Secrets appear as what refers to them."""
    output.document(shapes.Connection(did="shown", connection=await engine.connection(name)))


@command.command()
@click.argument("name")
@click.option("--name", "new_name", help="Call it otherwise.")
@_config
@_set
@_secret
@click.option("--enable/--disable", "enabled", default=None, help="Whether it syncs.")
@_every
@_watch
@click.option("--preview", is_flag=True, help="Only say what the edit would do.")
@click.option("--count", is_flag=True, help="With --preview: list the source and count what comes and goes.")
@with_engine
async def edit(
    engine: EngineApi,
    output: Output,
    name: str,
    new_name: str | None,
    config: dict[str, Json] | None,
    pairs: Pairs,
    secrets: dict[str, str],
    enabled: bool | None,
    every: int | None,
    watch: bool | None,
    preview: bool,
    count: bool,
) -> None:
    """Change a connection, also while it syncs.

    --config replaces all settings but the secrets.
    """
    view = await engine.connection(name)
    rescheduled = every is not None or watch is not None
    change = ConnectionEdit(
        name=new_name,
        config=config,
        set=settings_of(pairs, await engine.connector_schema(view.type)) if pairs else {},
        secrets=secrets,
        schedule=_schedule(view.schedule, every, watch) if rescheduled else None,
        enabled=enabled,
    )
    if change == ConnectionEdit():
        raise click.UsageError("Nothing to change was named.")
    if preview or count:
        found = await engine.preview_edit(view.id, change, listing=count)
        output.document(shapes.Preview(connection=view.name, preview=found))
    else:
        output.document(shapes.Connection(did="changed", connection=await engine.edit_connection(view.id, change)))


@command.command()
@click.argument("name")
@click.option("--purge", is_flag=True, help="For good: with its documents and secrets, beyond restoring.")
@click.option("--yes", is_flag=True, help="Don't ask before --purge.")
@with_engine
async def remove(engine: EngineApi, output: Output, name: str, purge: bool, yes: bool) -> None:
    """Remove a connection and its documents.

    `connection restore` brings both back, until they are purged.
    """
    if not purge:
        output.document(shapes.Connection(did="removed", connection=await engine.remove_connection(name)))
        return
    view = await _present_or_removed(engine, name)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("--purge deletes for good: add --yes where nobody can be asked.")
        documents = counted(view.documents, "document")
        click.confirm(f"Delete {view.name} and its {documents} for good?", abort=True, err=True)
    if view.removed_at is None:
        await engine.remove_connection(view.id)
    await engine.purge_connection(view.id)
    output.document(shapes.ConnectionPurged(id=view.id, name=view.name))


@command.command()
@click.argument("name")
@with_engine
async def restore(engine: EngineApi, output: Output, name: str) -> None:
    """Bring a removed connection back, with its documents."""
    output.document(shapes.Connection(did="restored", connection=await engine.restore_connection(name)))


@command.command()
@click.argument("name")
@click.option("--name", "new_name", default="", help="What to call the copy.")
@with_engine
async def duplicate(engine: EngineApi, output: Output, name: str, new_name: str) -> None:
    """Copy a connection's settings and secrets into a new one."""
    output.document(shapes.Connection(did="duplicated", connection=await engine.duplicate_connection(name, new_name)))


@command.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--output", "-o", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@with_engine
async def export(engine: EngineApi, output: Output, names: tuple[str, ...], file: Path | None) -> None:
    """Print connections for `connection import`.

    All, or those named; without secrets.
    """
    document = await engine.export_connections(list(names))
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            "The export can't be written", where=str(file), remedy="Name a file that can be.", detail=str(error)
        ) from error
    output.document(shapes.Exported(file=str(file), connections=len(document["connections"])))


@command.command("import")
@click.argument("file", metavar="FILE|-")
@with_engine
async def import_(engine: EngineApi, output: Output, file: str) -> int:
    """Add the connections of an export. A name that is taken gets a number."""
    result = await engine.import_connections(json_from(file, "export"))
    output.document(shapes.Imported(result=result))
    return 1 if result.skipped else 0


@command.command()
@click.argument("name")
@_set
@_secret
@click.option("--deep", is_flag=True, help="Also fetch one real document.")
@with_engine
async def test(engine: EngineApi, output: Output, name: str, pairs: Pairs, secrets: dict[str, str], deep: bool) -> int:
    """Test a connection step by step. --set and --secret try other values without storing them."""
    view = await engine.connection(name)
    target = CheckTarget(
        ref=view.id,
        set=settings_of(pairs, await engine.connector_schema(view.type)) if pairs else {},
        secrets=secrets,
    )
    failed: list[CheckStep] = []
    steps: Any = engine.check(target, deep)
    async with aclosing(steps):
        async for step in steps:
            if step.state == "failed":
                failed.append(step)
            if step.state != "running":
                output.event(shapes.Step(step=step))
            else:
                output.progress(shapes.Step(step=step))
    output.event(shapes.TestFinished(connection=view.name, ok=not failed, failed=[step.name for step in failed]))
    for step in failed:
        if step.error is not None and not output.json:
            output.problem(step.error)
    return 1 if failed else 0


@command.command()
@click.argument("name")
@click.option("--apply", "decision", flag_value="applied", help="Delete them.")
@click.option("--keep", "decision", flag_value="kept", help="Keep them until they are gone once more.")
@with_engine
async def deletions(engine: EngineApi, output: Output, name: str, decision: str | None) -> None:
    """Decide on deletions that were held back.

    A sync that finds most documents gone does not delete them but asks.
    """
    view = await engine.connection(name)
    if decision == "applied":
        held = shapes.HeldBack(
            connection=view.name, documents=await engine.apply_held_back(view.id), decision="applied"
        )
    elif decision == "kept":
        held = shapes.HeldBack(connection=view.name, documents=await engine.keep_held_back(view.id), decision="kept")
    else:
        held = shapes.HeldBack(connection=view.name, documents=view.held_back, decision="waiting")
    output.document(held)


def _merged(config: dict[str, Json], values: dict[str, Json]) -> dict[str, Json]:
    from app.connections.pointers import parse, put

    for key, value in values.items():
        put(config, parse(key), value)
    return config


def _schedule(before: Schedule, every: int | None, watch: bool | None) -> Schedule:
    return Schedule(
        every=before.every if every is None else every or None,
        watch=before.watch if watch is None else watch,
    )


async def _present_or_removed(engine: EngineApi, name: str) -> ConnectionView:
    try:
        return await engine.connection(name)
    except NotFound:
        for view in await engine.connections(removed=True):
            if name in (view.id, view.name):
                return view
        raise
