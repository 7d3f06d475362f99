"""What the window says of the vault: for each state one sentence what it is, what it means, and the one next action."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from widgets.parts.words import listed, plural, sentences

if TYPE_CHECKING:
    from app.api import EngineView, VaultState, VaultView

__all__ = ["STATE_TONES", "Mode", "Strength", "Words", "action", "kept", "place", "strength", "words"]

Mode = Literal[
    "open", "unused", "session", "passphrase", "locked", "absent", "lost", "forgotten", "choose", "choose_again"
]
"""What the panel is about: a state of the vault, or what a person does about it. `choose_again`: another passphrase."""
Strength = Literal["short", "weak", "fair", "good"]
STATE_TONES: dict[str, Literal["muted", "warning", "error"]] = {
    "passphrase": "warning",
    "locked": "warning",
    "to_choose": "warning",
    "absent": "warning",
    "lost": "error",
}


class Words(NamedTuple):
    """`primary` and `second` are texts of buttons, "" for none."""

    icon: str
    title: str
    text: str
    primary: str = ""
    second: str = ""


def tr(text: str) -> str:
    return QCoreApplication.translate("vault", text)


def place(view: EngineView) -> str:
    """Where secrets are, for the state line."""
    state: VaultState = view.vault_state
    said = {
        "unused": tr("Secrets: not set up yet"),
        "to_choose": tr("Secrets: no keyring here"),
        "session": tr("Secrets: this session only"),
        "passphrase": tr("Secrets: locked"),
        "locked": tr("Secrets: keyring locked"),
        "absent": tr("Secrets: keyring out of reach"),
        "lost": tr("Secrets: key lost"),
    }
    kept = {"passphrase vault": tr("passphrase vault")}.get(view.vault, view.vault)
    return said.get(state) or tr("Secrets: {0}").format(kept)


def kept(where: str) -> str:
    """Where one secret is, as the engine tells it: "env:NAME", "file:PATH", "set in Secret Service" or ""."""
    mode, _, name = where.partition(":")
    known = {
        "env": tr("From the environment variable {name}").format(name=name),
        "file": tr("From the file {name}").format(name=name),
        "set in locked": tr("Stored in the vault, which is locked"),
        "set in this session": tr("Kept for this session only"),
        "set in this session only": tr("Kept for this session only"),
        "set in passphrase vault": tr("Stored in the vault with a passphrase"),
        "set in keyring": tr("Stored in the vault"),
        "set in a vault": tr("Stored in the vault"),
        "": tr("Stored in the vault"),
    }
    return known.get(mode) or tr("Stored in {place}").format(place=where.removeprefix("set in "))


def action(state: VaultState) -> str:
    """The state's one next action; "" where there is nothing to do."""
    return {
        "to_choose": tr("Choose"),
        "session": tr("Keep them"),
        "passphrase": tr("Unlock"),
        "locked": tr("Unlock"),
        "absent": tr("What to do"),
        "lost": tr("What to do"),
    }.get(state, "")


def words(mode: Mode, view: VaultView) -> Words:
    """The panel's texts."""
    return _WORDS[mode](view)


def strength(passphrase: str) -> Strength:
    """A rough hint, from how many kinds of characters there are and how many differ; no promise."""
    if len(passphrase) < 8:
        return "short"
    kinds = (
        (str.islower, 26),
        (str.isupper, 26),
        (str.isdigit, 10),
        (lambda character: not character.isalnum(), 24),
    )
    size = sum(number for test, number in kinds if any(test(character) for character in passphrase))
    bits = min(len(passphrase), 2 * len(set(passphrase))) * math.log2(max(size, 2))
    return "weak" if bits < 50 else "fair" if bits < 75 else "good"


def _open(view: VaultView) -> Words:
    stored = _stored(view)
    if view.keeper == "passphrase":
        text = tr("{0}, encrypted under your passphrase, which can't be recovered.").format(stored)
        second = tr("Change the passphrase …")
    else:
        text = tr("{0}, encrypted in Headwater's own file; the {1} keeps the key.").format(stored, view.title)
        second = ""
    if view.old_key:
        cut_off = tr("A change of the key was cut off; nothing is lost. Give it a new key to finish.")
        text = sentences(text, cut_off)
    return Words("lock", _kept_by(view), text + _missing(view), tr("Give it a new key"), second)


def _unused(view: VaultView) -> Words:
    title = tr("No secret is stored yet")
    if view.title:
        return Words("lock", title, tr("The {0} will keep the key to those that you enter.").format(view.title))
    return Words("lock", title, tr("The first one that you enter sets it up."))


def _session(view: VaultView) -> Words:
    text = tr("{0}. They are forgotten when Headwater ends; connections and documents stay.").format(_stored(view))
    return Words("waiting", tr("Secrets are kept for this session only"), text, tr("Keep them for good"))


def _passphrase(view: VaultView) -> Words:
    text = tr("Enter the passphrase with which it was made. Syncs that wait for it go on by themselves.")
    return Words("lock", tr("The vault is locked"), text, tr("Unlock"), tr("I no longer know it"))


def _locked(view: VaultView) -> Words:
    text = tr("The {0} keeps the key to your secrets. Unlock asks it once; syncs that wait go on by themselves.")
    return Words("lock", tr("The system's keyring is locked"), text.format(view.title or tr("keyring")), tr("Unlock"))


def _absent(view: VaultView) -> Words:
    text = tr("The {0} has the key to your secrets, and can't be reached from here. Start Headwater in the desktop ")
    text += tr("session in which they were entered, or start a new vault: then they must be entered again.")
    title = tr("The keyring can't be reached")
    return Words("warning", title, text.format(view.title), tr("Try again"), tr("Start a new vault"))


def _lost(view: VaultView) -> Words:
    title = tr("The {0} no longer has the key of the vault").format(view.title)
    return Words(
        "error",
        title,
        _what_is_lost(view) + tr("in case the key comes back."),
        tr("Start a new vault"),
        tr("Look again"),
    )


def _forgotten(view: VaultView) -> Words:
    title = tr("Without its passphrase nobody can open the vault")
    return Words(
        "warning", title, _what_is_lost(view) + tr("in case you remember it."), tr("Start a new vault"), tr("Back")
    )


def _choose(view: VaultView) -> Words:
    text = tr("A passphrase encrypts them on this machine. It is asked for after each start, and can't be recovered. ")
    text += tr("Or keep them in memory: they are forgotten when Headwater ends.")
    title = tr("Choose what keeps your secrets")
    return Words("key", title, text, tr("Use this passphrase"), tr("This session only"))


def _choose_again(view: VaultView) -> Words:
    text = tr("Every secret is encrypted anew. The passphrase is asked for after each start, and can't be recovered.")
    return Words("key", tr("Choose a passphrase"), text, tr("Use this passphrase"))


_WORDS = {
    "open": _open,
    "unused": _unused,
    "session": _session,
    "passphrase": _passphrase,
    "locked": _locked,
    "absent": _absent,
    "lost": _lost,
    "forgotten": _forgotten,
    "choose": _choose,
    "choose_again": _choose_again,
}


def _kept_by(view: VaultView) -> str:
    if view.keeper == "passphrase":
        return tr("Your secrets are in a vault with a passphrase")
    return tr("Your secrets are kept with the {0}").format(view.title)


def _stored(view: VaultView) -> str:
    return listed(
        (
            plural(view.secrets, "{0} secret", "{0} secrets"),
            plural(view.accounts, "{0} signed-in account", "{0} signed-in accounts"),
        )
    )


def _missing(view: VaultView) -> str:
    if not view.missing:
        return ""
    said = plural(
        view.missing,
        "{0} secret of an older key can't be had any more; the connections name the fields.",
        "{0} secrets of an older key can't be had any more; the connections name the fields.",
    )
    return f" {said}"


def _what_is_lost(view: VaultView) -> str:
    lost = plural(view.missing or view.secrets + view.accounts, "{0} saved secret", "{0} saved secrets")
    text = tr("Lost: {0}, to be entered again or signed in again. Not lost: connections, documents, and where each ")
    return text.format(lost) + tr("sync had got to. The old file is kept aside, ")
