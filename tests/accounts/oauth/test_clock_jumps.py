"""A clock that is set back while a provider is away keeps nobody waiting for the time between."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from app.accounts.oauth.accounts import PAUSE
from app.network import SystemClock
from connectors.sdk import TransientError
from tests.accounts.oauth.hostile import HostileProvider, at
from tests.accounts.oauth.test_renewal import opened, stale


class SetBack(SystemClock):
    """The machine's clock, which somebody sets, and the time that passes."""

    back = 0.0
    passed = 0.0

    def now(self) -> float:
        return super().now() - self.back + self.passed

    def monotonic(self) -> float:
        return super().monotonic() + self.passed


def test_a_clock_that_was_set_back_does_not_prolong_the_pause_after_an_outage(profile: Path) -> None:
    async def run(provider: HostileProvider) -> None:
        async with opened(profile) as accounts:
            clock = accounts._network.clock = SetBack()
            await accounts.store.put(*stale(provider, expires_at=1.0, obtained_at=0.5))
            provider.raw["/token"] = lambda _: web.Response(status=503)
            with pytest.raises(TransientError):
                await accounts.access_token("a")
            with pytest.raises(TransientError) as raised:
                await accounts.access_token("a")
            assert raised.value.code == "provider_away"
            del provider.raw["/token"]
            clock.back, clock.passed = 3600.0, PAUSE
            assert await accounts.access_token("a") == at(1)

    with HostileProvider() as provider:
        asyncio.run(run(provider))
