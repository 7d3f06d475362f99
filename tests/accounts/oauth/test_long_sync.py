"""A sync of Google Drive that outlives the access it began with: three times over, and minutes without the provider.

Time is the test's own, so that it takes none. With HEADWATER_REAL_TIME=1 it is the real one, and takes some minutes.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import api
from app.accounts.oauth import accounts as module
from app.accounts.oauth.account import Account
from app.accounts.oauth.provider import provider as known
from app.accounts.oauth.tokens import Tokens
from app.accounts.vault import Vault
from app.engine.engine import Engine
from app.network import NetworkSettings
from connectors.sdk import RateLimit
from connectors.sources.google_drive import GoogleDriveSource
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, rt
from tests.accounts.oauth.test_renewal import PASSPHRASE, NoRing
from tests.connectors.google_drive.fake import SCOPE, FakeDrive

REAL = os.environ.get("HEADWATER_REAL_TIME") == "1"
FILES, LIFETIME, A_REQUEST_TAKES = 120, 60.0, 2.0


class FlowingClock:
    """Time that passes with each request, and jumps to the next sleeper when nothing happens."""

    def __init__(self) -> None:
        self._time = time.time()
        self._busy = 0
        self._sleepers: list[tuple[float, asyncio.Event]] = []
        self._lock = threading.Lock()

    def now(self) -> float:
        return time.time() if REAL else self._time

    def monotonic(self) -> float:
        return time.monotonic() if REAL else self._time

    async def sleep(self, seconds: float) -> None:
        if REAL:
            await asyncio.sleep(seconds)
            return
        event = asyncio.Event()
        self._sleepers.append((self._time + max(0.0, seconds), event))
        await event.wait()

    def work(self, seconds: float) -> None:
        """A server takes so long."""
        if REAL:
            return
        with self._lock:
            self._time += seconds
            self._busy += 1

    async def flow(self) -> None:
        """Jump, for as long as the test runs."""
        while True:
            before = self._busy
            await asyncio.sleep(0.02)
            self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[1].is_set()]
            if self._sleepers and self._busy == before:
                self._time = max(self._time, min(at for at, _ in self._sleepers))
            for at, event in self._sleepers:
                if at <= self._time:
                    event.set()


class Living(set[str]):
    """Tokens that Drive takes, each for its lifetime."""

    def __init__(self, clock: FlowingClock) -> None:
        super().__init__()
        self._clock = clock
        self.until: dict[str, float] = {}
        self.refused = 0

    def __contains__(self, token: object) -> bool:
        self._clock.work(A_REQUEST_TAKES)
        good = self.until.get(str(token), 0.0) > self._clock.now()
        self.refused += not good
        return good


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


@pytest.mark.timeout(900 if REAL else 120)
@pytest.mark.parametrize(("refresh", "outage"), [("static", 60.0), ("rotating", 60.0), ("rotating", 300.0)])
def test_nothing_is_lost_and_nothing_is_fetched_twice(
    profile: Path, provider: HostileProvider, monkeypatch: pytest.MonkeyPatch, refresh: str, outage: float
) -> None:
    clock, fake = FlowingClock(), FakeDrive(page=25)
    living = Living(clock)
    rates = (RateLimit(requests=1, seconds=A_REQUEST_TAKES),) if REAL else ()
    monkeypatch.setattr(GoogleDriveSource, "spec", msgspec.structs.replace(GoogleDriveSource.spec, rate_limits=rates))
    ids = {fake.put(f"{number}.md", f"text of {number}") for number in range(FILES)}
    refused: list[float] = []
    spent: set[str] = set()
    down_from = float("inf")

    def token(form: dict[str, str]) -> tuple[int, Any]:
        nonlocal down_from
        now = clock.now()
        if down_from <= now < down_from + outage:
            refused.append(now)
            clock.work(0.1)
            return 503, {"error": "temporarily_unavailable"}
        if form["refresh_token"] in spent:
            return 400, {"error": "invalid_grant"}
        status, body = provider.good_tokens(form)
        if refresh == "static":
            del body["refresh_token"]
        else:
            spent.add(form["refresh_token"])
        living.until[body["access_token"]] = now + LIFETIME
        if len(living.until) == 2:
            down_from = now + LIFETIME / 2  # it is down when the next renewal is due, and beyond the access's end
        return status, {**body, "expires_in": LIFETIME}

    provider.token = token
    described = known("google").model_copy(update={"issuer": provider.issuer, "refresh": refresh, "revocation": None})
    monkeypatch.setattr(module, "provider", lambda _: described)

    async def main() -> None:
        profile.mkdir()
        flowing = asyncio.create_task(clock.flow())
        vault = await Vault(profile / "vault.db", clock=clock, keyring=NoRing(), environ=PASSPHRASE).open()
        engine = await Engine.open(
            profile, settings=NetworkSettings(proxy="none", max_connections=4), clock=clock, vault=vault
        )
        try:
            assert engine._accounts is not None
            now = clock.now()
            await engine._accounts._accounts.store.put(
                Account(id="a", provider="google", name="Ada", issuer=provider.issuer, client_id=CLIENT),
                Tokens(
                    access_token="of-yesterday",
                    refresh_token=rt(0),
                    scopes=(SCOPE,),
                    expires_at=now - 1,
                    obtained_at=now - 9,
                ),
            )
            async with fake.serving():
                fake.tokens = living
                config = {"auth": {"method": "account", "account": "a"}, "endpoint_url": fake.address}
                await engine.add_connection(api.ConnectionDraft(type="google_drive", name="Drive", config=config))
                began = clock.now()
                run = await engine.start_sync("Drive")
                while (view := await engine.run(run.id)).state not in api.FINISHED:
                    await asyncio.sleep(0.05)
                lasted = clock.now() - began
            assert view.state == "done", (view.summary, view.error)
            assert (view.counts.new, view.counts.failed) == (FILES, 0)
            assert (await engine.library_stats()).documents == FILES
        finally:
            await engine.close()
            await vault.close()
            flowing.cancel()
        print(
            f"{lasted:.0f} s, {len(living.until)} tokens, {len(refused)} renewals in the outage, {living.refused} 401"
        )
        assert lasted > 3 * LIFETIME

    asyncio.run(main())
    assert Counter(fake.fetched) == Counter(ids), "each once"
    assert len(living.until) >= 4, "three lifetimes were outlived"
    assert 0 < len(refused) <= outage / 5, "the outage was met, and not made worse"
