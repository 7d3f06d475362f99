"""Servers that speak bytes: a small forward proxy, and one that answers whatever a test wants, valid HTTP or not."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    """Runs `talk` for every connection to the port that is yielded."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[int]:
    """Sends the n-th answer (the last one again and again) to the n-th request, then hangs up."""
    left = list(answers)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    async with serving(talk) as port:
        yield port


class Proxy:
    """What a forward proxy was asked for: request lines, as they came."""

    def __init__(self) -> None:
        self.port = 0
        self.lines: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def forward_proxy(
    *, user: str = "", refuse: int = 0, routes: Mapping[str, int] | None = None
) -> AsyncIterator[Proxy]:
    """CONNECT and absolute-form requests, for `user` ("name:password") only; or `refuse`, a status, to everybody.
    With `routes` there is nothing outside but these hosts, each at a port of this machine."""
    proxy = Proxy()
    wanted = f"Basic {base64.b64encode(user.encode()).decode()}"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *headers = head.split("\r\n")
        proxy.lines.append(line)
        if user and not any(header.lower() == f"proxy-authorization: {wanted}".lower() for header in headers):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if refuse:
            writer.write(f"HTTP/1.1 {refuse} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        method, target, _ = line.split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        far = (parts.hostname or "", parts.port)
        if routes is not None:
            if far[0] not in routes:
                writer.write(b"HTTP/1.1 502 No such host\r\nContent-Length: 0\r\n\r\n")
                return
            far = ("127.0.0.1", routes[far[0]])
        far_reader, far_writer = await asyncio.open_connection(*far)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            path = target.removeprefix(f"http://{parts.netloc}") or "/"
            far_writer.write(head.replace(target, path, 1).encode())
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    async with serving(talk) as proxy.port:
        yield proxy


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
