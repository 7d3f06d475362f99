"""The demo in the terminal: connect, test, sync with live progress, search, and say what to do next."""

from __future__ import annotations

import argparse
import asyncio
import io
import shlex
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from app.api import FINISHED, CheckTarget, ConnectionView, EngineApi, Gauge, Hit, RunView, SearchPage, SearchQuery
from app.demo.profile import demo_profile, prepare_profile
from app.demo.start import DemoHandle, open_sources
from app.words import counted
from connectors.sdk import CheckStep, HeadwaterError, error_info

QUESTION = '"seal S-14" condensation'
NEXT_QUESTION = "frost alarm"
HITS = 5
MARKS = ("\x02", "\x03")
STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red", "skipped": "dim"}


class OpenEngine(Protocol):
    """`app.engine.session.open_engine`, or a test's own."""

    def __call__(self, profile: Path) -> AbstractAsyncContextManager[EngineApi]: ...


def main(argv: list[str] | None = None) -> int:
    """0: all done; 1: something failed; 2: wrong usage; 130: Ctrl-C."""
    parser = argparse.ArgumentParser(prog="demo", description="Sync an invented company's documents and search them.")
    parser.add_argument("--profile", type=Path, help="directory for all state of the demo (default: in the cache)")
    parser.add_argument("--keep", action="store_true", help="go on with the profile of last time")
    options = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Unicode shows a sign it lacks as "?"
    console = Console(highlight=False, soft_wrap=True)
    profile = (options.profile or demo_profile()).expanduser().absolute()
    try:
        prepare_profile(profile, keep=options.keep)
        from app.engine.session import open_engine

        return asyncio.run(run_demo(profile, console, open_engine))
    except KeyboardInterrupt:
        console.print("\nStopped. The servers are closed; what was stored so far stays in the profile.")
        return 130
    except (HeadwaterError, OSError) as error:
        _print_error(console, error)
        return 1


async def run_demo(profile: Path, console: Console, open_engine: OpenEngine) -> int:
    """The whole demo; answers the exit status."""
    started = time.perf_counter()
    console.print(Text("Headwater: an invented company's handbook, mails, tickets and news", style="bold"))
    console.print(f"Profile  {profile}")
    async with open_engine(profile) as client:
        handle = await open_sources(client)
        try:
            tested = await _test(client, handle, console)
            runs = await _sync(client, handle.connections, console)
            page = await _search(client, console)
        finally:
            await _stop(client, handle)
        return await _sum_up(client, console, tested, runs, page, profile, time.perf_counter() - started)


# --- test ------------------------------------------------------------------------------------------------------------


async def _test(client: EngineApi, handle: DemoHandle, console: Console) -> bool:
    """Test every connection; prints a line per step."""
    good = True
    for connection in handle.connections:
        _heading(console, f"Test  {connection.name}", connection.type_title)
        async for step in client.check(CheckTarget(ref=connection.id)):
            if step.state != "running":
                good = good and step.state != "failed"
                console.print(_step_line(step))
                if step.remedy:
                    console.print(f"            {step.remedy}")
    return good


def _step_line(step: CheckStep) -> Text:
    line = Text("  ")
    line.append(f"{step.state:<8}", style=STYLES.get(step.state, ""))
    line.append(f"{step.ms:>7.1f} ms  " if step.state != "skipped" else " " * 12, style="dim")
    line.append(f"{step.title:<36}")
    line.append(step.message, style="dim")
    return line


# --- sync ------------------------------------------------------------------------------------------------------------


async def _sync(client: EngineApi, connections: list[ConnectionView], console: Console) -> list[RunView]:
    """Start all and follow them to their end: bars on a terminal, a line per finished run elsewhere."""
    _heading(console, "Sync  all four at once")
    after = (await client.engine()).last_fact
    runs = [await client.start_sync(connection.id, trigger="first") for connection in connections]
    names = {run.id: run.connection for run in runs}
    finished: dict[str, RunView] = {}
    with Progress(
        SpinnerColumn(finished_text="[green]✓[/]" if console.encoding.startswith("utf") else "+"),
        TextColumn("{task.fields[name]:<18}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:>4.0f} documents"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[current]}", style="dim", markup=False),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        bars = {run.id: progress.add_task("", total=None, name=run.connection, current="") for run in runs}
        async for seen in _follow(client, set(names), after):
            if isinstance(seen, Gauge):
                _show_gauge(progress, bars[seen.run_id], seen)
            else:
                finished[seen.id] = seen
                done = max(1, seen.counts.documents)
                progress.update(bars[seen.id], total=done, completed=done, current="")
                if not console.is_terminal:
                    console.print(_run_line(seen))
    for run in finished.values():
        if run.state != "done":
            console.print(f"  {run.connection}: {run.state.replace('_', ' ')}. {run.summary}", style="red")
            if run.error is not None:
                console.print(f"  {run.error.sentence()} {run.error.remedy}")
    return [finished[run.id] for run in runs]


async def _follow(client: EngineApi, waited: set[str], after: int) -> AsyncIterator[Gauge | RunView]:
    """The gauges of these runs, and each run once when it has ended."""
    async with aclosing(client.events(after)) as events:  # type: ignore[type-var]
        async for event in events:
            if event.gauge is not None and event.gauge.run_id in waited:
                yield event.gauge
            if event.fact is not None and event.fact.run_id in waited:
                run = await client.run(event.fact.run_id)
                if run.state in FINISHED or run.state == "interrupted":
                    waited.discard(run.id)
                    yield run
            if not waited:
                return


def _show_gauge(progress: Progress, bar: TaskID, gauge: Gauge) -> None:
    progress.update(bar, total=gauge.total, completed=gauge.counts.documents, current=gauge.current[:40])


def _run_line(run: RunView) -> str:
    seconds = (run.finished_at or 0) - (run.started_at or 0)
    size = f"{run.counts.bytes / 1000:,.0f} kB"
    return f"  {run.connection:<18}{run.counts.documents:>4} documents  {size:>8}  {seconds:.2f} s  {run.state}"


# --- search ----------------------------------------------------------------------------------------------------------


async def _search(client: EngineApi, console: Console) -> SearchPage:
    """Ask the fixed question and print the best answers."""
    page = await client.search(SearchQuery(text=QUESTION, limit=100))
    _heading(console, f"Search  {QUESTION}", f"{counted(page.total, 'document')}, {page.ms:.1f} ms")
    for hit in _varied(page.hits):
        title = Text("  ")
        title.append(hit.title, style="bold")
        title.append(f"  {hit.connection}", style="cyan")
        console.print(title)
        console.print(_snippet(hit.snippet, console.is_terminal))
    return page


def _varied(hits: list[Hit]) -> list[Hit]:
    """The best hit of each source first, then the best of the rest: the demo shows that one question asks all."""
    firsts = {hit.connection_id: hit for hit in reversed(hits)}.values()
    chosen = sorted(firsts, key=hits.index) + [hit for hit in hits if hit not in firsts]
    return chosen[:HITS]


def _snippet(snippet: str, marked: bool) -> Text:
    """The snippet with its matches in bold, or between asterisks where there is no bold."""
    text = Text("    ")
    for part in snippet.split(MARKS[0]):
        match, separator, rest = part.partition(MARKS[1])
        if not separator:
            match, rest = "", part
        if match:
            text.append(match if marked else f"*{match}*", style="bold yellow")
        text.append(rest)
    return text


# --- the end ---------------------------------------------------------------------------------------------------------


async def _stop(client: EngineApi, handle: DemoHandle) -> None:
    """End what still runs, then close the servers: also when somebody pressed Ctrl-C in the middle."""
    try:
        for connection in await client.connections():
            if connection.active_run is not None:
                await client.cancel_run(connection.active_run.id)
    finally:
        await handle.close()


async def _sum_up(
    client: EngineApi,
    console: Console,
    tested: bool,
    runs: list[RunView],
    page: SearchPage,
    profile: Path,
    seconds: float,
) -> int:
    stats = await client.library_stats()
    good = tested and all(run.state == "done" for run in runs) and page.total > 0
    _heading(console, "Done" if good else "Not all went well")
    console.print(f"{stats.documents} documents from {len(runs)} sources are in the library, after {seconds:.1f} s.")
    if page.hits:
        best = page.hits[0]
        console.print(
            f"{QUESTION} is answered by {page.total} of them, best by {best.title} ({best.connection}).", markup=False
        )
    console.print(f"Next: {_next_command(profile)}", markup=False)
    return 0 if good else 1


def _next_command(profile: Path) -> str:
    """What to type to go on, as this checkout or installation understands it."""
    here = Path(__file__).resolve().parents[2] / "dev.py"
    front = "py dev.py ctl" if sys.platform == "win32" else "python3 dev.py ctl"
    front = front if here.is_file() else "headwaterctl"
    return f'{front} library search "{NEXT_QUESTION}" --profile {shlex.quote(str(profile))}'


def _heading(console: Console, text: str, detail: str = "") -> None:
    line = Text(f"\n{text}", style="bold")
    line.append(f"  {detail}" if detail else "", style="not bold dim")
    console.print(line)


def _print_error(console: Console, error: BaseException) -> None:
    info = error_info(error)
    console.print(info.sentence(), style="bold red", markup=False)
    for line in (info.remedy, info.detail):
        if line:
            console.print(line, markup=False)
