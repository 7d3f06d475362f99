"""Run a measurement inside a real window over a real engine: `python -m tests.bench.inside MODULE PROFILE [WORDS...]`.

The module's `measure(shell, engine, *words)` answers something JSON can carry; it is the last line that is printed. Its
`before()`, if it has one, is called before anything is started.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from tests.bench.window import environment


def run(module: str, *words: str, profile: Path | None = None, environ: dict[str, str] | None = None) -> Any:
    """Start a window of its own for `module` and wait for what it answers."""
    with tempfile.TemporaryDirectory() as folder:
        where = str(profile or Path(folder) / "profile")
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.inside", module, where, *words],
            capture_output=True,
            text=True,
            env={**environment(), **(environ or {})},
            timeout=600,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """In the process of that window."""
    module, profile, *words = sys.argv[1:]
    measuring = importlib.import_module(module)
    measure = measuring.measure
    getattr(measuring, "before", lambda: None)()
    from widgets import main as entry
    from widgets.shell import Shell

    tasks: list[asyncio.Task[None]] = []
    attach = Shell.attach

    async def work(shell: Shell, engine: Any) -> None:
        code = 1
        try:
            print(json.dumps(await measure(shell, engine, *words)), flush=True)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            await engine.close()
            os._exit(code)

    def attached(shell: Shell, client: Any) -> None:
        attach(shell, client)
        tasks.append(asyncio.get_running_loop().create_task(work(shell, client), name="bench"))

    Shell.attach = attached  # type: ignore[method-assign, assignment]
    entry.main(["--profile", profile])


if __name__ == "__main__":
    main()
