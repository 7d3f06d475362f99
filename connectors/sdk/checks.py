"""The steps of a connection test, and how probes become steps.

A source only names its probes in order; timing, skipping what comes after a failure and turning errors into a
remedy happen here, the same for every source.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Literal, NamedTuple

import msgspec

from connectors.sdk.errors import ErrorInfo, HeadwaterError, error_info

StepState = Literal["running", "ok", "warning", "failed", "skipped"]


class CheckStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a connection test. `ms` is wall time; `message` one sentence of what was found."""

    name: str
    title: str
    state: StepState
    ms: float = 0.0
    message: str = ""
    remedy: str = ""
    error: ErrorInfo | None = None


class Warn(Exception):
    """Raised by a probe: not wrong, but the person should know."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Probe(NamedTuple):
    """A named step: a coroutine function that answers one sentence of what it found, raises `Warn` or an error."""

    name: str
    title: str
    run: Callable[[], Awaitable[str]]


async def run_probes(probes: Sequence[Probe], *, skip: bool = False) -> AsyncIterator[CheckStep]:
    """Each probe in turn: first its "running" step, then its result. After a failure the others are "skipped"."""
    for probe in probes:
        if skip:
            yield CheckStep(name=probe.name, title=probe.title, state="skipped")
            continue
        yield CheckStep(name=probe.name, title=probe.title, state="running")
        started = time.perf_counter()
        step = await _run(probe)
        yield msgspec.structs.replace(step, ms=round((time.perf_counter() - started) * 1000, 1))
        skip = step.state == "failed"


async def _run(probe: Probe) -> CheckStep:
    try:
        message = await probe.run()
    except Warn as warning:
        return CheckStep(
            name=probe.name, title=probe.title, state="warning", message=warning.message, remedy=warning.remedy
        )
    except HeadwaterError as error:
        info = error.info()
        return CheckStep(
            name=probe.name, title=probe.title, state="failed", message=info.sentence(), remedy=info.remedy, error=info
        )
    except Exception as error:
        info = error_info(error)
        return CheckStep(
            name=probe.name, title=probe.title, state="failed", message=info.sentence(), remedy=info.remedy, error=info
        )
    return CheckStep(name=probe.name, title=probe.title, state="ok", message=message)
