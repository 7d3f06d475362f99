"""Secrets and other people's eyes on this machine: the process list, environments that children inherit, crash reports,
reprs. Only Linux shows all of that in /proc."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app import api
from app.accounts import NoKeyring, SystemKeyring, Vault
from app.engine.process import EngineProcess
from app.engine.wire import Call
from app.network import SystemClock
from connectors.sdk import AuthError
from tests.cli.conftest import Ctl, ctl
from tests.support.canary import Canary

__all__ = ["ctl"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED here: needs /proc")


@contextmanager
def watched() -> Iterator[dict[str, str]]:
    """What `ps` showed, at any moment, of every process that was started from here: arguments and environment."""
    seen: dict[str, str] = {}
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for pid in _descendants(os.getpid()):
                for what in ("cmdline", "environ"):
                    with suppress(OSError):
                        text = Path(f"/proc/{pid}/{what}").read_bytes().decode(errors="replace")
                        seen[f"{what} of process {pid}, {len(text)} characters"] = text

    thread = threading.Thread(target=look, name="ps")
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _descendants(root: int) -> list[int]:
    """The ids of all processes below this one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


@linux
def test_the_keyrings_own_process_is_told_through_a_pipe(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", canary.value)

    async def run() -> None:
        with pytest.raises(NoKeyring):
            await SystemKeyring().set("account", canary.value)

    with watched() as seen:
        asyncio.run(run())
    assert any("keyring_worker" in text for text in seen.values()), "it was looked at"
    canary.check(texts=seen)


@linux
def test_the_windows_engine_gets_the_passphrase_through_a_pipe(
    tmp_path: Path, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", canary.value)
    config = {"url": "http://127.0.0.1:9/x", "auth": {"method": "bearer"}}
    draft = api.ConnectionDraft(
        type="rest_api", name="Items", config=config, secrets={"/auth/token": f"value:{canary.value}"}
    )

    async def run() -> None:
        window = EngineProcess(tmp_path / "p")
        try:
            await window.start()
            assert "HEADWATER_VAULT_PASSPHRASE" not in os.environ, "no browser inherits it from the window"
            await window.api.add_connection(draft)
            view = await window.api.vault()
            assert (view.state, view.keeper, view.secrets) == ("open", "passphrase", 1)
            assert canary.value not in repr(window.api) + repr(view)
        finally:
            await window.close()

    with watched() as seen:
        asyncio.run(run())
    assert any("app.engine.host" in text and "--passphrase" in text for text in seen.values()), "it was looked at"
    canary.check(tmp_path, texts=seen)

    async def again() -> None:
        monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", canary.value)
        vault = await Vault(tmp_path / "p" / "vault.db", clock=SystemClock(), keyring=SystemKeyring()).open()
        (ref,) = await vault.refs()
        assert await vault.get(ref) == canary.value, "it was that passphrase"
        await vault.close()

    asyncio.run(again())


def test_a_crash_report_holds_no_secret(ctl: Ctl, canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(self: Vault, value: str, *, label: str = "") -> str:
        held_by_a_local = value
        raise RuntimeError(f"a defect with {len(held_by_a_local)} characters at hand")

    monkeypatch.setattr(Vault, "put", breaks)
    add = (
        *("connection", "add", "--type", "rest_api", "--name", "Items", "--set", "url=http://127.0.0.1:9/x"),
        *("--set", "auth.method=bearer", "--secret", "token=-"),
    )
    crashed = ctl(*add, "--json", stdin=canary.value)
    assert crashed.status == 1
    assert "a defect with" in crashed.document["error"]["detail"], "it says where, for the report"
    canary.check(ctl.profile, texts={"json": crashed.out, "stderr": crashed.err, "text": ctl(*add, stdin="x").err})


def test_what_is_on_its_way_to_the_vault_has_no_repr(canary: Canary) -> None:
    secrets = {"/token": f"value:{canary.value}", "/other": "env:NAME"}
    draft = api.ConnectionDraft(type="t", name="n", config={}, secrets=secrets)
    shapes = [
        draft,
        api.ConnectionEdit(secrets=secrets),
        api.CheckTarget(ref="r", secrets=secrets),
        api.CheckTarget(draft=draft),
        api.SignInRequest(provider="p", client_secret=f"value:{canary.value}"),
        Call(1, "unlock_vault", {"passphrase": canary.value}),
    ]
    text = " ".join(map(repr, shapes))
    assert "env:NAME" in text
    canary.check(texts={"reprs": text})


def test_a_wrong_passphrase_is_in_no_error(tmp_path: Path, canary: Canary) -> None:
    async def run() -> None:
        async def none(*_: object, **__: object) -> str:
            raise NoKeyring

        keyring = type("K", (), {"get": none, "set": none, "delete": none, "title": none, "unlocked": none})()
        vault = await Vault(tmp_path / "vault.db", clock=SystemClock(), keyring=keyring, environ={}).open()
        await vault.start("passphrase", "the right passphrase")
        await vault.close()
        vault = await Vault(tmp_path / "vault.db", clock=SystemClock(), keyring=keyring, environ={}).open()
        with pytest.raises(AuthError) as raised:
            await vault.unlock(canary.value)
        told = [raised.value, raised.value.info(), vault, vault._keys._keeper, await vault.view()]
        await vault.close()
        canary.check(tmp_path, texts={"told": " ".join(map(repr, told))})

    asyncio.run(run())
