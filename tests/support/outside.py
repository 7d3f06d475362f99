"""The world outside as an engine meets it behind a company's proxy: hosts by their real names, served on loopback.

    async with outside(tmp_path, {"www.googleapis.com": lambda path: fake.address}) as environment:
        # a process with this environment reaches the fake at https://www.googleapis.com, and nothing else

Nothing in a form has to be changed for a fake then: what a person would do is all that a test does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from tests.network.certificates import Authority
from tests.network.raw import forward_proxy

__all__ = ["outside"]

Route = Callable[[str], str]
"""For a path, the address of the server whose it is; the path is put behind it."""
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
HOP_BY_HOP = {"host", "connection", "transfer-encoding", "content-length"}


@asynccontextmanager
async def outside(folder: Path, hosts: Mapping[str, Route]) -> AsyncIterator[dict[str, str]]:
    """The environment of a process that sees these hosts; their authority's certificate is put into `folder`."""
    authority = Authority.make(folder)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(auto_decompress=False))
        ports: dict[str, int] = {}
        for host, route in hosts.items():
            runner = web.ServerRunner(web.Server(_forward(session, route), access_log=None), shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=authority.server(host=host)).start()
            ports[host] = runner.addresses[0][1]
        proxy = await stack.enter_async_context(forward_proxy(routes=ports))
        yield {"HEADWATER_PROXY": proxy.url, "HEADWATER_CA_FILE": str(authority.file)}


def _forward(session: aiohttp.ClientSession, route: Route) -> Handler:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        async with session.request(
            request.method,
            route(request.path) + request.raw_path,
            headers=_passed_on(request.headers),
            data=await request.read() or None,
            allow_redirects=False,
            skip_auto_headers=("Content-Type", "User-Agent", "Accept"),
        ) as found:
            body = await found.read()
            return web.Response(status=found.status, headers=_passed_on(found.headers), body=body)

    return answer


def _passed_on(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP)
