"""When a request is sent again, and after how long. The only place of the app that repeats requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from app.network.faults import NEVER_SENT
from connectors.sdk import Clock, HeadwaterError, Log, RateLimited, TransientError

T = TypeVar("T")

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "REPORT", "SEARCH", "QUERY"})
"""Methods that may be repeated (RFC 9110 9.2.2, RFC 4918, RFC 3253, RFC 5323)."""

_PATIENCE = 3  # a busy source is asked more often than a broken one: the limiter learns its pace on the way
_backoff = wait_random_exponential(multiplier=0.5, max=20)


async def with_retries(
    send: Callable[[], Awaitable[T]], *, repeatable: bool, attempts: int, longest_wait: float, clock: Clock, log: Log
) -> T:
    """What `send` returns, sent again where that makes sense. A request that works at once costs nothing extra here."""

    def again(error: BaseException) -> bool:
        if isinstance(error, RateLimited):  # refused before anything was done; the limiter holds the next one back
            return error.retry_at - clock.now() <= longest_wait
        return isinstance(error, TransientError) and (repeatable or error.code in NEVER_SENT)

    try:
        return await send()
    except HeadwaterError as error:
        if attempts < 2 or not again(error):
            raise
        failed: list[HeadwaterError] = [error]

    async def resend() -> T:
        if failed:  # the first attempt is already behind us
            raise failed.pop()
        return await send()

    def enough(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome is not None else None
        return state.attempt_number >= (_PATIENCE * attempts if isinstance(error, RateLimited) else attempts)

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, HeadwaterError):
            log.info(
                f"{error.what}; trying again",
                where=error.where,
                attempt=state.attempt_number,
                wait=round(state.upcoming_sleep, 1),
            )

    return await AsyncRetrying(
        retry=retry_if_exception(again),
        stop=enough,
        wait=_backoff,
        sleep=clock.sleep,
        before_sleep=tell,
        reraise=True,
    )(resend)
