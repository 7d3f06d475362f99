"""Headwater as one process of the bench: `python -m tests.bench.ours PROFILE URL BUCKET PASSES`.

Syncs a bucket PASSES times inside one running engine and prints a line of JSON per pass. The first line's `wall` begins
at the start of the process, so that it compares with another program's whole run. Each further pass waits for a line
on standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from app import api
from app.engine.loop import loop_factory
from app.engine.session import open_engine


async def main(profile: Path, url: str, bucket: str, passes: int) -> None:
    os.environ["BENCH_SECRET"] = "bench-secret-key"
    async with open_engine(profile) as engine:
        if not await engine.connections():
            await engine.add_connection(
                api.ConnectionDraft(
                    type="s3",
                    name="bench",
                    config={
                        "bucket_name": bucket,
                        "endpoint_url": url,
                        "addressing_style": "path",
                        "auth": {"method": "access_key", "aws_access_key_id": "bench"},
                    },
                    secrets={"aws_secret_access_key": "env:BENCH_SECRET"},
                )
            )
        for number in range(passes):
            if number:
                await asyncio.to_thread(sys.stdin.readline)
            started = time.perf_counter()
            run = await engine.start_sync("bench")
            async for event in engine.events():
                if event.fact is not None and event.fact.kind == "run_finished":
                    break
                if (await engine.run(run.id)).finished_at is not None:
                    break
            wall = time.perf_counter() - started
            view = await engine.run(run.id)
            first = time.clock_gettime(time.CLOCK_BOOTTIME) - _started() if number == 0 else wall
            line = {
                "wall": first,
                "inside": wall,
                "state": view.state,
                "documents": view.counts.documents,
                "peak_mb": _peak(),
            }
            print(json.dumps(line), flush=True)


def _started() -> float:
    """When this process began, seconds since boot."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _peak() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
