"""Syncs and runs as text."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from app.api import RunCounts, RunView
from app.cli import shapes
from app.cli.render.pieces import MARKS, STATES, facts, render, render_error, size, span, table, when, words
from app.words import plain


@render.register
def _(shape: shapes.RunWaiting, console: Console) -> None:
    until = f" until {when(shape.run.until)}" if shape.run.until else ""
    console.print(plain(f"{shape.run.connection} waits{until}: {shape.run.reason}"))


@render.register
def _(shape: shapes.ItemFailed, console: Console) -> None:
    item = shape.item
    sign, style = ("✗", "red") if item.kind == "failed" else ("-", "yellow")
    named = item.title if item.source_id is None or item.source_id == item.title else f"{item.title} ({item.source_id})"
    console.print(Text.assemble((f"  {sign} ", style), plain(f"{named}: {item.error.what}.")))
    if item.error.remedy:
        console.print(Text(f"    {plain(item.error.remedy)}", "dim"))


@render.register
def _(shape: shapes.RunFinished, console: Console) -> None:
    run = shape.run
    sign, style = {"done": MARKS["ok"], "failed": MARKS["failed"]}.get(run.state, MARKS["warning"])
    state = "" if run.state == "done" else f"{words(run.state)}: "
    dry = " Nothing was stored: this was a dry run." if run.mode == "dry_run" else ""
    console.print(Text.assemble((f"{sign} ", style), plain(f"{run.connection}: {state}{run.summary}.{dry}")))


@render.register
def _(shape: shapes.RunList, console: Console) -> None:
    if not shape.runs:
        console.print("No runs yet. `headwaterctl sync NAME` makes one.")
        return
    titles = ("Run", "Connection", "State", "Started", "Took", "Documents", "New", "Changed", "Deleted", "Failed")
    table(console, titles, [_run_row(run) for run in shape.runs], right=range(4, 10))


def _run_row(run: RunView) -> tuple[str | Text, ...]:
    state = Text(words(run.state), STATES.get(run.state, ""))
    counts = run.counts
    numbers = (counts.documents, counts.new, counts.changed, counts.deleted, counts.failed)
    return (run.id, run.connection, state, when(run.started_at), _took(run), *(f"{number:,}" for number in numbers))


@render.register
def _(shape: shapes.RunChanged, console: Console) -> None:
    run = shape.run
    if shape.did == "resumed":
        console.print(plain(f"{run.connection} goes on."))
    elif run.state == shape.did:
        counted = f"{run.counts.documents:,} documents seen"
        console.print(plain(f"{run.connection}: {words(run.state)}, {counted}."))
    else:
        console.print(plain(f"{run.connection}: {words(run.state)} already. {run.summary}".rstrip()))


@render.register
def _(shape: shapes.Run, console: Console) -> None:
    run = shape.run
    counts = {name: getattr(run.counts, name) for name in RunCounts.__struct_fields__}
    facts(
        console,
        f"Run {run.id} of {run.connection}",
        {
            "State": words(run.state) + (f": {run.reason}, until {when(run.until)}" if run.reason else ""),
            "Summary": run.summary,
            "How": f"{words(run.mode)}, started by {run.trigger}"
            + (", went on from the run before" if run.resumed else ""),
            "Started": when(run.started_at),
            "Took": _took(run),
            "Counted": ", ".join(f"{number:,} {name}" for name, number in counts.items() if number and name != "bytes"),
            "Fetched": size(run.counts.bytes),
        },
    )
    if run.error is not None:
        render_error(run.error, console)
    for item in shape.items:
        if item.error != run.error:
            render(shapes.ItemFailed(connection=run.connection, item=item), console)


def _took(run: RunView) -> str:
    return span(run.finished_at - run.started_at) if run.started_at and run.finished_at else ""
