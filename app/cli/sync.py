"""`headwaterctl sync`: bring connections up to date, and stay until it is done."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import click
import msgspec

from app.api import FINISHED, EngineApi, Event, ItemView, RunView, SyncMode
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Verb
from app.cli.output import Output
from app.cli.progress import RunBars
from connectors.sdk import AuthError, ErrorInfo

ITEMS_SHOWN = 10
"""How many items a person gets to see; `runs show` has them all."""


@click.command("sync", cls=Verb)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--full", is_flag=True, help="Fetch everything again, also what seems unchanged.")
@click.option("--reconcile", is_flag=True, help="List everything, so that no deletion is missed.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--failed", is_flag=True, help="Only fetch again what failed before.")
@with_engine
async def command(
    engine: EngineApi, output: Output, names: tuple[str, ...], full: bool, reconcile: bool, dry_run: bool, failed: bool
) -> int:
    """Sync the connections NAME..., and show how it goes. Ctrl-C cancels; the next sync goes on from there."""
    asked: dict[SyncMode, bool] = {"full": full, "reconcile": reconcile, "dry_run": dry_run, "retry": failed}
    chosen = [mode for mode, on in asked.items() if on]
    if len(chosen) > 1:
        raise click.UsageError("--full, --reconcile, --dry-run and --failed exclude one another.")
    mode: SyncMode = chosen[0] if chosen else "incremental"
    with RunBars(output) as bars:
        following = Following(engine, output, bars)
        await following.sync(names, mode)
    return following.status()


class Following:
    """Runs from their start to their end, told as they go."""

    def __init__(self, engine: EngineApi, output: Output, bars: RunBars) -> None:
        self._engine = engine
        self._output = output
        self._bars = bars
        self._active: dict[str, RunView] = {}
        self._joined: set[str] = set()
        self._told: set[str] = set()
        self._items: dict[str, int] = {}
        self._ended: list[RunView] = []

    async def sync(self, names: tuple[str, ...], mode: SyncMode) -> None:
        """Start a run of each and stay with it; cancel what was started here when this is cancelled."""
        # Every name is looked up before anything is started: a typing error in the last one costs nothing.
        connections = {view.id: view for view in [await self._engine.connection(name) for name in names]}
        after = (await self._engine.engine()).last_fact
        try:
            for connection in connections.values():
                run = await self._engine.start_sync(connection.id, mode)
                if connection.active_run is not None and connection.active_run.id == run.id:
                    self._joined.add(run.id)
                self._active[run.id] = run
                if run.state != "queued":
                    self._begin(run)
            await self._follow(after)
        except asyncio.CancelledError:
            await self._cancel()
            raise

    async def _follow(self, after: int) -> None:
        events: Any = self._engine.events(after)
        async with aclosing(events):
            async for event in events:
                await self._tell(event)
                if not self._active:
                    return

    async def _tell(self, event: Event) -> None:
        if event.gauge is not None and event.gauge.run_id in self._active:
            gauge = event.gauge
            self._begin(self._active[gauge.run_id])
            self._bars.show(gauge)
            self._output.progress(shapes.Progress(connection=self._active[gauge.run_id].connection, gauge=gauge))
            if gauge.counts.failed + gauge.counts.skipped > self._items.get(gauge.run_id, 0):
                await self._tell_items(gauge.run_id)
        fact = event.fact
        if fact is None or fact.run_id not in self._active or not fact.kind.startswith("run_"):
            return
        run = msgspec.convert(fact.data, RunView)
        self._active[run.id] = run
        if run.state == "running":
            self._begin(run)
        elif run.state == "waiting":
            self._bars.wait(run.id, run.reason)
            self._output.event(shapes.RunWaiting(run=run))
        elif run.state in FINISHED or run.state in ("interrupted", "paused"):
            await self._end(run)

    def _begin(self, run: RunView) -> None:
        if run.id not in self._told:
            self._told.add(run.id)
            self._bars.add(run.id, run.connection)
            self._output.progress(shapes.RunStarted(run=run, joined=run.id in self._joined))

    async def _tell_items(self, run_id: str) -> None:
        """The items of a run that were not told yet."""
        run = self._active[run_id]
        while items := await self._engine.run_items(run_id, 500, self._items.get(run_id, 0)):
            for number, item in enumerate(items, self._items.get(run_id, 0)):
                if self._output.json or number < ITEMS_SHOWN:
                    self._tell_item(run, item)
            self._items[run_id] = self._items.get(run_id, 0) + len(items)

    def _tell_item(self, run: RunView, item: ItemView) -> None:
        # What ended the whole run is told as its error.
        if item.error != run.error or item.source_id is not None:
            self._output.event(shapes.ItemFailed(connection=run.connection, item=item))

    async def _end(self, run: RunView) -> None:
        self._begin(run)
        await self._tell_items(run.id)
        del self._active[run.id]
        self._ended.append(run)
        self._bars.remove(run.id)
        self._output.event(shapes.RunFinished(run=run))

    async def _cancel(self) -> None:
        """Stop what we started; a run that was active before belongs to someone else."""
        for run in list(self._active.values()):
            if run.id in self._joined:
                self._output.note(f"The run of {run.connection} was active before and goes on.")
            else:
                await self._end(await self._engine.cancel_run(run.id))

    def status(self) -> int:
        """The exit status, after saying why it is not 0. Raises AuthError where a passphrase would have helped."""
        for run in self._ended:
            if run.error is not None and run.error.code == "vault_locked":
                raise AuthError(run.error.what, where=run.error.where, remedy=run.error.remedy, code=run.error.code)
        for run in self._ended:
            problem = _problem(run)
            if problem is not None and not self._output.json:
                self._output.problem(problem)
        return 0 if all(run.state == "done" for run in self._ended) else 1


def _problem(run: RunView) -> ErrorInfo | None:
    """Why a run counts as failed, for people; scripts have it in `run_finished`."""
    if run.state == "done":
        return None
    if run.error is not None:
        return run.error
    show = f"`headwaterctl runs show {run.id}`"
    name = f'"{run.connection}"'
    what, remedy = {
        "done_with_failures": (
            f"{'1 item' if run.counts.failed == 1 else f'{run.counts.failed:,} items'} failed; the others are stored",
            f"{show} lists them. The next sync tries them again.",
        ),
        "held_back": (
            "So many documents are gone that their deletion waits for you",
            f"`headwaterctl connection deletions {name} --apply` deletes them, --keep keeps them.",
        ),
        "interrupted": ("The engine stopped during the run", "Sync again: it goes on from there."),
        "paused": ("The run was paused elsewhere", f"`headwaterctl runs resume {run.id}` lets it go on."),
        "cancelled": ("The run was cancelled elsewhere", "Sync again: it goes on from there."),
    }.get(run.state, (run.summary or f"The run ended as {run.state}", f"{show} tells more."))
    return ErrorInfo(category="permanent", code=run.state, what=what, where=run.connection, remedy=remedy)
