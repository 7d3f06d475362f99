"""What every command has in common: `--json` and `--profile`, before or after the verb, and nouns that load late.

A start of Python is most of what a short command costs, so a noun's file is imported when the noun is used, and the
engine when a verb asks for it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click


@dataclass
class Settings:
    """What was asked for on any level of the command line."""

    json: bool = False
    profile: Path | None = None
    streamed: bool = False
    """Whether lines of a stream were written: what follows is a line too, an error as well."""
    passphrase: str = field(default="", repr=False)
    """The vault's, from the environment."""


def settings(context: click.Context | None = None) -> Settings:
    """The settings of the command that runs."""
    found: Settings = (context or click.get_current_context()).ensure_object(Settings)
    return found


def _common() -> list[click.Parameter]:
    def remember_json(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        settings(context).json |= value

    def remember_profile(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
        if value is not None:
            settings(context).profile = value

    return [
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=remember_json,
            help="Answer one JSON document, or JSON lines where it streams.",
        ),
        click.Option(
            ["--profile"],
            type=click.Path(path_type=Path),
            metavar="DIR",
            expose_value=False,
            callback=remember_profile,
            help="Keep all state under DIR instead of the platform's data folder.",
        ),
    ]


class Verb(click.Command):
    """A command with the common options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())


class Noun(click.Group):
    """A group of verbs, itself with the common options."""

    command_class = Verb

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the file, which is the order of use."""
        return list(self.commands)


class Nouns(Noun):
    """The root: nouns by name, each with its module and the line that help shows of it."""

    def __init__(self, *args: Any, nouns: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._nouns = nouns

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._nouns)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._nouns:
            return None
        command: click.Command = importlib.import_module(self._nouns[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self._nouns:  # click's own message needs every noun loaded for its suggestions
            ctx.fail(f"There is no command {args[0]!r}. Commands: {', '.join(self._nouns)}.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._nouns.items()])
