from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.accounts import NoKeyring, Vault
from connectors.sdk import AuthError, PermanentError
from tests.network.opened import FakeClock
from tests.support.canary import Canary


class FakeKeyring:
    """A keyring in memory that can be away, locked, or slow."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.problem: Exception | None = None
        self.calls: list[str] = []
        self.seen = True
        """Whether it can be seen from outside that it is unlocked."""

    async def title(self) -> str:
        await self._called("title")
        return "Test keyring"

    async def get(self, account: str, *, prompt: bool = True) -> str | None:
        await self._called("get" if prompt else "quiet get")
        return self.items.get(account)

    async def set(self, account: str, value: str) -> str:
        await self._called("set")
        self.items[account] = value
        return "Test keyring"

    async def delete(self, account: str) -> None:
        await self._called("delete")
        self.items.pop(account, None)

    async def unlocked(self) -> None:
        while self.problem is not None or not self.seen:
            await asyncio.sleep(0.01)

    async def _called(self, what: str) -> None:
        self.calls.append(what)
        await asyncio.sleep(0)
        if self.problem is not None:
            raise self.problem


@asynccontextmanager
async def vault_of(
    profile: Path, keyring: FakeKeyring, environ: Mapping[str, str] | None = None
) -> AsyncIterator[Vault]:
    vault = await Vault(profile / "vault.db", clock=FakeClock(), keyring=keyring, environ=environ or {}).open()
    try:
        yield vault
    finally:
        await vault.close()


LOCKED = AuthError("The system's keyring is locked", remedy="Unlock it.", code="keyring_locked")


def test_keeps_secrets_between_starts(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            assert vault.describe() == "not set up yet"
            refs = [await vault.put(value, label="token") for value in ("one", "zwei ü", "", "x" * 100_000)]
            assert all(ref.startswith("keyring:") for ref in refs)
            assert vault.describe() == "Test keyring"
        keyring.calls.clear()
        async with vault_of(profile, keyring) as vault:
            assert keyring.calls == [], "opening asks nobody for anything"
            assert [await vault.get(ref) for ref in refs] == ["one", "zwei ü", "", "x" * 100_000]
            assert keyring.calls == ["get"], "the key is read once"
            assert await vault.refs() == sorted(refs)
            assert vault.state == "open"

    asyncio.run(run())


def test_replace_copy_delete(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, FakeKeyring()) as vault:
            ref = await vault.put("old", label="token")
            copy = await vault.copy(ref)
            await vault.replace(ref, "new")
            assert (await vault.get(ref), await vault.get(copy)) == ("new", "old")
            await vault.delete(ref)
            await vault.delete(ref)
            with pytest.raises(AuthError) as raised:
                await vault.get(ref)
            assert (raised.value.code, raised.value.where) == ("secret_gone", ref)
            with pytest.raises(AuthError):
                await vault.replace("keyring:unknown", "x")
            assert await vault.get(copy) == "old"

    asyncio.run(run())


def test_the_file_tells_nothing_and_is_for_its_owner_only(profile: Path, canary: Canary) -> None:
    async def run() -> None:
        async with vault_of(profile, FakeKeyring()) as vault:
            ref = await vault.put(canary.value, label="a label")
            await vault.replace(ref, canary.value)
            assert await vault.get(ref) == canary.value
            canary.check(profile, texts={"repr": repr(vault)})
        passphrase_vault = profile / "other"
        async with vault_of(passphrase_vault, _absent(), {"HEADWATER_VAULT_PASSPHRASE": canary.value}) as vault:
            await vault.put(canary.value)
            canary.check(passphrase_vault)
        if os.name == "posix":
            for file in profile.rglob("vault.db*"):
                assert file.stat().st_mode & 0o077 == 0

    asyncio.run(run())


def test_a_row_moved_to_another_place_does_not_open(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            mine, theirs = await vault.put("mine"), await vault.put("theirs")
        with sqlite3.connect(profile / "vault.db") as database:
            [row] = database.execute(
                "SELECT nonce, sealed FROM secrets WHERE id = ?", (theirs.removeprefix("keyring:"),)
            )
            database.execute("UPDATE secrets SET nonce = ?, sealed = ? WHERE id = ?", (*row, mine[len("keyring:") :]))
        database.close()
        async with vault_of(profile, keyring) as vault:
            with pytest.raises(AuthError) as raised:
                await vault.get(mine)
            assert raised.value.code == "secret_damaged"
            assert await vault.get(theirs) == "theirs"

    asyncio.run(run())


def test_a_passphrase_keeps_the_key_where_there_is_no_keyring(profile: Path) -> None:
    async def run() -> None:
        environ = {"HEADWATER_VAULT_PASSPHRASE": "correct horse"}
        async with vault_of(profile, _absent(), environ) as vault:
            ref = await vault.put("s")
            assert vault.describe() == "passphrase vault"
        async with vault_of(profile, _absent(), environ) as vault:
            assert await vault.get(ref) == "s"

        keyring = FakeKeyring()  # one that appears later changes nothing: chosen once
        async with vault_of(profile, keyring) as vault:
            assert (vault.state, vault.describe()) == ("passphrase", "locked")
            with pytest.raises(AuthError, match="vault is locked") as raised:
                await vault.get(ref)
            assert "HEADWATER_VAULT_PASSPHRASE" in raised.value.remedy
            with pytest.raises(AuthError, match="does not open") as raised:
                await vault.unlock("wrong")
            assert raised.value.code == "passphrase_wrong"
            assert vault.state == "passphrase"
            await vault.unlock("correct horse")
            assert (vault.state, vault.describe(), await vault.get(ref)) == ("open", "passphrase vault", "s")
            await vault.put("another")
            assert keyring.calls == []
        async with vault_of(profile, keyring, {"HEADWATER_VAULT_PASSPHRASE": "an old one"}) as vault:
            assert vault.state == "open"
            with pytest.raises(AuthError, match="does not open"):
                await vault.get(ref)
            assert (await vault.view()).state == "passphrase", "so that the window asks for the right one"

    asyncio.run(run())


def test_without_keyring_and_passphrase_nothing_is_stored(profile: Path, canary: Canary) -> None:
    async def run() -> None:
        async with vault_of(profile, _absent()) as vault:
            assert vault.state == "unused"
            with pytest.raises(AuthError) as raised:
                await vault.put(canary.value)
            assert raised.value.code == "vault_locked"
            assert (await vault.view()).state == "to_choose", "so that the window offers a passphrase or the session"
            assert await vault.refs() == []
            await vault.unlock("chosen now")
            assert await vault.get(await vault.put("s")) == "s"
            assert vault.describe() == "passphrase vault"
        canary.check(profile)

    asyncio.run(run())


def test_a_locked_keyring_is_said_and_tried_again(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            keyring.problem = LOCKED
            with pytest.raises(AuthError, match="keyring is locked"):
                await vault.put("s")
            assert vault.describe() == "not set up yet", "no other keeper is chosen for the person"
            keyring.problem = None
            ref = await vault.put("s")
        async with vault_of(profile, keyring) as vault:
            keyring.problem = LOCKED
            with pytest.raises(AuthError, match="keyring is locked"):
                await vault.get(ref)
            keyring.problem = NoKeyring("no session bus")
            with pytest.raises(AuthError, match="Test keyring, which can't be reached"):
                await vault.get(ref)
            keyring.problem = None
            assert await vault.get(ref) == "s"

    asyncio.run(run())


@pytest.mark.parametrize("damage", ["gone", "another key", "garbage"])
def test_a_lost_key_costs_its_secrets_and_nothing_else(profile: Path, damage: str) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            old = await vault.put("old")
        kept = dict(keyring.items)
        for account in kept:
            if damage == "gone":
                del keyring.items[account]
            else:
                keyring.items[account] = "A" * 43 + "=" if damage == "another key" else "not base64!"
        async with vault_of(profile, keyring) as vault:
            with pytest.raises(AuthError) as raised:
                await vault.get(old)
            assert raised.value.code == "vault_key_lost"
            assert "Enter the secrets" in raised.value.remedy
            new = await vault.put("new")
            assert await vault.get(new) == "new"
            await vault.replace(old, "entered again")
            assert await vault.get(old) == "entered again"
        keyring.items |= kept
        async with vault_of(profile, keyring) as vault:
            assert [await vault.get(ref) for ref in (old, new)] == ["entered again", "new"]

    asyncio.run(run())


def test_rows_of_a_lost_key_open_again_when_it_comes_back(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            old = await vault.put("old")
        kept, keyring.items = keyring.items, {}
        async with vault_of(profile, keyring) as vault:
            new = await vault.put("new")
        keyring.items |= kept
        async with vault_of(profile, keyring) as vault:
            assert [await vault.get(ref) for ref in (old, new)] == ["old", "new"]

    asyncio.run(run())


def test_many_tasks_and_two_vaults_on_one_new_file_agree_on_one_key(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as one, vault_of(profile, keyring) as two:
            refs = await asyncio.gather(*((one, two)[number % 2].put(str(number)) for number in range(20)))
            for vault in (one, two):
                assert [await vault.get(ref) for ref in refs] == [str(number) for number in range(20)]
        assert len(keyring.items) == 1, "the key of the one that came second is removed"

    asyncio.run(run())


def test_processes_share_the_file(profile: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from app.accounts import NoKeyring, Vault
from app.network import SystemClock
class Absent:
    async def set(self, account, value): raise NoKeyring
    async def get(self, account, prompt=True): raise NoKeyring
async def main(path, name):
    vault = await Vault(Path(path), clock=SystemClock(), keyring=Absent()).open()
    for number in range(10):
        print(await vault.put(f"{name} {number}"), f"{name} {number}")
    await vault.close()
asyncio.run(main(*sys.argv[1:]))
"""
    environ = {**os.environ, "HEADWATER_VAULT_PASSPHRASE": "p"}
    path = str(profile / "vault.db")
    running = [
        subprocess.Popen([sys.executable, "-c", program, path, name], stdout=subprocess.PIPE, text=True, env=environ)
        for name in ("a", "b", "c")
    ]
    written = dict(line.split(" ", 1) for process in running for line in process.communicate()[0].splitlines())
    assert [process.returncode for process in running] == [0, 0, 0]

    async def run() -> None:
        async with vault_of(profile, _absent(), {"HEADWATER_VAULT_PASSPHRASE": "p"}) as vault:
            assert len(written) == 30
            for ref, value in written.items():
                assert await vault.get(ref) == value

    asyncio.run(run())


def test_a_vault_of_a_newer_version_is_left_alone(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, FakeKeyring()) as vault:
            await vault.put("s")
        with sqlite3.connect(profile / "vault.db") as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        vault = Vault(profile / "vault.db", clock=FakeClock(), keyring=FakeKeyring(), environ={})
        with pytest.raises(PermanentError) as raised:
            await vault.open()
        assert raised.value.code == "vault_too_new"
        await vault.close()

    asyncio.run(run())


def test_a_file_that_is_no_vault_is_said_and_left_alone(profile: Path) -> None:
    async def run() -> None:
        profile.mkdir()
        (profile / "vault.db").write_bytes(b"not a database, but somebody's file" * 100)
        vault = Vault(profile / "vault.db", clock=FakeClock(), keyring=FakeKeyring(), environ={})
        with pytest.raises(PermanentError, match="vault can't be used") as raised:
            await vault.open()
        assert raised.value.where == str(profile / "vault.db")
        await vault.close()
        assert (profile / "vault.db").read_bytes().startswith(b"not a database")

    asyncio.run(run())


def _absent() -> FakeKeyring:
    keyring = FakeKeyring()
    keyring.problem = NoKeyring("none here")
    return keyring


def test_a_new_key_seals_everything_anew_and_the_old_one_is_forgotten(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            refs = [await vault.put(f"secret {number}") for number in range(5)]
            (old,) = keyring.items
            steps = [step async for step in vault.rotate()]
            assert (steps[-1].done, steps[-1].total, steps[-1].skipped) == (5, 5, 0)
            assert len(keyring.items) == 1
            assert old not in keyring.items
        async with vault_of(profile, keyring) as vault:
            assert [await vault.get(ref) for ref in refs] == [f"secret {number}" for number in range(5)]

    asyncio.run(run())


def test_a_key_that_can_not_be_made_changes_nothing(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            ref = await vault.put("kept")
            keyring.problem = LOCKED
            with pytest.raises(AuthError):
                [step async for step in vault.rotate()]
            keyring.problem = None
            assert await vault.get(ref) == "kept"
        async with vault_of(profile, keyring) as vault:
            assert await vault.get(ref) == "kept"

    asyncio.run(run())
