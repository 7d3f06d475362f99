"""`headwaterctl runs`: what syncs did."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import click
import msgspec

from app.api import EngineApi, RunView
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


@command.command()
@click.argument("id")
@with_engine
async def pause(engine: EngineApi, output: Output, id: str) -> None:
    """Pause a run at the end of the page at hand, and stay until it is. It stays paused until `runs resume`, also over
    a restart, and is never resumed by a schedule."""
    after = (await engine.engine()).last_fact
    run = await engine.pause_run(id)
    if run.pausing:
        output.note(f"{run.connection} is paused as soon as its page is stored.")
        run = await _paused(engine, run, after)
    output.document(shapes.RunChanged(did="paused", run=run))


@command.command()
@click.argument("id")
@with_engine
async def resume(engine: EngineApi, output: Output, id: str) -> None:
    """Let a paused run go on from where it stopped. `headwaterctl sync NAME` does the same, and shows how it goes."""
    output.document(shapes.RunChanged(did="resumed", run=await engine.resume_run(id)))


@command.command()
@click.argument("id")
@with_engine
async def cancel(engine: EngineApi, output: Output, id: str) -> None:
    """End a run at once. What it has stored stays; the next sync goes on from there."""
    output.document(shapes.RunChanged(did="cancelled", run=await engine.cancel_run(id)))


async def _paused(engine: EngineApi, run: RunView, after: int) -> RunView:
    """The run when it is paused, or has come to its end before, or was told to go on."""
    events: Any = engine.events(after)
    async with aclosing(events):
        async for event in events:
            fact = event.fact
            if fact is not None and fact.run_id == run.id and fact.kind.startswith("run_"):
                now = msgspec.convert(fact.data, RunView)
                # Facts from before the pause was asked for may still come.
                if fact.kind in ("run_paused", "run_finished") or (fact.kind == "run_changed" and not now.pausing):
                    return now
    return run
