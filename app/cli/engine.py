"""A verb's way to the engine: open the profile's, do the work, close it; ask for the vault's passphrase if it must."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from app.cli.options import settings
from app.cli.output import Output
from connectors.sdk import HeadwaterError

if TYPE_CHECKING:
    from app.api import EngineApi

P = ParamSpec("P")
Status = int | None
"""A verb's exit status; None is done."""


def with_engine(verb: Callable[Concatenate[EngineApi, Output, P], Awaitable[Status]]) -> Callable[P, Status]:
    """Make a click callback of a coroutine function that takes the engine, the output, and its parameters."""

    @wraps(verb)
    def callback(*args: P.args, **kwargs: P.kwargs) -> Status:
        asked = settings()
        passphrase = ""
        while True:
            output = Output(asked)

            async def work(passphrase: str = passphrase, output: Output = output) -> Status:
                from app.engine.session import open_engine

                if asked.passphrase:
                    from app.accounts.keys import take_passphrase

                    take_passphrase(asked.passphrase)
                async with open_engine(asked.profile) as engine:
                    if passphrase:
                        await engine.unlock_vault(passphrase)
                    elif asked.passphrase and (await engine.engine()).vault_state == "passphrase":
                        await engine.unlock_vault(asked.passphrase)  # that of another process, such as a window's
                    return await verb(engine, output, *args, **kwargs)

            try:
                return _run(work())
            except HeadwaterError as error:
                if error.code != "vault_locked" or passphrase or not sys.stdin.isatty():
                    raise
                passphrase = _ask_passphrase(error)

    return callback


def _run(work: Any) -> Status:
    from app.engine.loop import loop_factory

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        status: Status = runner.run(work)
        return status


def _ask_passphrase(error: HeadwaterError) -> str:
    """Hidden, on the terminal. One that is being chosen, not repeated, is asked for twice."""
    click.echo(f"{error.what}.", err=True)
    chosen = error.what != "The vault is locked"
    text = "Choose a passphrase for it" if chosen else "Passphrase of the vault"
    answer: str = click.prompt(text, hide_input=True, confirmation_prompt=chosen, err=True)
    return answer
