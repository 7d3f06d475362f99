"""The window: first paint against an empty one, and what it costs while a sync runs, between pages and at rest."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widgets.shell import Shell

EMPTY = """
import os, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Empty(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, self.tell)
    def tell(self):
        memory = open("/proc/self/status").read().split("VmRSS:")[1].split()[0]
        print(time.clock_gettime(time.CLOCK_BOOTTIME), time.process_time(), memory, flush=True)
        os._exit(0)
app = QApplication([])
empty = Empty()
empty.resize(1180, 760)
empty.show()
app.exec()
"""
OURS = """
import os, sys, time
from pathlib import Path
from widgets.shell import Shell
def tell(*_):
    memory = open("/proc/self/status").read().split("VmRSS:")[1].split()[0]
    print(time.clock_gettime(time.CLOCK_BOOTTIME), time.process_time(), memory, flush=True)
    os._exit(0)
real = Shell.__init__
def init(self, *args, **kwargs):
    real(self, *args, **kwargs)
    self.painted.connect(tell)
Shell.__init__ = init
from widgets.main import main
main(["--profile", sys.argv[1]])
"""


@dataclass
class Paint:
    """Of a process from its start to its first frame, in ms and MB."""

    wall: float
    cpu: float
    resident: float


def first_paint(rounds: int) -> tuple[Paint, Paint]:
    """(empty, ours): medians, rounds interleaved, after one that compiles."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            pair = _paint(EMPTY), _paint(OURS, folder)
            if number:
                empty.append(pair[0])
                ours.append(pair[1])
    return _median(empty), _median(ours)


def _median(found: list[Paint]) -> Paint:
    return Paint(
        wall=statistics.median(one.wall for one in found),
        cpu=statistics.median(one.cpu for one in found),
        resident=statistics.median(one.resident for one in found),
    )


def _paint(code: str, *words: str) -> Paint:
    started = time.clock_gettime(time.CLOCK_BOOTTIME)
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=True,
    )
    painted, cpu, resident = (float(word) for word in done.stdout.split()[-3:])
    return Paint(wall=(painted - started) * 1000, cpu=cpu * 1000, resident=resident / 1024)


def environment() -> dict[str, str]:
    """A child's, whose modules are compiled once, as they are where the product is installed."""
    environ = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": os.getcwd()}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir()) / "headwater-bench-compiled"))
    return environ


@dataclass
class Figures:
    """Of one window: the delay of a 5 ms tick and the share of a core while a full first sync runs beside it; the time
    to another page, first and later; the share of a core at rest; the memory of the window's process, in MB."""

    lag_p99: float
    lag_most: float
    ticks: int
    busy: float
    documents: float
    first_switch: float
    switch: float
    rest: float
    resident: float


def live(url: str, bucket: str) -> Figures:
    """Start a window with an engine of its own and measure it."""
    script = [sys.executable, "-m", "tests.bench.window", url, bucket]
    environ = {**environment(), "BENCH_SECRET": "bench-secret-key"}
    done = subprocess.run(script, capture_output=True, text=True, env=environ, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"The window's part of the bench failed:\n{done.stderr[-2000:]}")
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


async def _watch(url: str, bucket: str, client: object) -> None:
    """Sync while the connection's page is open, and tick."""
    from app import api

    engine: api.EngineApi = client  # type: ignore[assignment]
    view = await engine.add_connection(
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
    from PySide6.QtWidgets import QApplication

    from widgets.pages.page import Place
    from widgets.shell import Shell

    (shell,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Shell)]
    shell.go(Place("connection", view.id))
    await asyncio.sleep(1)
    run = await engine.start_sync(view.id)
    lags: list[float] = []
    began, spent = time.perf_counter(), time.process_time()
    ended = asyncio.create_task(_ended(engine, run.id), name="bench: end")
    while not ended.done():
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append((time.perf_counter() - before - 0.005) * 1000)
    took = time.perf_counter() - began
    busy = (time.process_time() - spent) / took
    lags.sort()
    first, later = await _switches(shell, view.id)
    await asyncio.sleep(2)
    began, spent = time.perf_counter(), time.process_time()
    await asyncio.sleep(10)
    rest = (time.process_time() - spent) / (time.perf_counter() - began)
    found = Figures(
        lag_p99=lags[int(len(lags) * 0.99)],
        lag_most=lags[-1],
        ticks=len(lags),
        busy=busy,
        documents=(await engine.run(run.id)).counts.documents / took,
        first_switch=max(first),
        switch=max(later),
        rest=rest,
        resident=_resident(),
    )
    print(json.dumps(asdict(found)), flush=True)


async def _switches(shell: Shell, connection: str) -> tuple[list[float], list[float]]:
    """Milliseconds from the wish for a page to its first frame, of the first visit and of later ones."""
    from widgets.pages.page import Place

    places = [Place(name) for name in ("sources", "library", "activity", "accounts", "add_source")]
    places.insert(1, Place("connection", connection))
    first: list[float] = []
    later: list[float] = []
    for found in (first, later, later):
        for place in places:
            before = time.perf_counter()
            shell.go(place)
            shell.repaint()
            found.append((time.perf_counter() - before) * 1000)
            await asyncio.sleep(0.3)
    return first, later


def _resident() -> float:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


async def _ended(engine: object, run_id: str) -> None:
    async for event in engine.events(0):  # type: ignore[attr-defined]
        if event.fact is not None and event.fact.kind == "run_finished" and event.fact.run_id == run_id:
            return


def _main() -> None:
    from widgets import main as entry
    from widgets import session as window

    url, bucket = sys.argv[1:3]
    folder = tempfile.mkdtemp()
    load = window._load

    async def loading() -> object:
        opened = await load()

        def open_engine(profile: Path) -> object:
            engine = opened(profile)
            start = engine.start

            async def started() -> None:
                await start()
                task = asyncio.create_task(_run(engine), name="bench")
                _tasks.append(task)

            engine.start = started  # type: ignore[method-assign]
            return engine

        return open_engine

    async def _run(engine: object) -> None:
        try:
            await asyncio.sleep(2)  # let the page fill
            await _watch(url, bucket, engine)
        finally:
            os._exit(0)

    window._load = loading  # type: ignore[assignment]
    entry.main(["--profile", folder])


_tasks: list[asyncio.Task[None]] = []

if __name__ == "__main__":
    _main()
