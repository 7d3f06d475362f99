"""Settings and the diagnostics bundle as text."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from app.cli import shapes
from app.cli.render.pieces import MARKS, facts, render, size, table
from app.words import plain
from connectors.sdk import Json


@render.register
def _(shape: shapes.SettingList, console: Console) -> None:
    for notice in shape.notices:
        sign, style = MARKS["warning"]
        console.print(Text.assemble((f"{sign} ", style), plain(notice)))
    if not shape.settings:
        console.print("Every setting has its default.")
        return
    rows = [(each.name, _value(each), "changed" if each.changed else "", each.title) for each in shape.settings]
    table(console, ("Setting", "Value", "", "What it is"), rows)


@render.register
def _(shape: shapes.Setting, console: Console) -> None:
    setting = shape.setting
    facts(
        console,
        f"{setting.name} = {_value(setting)}",
        {
            "What it is": setting.title,
            "More": setting.help,
            "May be": ", ".join(_said(one) for one in setting.choices),
            "Default": "" if setting.secret else _said(setting.default),
            "Set by": f"the environment variable {setting.fixed_by}" if setting.fixed_by else "",
        },
    )


@render.register
def _(shape: shapes.Diagnostics, console: Console) -> None:
    table(
        console,
        ("File", "Size", "What is in it"),
        [(each.name, size(len(each.text.encode())), each.about) for each in shape.files],
        right=(1,),
    )
    if shape.saved:
        console.print(plain(f"Saved as {shape.saved}."))
    else:
        console.print("Nothing was saved; name a file to save it. --json shows every file whole.")


def _value(setting: shapes.SettingRow) -> str:
    return str(setting.value or "not set") if setting.secret else _said(setting.value)


def _said(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value in (None, "") else str(value)
