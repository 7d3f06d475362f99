"""An engine's process whose bell rings as fast as it is told: `python -m tests.bench.ringing PROFILE`.

HEADWATER_BENCH_RING is "gauges facts", both a second: gauges of twenty runs that move, facts in transactions of a tenth
of a second. It begins when somebody listens.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

from app import api
from app.engine import host
from app.engine.engine import Engine

RUNS = 20
TICK = 0.005
VARIABLE = "HEADWATER_BENCH_RING"


async def _ring(engine: Engine, gauges: int, facts: int) -> None:
    while not engine.bell.heard:
        await asyncio.sleep(0.05)
    views = await engine.connections()
    connections = [view.id for view in views] or ["none"]
    rung, told, began = 0, 0, time.monotonic()
    noted = began
    while True:
        await asyncio.sleep(TICK)
        due = int((time.monotonic() - began) * gauges)
        while rung < due:
            rung += 1
            number = rung % RUNS
            counts = api.RunCounts(documents=rung)
            moved = api.Gauge(
                run_id=f"run{number}",
                connection_id=connections[number % len(connections)],
                counts=counts,
                total=10_000_000,
                rate=gauges / RUNS,
                current=f"Page {rung}",
            )
            engine.bell.gauge(moved.run_id, moved)
        if facts and time.monotonic() - noted >= 0.1:
            noted = time.monotonic()
            due = int((noted - began) * facts)
            rows = [(noted, "documents_stored", connections[0], "{}") for _ in range(due - told)]
            told = due
            database: Any = engine._library.database
            await database.write(
                lambda db, rows=rows: db.executemany(
                    "INSERT INTO fact (at, kind, connection_id, data) VALUES (?, ?, ?, ?)", rows
                )
            )
            engine.bell.ring()


_tasks: list[asyncio.Task[None]] = []


def main() -> int:
    gauges, facts = (int(word) for word in os.environ[VARIABLE].split())
    opened = Engine.open

    async def open_and_ring(*args: Any, **kwargs: Any) -> Engine:
        engine = await opened(*args, **kwargs)
        _tasks.append(asyncio.create_task(_ring(engine, gauges, facts), name="bench: ring"))
        return engine

    Engine.open = open_and_ring  # type: ignore[method-assign]
    return host.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
