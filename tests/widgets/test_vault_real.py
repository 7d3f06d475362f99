"""The vault in the real window, on the real engine, without a keyring: chosen, kept for good, and asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel

from app.api import ConnectionDraft
from tests.support.canary import Canary
from tests.widgets.conftest import Run, until
from tests.widgets.window import find, idle, press, settings
from widgets import session as entry
from widgets.shell import Shell

PASSPHRASE = "four unrelated words"


@asynccontextmanager
async def started(profile: Path) -> AsyncIterator[Shell]:
    shell = Shell(settings(profile))
    ended = asyncio.ensure_future(entry.session(shell, profile))
    await until(lambda: shell.client is not None)
    await idle(shell)
    await until(lambda: shell.state_line.engine is not None and not shell.tasks.running("vault look"))
    try:
        yield shell
    finally:
        shell.quit_requested.emit()
        await ended
        shell.deleteLater()


def place(shell: Shell) -> str:
    return find(shell.state_line, QAbstractButton, "vault_state").text()


async def press_and_wait(shell: Shell, name: str) -> None:
    press(shell.vault_panel, name)
    await until(lambda: not shell.tasks.running("unlock"))


def draft(secret: str) -> ConnectionDraft:
    config = {"url": "http://127.0.0.1:9/x", "auth": {"method": "bearer"}}
    return ConnectionDraft(type="rest_api", name="Items", config=config, secrets={"/auth/token": f"value:{secret}"})


def test_chosen_for_the_session_then_kept_then_entered(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.delenv("HEADWATER_VAULT_PASSPHRASE", raising=False)
    profile = tmp_path / "profile"

    async def main() -> None:
        async with started(profile) as shell:
            await until(lambda: place(shell) == "Secrets: no keyring here")
            assert shell.client is not None
            press(shell.state_line, "unlock")
            await until(shell.vault_panel.isVisible)
            await press_and_wait(shell, "vault_second")
            await until(lambda: place(shell) == "Secrets: this session only")
            await shell.client.add_connection(draft(canary.value))

            press(shell.state_line, "unlock")
            await until(shell.vault_panel.isVisible)
            await press_and_wait(shell, "vault_unlock")
            assert shell.vault_panel.mode == "choose_again", "there is no keyring that could keep them"
            shell.vault_panel.field.setText(PASSPHRASE)
            shell.vault_panel.again.setText(PASSPHRASE)
            await press_and_wait(shell, "vault_unlock")
            await until(lambda: place(shell) == "Secrets: passphrase vault")
            assert (await shell.client.vault()).secrets == 1

        async with started(profile) as shell:
            await until(shell.vault_panel.isVisible)
            assert place(shell) == "Secrets: locked"
            shell.vault_panel.field.setText("not that one")
            await press_and_wait(shell, "vault_unlock")
            assert "does not open the vault" in find(shell.vault_panel, QLabel, "vault_problem").text()
            shell.vault_panel.field.setText(PASSPHRASE)
            await press_and_wait(shell, "vault_unlock")
            await until(shell.vault_panel.isHidden)
            await until(lambda: place(shell) == "Secrets: passphrase vault")
        canary.check(profile)

    run(main())
