"""`python -m tests.bench [small large big window forms] [--rounds N] [--home DIR]`: one table of ratios."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.bench.server import Server, serve
from tests.bench.sync import WORKS, Measured, make_bucket, measure, median
from tests.bench.table import report as report_window


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", nargs="*", default=["small", "large", "big", "window", "forms"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", type=Path, help="where buckets are kept between runs (default: a temporary folder)")
    options = parser.parse_args()
    if "forms" in options.what:
        from tests.bench.forms import report

        report(max(50, options.rounds))
        options.what.remove("forms")
        if not options.what:
            return
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        two = (os.cpu_count() or 1) > 1
        for name in options.what:
            if name in WORKS:
                make_bucket(home / "buckets", WORKS[name])
        make_bucket(home / "buckets", WORKS["small"])
        with serve(home, "0" if two else None) as server:
            print("Server on core 0, client on core 1." if two else "One core for all.")
            heads = f"{'ours':>9}{'rclone':>9}{'ratio':>8}{'bar':>7}{'requests':>10}{'peak MB':>9}{'in engine':>11}"
            print(" " * 34 + heads)
            for name in options.what:
                if name in WORKS:
                    _sync(server, name, home, options.rounds, "1" if two else None)
            if "window" in options.what:
                report_window(server.url, options.rounds, home)


def _sync(server: Server, name: str, home: Path, rounds: int, cpu: str | None) -> None:
    work = WORKS[name]
    found: dict[tuple[str, str], list[Measured]] = {}
    for who, step, figures in measure(server, work, home, rounds, cpu):
        found.setdefault((who, step), []).append(figures)
    for step, bar in (("first", work.first), ("unchanged", work.unchanged)):
        ours, rclone = median(found["ours", step]), median(found["rclone", step])
        pairs = zip(found["ours", step], found["rclone", step], strict=True)
        ratios = sorted(one.wall / other.wall for one, other in pairs)
        ratio = ratios[len(ratios) // 2]
        shown = f"{bar:.1f}" if bar is not None else "-"
        print(
            f"{work.title + ', ' + step:34}{ours.wall:8.2f}s{rclone.wall:8.2f}s{ratio:8.2f}{shown:>7}"
            f"{ours.requests:>10,}{ours.peak:>9.0f}{ours.inside:>10.2f}s",
            flush=True,
        )


if __name__ == "__main__":
    main()
