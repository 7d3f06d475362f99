"""A vault whose key another process changes just while this one wants it: nothing is told to be lost, or is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.accounts import Vault
from app.accounts.oauth.account import Account, AccountStore
from app.accounts.oauth.tokens import Tokens
from tests.accounts.test_vault import FakeKeyring, vault_of
from tests.accounts.test_vault_keys import rotated
from tests.network.opened import FakeClock

ACCOUNT = Account(id="acc_1", provider="github", name="Ada", person="Ada", subject="7")


class SlowKeyring(FakeKeyring):
    """The same items, asked by another process; something happens before it answers the first question."""

    def __init__(self, shared: FakeKeyring, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self.items = shared.items
        self._meanwhile: Callable[[], Awaitable[object]] | None = meanwhile

    async def get(self, account: str, *, prompt: bool = True) -> str | None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().get(account, prompt=prompt)


def during(profile: Path, work: Callable[[Vault, str], Awaitable[None]]) -> None:
    """Do the work in a second process, whose first question to the keyring is overtaken by a rotation in the first."""

    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as one:
            ref = await one.put("still here")
            await AccountStore(one, FakeClock()).put(ACCOUNT, Tokens(access_token="token"))
            async with vault_of(profile, SlowKeyring(keyring, lambda: rotated(one))) as two:
                await work(two, ref)
                assert two.state == "open"
                view = await two.view(look=True)
                assert (view.state, view.missing, view.problem, view.kept_aside) == ("open", 0, None, [])
            assert await one.get(ref) == "still here"
        assert len(keyring.items) == 1

    asyncio.run(run())


def test_a_secret_is_read_while_it_is_sealed_anew(profile: Path) -> None:
    async def work(vault: Vault, ref: str) -> None:
        assert await vault.get(ref) == "still here"

    during(profile, work)


def test_an_accounts_tokens_are_read_while_they_are_sealed_anew(profile: Path) -> None:
    async def work(vault: Vault, _: str) -> None:
        kept = await AccountStore(vault, FakeClock()).get("acc_1")
        assert (kept.account.name, kept.tokens.access_token) == ("Ada", "token")

    during(profile, work)


def test_a_secret_is_stored_while_the_key_changes(profile: Path) -> None:
    async def work(vault: Vault, _: str) -> None:
        assert await vault.get(await vault.put("new")) == "new"

    during(profile, work)


def test_two_rotations_at_once_end_both(profile: Path) -> None:
    async def work(vault: Vault, ref: str) -> None:
        await rotated(vault)
        assert await vault.get(ref) == "still here"

    during(profile, work)


def test_looking_at_it_while_the_key_changes_finds_it_open(profile: Path) -> None:
    async def work(vault: Vault, _: str) -> None:
        await vault.view(look=True)

    during(profile, work)


def test_reading_goes_on_through_rotations_in_the_same_process(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as vault:
            refs = [await vault.put(f"secret {number}") for number in range(5)]
            done = asyncio.Event()

            async def read() -> int:
                times = 0
                while not done.is_set():
                    assert [await vault.get(ref) for ref in refs] == [f"secret {number}" for number in range(5)]
                    times += 1
                return times

            readers = [asyncio.create_task(read()) for _ in range(3)]
            for _ in range(15):
                await rotated(vault)
            done.set()
            assert min(await asyncio.gather(*readers)) > 0

    asyncio.run(run())


def test_a_rotation_that_another_one_overtakes_seals_nothing_under_a_key_that_is_gone(profile: Path) -> None:
    async def run() -> None:
        keyring = FakeKeyring()
        async with vault_of(profile, keyring) as one, vault_of(profile, keyring) as two:
            refs = [await one.put(f"secret {number}") for number in range(3)]
            await AccountStore(one, FakeClock()).put(ACCOUNT, Tokens(access_token="token"))
            slow = one.rotate()
            await anext(slow)  # it has a key of its own, and has sealed with it, and stored nothing yet
            await rotated(two)
            *_, last = [step async for step in slow]
            assert (last.skipped, last.vault is not None and last.vault.old_key) == (0, 0)
        async with vault_of(profile, keyring) as vault:
            assert [await vault.get(ref) for ref in refs] == ["secret 0", "secret 1", "secret 2"]
            assert (await AccountStore(vault, FakeClock()).get("acc_1")).tokens.access_token == "token"
        assert len(keyring.items) == 1

    asyncio.run(run())
