"""Talks to the operating system's keyring, in a process of its own. Imports nothing of this app, to start at once.

A keyring call may block for as long as a prompt stands on the screen, and no thread can be stopped; a process can.
One JSON request on stdin, one JSON answer on stdout; a secret is never an argument or in the environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import closing
from typing import Any

import keyring
import keyring.backend
import keyring.errors

SECRET_SERVICE = "Secret Service"
TITLES = {
    "keyring.backends.SecretService.Keyring": SECRET_SERVICE,
    "keyring.backends.libsecret.Keyring": SECRET_SERVICE,
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Locker",
}
"""The only backends that may hold our key. Others keep it in clear text, or nowhere."""
LOOK_SECONDS = 1.0


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


def locked(title: str) -> bool | None:
    """Whether the keyring is locked, found out without any prompt; None where that can't be found out."""
    if title != SECRET_SERVICE:
        return None
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            collection = secretstorage.collection.get_collection_by_alias(bus, "default")
        except secretstorage.exceptions.ItemNotFoundException:
            return False  # there is none yet
        return bool(collection.is_locked())


def wait(title: str) -> None:
    """Return once the keyring is unlocked. Where that can't be seen it takes for ever: a person has to say so."""
    parent = os.getppid()
    while os.getppid() == parent:  # whoever asked is still there
        try:
            if locked(title) is False:
                return
        except Exception:  # the keyring's own process may come and go
            pass
        time.sleep(LOOK_SECONDS)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked; whatever goes wrong becomes a word that `SystemKeyring` turns into an error."""
    try:
        backend, title = usable()
        do, service, account = request["do"], request["service"], request["account"]
        value = None
        if do == "wait":
            wait(title)
        elif not request["prompt"] and locked(title):
            raise keyring.errors.KeyringLocked("nobody was asked to unlock it")
        elif do == "get":
            value = backend.get_password(service, account)
        elif do == "set":
            backend.set_password(service, account, request["value"])
        elif do == "delete" and backend.get_password(service, account) is not None:
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
