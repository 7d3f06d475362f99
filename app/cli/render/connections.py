"""Connectors and connections as text."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from app.api import ApiBudget
from app.cli import shapes
from app.cli.render.pieces import MARKS, STATES, as_json, facts, quoted, render, size, table, when, words
from app.words import counted, plain


@render.register
def _(shape: shapes.ConnectorList, console: Console) -> None:
    rows = [
        (view.type, view.title, (view.problem and f"can't be used: {view.problem}") or view.summary)
        for view in shape.connectors
    ]
    table(console, ("Type", "Title", "What it is"), rows)


@render.register
def _(shape: shapes.Connector, console: Console) -> None:
    view = shape.connector
    facts(
        console,
        f"{view.title} ({view.type})",
        {
            "What it is": view.summary,
            "Problem": view.problem,
            "Group": view.group,
            "Version": view.version,
            "Sign-in": ", ".join(view.auth),
            "Can": ", ".join(view.capabilities),
            "Connections": str(view.configured),
            "More": view.docs_url,
        },
    )
    console.print(Text(f"Settings: headwaterctl connectors schema {plain(view.type)}", "dim"))


@render.register
def _(shape: shapes.ConnectorSchema, console: Console) -> None:
    as_json(console, shape.schema)


@render.register
def _(shape: shapes.ConnectionList, console: Console) -> None:
    if not shape.connections:
        console.print("None. `headwaterctl connection add` makes one.")
        return
    rows = [
        (
            view.name,
            view.type,
            Text(plain(view.sentence), STATES.get(view.state, "")),
            when(view.last_ok_at) or "never",
            view.id,
        )
        for view in shape.connections
    ]
    table(console, ("Name", "Type", "State", "Last sync", "Id"), rows)


@render.register
def _(shape: shapes.Connection, console: Console) -> None:
    view = shape.connection
    name = quoted(view.name)
    sentences = {
        "added": (f"{view.name} is added.", f"Test it: headwaterctl connection test {name}"),
        "changed": (f"{view.name} is changed.", ""),
        "duplicated": (f"{view.name} is made.", f"Change it: headwaterctl connection edit {name} ..."),
        "removed": (f"{view.name} is removed.", f"Bring it back: headwaterctl connection restore {view.id}"),
        "restored": (f"{view.name} is back.", ""),
    }
    if shape.did in sentences:
        sentence, following = sentences[shape.did]
        console.print(plain(sentence))
        if following:
            console.print(Text(plain(following), "dim"))
        return
    facts(
        console,
        f"{view.name} ({view.type_title})",
        {
            "State": view.sentence,
            "Documents": f"{view.documents:,}, {size(view.bytes)}",
            "Failing items": f"{view.failed_items:,}" if view.failed_items else "",
            "Held back": counted(view.held_back, "deletion") if view.held_back else "",
            "Last sync": when(view.last_ok_at) or "never",
            "Next sync": when(view.next_run_at) or "by hand",
            "Requests": _budget(view.budget) if view.budget else "",
            "Last run": f"{view.last_run.id}, {words(view.last_run.state)}" if view.last_run else "",
            "Id": view.id,
            **{f"Secret {pointer}": kept or "not set" for pointer, kept in view.secrets.items()},
        },
    )
    as_json(console, view.config)


@render.register
def _(shape: shapes.ConnectionPurged, console: Console) -> None:
    console.print(plain(f"{shape.name} and its documents are deleted for good."))


@render.register
def _(shape: shapes.Preview, console: Console) -> None:
    preview = shape.preview
    fields = ", ".join(preview.changed)
    if preview.effect == "none":
        console.print("Nothing about what is synced would change.")
    elif preview.effect == "tuning":
        console.print(plain(f"Takes effect on the next page of a running sync: {fields}."))
    else:
        console.print(plain(f"Changes what is synced: {fields}. The next sync reads from the start."))
        if preview.added is None:
            known = counted(preview.known, "document is", "documents are")
            console.print(f"{known} known now; --count lists the source to say what comes.")
        else:
            console.print(f"{preview.added:,} would come, {preview.kept:,} stay, {preview.removed:,} go.")


@render.register
def _(shape: shapes.HeldBack, console: Console) -> None:
    name = quoted(shape.connection)
    if shape.decision == "applied":
        console.print(f"{counted(shape.documents, 'document')} deleted.")
    elif shape.decision == "kept":
        console.print(f"{counted(shape.documents, 'document')} kept.")
    elif shape.documents:
        console.print(f"{shape.documents:,} deletions wait for you.")
        console.print(Text(f"Decide: headwaterctl connection deletions {name} --apply, or --keep", "dim"))
    else:
        console.print("No deletion waits.")


@render.register
def _(shape: shapes.Imported, console: Console) -> None:
    result = shape.result
    before = {new: old for old, new in result.renamed.items()}
    for name in result.added:
        known_as = f" (was {before[name]}, a name that is taken)" if name in before else ""
        console.print(Text.assemble(("✓ ", "green"), plain(f"{name}{known_as}")))
        if missing := result.missing_secrets.get(name):
            options = " ".join(f"--secret {pointer}=..." for pointer in missing)
            console.print(
                Text(plain(f"  Needs: headwaterctl connection edit {quoted(name)} --enable {options}"), "dim")
            )
    for name, reason in result.skipped.items():
        console.print(Text.assemble(("✗ ", "bold red"), plain(f"{name}: {reason}")))
    if not result.added and not result.skipped:
        console.print("The export holds no connections.")


@render.register
def _(shape: shapes.Exported, console: Console) -> None:
    console.print(plain(f"{shape.connections} connections written to {shape.file}. Secrets are not in it."))


@render.register
def _(shape: shapes.Step, console: Console) -> None:
    step = shape.step
    sign, style = MARKS.get(step.state, ("·", ""))
    took = f"{step.ms:,.0f} ms" if step.state != "skipped" else "skipped"
    line = Text.assemble((f"{sign} ", style), f"{plain(step.title):<28} ", (f"{took:>9}", "dim"))
    console.print(line.append(f"  {plain(step.message)}") if step.message else line)
    if step.state == "warning" and step.remedy:
        console.print(Text(f"  {plain(step.remedy)}", "dim"))


@render.register
def _(shape: shapes.TestFinished, console: Console) -> None:
    if shape.ok:
        console.print(Text(f"All is well. Sync it: headwaterctl sync {quoted(shape.connection)}", "dim"))


def _budget(budget: ApiBudget) -> str:
    return f"{budget.remaining:,} of {budget.limit:,} left at {budget.host} until {when(budget.resets_at)}"
