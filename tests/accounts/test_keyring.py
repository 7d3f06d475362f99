"""A real Secret Service: gnome-keyring on a D-Bus session of its own, unlocked, locked, gone; and machines without."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.accounts import NoKeyring, SystemKeyring
from connectors.sdk import AuthError
from tests.support.canary import Canary

real = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-run-session"),
    reason="The keyring is NOT TESTED here: it needs Linux with the packages gnome-keyring and dbus",
)

SESSION = """
import asyncio, json, os, subprocess, sys
from pathlib import Path

from app.accounts import SystemKeyring, Vault
from app.network import SystemClock
from connectors.sdk import HeadwaterError

def daemon(password):
    process = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdin.write(password)
    process.stdin.close()
    process.stdout.readline()
    return process

def lock():
    import secretstorage
    with secretstorage.dbus_init() as bus:
        secretstorage.get_default_collection(bus).lock()

async def outcome(coroutine):
    try:
        return await coroutine
    except HeadwaterError as error:
        return error.code

async def main(folder, secret):
    told = {}
    def vault():
        return Vault(Path(folder) / "vault.db", clock=SystemClock(), environ={}, keyring=SystemKeyring(timeout=15))
    running = daemon(b"password of the keyring")
    try:
        first = await vault().open()
        ref = await first.put(secret)
        told["keeper"] = first.describe()
        await first.close()
        second = await vault().open()
        told["read again"] = await second.get(ref) == secret
        await second.close()
        lock()
        third = await vault().open()
        told["locked"] = await outcome(third.get(ref))
        told["locked, new secret"] = await outcome(third.put("x"))
        await third.close()
    finally:
        running.kill()
        running.wait()
    print(json.dumps(told))

asyncio.run(main(*sys.argv[1:]))
"""


@real
def test_a_real_keyring_keeps_the_key(tmp_path: Path, canary: Canary) -> None:
    home = tmp_path / "home"
    for folder in ("data", "runtime", "cache", "config"):
        (home / folder).mkdir(parents=True, mode=0o700)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON_KEYRING", "DISPLAY"))}
    environ |= {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "CACHE", "CONFIG")}
    environ |= {"XDG_RUNTIME_DIR": str(home / "runtime"), "HOME": str(home)}
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", SESSION, str(tmp_path / "profile"), canary.value],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "keeper": "Secret Service",
        "read again": True,
        "locked": "keyring_locked",
        "locked, new secret": "keyring_locked",
    }
    canary.check(tmp_path, texts={"output": done.stdout + done.stderr})


@pytest.mark.parametrize(
    "backend", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "tests.accounts.plain.Keyring"]
)
def test_a_backend_that_keeps_no_secret_is_not_used(
    backend: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    monkeypatch.setenv("PLAIN_KEYRING_FILE", str(tmp_path / "plain.txt"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")

    async def run() -> None:
        with pytest.raises(NoKeyring):
            await SystemKeyring().set("account", "the key")

    if sys.platform != "linux":
        pytest.skip("This machine has a keyring that is used instead")
    asyncio.run(run())
    assert not (tmp_path / "plain.txt").exists()


def test_a_keyring_that_hangs_is_killed() -> None:
    async def run() -> None:
        hangs = SystemKeyring(command=[sys.executable, "-c", "import time; time.sleep(3600)"], timeout=0.2)
        with pytest.raises(AuthError, match="does not answer") as raised:
            await hangs.get("account")
        assert raised.value.code == "keyring_timeout"

    asyncio.run(run())


def test_a_keyring_process_that_dies_is_an_error() -> None:
    async def run() -> None:
        with pytest.raises(AuthError, match="keyring refused"):
            await SystemKeyring(command=[sys.executable, "-c", "raise SystemExit(3)"]).get("account")
        with pytest.raises(AuthError, match="keyring refused"):
            await SystemKeyring(command=["/no/such/program"]).get("account")

    asyncio.run(run())


def test_giving_up_on_a_keyring_ends_its_process(tmp_path: Path) -> None:
    async def run() -> None:
        program = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(3600)"
        waiting = asyncio.create_task(SystemKeyring(command=[sys.executable, "-c", program]).get("account"))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)

    asyncio.run(run())
