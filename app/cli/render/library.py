"""The library as text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from app.api import DocumentView
from app.cli import shapes
from app.cli.render.pieces import facts, marked, render, size, table, when
from app.words import counted, plain


@render.register
def _(shape: shapes.Search, console: Console) -> None:
    result = shape.result
    for hit in result.hits:
        details = " · ".join(
            filter(None, [hit.connection, hit.path or hit.source_id, when(hit.updated_at), hit.document_id])
        )
        console.print(Text(plain(hit.title), "bold"))
        console.print(Text(f"  {plain(details)}", "dim"))
        if hit.snippet:
            console.print(Text("  ").append_text(marked(hit.snippet)))
    shown = f"{len(result.hits):,} of {result.total:,}" if len(result.hits) < result.total else f"{result.total:,}"
    console.print(Text(plain(f"{shown} found in {result.ms:,.0f} ms. {result.note}").rstrip(), "dim"))


@render.register
def _(shape: shapes.DocumentList, console: Console) -> None:
    _documents(console, shape.documents, shape.total)


@render.register
def _(shape: shapes.LibraryDocument, console: Console) -> None:
    view = shape.document
    facts(
        console,
        view.title,
        {
            "Connection": view.connection,
            "Source id": view.source_id,
            "Path": view.path,
            "Address": view.url or "",
            "Type": view.media_type,
            "Size": size(view.size),
            "Owner": view.owner or "",
            "Created": when(view.created_at),
            "Updated": when(view.updated_at),
            "Stored": when(view.stored_at),
            "Deleted": when(view.deleted_at),
            "Searchable": "yes" if view.indexed else "no",
            "SHA-256": view.sha256,
            "Fingerprint": view.fingerprint or "",
            **{f"Metadata {name}": str(value) for name, value in view.metadata.items()},
            "Id": view.id,
        },
    )
    if shape.text is not None:
        console.print()
        for line in shape.text.text.splitlines():
            console.print(plain(line.expandtabs()))
        if shape.text.truncated or shape.text.note:
            console.print(Text(plain(shape.text.note or "The text goes on."), "dim"))


@render.register
def _(shape: shapes.WhyDocument, console: Console) -> None:
    for finding in shape.why.findings:
        console.print(plain(finding))
    if shape.why.remedy:
        console.print(Text(plain(shape.why.remedy), "dim"))


@render.register
def _(shape: shapes.Bin, console: Console) -> None:
    if shape.connections:
        rows = [
            (view.name, view.type, f"{view.documents:,}", when(view.removed_at), view.id) for view in shape.connections
        ]
        table(console, ("Removed connection", "Type", "Documents", "Removed", "Id"), rows, right=(2,))
        console.print(Text("Bring one back: headwaterctl connection restore ID", "dim"))
    if shape.documents:
        _documents(console, shape.documents, shape.total)
    if not shape.connections and not shape.documents:
        console.print("The bin is empty.")


@render.register
def _(shape: shapes.ExportFinished, console: Console) -> None:
    report = shape.report
    escaped = f", {report.escaped:,} under escaped names" if report.escaped else ""
    written = f"{counted(report.written, 'document')}, {size(report.bytes)}{escaped}"
    console.print(plain(f"{written}, written to {report.directory}."))


@render.register
def _(shape: shapes.VerifyFinished, console: Console) -> None:
    report = shape.report
    for problem in report.problems:
        console.print(Text.assemble(("✗ ", "bold red"), plain(problem)))
    seen = f"{counted(report.documents, 'document')}, {counted(report.contents, 'content')}, {size(report.bytes)} read"
    if report.problems:
        console.print(
            plain(f"{counted(len(report.problems), 'problem')} in {seen}. The next sync --full fetches what is broken.")
        )
    else:
        console.print(Text.assemble(("✓ ", "green"), f"Intact: {seen}."))
    if report.unreferenced:
        console.print(
            Text(f"{report.unreferenced:,} contents ({size(report.unreferenced_bytes)}) are used no more.", "dim")
        )


def _documents(console: Console, documents: Sequence[DocumentView], total: int) -> None:
    rows = [
        (view.title, view.connection, view.path, size(view.size), when(view.deleted_at or view.updated_at), view.id)
        for view in documents
    ]
    if rows:
        table(console, ("Title", "Connection", "Path", "Size", "When", "Id"), rows, right=(3,))
    shown = f"{len(rows):,} of " if len(rows) < total else ""
    console.print(Text(shown + counted(total, "document"), "dim"))
