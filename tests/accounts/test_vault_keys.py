"""Keys of a vault: chosen, asked for once, waited for, changed while others store, lost and started anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.accounts import NoKeyring, Vault
from app.accounts.vault_file import ASIDE
from connectors.sdk import AuthError, ConfigError
from tests.accounts.test_vault import LOCKED, FakeKeyring, vault_of
from tests.network.opened import FakeClock
from tests.support.canary import Canary


def absent() -> FakeKeyring:
    keyring = FakeKeyring()
    keyring.problem = NoKeyring("none here")
    return keyring


async def rotated(vault: Vault, *args: str) -> tuple[int, int]:
    *_, last = [step async for step in vault.rotate(*args)]  # type: ignore[arg-type]
    return last.done, last.skipped


# --- chosen


def test_a_passphrase_that_was_chosen_is_remembered_as_the_choice(profile: Path) -> None:
    async def run() -> None:
        keyring = absent()
        async with vault_of(profile, keyring) as vault:
            await vault.start("passphrase", "four unrelated words")
        keyring.problem = None  # from now on there is a keyring
        async with vault_of(profile, keyring) as vault:
            assert vault.state == "passphrase"
            with pytest.raises(AuthError, match="vault is locked"):
                await vault.put("s")
            await vault.unlock("four unrelated words")
            await vault.put("s")
            assert (await vault.view()).keeper == "passphrase"
            assert await rotated(vault) == (1, 0)
            assert (await vault.view()).keeper == "passphrase", "a new key does not change what keeps it"
        assert keyring.items == {}

    asyncio.run(run())


def test_a_short_passphrase_is_refused_where_it_is_chosen(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, absent()) as vault:
            with pytest.raises(ConfigError) as raised:
                await vault.start("passphrase", "short")
            assert raised.value.code == "passphrase_short"
            assert (await vault.view(look=True)).state == "to_choose"

    asyncio.run(run())


def test_the_same_passphrase_from_another_keyboard_opens_it(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, absent()) as vault:
            await vault.start("passphrase", "gr\u00fcne Wolken")
        async with vault_of(profile, absent()) as vault:
            await vault.unlock("gru\u0308ne Wolken")
            assert vault.state == "open"

    asyncio.run(run())


def test_a_session_leaves_nothing_that_could_be_opened(profile: Path, canary: Canary) -> None:
    async def run() -> None:
        async with vault_of(profile, absent()) as vault:
            assert (await vault.view(look=True)).state == "to_choose"
            await vault.start("session")
            ref = await vault.put(canary.value)
            assert (vault.state, vault.describe(), await vault.get(ref)) == (
                "session",
                "this session only",
                canary.value,
            )
        async with vault_of(profile, absent()) as vault:
            assert (await vault.view(look=True)).state == "to_choose", "it is not chosen again silently"
            assert await vault.refs() == []
            with pytest.raises(AuthError) as raised:
                await vault.get(ref)
            assert raised.value.code == "secret_gone"
        canary.check(profile)

    asyncio.run(run())


def test_what_was_kept_for_a_session_can_be_kept_for_good(profile: Path) -> None:
    async def run() -> None:
        keyring = absent()
        async with vault_of(profile, keyring) as vault:
            await vault.start("session")
            ref = await vault.put("s")
            with pytest.raises(AuthError) as raised:
                await rotated(vault, "keyring")
            assert raised.value.code == "no_keyring"
            assert await vault.get(ref) == "s"
            assert await rotated(vault, "passphrase", "four unrelated words") == (1, 0)
        async with vault_of(profile, keyring) as vault:
            await vault.unlock("four unrelated words")
            assert await vault.get(ref) == "s"

    asyncio.run(run())


# --- asked for


def test_wrong_passphrases_are_slowed_down(profile: Path) -> None:
    async def run() -> None:
        clock = FakeClock()
        async with vault_of(profile, absent()) as vault:
            await vault.start("passphrase", "four unrelated words")
        vault = await Vault(profile / "vault.db", clock=clock, keyring=absent(), environ={}).open()
        codes = []
        for _ in range(4):
            with pytest.raises(AuthError) as raised:
                await vault.unlock("wrong")
            codes.append(raised.value.code)
        assert codes == ["passphrase_wrong"] * 3 + ["passphrase_throttled"]
        with pytest.raises(AuthError, match="Too many"):
            await vault.unlock("four unrelated words")
        await clock.sleep(2.1)
        await vault.unlock("four unrelated words")
        assert vault.state == "open"
        await vault.close()

    asyncio.run(run())


def test_the_loop_goes_on_while_a_passphrase_is_tried(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, absent()) as vault:
            await vault.start("passphrase", "four unrelated words")
        async with vault_of(profile, absent()) as vault:
            trying = asyncio.create_task(vault.unlock("four unrelated words"))
            turns = 0
            while not trying.done():
                await asyncio.sleep(0)
                turns += 1
            await trying
            assert turns > 50, "trying takes some 0.3 s, of which the loop is none"

    asyncio.run(run())


def test_many_who_need_the_key_ask_a_person_once(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            refs = [await vault.put(str(number)) for number in range(10)]
        async with vault_of(profile, keyring) as vault:
            keyring.problem, keyring.calls = LOCKED, []
            for _ in range(2):
                answers = await asyncio.gather(*(vault.get(ref) for ref in refs), return_exceptions=True)
                assert {getattr(answer, "code", "") for answer in answers} == {"keyring_locked"}
            assert keyring.calls.count("get") == 1, "it was dismissed: from then on the keyring is only looked at"
            assert vault.state == "locked"
            with pytest.raises(AuthError):
                await vault.unlock()
            assert keyring.calls.count("get") == 2, "a person said so"
            keyring.problem = None
            assert await vault.get(refs[3]) == "3"
            assert (await vault.view()).state == "open"

    asyncio.run(run())


@pytest.mark.parametrize("by", ["a person", "the desktop"])
def test_whoever_waits_goes_on_when_it_is_unlocked(profile: Path, by: str) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            ref = await vault.put("s")
        async with vault_of(profile, keyring) as vault:
            keyring.problem, keyring.seen = LOCKED, by == "the desktop"
            with pytest.raises(AuthError):
                await vault.get(ref)
            waiting = [asyncio.create_task(vault.opened()) for _ in range(3)]
            await asyncio.sleep(0.05)
            assert not any(task.done() for task in waiting)
            keyring.problem = None
            if by == "a person":
                await vault.unlock()
            async with asyncio.timeout(10):
                await asyncio.gather(*waiting)
            assert await vault.get(ref) == "s"

    asyncio.run(run())


def test_a_wait_that_is_given_up_leaves_nothing_behind(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, absent()) as vault:
            await vault.start("passphrase", "four unrelated words")
        async with vault_of(profile, absent()) as vault:
            waiting = asyncio.create_task(vault.opened())
            await asyncio.sleep(0.02)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    asyncio.run(run())


# --- changed


def test_what_another_process_stores_during_a_rotation_is_not_lost(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as one, vault_of(profile, keyring) as two:
            refs = {await one.put(f"first {number}"): f"first {number}" for number in range(300)}
            await two.get(next(iter(refs)))

            async def store() -> None:
                for number in range(40):
                    refs[await two.put(f"meanwhile {number}")] = f"meanwhile {number}"

            storing = asyncio.create_task(store())
            for _ in range(4):
                await rotated(one)
            await storing
            await rotated(one)
        async with vault_of(profile, keyring) as vault:
            assert {ref: await vault.get(ref) for ref in refs} == refs
            assert (await vault.view()).old_key == 0
        assert len(keyring.items) == 1

    asyncio.run(run())


def test_a_secret_sealed_before_a_rotation_is_sealed_again_before_it_is_stored(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as one, vault_of(profile, keyring) as two:
            await one.put("s")
            stored: list[str] = []
            seal = two._seal

            async def late(*args: object) -> object:
                sealed = await seal(*args)  # type: ignore[arg-type]
                if not stored:
                    stored.append(sealed.key_id)
                    await rotated(one)  # between sealing and storing
                return sealed

            two._seal = late  # type: ignore[method-assign, assignment]
            ref = await two.put("just in time")
            assert await one.get(ref) == "just in time"
            assert stored[0] not in keyring.items

    asyncio.run(run())


def test_a_damaged_row_stays_as_it_is_and_the_others_get_the_new_key(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, FakeKeyring()) as vault:
            refs = [await vault.put(str(number)) for number in range(3)]
            await vault.run(
                lambda db: db.execute("UPDATE secrets SET sealed = zeroblob(20) WHERE id = ?", (refs[1][8:],))
            )
            assert await rotated(vault) == (2, 1)
            assert (await vault.view()).old_key == 1, "its key is kept for it"
            assert [await vault.get(ref) for ref in (refs[0], refs[2])] == ["0", "2"]

    asyncio.run(run())


# --- lost


def test_a_new_vault_keeps_the_old_file_aside(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            old = await vault.put("old")
            with pytest.raises(ConfigError) as raised:
                await vault.start("keyring")
            assert raised.value.code == "vault_in_use", "nobody gives up a vault that works"
        kept, keyring.items = dict(keyring.items), {}
        async with vault_of(profile, keyring) as vault:
            assert (await vault.view(look=True)).state == "lost"
            assert await vault.readable() == set()
            aside = await vault.start("keyring")
            assert aside is not None
            assert aside.stat().st_mode & 0o077 == 0
            view = await vault.view()
            assert (view.state, view.missing, view.kept_aside) == ("open", 1, [aside.name])
            assert aside.match(ASIDE.format(when="*"))
            new = await vault.put("new")
            assert await vault.readable() == {new}
        keyring.items |= kept
        async with vault_of(profile, keyring) as vault:
            assert [await vault.get(ref) for ref in (old, new)] == ["old", "new"], "the key came back"
            assert (await vault.view()).missing == 0
        copy = Vault(aside, clock=FakeClock(), keyring=keyring, environ={})
        await copy.open()
        assert await copy.get(old) == "old"
        await copy.close()

    asyncio.run(run())


def test_a_forgotten_passphrase_is_started_over(profile: Path) -> None:
    async def run() -> None:
        async with vault_of(profile, absent()) as vault:
            await vault.start("passphrase", "four unrelated words")
            ref = await vault.put("s")
        async with vault_of(profile, absent()) as vault:
            await vault.start("passphrase", "other words that I know")
            assert (await vault.view()).missing == 1
            with pytest.raises(AuthError):
                await vault.get(ref)
            await vault.replace(ref, "entered again")
            assert (await vault.get(ref), (await vault.view()).missing) == ("entered again", 0)

    asyncio.run(run())
