"""A real Secret Service: gnome-keyring on a D-Bus session of its own, unlocked, locked, gone; and machines without."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.accounts import NoKeyring, SystemKeyring
from connectors.sdk import AuthError
from tests.accounts.keyring_rig import in_session, real
from tests.support.canary import Canary


@real
def test_a_real_keyring_keeps_the_key(tmp_path: Path, canary: Canary) -> None:
    told = in_session(tmp_path, "tests.accounts.keyring_scenarios:keeps", str(tmp_path / "profile"), canary.value)
    assert told == {
        "keeper": "Secret Service",
        "read again": True,
        "locked": "keyring_locked",
        "locked, new secret": "keyring_locked",
        "state": "locked",
    }
    canary.check(tmp_path, texts={"told": str(told)})


@real
def test_runs_wait_for_a_locked_keyring_and_go_on_when_it_is_unlocked(tmp_path: Path, canary: Canary) -> None:
    told = _tell(tmp_path, "locked_at_start", canary)
    assert told == {
        "states": ["waiting"],
        "reasons": ["The system's keyring is locked"],
        "sentence": "Waiting: The system's keyring is locked",
        "vault": "locked",
        "prompts": 1,
        "still": ["waiting"],
        "ended": ["done"],
        "documents": 12,
        "vault after": "open",
    }


@real
def test_a_keyring_that_is_locked_in_mid_run_is_waited_for(tmp_path: Path, canary: Canary) -> None:
    assert _tell(tmp_path, "locked_in_mid_run", canary) == {
        "waits": ["waiting", "The system's keyring is locked"],
        "documents then": 2,
        "ended": "done",
        "pages": [1, 2, 3],
        "documents": 4,
    }


@real
def test_a_run_that_has_its_key_needs_the_keyring_no_more(tmp_path: Path, canary: Canary) -> None:
    assert _tell(tmp_path, "lock_does_not_disturb", canary) == {"ended": "done"}


@real
def test_a_key_that_the_keyring_lost_costs_the_secrets_alone(tmp_path: Path, canary: Canary) -> None:
    assert _tell(tmp_path, "lost", canary) == {
        "forgotten": 1,
        "before it is asked": "open",
        "found": ["lost", 1, "vault_key_lost"],
        "connection": ["sign_in_again", "Secret missing: Token"],
        "run": ["failed", "vault_key_lost", "Token"],
        "after": ["open", 1, 1],
        "still missing": "Secret missing: Token",
        "documents": 4,
        "again": ["done", 0],
        "nothing missing": 0,
        "kept": 1,
    }


@real
def test_a_rotation_may_be_killed_at_any_moment(tmp_path: Path, canary: Canary) -> None:
    told = _tell(tmp_path, "killed_while_it_rotates", canary)
    assert told == {"readable": True, "cut off": True, "done": 300, "old": 0, "kept": 1}


@real
def test_what_looks_whether_it_is_unlocked_ends_with_who_asked(tmp_path: Path, canary: Canary) -> None:
    assert _tell(tmp_path, "orphan", canary) == {"ended": True}


@real
def test_without_any_keyring_nothing_is_chosen_silently(tmp_path: Path, canary: Canary) -> None:
    assert _tell(tmp_path, "none_at_all", canary, bus=False) == {
        "put": "vault_locked",
        "state": "to_choose",
        "keyring": "no_keyring",
        "session": ["session", "this session only", True],
        "afterwards": ["to_choose", "secret_gone", []],
    }


def _tell(folder: Path, scenario: str, canary: Canary, *, bus: bool = True) -> Any:
    """Run it; the secret must be nowhere afterwards, the keyring's own files included."""
    given = (str(folder / "profile"), canary.value)
    told = in_session(folder, f"tests.accounts.keyring_scenarios:{scenario}", *given, bus=bus)
    canary.check(folder, texts={"told": str(told)})
    return told


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
