"""The vault as text: what keeps the secrets, how it stands, and the one thing to do about it."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from app.api import VaultView
from app.cli import shapes
from app.cli.render.pieces import MARKS, facts, render
from app.words import counted, plain

STATES = {
    "unused": "nothing is stored yet",
    "to_choose": "there is no keyring: choose what is to keep the secrets",
    "open": "works",
    "session": "works, and is forgotten when the engine ends",
    "passphrase": "locked: its passphrase is needed",
    "locked": "locked, with the system's keyring",
    "absent": "its keyring can't be reached from here",
    "lost": "the keyring no longer has its key",
}
REMEDIES = {
    "to_choose": "`headwaterctl vault new --keeper passphrase` sets one up.",
    "passphrase": "`headwaterctl vault unlock` opens that of a window; a command takes HEADWATER_VAULT_PASSPHRASE.",
    "locked": "Unlock the keyring, usually by signing in to the desktop, then `headwaterctl vault check`.",
    "absent": "Run this in the desktop session in which the secrets were entered.",
    "lost": "`headwaterctl vault new --keeper keyring` starts a new one and keeps the old file aside.",
}


@render.register
def _(shape: shapes.Vault, console: Console) -> None:
    view = shape.vault
    sign, style = MARKS["ok" if view.state in ("open", "session", "unused") and not view.missing else "warning"]
    done = {"started": "A new vault keeps your secrets from now on. ", "unlocked": "The vault is unlocked. "}
    if shape.did in done:
        console.print(Text.assemble((f"{sign} ", style), done[shape.did].strip()))
    facts(console, "Vault", _facts(view))
    if view.missing:
        console.print(_lost(view))
    remedy = REMEDIES.get(view.state, "")
    if not remedy and view.old_key:
        remedy = "A change of the key was cut off: `headwaterctl vault rotate` finishes it."
    if remedy:
        console.print(Text(plain(remedy), "dim"))


@render.register
def _(shape: shapes.Rotated, console: Console) -> None:
    sign, style = MARKS["ok"]
    rotation = shape.rotation
    said = f"The vault has a new key; {counted(rotation.done, 'secret')} sealed anew."
    console.print(Text.assemble((f"{sign} ", style), said))
    if rotation.skipped:
        console.print(f"{counted(rotation.skipped, 'secret')} could not be opened, and stayed as they were.")


def _facts(view: VaultView) -> dict[str, str]:
    return {
        "Kept by": view.title or "nothing yet",
        "State": STATES[view.state],
        "Stored": f"{counted(view.secrets, 'secret')}, {counted(view.accounts, 'account')}",
        "Under an older key": str(view.old_key) if view.old_key else "",
        "File": view.path,
        "Kept aside": ", ".join(view.kept_aside),
    }


def _lost(view: VaultView) -> str:
    return (
        f"Lost: {counted(view.missing, 'saved secret')}, to be entered again (or signed in again). "
        "Not lost: connections, documents, and where each sync had got to."
    )
