"""What the texts are made of: tables, times, sizes, errors. Whatever comes from a source goes through `plain`."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.words import plain
from connectors.sdk import ErrorInfo

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "bold red"), "skipped": ("-", "dim")}
STATES = {
    "done": "green",
    "up_to_date": "green",
    "running": "cyan",
    "failed": "bold red",
    "done_with_failures": "yellow",
    "held_back": "yellow",
    "needs_attention": "yellow",
    "sign_in_again": "yellow",
    "interrupted": "yellow",
}
DETAIL_LINES = 12
LONGEST_CELL = 100


@singledispatch
def render(shape: msgspec.Struct, console: Console) -> None:
    """Print a shape."""
    raise NotImplementedError(type(shape))


def render_error(info: ErrorInfo, console: Console) -> None:
    """What, where, remedy."""
    console.print(Text.assemble(("✗ ", "bold red"), plain(info.what)))
    for name, value in (("where", info.where), ("field", info.pointer or ""), ("remedy", info.remedy)):
        if value:
            console.print(Text.assemble((f"  {name:<7}", "dim"), plain(value)))
    for line in info.detail.splitlines()[-DETAIL_LINES:]:
        console.print(Text(f"  {plain(line)}", "dim"))


def table(
    console: Console, titles: Sequence[str], rows: Iterable[Sequence[str | Text]], *, right: Iterable[int] = ()
) -> None:
    grid = Table(box=None, pad_edge=False, header_style="dim")
    aligned = set(right)
    for number, title in enumerate(titles):
        grid.add_column(title, justify="right" if number in aligned else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(cell if isinstance(cell, Text) else short(plain(cell)) for cell in row))
    with console.capture() as lines:
        console.print(grid)
    for line in lines.get().splitlines():
        console.file.write(line.rstrip() + "\n")


def short(text: str) -> str:
    """A cell's text, cut where it would push the other columns out of sight. `show` and --json have it whole."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def facts(console: Console, title: str, values: dict[str, str]) -> None:
    console.print(Text(plain(title), "bold"))
    known = {name: value for name, value in values.items() if value}
    width = max((len(name) for name in known), default=0)
    for name, value in known.items():
        console.print(Text.assemble((f"  {plain(name):<{width}}  ", "dim"), plain(value)))


def as_json(console: Console, value: Any) -> None:
    for line in msgspec.json.format(msgspec.json.encode(value), indent=2).decode().splitlines():
        console.print(Text(plain(line)))


def marked(snippet: str) -> Text:
    """A snippet with its matches bold."""
    text = Text()
    for number, part in enumerate(snippet.replace("\x03", "\x02").split("\x02")):
        text.append(plain(re.sub(r"\s+", " ", part)), "bold" if number % 2 else "")
    return text


def words(state: str) -> str:
    return state.replace("_", " ")


def quoted(name: str) -> str:
    """A name as a shell takes it."""
    return shlex.quote(plain(name))


def when(at: float | None) -> str:
    """A time as people write it, in their zone; "" for none."""
    return "" if at is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def span(seconds: float) -> str:
    """A duration in its two largest units."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def size(number: int) -> str:
    """Bytes in decimal units."""
    value = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"
