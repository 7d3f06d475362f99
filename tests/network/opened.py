"""A host context on a network of its own, with time that a test owns where it wants to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from app.accounts import Secrets, authorizer
from app.network import ExchangeRecord, HostContext, Network
from connectors.sdk import Authorization, Endpoint, SecretRef
from tests.support.context import SETTINGS, RecordingLog


class FakeClock:
    """Time that passes only in `sleep`, at once; remembers what was slept."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Opened:
    """What a test needs of an opened context."""

    def __init__(self, context: HostContext, network: Network, log: RecordingLog) -> None:
        self.context = context
        self.http = context.http
        self.network = network
        self.log = log
        self.exchanges: list[ExchangeRecord] = []


@asynccontextmanager
async def opened(
    endpoints: Sequence[Endpoint],
    *,
    authorization: Authorization | None = None,
    environ: Mapping[str, str] | None = None,
    clock: FakeClock | None = None,
    resolve: Any = None,
    **settings: Any,
) -> AsyncIterator[Opened]:
    """A context for these endpoints. Time is fake: nothing sleeps. `settings` change the tests' own."""
    exchanges: list[ExchangeRecord] = []
    network = Network(
        msgspec.structs.replace(SETTINGS, **settings),
        clock=clock or FakeClock(),
        on_exchange=exchanges.append,
        **({"resolve": resolve} if resolve is not None else {}),
    )
    log = RecordingLog()
    context = network.open(
        spec=None,
        endpoints=endpoints,
        authorizer=authorizer(authorization, Secrets(environ=environ or {}), network),
        log=log,
        name="test",
    )
    result = Opened(context, network, log)
    result.exchanges = exchanges
    try:
        yield result
    finally:
        await network.close()


def bearer(*hosts: str) -> Authorization:
    """A token in the variable TOKEN, for these hosts."""
    return Authorization(kind="bearer", params={"token": SecretRef("env:TOKEN")}, hosts=hosts)


async def resolves_to(addresses: Mapping[str, Sequence[str]], host: str, port: int) -> list[str]:
    """For `functools.partial`: a DNS of the test's own."""
    return list(addresses[host])
