"""`headwaterctl vault`: where secrets are kept, unlocking it, another key, and a new vault for one that was lost."""

from __future__ import annotations

import os
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import click

from app.api import EngineApi, VaultKeeper, VaultView
from app.cli import shapes
from app.cli.engine import Status, with_engine
from app.cli.options import Noun, settings
from app.cli.output import Output
from app.cli.progress import Bar

KEEPERS = ("keyring", "passphrase", "session")
FROM = "Where a new passphrase comes from: env:NAME, file:PATH, or - for a line of stdin. Else it is asked for."


@click.group("vault", cls=Noun)
def command() -> None:
    """Where secrets are kept: look, unlock, give it a new key, start a new one."""


@command.command()
@with_engine
async def show(engine: EngineApi, output: Output) -> None:
    """Show what keeps the secrets, and how it stands as far as that is known. Asks nobody for anything."""
    output.document(shapes.Vault(did="shown", vault=await engine.vault()))


@command.command()
@with_engine
async def check(engine: EngineApi, output: Output) -> Status:
    """Ask the keyring whether it has the key. Exit status 1, and why, if secrets can't be had."""
    view = await engine.vault(look=True)
    output.document(shapes.Vault(did="checked", vault=view))
    if view.problem is not None and not output.json:
        output.problem(view.problem)
    return 0 if view.state in ("open", "session", "unused") and view.problem is None else 1


@command.command()
@click.option("--passphrase", metavar="REF", default="", help=FROM.replace("a new", "the"))
@with_engine
async def unlock(engine: EngineApi, output: Output, passphrase: str) -> None:
    """Unlock the vault of the engine that runs, such as a window's: runs that wait for it go on."""
    given = _given(passphrase)
    if not given and (await engine.vault()).state == "passphrase":
        given = _ask("Passphrase of the vault", twice=False)
    output.document(shapes.Vault(did="unlocked", vault=await engine.unlock_vault(given)))


@command.command()
@click.option("--keeper", type=click.Choice(KEEPERS), required=True, help="What is to keep the new key.")
@click.option("--passphrase", metavar="REF", default="", help=FROM)
@with_engine
async def new(engine: EngineApi, output: Output, keeper: str, passphrase: str) -> None:
    """Start a new vault: the first one, or where the key of the old can't be had any more. The old file is kept aside;
    the secrets in it must be entered again, and nothing else is lost."""
    chosen = _chosen(keeper, passphrase)
    view = await engine.start_vault(cast(VaultKeeper, keeper), chosen)
    output.document(shapes.Vault(did="started", vault=view))


@command.command()
@click.option("--keeper", type=click.Choice(KEEPERS), help="What is to keep the new key. Else what kept the old one.")
@click.option("--passphrase", metavar="REF", default="", help=FROM)
@with_engine
async def rotate(engine: EngineApi, output: Output, keeper: str | None, passphrase: str) -> None:
    """Seal every secret anew under a new key, in one step that can be cut off at any moment; forget the old key."""
    output.streams()
    if passphrase and keeper is None:
        keeper = "passphrase"
    chosen = _chosen(keeper, passphrase) if keeper == "passphrase" else ""
    last: VaultView | None = None
    steps: Any = engine.rotate_vault(cast("VaultKeeper | None", keeper), chosen)
    with Bar(output, "Sealing anew") as bar:
        async with aclosing(steps):
            async for step in steps:
                bar.show(step.done, step.total)
                last = step.vault
                if last is None:
                    output.progress(shapes.Rotating(rotation=step))
                else:
                    bar.stop()
                    output.event(shapes.Rotated(rotation=step))


def _chosen(keeper: str | None, reference: str) -> str:
    """The passphrase that is being chosen; the environment's is the one that was given for it."""
    if keeper != "passphrase":
        return ""
    return _given(reference) or settings().passphrase or _ask("Choose a passphrase", twice=True)


def _given(reference: str) -> str:
    kind, _, name = reference.partition(":")
    if reference == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if kind == "env" and name:
        if not os.environ.get(name):
            raise click.BadParameter(f"The environment variable {name} is not set.")
        return os.environ[name]
    if kind == "file" and name:
        try:
            return Path(name).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise click.BadParameter(f"The file can't be read: {error.strerror}.") from None
    if reference:
        raise click.BadParameter("Write env:NAME, file:PATH or -; a passphrase does not belong on a command line.")
    return ""


def _ask(what: str, *, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("A passphrase is needed: give --passphrase, or set HEADWATER_VAULT_PASSPHRASE.")
    answer: str = click.prompt(what, hide_input=True, confirmation_prompt=twice, err=True)
    return answer
