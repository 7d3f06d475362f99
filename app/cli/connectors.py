"""`headwaterctl connectors`: which types of sources there are, and what one needs."""

from __future__ import annotations

import click

from app.api import EngineApi
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Noun
from app.cli.output import Output
from connectors.sdk import NotFound


@click.group("connectors", cls=Noun)
def command() -> None:
    """The types of sources: what there is to connect."""


@command.command("list")
@with_engine
async def list_(engine: EngineApi, output: Output) -> None:
    """List the types."""
    output.document(shapes.ConnectorList(connectors=await engine.connectors()))


@command.command()
@click.argument("type")
@with_engine
async def show(engine: EngineApi, output: Output, type: str) -> None:
    """Show what a type can do."""
    for view in await engine.connectors():
        if view.type == type:
            output.document(shapes.Connector(connector=view))
            return
    await engine.connector_schema(type)  # its error names the types that are close
    raise NotFound("No such type", where=type, remedy="`headwaterctl connectors list` shows the types there are.")


@command.command()
@click.argument("type")
@with_engine
async def schema(engine: EngineApi, output: Output, type: str) -> None:
    """Print the JSON Schema of a type's settings."""
    output.document(shapes.ConnectorSchema(type=type, schema=await engine.connector_schema(type)))
