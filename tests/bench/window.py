"""The window: first paint against an empty one, and how long its loop keeps an event waiting while a sync runs."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EMPTY = """
import os, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Empty(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, self.tell)
    def tell(self):
        print(time.clock_gettime(time.CLOCK_BOOTTIME), flush=True)
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
    print(time.clock_gettime(time.CLOCK_BOOTTIME), flush=True)
    os._exit(0)
real = Shell.__init__
def init(self, *args, **kwargs):
    real(self, *args, **kwargs)
    self.painted.connect(tell)
Shell.__init__ = init
from widgets.main import main
main(["--profile", sys.argv[1]])
"""


def first_paint(rounds: int) -> tuple[float, float]:
    """(empty, ours): median seconds from the start of the process to the first frame, rounds interleaved."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            empty.append(_time([sys.executable, "-c", EMPTY]))
            ours.append(_time([sys.executable, "-c", OURS, folder]))
    return statistics.median(empty), statistics.median(ours)


def _time(command: list[str]) -> float:
    started = time.clock_gettime(time.CLOCK_BOOTTIME)
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=True).stdout
    return float(out.split()[-1]) - started


def loop_lag(url: str, bucket: str) -> tuple[float, float, int]:
    """(p99, max, ticks) in milliseconds of a 5 ms tick on the window's loop while a full first sync runs beside it."""
    script = [sys.executable, "-m", "tests.bench.window", url, bucket]
    environ = {**os.environ, "PYTHONPATH": os.getcwd(), "BENCH_SECRET": "bench-secret-key"}
    environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(script, capture_output=True, text=True, env=environ, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"The window's part of the bench failed:\n{done.stderr[-2000:]}")
    p99, most, ticks = done.stdout.split()[-3:]
    return float(p99), float(most), int(ticks)


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
    ended = asyncio.create_task(_ended(engine, run.id), name="bench: end")
    while not ended.done():
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append((time.perf_counter() - before - 0.005) * 1000)
    lags.sort()
    print(f"{lags[int(len(lags) * 0.99)]:.1f} {lags[-1]:.1f} {len(lags)}", flush=True)


async def _ended(engine: object, run_id: str) -> None:
    async for event in engine.events(0):  # type: ignore[attr-defined]
        if event.fact is not None and event.fact.kind == "run_finished" and event.fact.run_id == run_id:
            return


def _main() -> None:
    from widgets import main as window

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
    window.main(["--profile", folder])


_tasks: list[asyncio.Task[None]] = []

if __name__ == "__main__":
    _main()
