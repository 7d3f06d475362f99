"""Accounts and sign-ins as text."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from app.api import AccountView
from app.cli import shapes
from app.cli.render.pieces import MARKS, as_json, facts, render, table, when
from app.words import counted, plain


@render.register
def _(shape: shapes.Authorize, console: Console) -> None:
    if shape.user_code:
        console.print(plain(f"Open {shape.url} on any device, and enter the code there:"))
        console.print(Text(f"  {plain(shape.user_code)}", "bold"))
    else:
        console.print("Sign in with your browser. If it does not open by itself, open this address:")
        console.print(Text(plain(shape.url), "cyan"))
    minutes, seconds = round(shape.expires_in / 60), round(shape.expires_in)
    wait = counted(minutes, "minute") if seconds >= 60 else counted(seconds, "second")
    console.print(Text(f"Waiting for {wait}. Ctrl-C cancels.", "dim"))


@render.register
def _(shape: shapes.SignedIn, console: Console) -> None:
    sign, style = MARKS["ok"]
    who = shape.email or shape.person or shape.subject
    said = plain(f"Signed in as {who}. The account is called “{shape.name}”.")
    console.print(Text.assemble((f"{sign} ", style), said))


@render.register
def _(shape: shapes.AccountList, console: Console) -> None:
    if not shape.accounts:
        console.print("No accounts yet. `headwaterctl account login PROVIDER` makes one.")
        return
    rows = [
        (each.name, each.provider_title, each.email or each.person, _state(each), when(each.expires_at))
        for each in shape.accounts
    ]
    table(console, ("Name", "Provider", "Person", "State", "Good until"), rows)


@render.register
def _(shape: shapes.Account, console: Console) -> None:
    account = shape.account
    renewal = "by itself" if account.can_renew else "by signing in again"
    signs = {"person": "", "assertion": "an app, by its key", "client_credentials": "an app, by its secret"}
    facts(
        console,
        f"{account.name} ({account.provider_title})",
        {
            "State": _state(account),
            "Signs in": signs[account.grant],
            "Person": account.person,
            "E-mail": account.email,
            "Subject": account.subject,
            "Issuer": account.issuer,
            "Scopes": " ".join(account.scopes),
            "Good until": when(account.expires_at) or "the provider says no",
            "Renewed": f"{renewal}, last {when(account.renewed_at)}" if account.renewed_at else renewal,
            "Signed in": when(account.signed_in_at),
            **{name.replace("_", " ").capitalize(): value for name, value in account.details.items()},
            "Id": account.id,
        },
    )


@render.register
def _(shape: shapes.UserInfo, console: Console) -> None:
    as_json(console, shape.claims)


@render.register
def _(shape: shapes.SignedOut, console: Console) -> None:
    heard = "The provider took the access back." if shape.revoked else "The provider could not be told."
    console.print(plain(f"Signed out of “{shape.account}”. {heard}"))


@render.register
def _(shape: shapes.ProviderList, console: Console) -> None:
    rows = [(each.id, each.title, ", ".join(each.needs), each.secret, each.redirect_uri) for each in shape.providers]
    table(console, ("Provider", "Title", "Needs", "Client secret", "Redirect address to register"), rows)


def _state(account: AccountView) -> str:
    return "ok" if account.state == "ok" else f"sign in again: {account.reason}"
