"""A web server on loopback whose answers a test writes as a function, and which remembers what it was asked."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from connectors.sdk import Endpoint

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Loopback:
    """A running server: where it is, and the requests it got."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.scheme = scheme
        self.requests: list[web.Request] = []

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def endpoint(self, *, typed: bool = True) -> Endpoint:
        return Endpoint(host="127.0.0.1", port=self.port, scheme=self.scheme, typed=typed)


@asynccontextmanager
async def loopback(answer: Answering, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    """Serves until the block ends."""
    server = Loopback(0, "https" if tls else "http")

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        await request.read()
        server.requests.append(request)  # type: ignore[arg-type]
        return await answer(request)  # type: ignore[arg-type]

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
