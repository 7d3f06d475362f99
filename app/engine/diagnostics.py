"""Gathers what the diagnostics bundle is made of, through the engine's own commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from app import api
from app.health.diagnostics import Material, diagnostics, profile_checks
from app.library import Library
from connectors.sdk import HeadwaterError, Json

RUNS, FACTS, LINES, ITEMS = 50, 300, 500, 1000


async def gather(
    engine: api.EngineApi, profile: Path, library: Library, redact: Callable[[str], str]
) -> list[api.DiagnosticsFile]:
    """The files of the bundle, as things are now."""
    connections = await engine.connections()
    schemas: dict[str, dict[str, Json]] = {}
    names: list[str] = []
    for one in connections:
        try:
            schemas[one.type] = await engine.connector_schema(one.type)
        except HeadwaterError:
            schemas[one.type] = {}  # its type is not installed any more
        names += [item.title for item in await library.runs.failing(one.id, ITEMS)]
    removed = await engine.connections(removed=True)
    last = await library.runs.last_fact()
    material = Material(
        engine=await engine.engine(),
        settings=await engine.settings(),
        vault=await engine.vault(),
        connections=connections,
        schemas=schemas,
        accounts=await engine.accounts(),
        runs=await engine.runs(limit=RUNS),
        facts=await library.runs.facts(max(0, last - FACTS), FACTS),
        log=await engine.log(api.LogFilter(limit=LINES)),
        stats=await engine.library_stats(),
        checks=await asyncio.to_thread(profile_checks, profile),
        names=[*names, *(one.name for one in removed), *profile.parts[1:]],
        redact=redact,
    )
    return await asyncio.to_thread(diagnostics, material)
