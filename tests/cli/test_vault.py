"""`headwaterctl vault`; and the vault's passphrase, which is asked for on a terminal, and only there."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

from app.engine.process import EngineProcess
from tests.cli.conftest import Ctl, SlowApi
from tests.support.canary import Canary

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")


class Screen:
    """The other side of a terminal: read up to a question, then type. Its last space comes when the echo is off."""

    def __init__(self) -> None:
        self._reader, self.terminal = os.openpty()
        self.seen = ""

    def answer(self, question: str, typed: str) -> None:
        start = len(self.seen)
        while question not in self.seen[start:]:
            self.seen += os.read(self._reader, 4096).decode()
        os.write(self._reader, f"{typed}\n".encode())

    def rest(self) -> None:
        try:
            while chunk := os.read(self._reader, 4096):
                self.seen += chunk.decode()
        except OSError:
            pass  # how Linux says that the other side is closed
        os.close(self._reader)


def start(ctl: Ctl, screen: Screen, *arguments: str) -> subprocess.Popen[str]:
    process = ctl.process(*arguments, stdin=screen.terminal, stdout=screen.terminal, stderr=screen.terminal)
    os.close(screen.terminal)
    return process


def test_a_person_types_the_secret_once_and_chooses_a_passphrase(ctl: Ctl) -> None:
    add = (
        *("connection", "add", "--type", "s3", "--name", "Docs", "--set", "bucket_name=docs"),
        *("--set", "endpoint_url=http://127.0.0.1:1", "--set", "auth.aws_access_key_id=k"),
        *("--set", "auth.method=access_key", "--secret", "aws_secret_access_key=-"),
    )
    screen = Screen()
    process = start(ctl, screen, *add)
    screen.answer("Value of aws_secret_access_key: ", "the-secret-key")
    screen.answer("Choose a passphrase for it: ", "open sesame")
    screen.answer("Repeat for confirmation: ", "open sesame")
    screen.rest()
    assert process.wait(60) == 0, screen.seen
    assert "Docs is added." in screen.seen
    assert "the-secret-key" not in screen.seen
    assert "open sesame" not in screen.seen

    # Without a terminal nobody is asked; with one, the passphrase that was chosen opens the vault.
    assert ctl("connection", "test", "Docs", "--json").status == 1
    screen = Screen()
    process = start(ctl, screen, "connection", "duplicate", "Docs")
    screen.answer("Passphrase of the vault: ", "open sesame")
    screen.rest()
    assert process.wait(60) == 0, screen.seen
    assert "Docs copy is made." in screen.seen


ADD = (
    *("connection", "add", "--type", "rest_api", "--name", "Items", "--set", "items_path=items"),
    *("--set", 'pagination={"method": "page"}', "--set", "auth.method=bearer", "--secret", "token=-"),
)
PASSPHRASE = "four unrelated words"


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No keyring, and a passphrase in a variable that is not the vault's own."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.setenv("CHOSEN", PASSPHRASE)


def test_a_vault_is_set_up_looked_at_and_given_another_key(
    ctl: Ctl, chosen: None, monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    empty = ctl.done("vault", "show", "--json").document["vault"]
    assert (empty["state"], empty["secrets"]) == ("unused", 0)
    assert ctl("vault", "check", "--json").document["vault"]["state"] == "to_choose"
    assert ctl("vault", "check").status == 1
    refused = ctl("vault", "new", "--keeper", "keyring", "--json")
    assert (refused.status, refused.document["error"]["code"]) == (1, "no_keyring")
    assert "passphrase" in refused.document["error"]["remedy"]

    made = ctl.done("vault", "new", "--keeper", "passphrase", "--passphrase", "env:CHOSEN", "--json").document
    assert (made["did"], made["vault"]["state"], made["vault"]["keeper"]) == ("started", "open", "passphrase")
    locked = ctl("vault", "check", "--json")
    assert (locked.status, locked.document["vault"]["state"]) == (1, "passphrase")
    assert locked.document["vault"]["problem"]["remedy"]

    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", PASSPHRASE)
    ctl.done(*ADD, "--set", "url=http://127.0.0.1:9/x", stdin=canary.value)
    assert ctl.done("vault", "check", "--json").document["vault"]["secrets"] == 1
    again = ctl("vault", "new", "--keeper", "passphrase", "--passphrase", "env:CHOSEN", "--json")
    assert (again.status, again.document["error"]["code"]) == (1, "vault_in_use")

    rotated = ctl.done("vault", "rotate", "--json").lines
    assert [line["event"] for line in rotated] == ["vault_rotating", "vault_rotated"]
    assert rotated[-1]["rotation"]["done"] == 1
    monkeypatch.setenv("CHOSEN", "another four words")
    ctl.done("vault", "rotate", "--passphrase", "env:CHOSEN")
    wrong = ctl("vault", "check", "--json")
    assert (wrong.status, wrong.document["vault"]["problem"]["code"]) == (1, "passphrase_wrong")
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "another four words")
    said = ctl.done("vault", "check")
    assert "passphrase vault" in said.out
    canary.check(ctl.profile, texts={"rotated": str(rotated), "said": said.out + said.err})


def test_a_passphrase_on_the_command_line_is_refused(ctl: Ctl, chosen: None) -> None:
    result = ctl("vault", "new", "--keeper", "passphrase", "--passphrase", PASSPHRASE)
    assert result.status == 2
    assert "env:NAME, file:PATH or -" in result.err
    assert PASSPHRASE not in result.err


def test_without_a_terminal_nobody_is_asked(ctl: Ctl, chosen: None) -> None:
    result = ctl("vault", "new", "--keeper", "passphrase")
    assert result.status == 2
    assert "HEADWATER_VAULT_PASSPHRASE" in result.err


def test_a_forgotten_passphrase_costs_the_secrets_and_the_field_is_named(
    ctl: Ctl, chosen: None, slow_api: SlowApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_api.gate.set()
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "nobody will remember this")
    ctl.done(*ADD, "--set", f"url={slow_api.url}", stdin="a token")
    ctl.done("sync", "Items")
    monkeypatch.delenv("HEADWATER_VAULT_PASSPHRASE")
    locked = ctl("sync", "Items", "--json")
    assert (locked.status, locked.lines[-1]["code"]) == (1, "vault_locked")

    started = ctl.done("vault", "new", "--keeper", "passphrase", "--passphrase", "env:CHOSEN", "--json")
    vault = started.document["vault"]
    (aside,) = vault["kept_aside"]
    assert (ctl.profile / aside).exists()
    assert vault["missing"] == 1
    shown = ctl.done("connection", "show", "Items", "--json").document["connection"]
    assert (shown["state"], shown["sentence"]) == ("sign_in_again", "Secret missing: Token")
    assert ctl.done("library", "list", "--json").document["total"] == 4
    said = ctl.done("vault", "show").out
    assert "Lost: 1 saved secret" in said
    assert "Not lost: connections, documents" in said
    assert aside in said

    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", PASSPHRASE)
    ctl.done("connection", "edit", "Items", "--secret", "token=-", stdin="a token")
    run = ctl.done("sync", "Items", "--json").lines[-1]["run"]
    assert (run["state"], run["counts"]["new"]) == ("done", 0)
    assert ctl.done("vault", "check", "--json").document["vault"]["missing"] == 0


def test_a_run_of_a_window_waits_until_somebody_unlocks_the_vault(
    ctl: Ctl, chosen: None, slow_api: SlowApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_api.gate.set()
    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", PASSPHRASE)
    ctl.done(*ADD, "--set", f"url={slow_api.url}", stdin="a token")
    monkeypatch.delenv("HEADWATER_VAULT_PASSPHRASE")

    async def run() -> None:
        window = EngineProcess(ctl.profile)
        try:
            await window.start()
            assert (await window.api.engine()).vault_state == "passphrase"
            run = await window.api.start_sync("Items")
            async with asyncio.timeout(30):
                while (found := await window.api.run(run.id)).state != "waiting":
                    assert found.state in ("queued", "running")
                    await asyncio.sleep(0.02)
            assert (found.reason, found.until) == ("The vault is locked", None)
            unlocking = ctl.process("vault", "unlock", "--passphrase", "env:CHOSEN", "--json")
            out, err = await asyncio.to_thread(unlocking.communicate)
            assert unlocking.returncode == 0, out + err
            async with asyncio.timeout(30):
                while (found := await window.api.run(run.id)).state != "done":
                    assert found.state in ("waiting", "running")
                    await asyncio.sleep(0.02)
            assert found.counts.new == 4
        finally:
            await window.close()

    asyncio.run(run())
