"""One walk through the window with everything built for the first time: what each step kept the loop from."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.bench.stalls import Stalls

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.shell import Shell


async def measure(shell: Shell, engine: Any) -> dict[str, Any]:
    """Each step with its longest stall, in the order of a first day."""
    from widgets.pages.page import Place

    stalls = Stalls()
    steps: list[dict[str, Any]] = []

    async def step(name: str, act: Callable[[], object], rest: float = 1.0) -> None:
        await asyncio.sleep(0.05)
        stalls.during = name
        began = time.perf_counter()
        act()
        acted = (time.perf_counter() - began) * 1000
        await asyncio.sleep(rest)
        worst = stalls.worst(name)
        steps.append(
            {
                "step": name,
                "ms": round(acted, 1),
                "stall": round(worst.ms, 1) if worst else 0,
                "cpu": round(worst.cpu, 1) if worst else 0,
                "where": [str(one) for one in stalls.found if one.during == name],
            }
        )

    await step("after the start", lambda: None, 4)
    connections = await engine.connections()
    places = [Place(name) for name in ("library", "activity", "accounts", "settings", "sources")]
    if connections:
        places.append(Place("connection", connections[0].id))
    for place in places:
        await step(f"first visit: {place.page}", partial(shell.go, place))
    if connections:
        for tab in ("documents", "runs", "settings"):
            await step(
                f"first visit: connection, {tab}", partial(shell.go, Place("connection", connections[0].id, tab))
            )
    await step("first visit: add source", partial(shell.go, Place("add_source")), 2.5)
    for kind in ("folder", "s3", "confluence"):
        await step(f"first form: {kind}", partial(shell.go, Place("add_source", kind)), 2)
    await step("palette opens", lambda: shell.served.palette.toggle())
    for text in ("a", "ar", "archive"):
        await step("palette search", partial(shell.served.palette.field.setText, text), 0.4)
    await step("palette closes", lambda: shell.served.palette.dismiss())
    for place in places:
        await step(f"again: {place.page}", partial(shell.go, place), 0.5)
    for scheme in ("dark", "light"):
        await step(f"scheme {scheme}", partial(shell.choose_scheme, scheme))
    for name, value in (
        ("appearance.text_size", 150),
        ("appearance.text_size", 100),
        ("language.language", "de"),
        ("language.language", "en"),
    ):
        await step(f"{name} {value}", partial(_edit, engine, name, value))
    stalls.close()
    return {"steps": steps}


_kept: list[asyncio.Task[Any]] = []


def _edit(engine: Any, name: str, value: object) -> None:
    from app.api import SettingsEdit

    _kept.append(asyncio.ensure_future(engine.edit_settings(SettingsEdit(values={name: value}))))
