"""Talks to the operating system's keyring, in a process of its own. Imports nothing of this app, to start at once.

A keyring call may block for as long as a prompt stands on the screen, and no thread can be stopped; a process can.
One JSON request on stdin, one JSON answer on stdout; a secret is never an argument or in the environment.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import keyring
import keyring.backend
import keyring.errors

TITLES = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Locker",
}
"""The only backends that may hold our key. Others keep it in clear text, or nowhere."""


class Absent(Exception):
    """There is no keyring that may be used."""


def usable() -> tuple[keyring.backend.KeyringBackend, str]:
    """The configured backend if it is one of ours, else the best of ours that works here."""
    chosen = keyring.get_keyring()
    candidates = [chosen, *getattr(chosen, "backends", ())]
    candidates += sorted(keyring.backend.get_all_keyring(), key=lambda backend: backend.priority, reverse=True)
    for backend in candidates:
        kind = type(backend)
        title = TITLES.get(f"{kind.__module__}.{kind.__qualname__}")
        if title is not None and kind.viable:
            if hasattr(backend, "persist"):
                backend.persist = "local machine"  # Windows: must not roam to other machines of a domain
            return backend, title
    raise Absent(f"{type(chosen).__module__}.{type(chosen).__qualname__} may not be used")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked; whatever goes wrong becomes a word that `SystemKeyring` turns into an error."""
    try:
        backend, title = usable()
        service, account = request["service"], request["account"]
        value = None
        if request["do"] == "get":
            value = backend.get_password(service, account)
        elif request["do"] == "set":
            backend.set_password(service, account, request["value"])
        elif request["do"] == "delete" and backend.get_password(service, account) is not None:
            backend.delete_password(service, account)
        return {"title": title, "value": value}
    except (Absent, keyring.errors.NoKeyringError) as error:
        return {"problem": "absent", "detail": str(error)}
    except (keyring.errors.KeyringLocked, keyring.errors.InitError) as error:
        return {"problem": "locked", "detail": str(error)}
    except Exception as error:  # each backend has exceptions of its own
        return {"problem": "failed", "detail": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer the one request on stdin."""
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
