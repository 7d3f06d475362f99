"""`headwaterctl account`: sign in through the browser or by a code, and look after what came of it."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import sys
import time
from contextlib import aclosing

import click

from app.api import AccountRequest, EngineApi, SignInRequest, SignInStep
from app.cli import shapes
from app.cli.engine import with_engine
from app.cli.options import Noun
from app.cli.output import Output
from app.cli.values import Assignment

BEGAN = time.time()


@click.group("account", cls=Noun)
def command() -> None:
    """Signed-in identities: sign in, look at them, renew them, sign out."""


@command.command()
@click.argument("provider")
@click.option("--issuer", metavar="URL", help="The issuer's address, of an OpenID Connect provider.")
@click.option("--client-id", metavar="ID", default="", help="The client that was registered at the provider.")
@click.option("--client-secret", metavar="REF", default="", help="env:NAME, file:PATH, or - to read it from stdin.")
@click.option("--scope", "scopes", metavar="S", multiple=True, help="A permission to ask for; repeat.")
@click.option("--set", "variables", type=Assignment(), multiple=True, help="What else the provider needs.")
@click.option("--name", metavar="NAME", default="", help="What to call the account.")
@click.option("--device", is_flag=True, help="By a code that is entered on another device.")
@click.option("--browser", metavar="'CMD {url}'", help="The command that opens the address.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--timeout", type=click.FloatRange(1, 3600), default=300.0, show_default=True, help="Seconds to wait.")
@click.option("--redirect-host", type=click.Choice(["127.0.0.1", "localhost", "::1"]), help="As it was registered.")
@click.option("--redirect-path", metavar="PATH", default="", help="As it was registered.")
@click.option("--redirect-port", type=click.IntRange(1, 65535), default=None, help="As it was registered.")
@with_engine
async def login(
    engine: EngineApi,
    output: Output,
    provider: str,
    issuer: str | None,
    client_id: str,
    client_secret: str,
    scopes: tuple[str, ...],
    variables: tuple[tuple[str, str], ...],
    name: str,
    device: bool,
    browser: str | None,
    no_browser: bool,
    timeout: float,
    redirect_host: str | None,
    redirect_path: str,
    redirect_port: int | None,
) -> None:
    """Sign in at PROVIDER (`headwaterctl account providers` lists them). Ctrl-C cancels."""
    output.streams()
    client_secret = _reference(client_secret)
    request = SignInRequest(
        provider=provider,
        client_id=client_id,
        client_secret=client_secret,
        variables={**({"issuer": issuer} if issuer else {}), **dict(variables)},
        scopes=list(scopes),
        name=name,
        device=device,
        redirect_host=redirect_host or "",
        redirect_path=redirect_path,
        redirect_port=redirect_port or 0,
        timeout=timeout,
    )
    async with aclosing(engine.sign_in(request)) as steps:  # type: ignore[type-var]
        async for step in steps:
            _tell(step, output)
            if step.kind == "authorize" and not device and not no_browser:
                await asyncio.to_thread(_open, step.url, browser, output)


@command.command()
@click.argument("provider")
@click.option("--key", metavar="REF", default="", help="What it signs with: env:NAME, file:PATH, or - for stdin.")
@click.option("--key-id", metavar="ID", default="", help="The key's id at the provider, if its file does not say.")
@click.option("--client-id", metavar="ID", default="", help="The client's id, if the key's file does not say.")
@click.option("--client-secret", metavar="REF", default="", help="env:NAME, file:PATH, or - to read it from stdin.")
@click.option("--act-for", metavar="WHO", default="", help="The person or organisation that it acts for.")
@click.option("--issuer", metavar="URL", help="The issuer's address, of an OpenID Connect provider.")
@click.option("--scope", "scopes", metavar="S", multiple=True, help="A permission to ask for; repeat.")
@click.option("--set", "variables", type=Assignment(), multiple=True, help="What else the provider needs.")
@click.option("--name", metavar="NAME", default="", help="What to call the account.")
@with_engine
async def add(
    engine: EngineApi,
    output: Output,
    provider: str,
    key: str,
    key_id: str,
    client_id: str,
    client_secret: str,
    act_for: str,
    issuer: str | None,
    scopes: tuple[str, ...],
    variables: tuple[tuple[str, str], ...],
    name: str,
) -> None:
    """Add an app that signs in at PROVIDER as itself: a service account by its key, a client by its secret."""
    if key == client_secret == "-":
        raise click.BadParameter("Only one of them can be read from stdin.")
    request = AccountRequest(
        provider=provider,
        key=_reference(key, whole=True),
        key_id=key_id,
        act_for=act_for,
        client_id=client_id,
        client_secret=_reference(client_secret),
        variables={**({"issuer": issuer} if issuer else {}), **dict(variables)},
        scopes=list(scopes),
        name=name,
    )
    output.document(shapes.Account(did="added", account=await engine.add_account(request)))


@command.command("list")
@with_engine
async def list_(engine: EngineApi, output: Output) -> None:
    """List the accounts."""
    output.document(shapes.AccountList(accounts=await engine.accounts()))


@command.command()
@with_engine
async def providers(engine: EngineApi, output: Output) -> None:
    """List where one can sign in, and what each needs."""
    output.document(shapes.ProviderList(providers=await engine.providers()))


@command.command()
@click.argument("name")
@with_engine
async def show(engine: EngineApi, output: Output, name: str) -> None:
    """Show an account: who, where, what for, until when."""
    output.document(shapes.Account(did="shown", account=await engine.account(name)))


@command.command()
@click.argument("name")
@with_engine
async def userinfo(engine: EngineApi, output: Output, name: str) -> None:
    """Ask the provider who the account is, now."""
    output.document(shapes.UserInfo(account=name, claims=await engine.account_person(name)))


@command.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Also when the access is good for a while yet.")
@with_engine
async def refresh(engine: EngineApi, output: Output, name: str, force: bool) -> None:
    """Renew the access."""
    since = BEGAN if force else None  # many of these commands at once make one renewal
    output.document(shapes.Account(did="refreshed", account=await engine.renew_account(name, since)))


@command.command()
@click.argument("name")
@with_engine
async def logout(engine: EngineApi, output: Output, name: str) -> None:
    """Take the access back at the provider, and forget it here."""
    done = await engine.sign_out(name)
    output.document(shapes.SignedOut(account=done.account, revoked=done.revoked))


def _reference(given: str, *, whole: bool = False) -> str:
    """A secret as the engine takes it. `whole`: a file's text, not a line."""
    if given == "-":
        return "value:" + (sys.stdin.read() if whole else sys.stdin.readline().rstrip("\r\n"))
    if given and not given.startswith(("env:", "file:")):
        raise click.BadParameter("Write env:NAME, file:PATH or -; a secret does not belong on a command line.")
    return given


def _tell(step: SignInStep, output: Output) -> None:
    if step.kind == "authorize":
        output.event(
            shapes.Authorize(
                url=step.url,
                redirect_uri=step.redirect_uri,
                user_code=step.user_code,
                expires_in=step.expires_in,
                sign_in=step.sign_in,
            )
        )
    elif step.account is not None:
        account = step.account
        output.event(
            shapes.SignedIn(
                id=account.id,
                name=account.name,
                provider=account.provider,
                issuer=account.issuer,
                subject=account.subject,
                person=account.person,
                email=account.email,
                scopes=account.scopes,
                expires_at=account.expires_at,
            )
        )


def _open(url: str, browser: str | None, output: Output) -> None:
    """Open the address, and wait for nothing: whether a browser came of it shows when it comes back."""
    if browser is None:
        click.launch(url)
        return
    words = [word.replace("{url}", url) for word in shlex.split(browser)]
    quiet = subprocess.DEVNULL
    try:
        subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError as error:
        output.note(f"The browser could not be started: {error.strerror}. Open the address yourself.")
