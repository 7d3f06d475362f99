"""Syncs against tuned rclone: wall time, peak memory and requests, paired by round."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.server import Server
from tests.support.rclone import rclone_binary

TUNED = [
    "--transfers=64",
    "--checkers=64",
    "--fast-list",
    "--use-server-modtime",
    "--update",
    "--s3-no-head-object",
    "--s3-no-check-bucket",
    "--multi-thread-streams=0",
    "--ignore-checksum",
]


@dataclass(frozen=True)
class Work:
    """A bucket, what is measured with it, and the most that ours may take as a share of rclone's wall time."""

    bucket: str
    title: str
    number: int
    size: int
    first: float | None
    unchanged: float | None


WORKS = {
    "small": Work("small", "10,000 x 4 KB", 10_000, 4096, 0.8, 1.0),
    "large": Work("large", "100,000 x 4 KB", 100_000, 4096, None, 0.4),
    "big": Work("big", "200 x 5 MB", 200, 5 * 1024 * 1024, 1.5, None),
}


@dataclass(frozen=True)
class Measured:
    """One program's pass: seconds, megabytes, requests; `inside`: seconds without the start of the process."""

    wall: float
    peak: float
    requests: int
    inside: float = 0.0


def make_bucket(buckets: Path, work: Work) -> None:
    """Texts of words, or random bytes for large ones; made once."""
    root = buckets / work.bucket
    if (root / ".changed").exists():
        return
    words = [f"word{number:x}" for number in range(5000)]
    block = " ".join(words).encode()
    for number in range(work.number):
        path = root / f"d{number // 1000:04}" / f"f{number:07}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if work.size > 100_000:
            path.write_bytes(os.urandom(work.size))
        else:
            start = (number * 7919) % (len(block) - work.size)
            path.write_bytes(f"# Document {number}\n".encode() + block[start : start + work.size])
    (root / ".changed").touch()


def measure(
    server: Server, work: Work, home: Path, rounds: int, cpu: str | None
) -> Iterator[tuple[str, str, Measured]]:
    """(who, pass, figures) for each round: ours and rclone in turn, first pass and unchanged pass."""
    for number in range(rounds):
        order = ("rclone", "ours") if number % 2 else ("ours", "rclone")
        for who in order:
            scratch = home / "scratch"
            shutil.rmtree(scratch, ignore_errors=True)
            passes = _ours(server, work, scratch, cpu) if who == "ours" else _rclone(server, work, scratch, cpu)
            for name, figures in passes:
                yield who, name, figures
            shutil.rmtree(scratch, ignore_errors=True)


def median(figures: list[Measured]) -> Measured:
    return Measured(
        statistics.median(item.wall for item in figures),
        max(item.peak for item in figures),
        max(item.requests for item in figures),
        statistics.median(item.inside for item in figures),
    )


def _pinned(cpu: str | None) -> list[str]:
    return ["taskset", "-c", cpu] if cpu is not None and shutil.which("taskset") else []


def _ours(server: Server, work: Work, scratch: Path, cpu: str | None) -> Iterator[tuple[str, Measured]]:
    command = [sys.executable, "-m", "tests.bench.ours", str(scratch), server.url, work.bucket, "2"]
    before = server.requests()
    process = subprocess.Popen([*_pinned(cpu), *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    for name in ("first", "unchanged"):
        if name == "unchanged":
            process.stdin.write("go on\n")
            process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise SystemExit("Headwater's part of the bench failed; see above.")
        found = json.loads(line)
        if found["state"] != "done" or found["documents"] != work.number:
            raise SystemExit(f"Not a whole sync: {found}")
        requests = server.requests() - before
        before += requests
        yield name, Measured(found["wall"], found["peak_mb"], requests, found["inside"])
    process.wait(60)


def _rclone(server: Server, work: Work, scratch: Path, cpu: str | None) -> Iterator[tuple[str, Measured]]:
    remote = f":s3,provider=Other,endpoint='{server.url}',access_key_id=a,secret_access_key=b,force_path_style=true:"
    command = [rclone_binary(), "sync", f"{remote}{work.bucket}", str(scratch), "--config", "", *TUNED]
    for name in ("first", "unchanged"):
        before = server.requests()
        started = time.perf_counter()
        process = subprocess.Popen([*_pinned(cpu), *command], stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"rclone failed with {process.returncode}")
        yield name, Measured(wall, usage.ru_maxrss / 1024, server.requests() - before)
