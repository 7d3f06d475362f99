"""A real Secret Service on a D-Bus session of its own, for tests to lock, unlock and take away.

`in_session(folder, "tests.accounts.keyring_scenarios:name", ...)` runs a coroutine of that name there, in a process of
its own, and answers what it told.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PASSWORD = b"password of the keyring"

real = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-run-session"),
    reason="The keyring is NOT TESTED here: it needs Linux with the packages gnome-keyring and dbus",
)


def environment(folder: Path) -> dict[str, str]:
    """A home without anybody's keyring, and without a screen on which something could ask."""
    home = folder / "home"
    for name in ("data", "runtime", "cache", "config"):
        (home / name).mkdir(parents=True, mode=0o700, exist_ok=True)
    unwanted = ("PYTHON_KEYRING", "DISPLAY", "WAYLAND", "HEADWATER")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    kept |= {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "CACHE", "CONFIG")}
    return kept | {"XDG_RUNTIME_DIR": str(home / "runtime"), "HOME": str(home)}


def in_session(folder: Path, scenario: str, *given: str, bus: bool = True) -> Any:
    """What the scenario told, as JSON. Without a `bus` there is no keyring at all."""
    command = [sys.executable, "-m", "tests.accounts.keyring_rig", scenario, *given]
    environ = environment(folder)
    if not bus:
        environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"
    done = subprocess.run(
        ["dbus-run-session", "--", *command] if bus else command,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


class Daemon:
    """The keyring's own process. Started without a password, what it keeps is locked."""

    def __init__(self, password: bytes | None = PASSWORD) -> None:
        unlock = ["--unlock"] if password is not None else []
        self._process = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", *unlock, "--components=secrets"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(password or b"")
        self._process.stdin.close()
        self._process.stdout.readline()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def lock() -> None:
    """As the desktop does when the person says so."""
    import secretstorage

    with secretstorage.dbus_init() as bus:
        secretstorage.get_default_collection(bus).lock()


def unlock(password: bytes = PASSWORD) -> None:
    """As the desktop does after its prompt."""
    import secretstorage
    from jeepney import DBusAddress, new_method_call

    def at(interface: str) -> Any:
        return DBusAddress("/org/freedesktop/secrets", "org.freedesktop.secrets", interface)

    with secretstorage.dbus_init() as bus:
        service = at("org.freedesktop.Secret.Service")
        plain = bus.send_and_get_reply(new_method_call(service, "OpenSession", "sv", ("plain", ("s", ""))))
        (path,) = bus.send_and_get_reply(new_method_call(service, "ReadAlias", "s", ("default",))).body
        inner = at("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface")
        secret = (plain.body[1], b"", password, "text/plain")
        bus.send_and_get_reply(new_method_call(inner, "UnlockWithMasterPassword", "o(oayays)", (path, secret)))
        assert not secretstorage.get_default_collection(bus).is_locked()


def forget() -> int:
    """Delete what Headwater keeps there, as a person may who tidies up; how many items that were."""
    items = kept()
    for item in items:
        item.delete()
    return len(items)


def kept() -> list[Any]:
    """Headwater's items."""
    import secretstorage

    bus = secretstorage.dbus_init()
    return list(secretstorage.get_default_collection(bus).search_items({"service": "Headwater"}))


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    print(json.dumps(asyncio.run(getattr(importlib.import_module(module), name)(*sys.argv[2:]))))
