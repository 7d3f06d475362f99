"""What a connection gets from its host: HTTP, raw connections and objects behind one guard, log and credential."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from app.network.authorize import Authorizer
from app.network.dial import open_connection
from app.network.exchange import Exchanges, Shared
from app.network.guard import Guard, normal_host
from app.network.http import HttpClient
from app.network.limits import Limiter
from app.network.transport import Transport
from connectors.sdk import Clock, Endpoint, Http, Log, Objects


class HostContext:
    """A `connectors.sdk.Context` for one connection. Close it when the connection's work is done."""

    http: Http
    log: Log
    clock: Clock

    def __init__(
        self,
        shared: Shared,
        *,
        endpoints: tuple[Endpoint, ...],
        authorizer: Authorizer | None,
        guard: Guard,
        transport: Transport,
        tls: ssl.SSLContext,
        limiter: Callable[[str, bool], Limiter],
        proxy_for: Callable[[str, str], str | None],
        log: Log,
        on_close: Callable[[HostContext], None],
    ) -> None:
        self.log = log
        self.clock = shared.clock
        self._shared = shared
        self._authorizer = authorizer
        self._guard = guard
        self._transport = transport
        self._tls = tls
        self._limiter = limiter
        self._on_close = on_close
        exchanges = Exchanges(
            shared,
            transport=transport,
            guard=guard,
            endpoints=endpoints,
            authorizer=authorizer,
            limiter=limiter,
            proxy_for=proxy_for,
        )
        self._exchanges = exchanges
        self._client = self.http = HttpClient(shared, exchanges, log)

    def apply(self, shared: Shared, tls: ssl.SSLContext) -> None:
        """Other settings, for what begins from now on."""
        self._shared = shared
        self._client.apply(shared)
        self._exchanges.apply(shared)
        if tls is not self._tls:
            self._tls = tls
            self._transport.apply(tls)

    async def dial(
        self, host: str, port: int, *, tls: bool = False, timeout: float = 10.0
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """See `connectors.sdk.Context.dial`."""
        return await open_connection(self._guard, host, port, tls=self._tls if tls else None, timeout=timeout)

    def objects(self, bucket: str, *, endpoint: str, region: str, path_style: bool) -> Objects:
        """See `connectors.sdk.Context.objects`."""
        from app.network.objects import open_objects  # obstore is large, and most connections hold no objects

        host = normal_host(urlsplit(endpoint).hostname or "")
        return open_objects(
            bucket,
            endpoint=endpoint,
            region=region,
            path_style=path_style,
            credentials=self._authorizer.aws_credentials if self._authorizer is not None else None,
            settings=self._shared.settings,
            guard=self._guard,
            limiter=self._limiter(host if path_style else f"{bucket}.{host}", True),
            http=self.http,
            clock=self.clock,
            record=self._shared.on_exchange,
        )

    async def close(self) -> None:
        """Close the connection's sockets."""
        self._on_close(self)
        await self._transport.aclose()
