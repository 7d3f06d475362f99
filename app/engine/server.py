"""Lets other processes of the same user use this engine: an owner-only socket beside the lease."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import stat
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import msgspec

from app.api import EngineApi
from app.engine.wire import (
    VERSION,
    Address,
    Answer,
    Call,
    Cancel,
    Hello,
    Request,
    commands,
    decode_arguments,
    encode,
    receive,
    send,
    trouble,
)
from connectors.sdk import HeadwaterError, PermanentError


class Server:
    """Serves an engine to this user's other processes."""

    def __init__(self, engine: EngineApi) -> None:
        self._engine = engine
        self._key = secrets.token_urlsafe(32)
        self._server: asyncio.Server | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._clients: dict[asyncio.Task[None], _Client] = {}
        self.idle = asyncio.Event()
        """Set while no command of another process is attached; a window that is does not count."""
        self.idle.set()
        self.address: Address | None = None

    async def open(self) -> Address:
        """Listen; answers how to reach us. In a folder of our own: the profile's path may be too long for a socket."""
        if hasattr(asyncio, "start_unix_server"):
            self._folder = tempfile.TemporaryDirectory(prefix="headwater-")
            path = Path(self._folder.name) / "engine"
            self._server = await asyncio.start_unix_server(self._serve, path)
            os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
            self.address = Address(os.getpid(), VERSION, self._key, path=str(path))
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            port = self._server.sockets[0].getsockname()[1]
            self.address = Address(os.getpid(), VERSION, self._key, port=port)
        return self.address

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)

    @property
    def clients(self) -> int:
        """How many processes are attached."""
        return len(self._clients)

    def _count(self) -> None:
        if all(client.lasting for client in self._clients.values()):
            self.idle.set()
        else:
            self.idle.clear()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("engine client")
        self._clients[task] = client = _Client(self._engine, self._key, reader, writer, self._count)
        self._count()
        try:
            await client.run()
        except asyncio.CancelledError:
            pass
        finally:
            self._clients.pop(task, None)
            self._count()
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


class _Client:
    """One attached process."""

    def __init__(
        self,
        engine: EngineApi,
        key: str,
        reader: StreamReader,
        writer: StreamWriter,
        greeted: Callable[[], None],
    ) -> None:
        self.lasting = False
        self._engine = engine
        self._key = key
        self._greeted = greeted
        self._reader = reader
        self._writer = writer
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        try:
            hello = await self._request()
            if not isinstance(hello, Hello) or not hmac.compare_digest(hello.key, self._key):
                return
            if hello.version != VERSION:
                other = PermanentError(
                    "Another version of the app holds this profile",
                    remedy="Close it, or start the same version.",
                    code="other_version",
                )
                await self._send(Answer(0, "error", trouble(other)))
                return
            self.lasting = hello.lasting
            self._greeted()
            await self._send(Answer(0, "result"))
            while True:
                match await self._request():
                    case Call() as call:
                        self._calls[call.id] = asyncio.create_task(self._answer(call), name=f"command {call.name}")
                    case Cancel(id=number) if number in self._calls:
                        self._calls[number].cancel()
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError, HeadwaterError):
            return
        finally:
            for task in list(self._calls.values()):
                task.cancel()
            await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _request(self) -> Hello | Call | Cancel:
        request: Hello | Call | Cancel = msgspec.json.decode(await receive(self._reader), type=Request)
        return request

    async def _answer(self, call: Call) -> None:
        try:
            command = commands().get(call.name)
            if command is None:
                raise HeadwaterError("There is no such command", where=call.name, code="unknown_command")
            method: Any = getattr(self._engine, call.name)
            made = method(**decode_arguments(command, call.arguments))
            if command.streams:
                stream: AsyncIterator[Any] = made
                async with aclosing(stream) as items:  # type: ignore[type-var]
                    async for item in items:
                        await self._send(Answer(call.id, "item", msgspec.Raw(encode(item))))
                await self._send(Answer(call.id, "end"))
            else:
                await self._send(Answer(call.id, "result", msgspec.Raw(encode(await made))))
        except asyncio.CancelledError:
            with suppress(OSError):
                await self._send(Answer(call.id, "cancelled"))
        except (ConnectionError, OSError):
            pass
        except Exception as error:
            with suppress(OSError):
                await self._send(Answer(call.id, "error", trouble(error)))
        finally:
            self._calls.pop(call.id, None)

    async def _send(self, answer: Answer) -> None:
        async with self._sending:
            await send(self._writer, answer)
