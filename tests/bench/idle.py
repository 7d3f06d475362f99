"""At rest: the share of a core and the wake-ups of the window and of its engine, page by page."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.flood import cpu_seconds

if TYPE_CHECKING:
    from widgets.shell import Shell

SECONDS = 10.0


async def measure(shell: Shell, engine: Any, *pages: str) -> dict[str, Any]:
    """After a first visit of every page; then with each of `pages` open."""
    from widgets.pages.page import Place

    connections = await engine.connections()
    for name in ("library", "activity", "accounts", "settings", "sources"):
        shell.go(Place(name))
        await asyncio.sleep(0.6)
    await asyncio.sleep(4)
    found: dict[str, Any] = {}
    for name in pages or ("sources",):
        shell.go(Place(name, connections[0].id if name == "connection" else ""))
        await asyncio.sleep(2)
        window, host = os.getpid(), engine.pid
        before = {pid: (cpu_seconds(pid), wake_ups(pid)) for pid in (window, host)}
        await asyncio.sleep(SECONDS)
        for title, pid in (("window", window), ("engine", host)):
            spent, woken = cpu_seconds(pid) - before[pid][0], wake_ups(pid) - before[pid][1]
            found[f"{name}, {title}"] = {"share": spent / SECONDS, "wake_ups": woken / SECONDS, "mb": resident(pid)}
    return found


def wake_ups(pid: int) -> int:
    """How often the threads of a process have gone to sleep by themselves, and so were woken."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        total += int(lines["voluntary_ctxt_switches"])
    return total


def resident(pid: int) -> float:
    """In MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
