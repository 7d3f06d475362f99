"""A thousand sign-ins in one process leave nothing behind: no socket, no listener, no task, no reference."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.accounts.oauth.id_token import Keys
from app.accounts.oauth.listener import Listener
from app.accounts.oauth.metadata import Discovery
from app.accounts.oauth.sign_in import SignIn
from tests.accounts.oauth.hostile import HostileProvider, network, sign_in

SIGN_INS = 1000


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_a_thousand_sign_ins_leave_nothing_behind(provider: HostileProvider) -> None:
    async def run() -> None:
        net = network()
        keys, discovery = Keys(net.clock), Discovery(net)

        async def some(number: int) -> None:
            for _ in range(number):
                found = await sign_in(provider, keys=keys, discovery=discovery, on=net)
                assert found.identity.subject == "ines"

        await some(20)
        gc.collect()
        files, nothing, yes = descriptors(), sys.getrefcount(None), sys.getrefcount(True)
        await some(SIGN_INS)
        await asyncio.sleep(0.1)
        gc.collect()
        assert descriptors() <= files + 8
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert sum(isinstance(each, Listener | SignIn) for each in gc.get_objects()) == 0
        assert sys.getrefcount(None) > nothing - 500
        assert sys.getrefcount(True) > yes - 100
        await net.close()

    asyncio.run(run())
    assert provider.count("/token") == SIGN_INS + 20
