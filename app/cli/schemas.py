"""`headwaterctl schemas`: the JSON Schemas of all `--json` answers, for those who build on them."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
import msgspec

from app.cli import shapes
from app.cli.options import Verb


def schemas() -> dict[str, dict[str, Any]]:
    """A schema for each shape, by what tells it: `kind:run_list`, `event:progress`."""
    found: dict[str, dict[str, Any]] = {}
    for shape in shapes.all_shapes():
        field = "kind" if issubclass(shape, shapes.Document) else "event"
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(shape)}
        found[f"{field}:{shape.__struct_config__.tag}"] = schema
    return found


@click.command("schemas", cls=Verb)
@click.argument("shape", required=False)
def command(shape: str | None) -> None:
    """Print the JSON Schemas of the --json answers: all, or that of SHAPE, such as kind:run_list or event:progress."""
    found = schemas()
    if shape is not None and shape not in found:
        raise click.BadParameter(f"There is no {shape!r}. There are: {', '.join(found)}.", param_hint="SHAPE")
    json.dump(found if shape is None else found[shape], sys.stdout, indent=2)
    sys.stdout.write("\n")
