"""A source as the engine would open it, for tests: the real network, guard, authorizer and retries, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from app.accounts import Secrets, SessionVault, authorizer
from app.network import Network, NetworkSettings, SystemClock
from connectors.sdk import Clock, ConnectorConfig, Json, Log, Source

S = TypeVar("S", bound=Source[Any])

SETTINGS = NetworkSettings(proxy="none", connect_timeout=5, read_timeout=10, total_timeout=30, attempts=2)
"""For tests: no proxy of the machine's, and faults show soon."""


class RecordingLog:
    """A `Log` that keeps its lines as (level, message, fields)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Json]]] = []

    def debug(self, message: str, **fields: Json) -> None:
        self.lines.append(("debug", message, fields))

    def info(self, message: str, **fields: Json) -> None:
        self.lines.append(("info", message, fields))

    def warning(self, message: str, **fields: Json) -> None:
        self.lines.append(("warning", message, fields))

    def text(self) -> str:
        """Everything logged, to search in."""
        return "\n".join(f"{level} {message} {fields}" for level, message, fields in self.lines)


@asynccontextmanager
async def connected(
    source: type[S],
    config: Mapping[str, Any] | ConnectorConfig,
    *,
    secrets: Mapping[str, str] | None = None,
    settings: NetworkSettings = SETTINGS,
    log: Log | None = None,
    network: Network | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[S]:
    """The source of this config, opened. `secrets` maps JSON pointers ("/auth/token") to values, which are kept in a
    session vault and referred to in the config; a config may also refer to `env:NAME` itself."""
    vault = SessionVault()
    if not isinstance(config, ConnectorConfig):
        document: dict[str, Any] = _copy(config)
        for pointer, value in (secrets or {}).items():
            _set(document, pointer, {"$secret": await vault.put(value)})
        config = source.Config.model_validate(document)
    net = network or Network(settings, clock=clock or SystemClock())
    context = net.open(
        spec=source.spec,
        endpoints=source.endpoints(config),
        authorizer=authorizer(source.authorization(config), Secrets(vault), net),
        log=log or RecordingLog(),
        name="test",
    )
    try:
        async with source(config, context) as opened:
            yield opened  # type: ignore[misc]
    finally:
        await context.close()
        if network is None:
            await net.close()


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item) for item in value]
    return value


def _set(document: Any, pointer: str, value: Any) -> None:
    *parents, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.strip("/").split("/"))
    for part in parents:
        document = document[int(part)] if isinstance(document, list) else document.setdefault(part, {})
    document[int(last) if isinstance(document, list) else last] = value
