"""`headwaterctl runs`: what syncs did."""

from __future__ import annotations

import click

from app.api import EngineApi
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Noun
from app.cli.output import Output


@click.group("runs", cls=Noun)
def command() -> None:
    """What syncs did, and which items failed."""


@command.command("list")
@click.argument("name", default="")
@click.option("--limit", type=click.IntRange(1, 100_000), default=30, show_default=True, help="How many at most.")
@with_engine
async def list_(engine: EngineApi, output: Output, name: str, limit: int) -> None:
    """List runs, newest first: all, or those of the connection NAME."""
    output.document(shapes.RunList(runs=await engine.runs(name, limit)))


@command.command()
@click.argument("id")
@click.option("--limit", type=click.IntRange(0, 100_000), default=500, show_default=True, help="Items at most.")
@with_engine
async def show(engine: EngineApi, output: Output, id: str, limit: int) -> None:
    """Show a run with its counters, and the items that failed or were skipped."""
    run = await engine.run(id)
    output.document(shapes.Run(run=run, items=await engine.run_items(id, limit) if limit else []))
