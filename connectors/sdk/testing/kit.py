"""What the checks stand on: the case a source is described by, the findings, and a look-out for secrets."""

from __future__ import annotations

import base64
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import quote, quote_plus

from connectors.sdk.context import Context
from connectors.sdk.documents import Json
from connectors.sdk.source import Source
from connectors.sdk.spec import ConnectorConfig
from connectors.sdk.testing.memory import RecordingLog


class Finding(NamedTuple):
    """One thing that is not as the contract says."""

    check: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A source with something behind it that can be read.

    `config` is a stored config, secrets as references. `open` takes the validated config and yields the source, entered
    and connected; each check opens anew. Each of `bad_configs` must be refused by the model, or end in a failed step of
    the connection test. `secrets` are the planted values that no output may carry. `expected_documents` are the ids a
    full pass finds; `pages` is how many pages it makes at least.
    """

    source_class: type[Source[Any]]
    config: dict[str, Json]
    open: Callable[[Any], AbstractAsyncContextManager[Any]]
    bad_configs: Sequence[dict[str, Json]] = ()
    secrets: Sequence[str] = ()
    expected_documents: set[str] | None = None
    pages: int = 1
    cancel_seconds: float = 1.0

    def validated(self) -> ConnectorConfig:
        """The config as the source gets it."""
        return self.source_class.Config.model_validate(self.config)

    def opened(self) -> AbstractAsyncContextManager[Any]:
        """The source, connected."""
        return self.open(self.validated())


@dataclass(frozen=True)
class Check:
    """One check: a name for the test's id, a sentence of what it holds a source to, and how."""

    name: str
    promise: str
    run: Callable[[Case], Awaitable[list[str]]]

    async def __call__(self, case: Case) -> list[Finding]:
        return [Finding(self.name, message) for message in await self.run(case)]

    def __str__(self) -> str:
        return self.name


def check(promise: str) -> Callable[[Callable[[Case], Awaitable[list[str]]]], Check]:
    """Makes a check of a coroutine function that answers what it found wrong."""

    def make(run: Callable[[Case], Awaitable[list[str]]]) -> Check:
        return Check(run.__name__, promise, run)

    return make


class Leaks:
    """Looks for the planted secrets in whatever comes out of a source, also encoded as a URL or a header would."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._forms = {form for secret in secrets for form in _forms(secret)}
        self.found: list[str] = []

    def look(self, where: str, text: object) -> None:
        """Notes `where` if `text` carries a secret; the finding itself does not repeat it."""
        shown = str(text)
        if where not in self.found and any(form in shown for form in self._forms):
            self.found.append(where)


def _forms(secret: str) -> set[str]:
    encoded = {base64.b64encode((" " * pad + secret).encode()).decode()[4 * bool(pad) : -4] for pad in range(3)}
    return {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]} | {e for e in encoded if len(e) > 7}


class _WatchedContext:
    """The source's context with a log that is read along."""

    def __init__(self, context: Any, log: RecordingLog) -> None:
        self._context = context
        self.log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


@contextmanager
def listening(source: Source[Any]) -> Iterator[RecordingLog]:
    """What the source logs from here on, by its context or by Python's logging, at every level."""
    log = RecordingLog()
    context, source.context = source.context, cast("Context", _WatchedContext(source.context, log))

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.debug(self.format(record))

    root, handler = logging.getLogger(), Handler(logging.DEBUG)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield log
    finally:
        source.context = context
        root.removeHandler(handler)
        root.setLevel(level)
