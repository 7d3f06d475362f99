"""Ten thousand events a second through engine process, socket and EventFeed: what they cost the window and its loop."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.stalls import Stalls

if TYPE_CHECKING:
    from widgets.shell import Shell

SECONDS = 8.0


def before() -> None:
    """Let the window's engine be the one that rings."""
    from app.engine import process

    process.host_command = lambda profile: [sys.executable, "-m", "tests.bench.ringing", str(profile)]


async def measure(shell: Shell, engine: Any, page: str = "sources") -> dict[str, Any]:
    """With `page` open: share of a core of window and engine, lateness of the loop, and what arrived."""
    from widgets.pages.page import Place

    assert shell.feed is not None
    arrived = {"facts": 0, "gauges": 0}
    shell.feed.fact.connect(lambda _fact: arrived.update(facts=arrived["facts"] + 1))
    shell.feed.gauge.connect(lambda _gauge: arrived.update(gauges=arrived["gauges"] + 1))
    connections = await engine.connections()
    shell.go(Place(page, connections[0].id) if page == "connection" else Place(page))
    await asyncio.sleep(3)
    stalls = Stalls()
    stalls.during = page
    arrived.update(facts=0, gauges=0)
    began, spent, theirs = time.perf_counter(), time.process_time(), cpu_seconds(engine.pid)
    await asyncio.sleep(SECONDS)
    took = time.perf_counter() - began
    busy, engines = (time.process_time() - spent) / took, (cpu_seconds(engine.pid) - theirs) / took
    stalls.close()
    late = sorted(stalls.late)
    return {
        "busy": busy,
        "engine": engines,
        "p99": late[int(len(late) * 0.99)],
        "most": late[-1],
        "facts": arrived["facts"] / took,
        "gauges": arrived["gauges"] / took,
        "where": [str(one) for one in sorted(stalls.found, key=lambda one: -one.ms)[:3]],
    }


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
