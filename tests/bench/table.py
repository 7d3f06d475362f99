"""All of the window's figures in one table: `python -m tests.bench window`.

Wall time where a person waits for it, processor time of the loop's thread where a frame is meant: others may share the
machine. Modules are compiled once and kept, as they are where the product is installed.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.inside import run
from tests.bench.window import first_paint, live

ROWS = 1_000_000


def report(url: str, rounds: int, home: Path) -> None:
    """Measure and print."""
    print(f"{'':44}{'measured':>34}   bar")
    empty, ours = first_paint(max(5, rounds))
    line("first paint", f"{ours.wall:.0f} ms, {ours.wall / empty.wall:.2f} of an empty window's", "250 ms")
    line("first paint, processor time", f"{ours.cpu:.0f} ms, {ours.cpu / empty.cpu:.2f} of an empty one's", "-")
    line("memory at the first paint", f"{ours.resident:.0f} MB (empty {empty.resident:.0f})", "90 MB")
    _visits(home)
    _floods(home)
    _tables(home)
    _rest(home)
    _sync(url)


def line(title: str, figure: str, bar: str) -> None:
    """One figure."""
    print(f"{title:44}{figure:>34}   {bar}", flush=True)


def _visits(home: Path) -> None:
    steps = run("tests.bench.visits", profile=profile(home, 20))["steps"]
    for what, bar in (("first visit", "50 ms"), ("again", "50 ms"), ("first form", "-"), ("palette", "16 ms")):
        worst = max((step for step in steps if step["step"].startswith(what)), key=lambda step: max_of(step))
        name = worst["step"].removeprefix(what).strip(": ")
        line(f"{what}, worst ({name})", f"{max_of(worst):.0f} ms", bar)
    for step in steps:
        if step["step"].split()[0] in ("scheme", "appearance.text_size", "language.language", "after"):
            line(step["step"], f"{max_of(step):.0f} ms", "-")
    for step in steps:
        if step["stall"] > 50:
            print(f"    {step['where'][0][:200]}")


def max_of(step: dict[str, Any]) -> float:
    """How long a step kept the loop: what was called, and what it set off."""
    return max(float(step["ms"]), float(step["cpu"]))


def _floods(home: Path) -> None:
    for title, ring, page in (
        ("10,000 events a second, list of sources", "9900 100", "sources"),
        ("10,000 events a second, a connection", "9900 100", "connection"),
        ("10,000 facts a second, list of sources", "0 10000", "sources"),
    ):
        found = run("tests.bench.flood", page, profile=profile(home, 20), environ={"HEADWATER_BENCH_RING": ring})
        line(title, f"{found['busy']:.1%} (engine {found['engine']:.1%})", "10 %")
        line("    its loop", f"p99 {found['p99']:.1f} ms, longest {found['most']:.1f} ms", "16, 50 ms")


def _tables(home: Path) -> None:
    where = home / "million"
    if not where.exists():
        from tests.bench.million import make

        asyncio.run(make(where, ROWS, ROWS))
    found = run("tests.bench.scrolling", profile=where)
    for name in ("documents", "library", "activity"):
        table = found[name]
        for how in ("jump", "wheel"):
            frame = table[how]
            line(f"{name}, {table['rows']:,} rows, {how}", f"p50 {frame['p50']:.1f}, p99 {frame['p99']:.1f} ms", "8 ms")
    for name in ("documents, filter", "library, search", "activity, search"):
        times = found[name]
        line(f"{name} to first rows", f"first {times['first']:.0f}, later {times['later']:.0f} ms", "150 ms")
    line(
        "the loop meanwhile", f"p99 {found['loop']['p99']:.1f} ms, longest {found['loop']['most']:.1f} ms", "16, 50 ms"
    )


def _rest(home: Path) -> None:
    found = run("tests.bench.idle", "sources", "connection", "library", profile=profile(home, 20))
    for name, at in found.items():
        figure = f"{at['share']:.2%}, {at['wake_ups']:.1f} wake-ups/s, {at['mb']:.0f} MB"
        line(f"at rest: {name}", figure, "0.5 %")


def _sync(url: str) -> None:
    found = live(url, "small")
    line("first sync of 10,000: its loop", f"p99 {found.lag_p99:.1f} ms, longest {found.lag_most:.1f} ms", "16, 50 ms")
    line("    share of a core", f"{found.busy:.1%} at {found.documents:,.0f} documents/s", "10 %")
    line("memory, all pages seen", f"{found.resident:.0f} MB", "-")


def profile(home: Path, connections: int) -> Path:
    """A fresh copy of a profile with so many connections."""
    made = home / f"connections-{connections}"
    if not made.exists():
        asyncio.run(_connect(made, connections))
    copy = Path(tempfile.mkdtemp(dir=home)) / "profile"
    shutil.copytree(made, copy)
    return copy


async def _connect(where: Path, connections: int) -> None:
    from app import api
    from app.accounts.session import SessionVault
    from app.engine.engine import Engine

    where.mkdir(parents=True)
    engine = await Engine.open(where, vault=SessionVault(), resident=False)
    folder = where / "nothing"
    folder.mkdir()
    for number in range(connections):
        draft = api.ConnectionDraft(type="folder", name=f"Archive {number:03}", config={"path": str(folder)})
        await engine.add_connection(draft)
    await engine.close()
