"""The shapes of --json are a promise.

When a change is meant, run `python -m tests.cli.test_shapes` and look at the difference: a field may come, but none may
go or change its meaning without a new `schema_version`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from app.cli import shapes

GOLDEN = Path(__file__).parent / "schemas.json"


def published() -> dict[str, Any]:
    """All schemas with their common parts once, without the prose."""
    found, parts = msgspec.json.schema_components(shapes.all_shapes())
    return {"shapes": _bare(list(found)), "parts": _bare(parts)}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key != "description" or isinstance(item, dict)}
    return [_bare(item) for item in value] if isinstance(value, list | tuple) else value


def test_the_shapes_are_as_published() -> None:
    assert published() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_shape_says_its_version_and_name() -> None:
    for shape in shapes.all_shapes():
        parts: Any = msgspec.json.schema(shape)["$defs"][shape.__name__]["properties"]
        assert parts["schema_version"]["enum"] == [shapes.SCHEMA_VERSION]
        assert ("kind" in parts) != ("event" in parts)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(published(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
