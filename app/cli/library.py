"""`headwaterctl library`: what was synced."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal

import click

from app.api import DocumentFilter, EngineApi, SearchQuery
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Noun
from app.cli.output import Output
from app.cli.progress import Bar
from app.cli.values import Moment

_connections = click.option(
    "--connection", "connections", metavar="NAME", multiple=True, help="Only of this one; repeat."
)
_limit = click.option(
    "--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many at most."
)
_offset = click.option("--offset", type=click.IntRange(0), default=0, help="How many to leave out before.")


@click.group("library", cls=Noun)
def command() -> None:
    """What was synced: search, list, explain, export, verify."""


@command.command()
@click.argument("query", nargs=-1, required=True)
@_connections
@click.option("--type", metavar="TYPE", default="", help='A media type or its first part: "text", "application/pdf".')
@click.option("--after", type=Moment(), help="Only documents from this date on.")
@click.option("--before", type=Moment(), help="Only documents before this date.")
@_limit
@_offset
@with_engine
async def search(
    engine: EngineApi,
    output: Output,
    query: tuple[str, ...],
    connections: tuple[str, ...],
    type: str,
    after: float | None,
    before: float | None,
    limit: int,
    offset: int,
) -> None:
    """Search the text of all documents.

    Words must all occur; "quoted words" in this order, word* as a beginning, -word not at all (after a --).
    """
    asked = SearchQuery(
        text=" ".join(query),
        connections=list(connections),
        type=type,
        after=after,
        before=before,
        limit=limit,
        offset=offset,
    )
    output.document(shapes.Search(query=asked, result=await engine.search(asked)))


@command.command("list")
@_connections
@click.option("--match", "text", metavar="TEXT", default="", help="Only where the title or path holds this.")
@click.option("--run", metavar="ID", default="", help="Only what this run stored.")
@click.option("--change", type=click.Choice(["new", "changed", "deleted"]), help="With --run: only what it did so.")
@click.option("--sort", type=click.Choice(["title", "updated", "size", "stored"]), default="title", show_default=True)
@click.option("--descending", is_flag=True, help="From the last to the first.")
@_limit
@_offset
@with_engine
async def list_(
    engine: EngineApi,
    output: Output,
    connections: tuple[str, ...],
    text: str,
    run: str,
    change: Literal["new", "changed", "deleted"] | None,
    sort: Literal["title", "updated", "size", "stored"],
    descending: bool,
    limit: int,
    offset: int,
) -> None:
    """List documents."""
    page = await engine.documents(
        DocumentFilter(
            connections=list(connections),
            text=text,
            run=run,
            status="" if change == "deleted" else "stored",
            change=change or "",
            sort=sort,
            descending=descending,
            limit=limit,
            offset=offset,
        )
    )
    output.document(shapes.DocumentList(documents=page.documents, total=page.total))


@command.command()
@click.argument("id")
@click.option("--text", "with_text", is_flag=True, help="With its text, as the search saw it.")
@with_engine
async def show(engine: EngineApi, output: Output, id: str, with_text: bool) -> None:
    """Show a document. Its ID stands in what `search` and `list` answer."""
    document = await engine.document(id)
    text = await engine.document_text(id) if with_text else None
    output.document(shapes.LibraryDocument(document=document, text=text))


@command.command()
@click.argument("connection")
@click.argument("source_id")
@with_engine
async def why(engine: EngineApi, output: Output, connection: str, source_id: str) -> None:
    """Explain why a document is, or is not, in the library."""
    output.document(shapes.WhyDocument(why=await engine.why(connection, source_id)))


@command.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@_connections
@with_engine
async def export(engine: EngineApi, output: Output, directory: Path, connections: tuple[str, ...]) -> None:
    """Write the documents to DIR/<connection>/<path>, their original bytes, with a manifest."""
    reports: Any = engine.export_library(str(directory.expanduser().absolute()), list(connections))
    with Bar(output, "Exporting") as bar:
        async with aclosing(reports):
            async for report in reports:
                if report.finished:
                    bar.stop()
                    output.event(shapes.ExportFinished(report=report))
                else:
                    bar.show(report.written, report.total)
                    output.progress(shapes.ExportProgress(report=report))


@command.command()
@with_engine
async def verify(engine: EngineApi, output: Output) -> int:
    """Prove that every document has its intact content, and every content its document."""
    sound = False
    reports: Any = engine.verify()
    with Bar(output, "Verifying") as bar:
        async with aclosing(reports):
            async for report in reports:
                if report.finished:
                    bar.stop()
                    output.event(shapes.VerifyFinished(report=report))
                    sound = not report.problems
                else:
                    bar.show(report.checked, report.total)
                    output.progress(shapes.VerifyProgress(report=report))
    return 0 if sound else 1


@command.command("bin")
@_connections
@_limit
@_offset
@with_engine
async def bin_(engine: EngineApi, output: Output, connections: tuple[str, ...], limit: int, offset: int) -> None:
    """Show removed connections, and documents that are gone at their source."""
    page = await engine.documents(
        DocumentFilter(connections=list(connections), status="deleted", limit=limit, offset=offset)
    )
    removed = [] if connections else await engine.connections(removed=True)
    output.document(shapes.Bin(connections=removed, documents=page.documents, total=page.total))
