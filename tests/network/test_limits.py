from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.limits import Limiter
from connectors.sdk import RateLimit, RateLimited
from tests.network.opened import FakeClock


class VirtualTime(FakeClock):
    """Time that jumps to the next sleeper when every task waits, so that sleeping tasks overlap as they would."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        event = asyncio.Event()
        self._sleepers.append((self.time + seconds, len(self.slept), event))
        await event.wait()

    async def run(self, *tasks: asyncio.Task[None]) -> None:
        """Until all tasks are done."""
        while not all(task.done() for task in tasks):
            for _ in range(10):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort(key=lambda sleeper: sleeper[:2])
                self.time, _, event = self._sleepers.pop(0)
                event.set()
        for task in tasks:
            task.result()


@given(
    requests=st.integers(1, 6),
    seconds=st.floats(0.5, 5),
    tasks=st.integers(1, 30),
    concurrency=st.integers(1, 8),
)
def test_no_window_ever_holds_more_requests_than_allowed(
    requests: int, seconds: float, tasks: int, concurrency: int
) -> None:
    sent: list[float] = []

    async def run() -> None:
        clock = VirtualTime()
        limiter = Limiter(
            clock, concurrency=concurrency, rates=[RateLimit(requests=requests, seconds=seconds)], longest_wait=1e9
        )

        async def one() -> None:
            async with limiter:
                sent.append(clock.monotonic())
                await asyncio.sleep(0)

        await clock.run(*(asyncio.create_task(one()) for _ in range(tasks)))

    asyncio.run(run())
    assert len(sent) == tasks
    for first, last in zip(sent, sent[requests:], strict=False):
        assert last - first >= seconds * (1 - 1e-9)
    assert max(sent) <= (tasks - 1) // requests * seconds * (1 + 1e-9), "and none waits longer than it must"


def test_no_more_than_allowed_at_once_and_in_order_of_arrival() -> None:
    async def run() -> None:
        limiter = Limiter(FakeClock(), concurrency=2)
        order: list[int] = []
        running = most = 0

        async def one(number: int) -> None:
            nonlocal running, most
            async with limiter:
                order.append(number)
                running += 1
                most = max(most, running)
                await asyncio.sleep(0)
                running -= 1

        await asyncio.gather(*(one(number) for number in range(10)))
        assert (most, order) == (2, list(range(10)))

    asyncio.run(run())


def test_a_pause_holds_everybody_until_its_end() -> None:
    async def run() -> None:
        clock = VirtualTime()
        limiter = Limiter(clock, concurrency=8)
        limiter.pause(10)
        limiter.pause(3)  # a shorter one does not shorten it

        async def one() -> None:
            async with limiter:
                assert clock.time >= 10

        await clock.run(*(asyncio.create_task(one()) for _ in range(5)))
        assert clock.time == 10

    asyncio.run(run())


def test_a_pause_that_is_too_long_to_sleep_is_told() -> None:
    async def run() -> None:
        clock = FakeClock(1000.0)
        limiter = Limiter(clock, name="api.example", longest_wait=30)
        limiter.pause(3600)
        with pytest.raises(RateLimited) as raised:
            await limiter.__aenter__()
        assert (raised.value.retry_at, raised.value.where, clock.slept) == (4600.0, "api.example", [])
        clock.time += 3600
        async with limiter:
            pass

    asyncio.run(run())


def test_each_pause_halves_and_success_grows_it_back() -> None:
    limiter = Limiter(FakeClock(), concurrency=64)
    limiter.pause(1)
    for _ in range(20):  # the other answers that were under way
        limiter.pause(1)
    assert limiter.concurrency == 32
    limiter._clock.time += 5  # type: ignore[attr-defined]
    limiter.pause(1)
    assert limiter.concurrency == 16
    for _ in range(16):
        limiter.succeeded()
    assert limiter.concurrency == 16
    limiter.succeeded()
    assert limiter.concurrency == 17
    for _ in range(5000):
        limiter.succeeded()
    assert limiter.concurrency == 64


@pytest.mark.parametrize(("per_second", "total"), [(3, 200), (30, 900)])
@pytest.mark.parametrize("kind", ["bucket", "window"])
def test_finds_the_pace_of_a_host_that_only_says_no(kind: str, per_second: int, total: int) -> None:
    clock = VirtualTime()
    limiter = Limiter(clock, concurrency=32)
    todo, refusals = iter(range(total)), [0.0]
    tokens, filled, window, used = float(per_second), 0.0, 0, 0

    def refusal() -> float | None:
        nonlocal tokens, filled, window, used
        if kind == "bucket":
            tokens, filled = min(per_second, tokens + (clock.time - filled) * per_second), clock.time
            tokens -= (allowed := tokens >= 1)
            return None if allowed else 1.0
        if int(clock.time) != window:
            window, used = int(clock.time), 0
        used += 1
        return None if used <= per_second else window + 1 - clock.time

    async def worker() -> None:
        for _ in todo:
            answered = False
            while not answered:
                async with limiter:
                    await clock.sleep(0.05)
                    wait = refusal()
                    if answered := wait is None:
                        limiter.succeeded()
                    else:
                        refusals.append(clock.time)
                        limiter.pause(wait)

    async def run() -> None:
        await clock.run(*(asyncio.create_task(worker()) for _ in range(32)))

    asyncio.run(run())
    assert clock.time < total / per_second * 1.5
    later = sum(time > 10 for time in refusals)
    assert later <= total * 0.06, "once it knows the pace, it is seldom refused"


def test_who_is_cancelled_while_waiting_leaves_no_hole() -> None:
    async def run() -> None:
        limiter = Limiter(FakeClock(), concurrency=1)
        await limiter.__aenter__()
        waiting = [asyncio.create_task(limiter.__aenter__()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await limiter.__aexit__()  # hands the place to the second: the first is gone
        await waiting[1]
        await limiter.__aexit__()
        waiting[2].cancel()  # its turn has come in the same moment
        await asyncio.gather(*waiting, return_exceptions=True)
        async with asyncio.timeout(1):
            async with limiter:
                pass

    asyncio.run(run())
