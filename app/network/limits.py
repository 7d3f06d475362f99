"""How fast a host may be asked: one limiter per host and credential, shared by every task that uses them.

What holds a request back: the rates that the source type declares; the number of requests in flight, which halves when
the host asks for fewer and grows back; a pause that the host asked for, which holds for all; and after such a pause an
even pace, the one at which the host really let requests through, which quickens for as long as nothing is refused.
Nothing polls: a request that must wait sleeps exactly until its time, or until another one is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from app.network.budget import Budget
from connectors.sdk import Clock, RateLimit, RateLimited

_QUICKEN = 0.01  # the share by which the pace grows in a second; more and more, the longer ago the last refusal is
_NO_PACE = 0.0005


class Limiter:
    """Use as `async with limiter:` around one request. Raises RateLimited instead of waiting above `longest_wait`."""

    def __init__(
        self,
        clock: Clock,
        *,
        name: str = "",
        concurrency: int = 64,
        rates: Sequence[RateLimit] = (),
        longest_wait: float = 30.0,
    ) -> None:
        self._clock = clock
        self._name = name
        self._most = float(concurrency)
        self._allowed = float(concurrency)
        self._longest_wait = longest_wait
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._paused_until = float("-inf")
        self._spacing = 0.0
        self._next_at = float("-inf")
        self._counted_from: float | None = None
        self._let_through = 0
        self._free = not rates  # nothing but the number in flight holds back: the usual case, kept cheap
        self._windows = [(rate.seconds, deque[float](maxlen=rate.requests)) for rate in rates]
        self.budgets: dict[str, Budget] = {}
        """What the host's answers said is left, by resource."""

    def set_bounds(self, concurrency: int, longest_wait: float) -> None:
        """Other bounds from now on; what the host asked for goes on to hold."""
        held_back = self._allowed < self._most
        self._most = float(concurrency)
        self._allowed = min(self._allowed, self._most) if held_back else self._most
        self._longest_wait = longest_wait
        self._hand_over()

    @property
    def concurrency(self) -> int:
        """How many requests may be in flight now."""
        return max(1, int(self._allowed))

    async def __aenter__(self) -> None:
        await self._rest()
        if self._in_flight < self.concurrency and not self._waiting:
            self._in_flight += 1
        else:
            await self._turn()
            try:
                await self._rest()  # the host may have asked for a pause while we waited
            except BaseException:
                self._leave()
                raise
        if not self._free:
            now = self._clock.monotonic()
            self._next_at = now + self._spacing
            for _, sent in self._windows:
                sent.append(now)

    async def __aexit__(self, *error: object) -> None:
        self._leave()

    def pause(self, seconds: float) -> None:
        """The host asked for fewer requests: nobody asks for `seconds`, and half as many at once afterwards."""
        now = self._clock.monotonic()
        self._free = False
        if now >= self._paused_until:  # the answers to requests already under way say the same thing again
            self._allowed = max(1.0, self._allowed / 2)
            if seconds <= self._longest_wait:  # a longer one is a quota's end, after which there is no need to dawdle
                self._find_pace(now, now + seconds)
        self._paused_until = max(self._paused_until, now + seconds)

    def succeeded(self) -> None:
        """An answer came: one more at once for each full round of good answers, and a little faster."""
        self._let_through += 1
        if self._spacing:
            calm = (self._clock.monotonic() - self._paused_until) / 30
            self._spacing /= 1 + self._spacing * _QUICKEN * (1 + calm * calm)
            if self._spacing < _NO_PACE:
                self._spacing = 0.0
        if self._allowed < self._most:
            self._allowed = min(self._most, self._allowed + 1 / self._allowed)
            self._hand_over()

    def _find_pace(self, now: float, until: float) -> None:
        """From what was let through since the last refusal, its pause included. A first refusal tells nothing yet."""
        if self._counted_from is not None and self._let_through:
            measured = (now - self._counted_from) / self._let_through * 1.1
            self._spacing = min(measured, self._spacing * 1.5) if self._spacing else measured
        self._counted_from, self._let_through = now, 0
        self._next_at = until

    def _delay(self) -> float:
        if self._free:
            return 0.0
        now = self._clock.monotonic()
        delay = max(self._paused_until, self._next_at) - now
        for seconds, sent in self._windows:
            if len(sent) == sent.maxlen:
                delay = max(delay, sent[0] + seconds - now)
        return delay

    async def _rest(self) -> None:
        while (delay := self._delay()) > 0:
            if delay > self._longest_wait:
                raise RateLimited(
                    "The source's rate limit is used up",
                    retry_at=self._clock.now() + delay,
                    where=self._name,
                    remedy="Nothing to do: it goes on by itself.",
                )
            await self._clock.sleep(delay)

    async def _turn(self) -> None:
        """Wait, in order of arrival, until a place is handed over; it is counted as ours from then on."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self._in_flight -= 1
        self._hand_over()

    def _hand_over(self) -> None:
        while self._in_flight < self.concurrency and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._in_flight += 1
                turn.set_result(None)
