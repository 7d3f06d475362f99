"""The engine of another process, through its socket: the same commands, answers, streams and errors."""

from __future__ import annotations

import asyncio
import itertools
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from app.api import EngineApi
from app.engine.wire import (
    VERSION,
    Address,
    Answer,
    Call,
    Cancel,
    Command,
    Hello,
    arguments,
    commands,
    decode_answer,
    error_of,
    receive,
    send,
)
from connectors.sdk import TransientError


class RemoteEngine:
    """Attach with `RemoteEngine.open`; `api` speaks `EngineApi`."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Queue[Answer | None]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    @classmethod
    async def open(cls, address: Address, *, lasting: bool = False) -> RemoteEngine:
        """`lasting`: see `Hello`. Raises OSError when nobody listens there, PermanentError if it is another version."""
        if address.path:
            reader, writer = await asyncio.open_unix_connection(address.path)
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
        self = cls(reader, writer)
        try:
            await send(writer, Hello(VERSION, address.key, lasting))
            answer = msgspec.json.decode(await receive(reader), type=Answer)
        except (asyncio.IncompleteReadError, msgspec.DecodeError) as error:
            writer.close()
            raise ConnectionError("the engine did not answer") from error
        if answer.kind == "error":
            writer.close()
            raise error_of(answer.value)
        self._listening = asyncio.create_task(self._listen(), name="engine: answers")
        return self

    @property
    def ended(self) -> bool:
        """Whether the engine, or the way to it, is gone."""
        return self._listening is None or self._listening.done()

    @property
    def api(self) -> EngineApi:
        return cast(EngineApi, self)

    def __getattr__(self, name: str) -> Any:
        command = commands().get(name)
        if command is None:
            raise AttributeError(name)
        if command.streams:
            return lambda *args, **kwargs: self._stream(command, arguments(command, args, kwargs))
        return lambda *args, **kwargs: self._call(command, arguments(command, args, kwargs))

    async def close(self) -> None:
        self._writer.close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _call(self, command: Command, values: dict[str, Any]) -> Any:
        number, answers = await self._ask(command, values)
        try:
            return self._value(command, await answers.get())
        except asyncio.CancelledError:
            await self._give_up(number, answers)
            raise
        finally:
            self._waiting.pop(number, None)

    async def _stream(self, command: Command, values: dict[str, Any]) -> AsyncIterator[Any]:
        number, answers = await self._ask(command, values)
        ended = False
        try:
            while True:
                answer = await answers.get()
                if answer is None or answer.kind != "item":
                    ended = True
                    if answer is not None and answer.kind in ("end", "cancelled"):
                        return
                    self._value(command, answer)
                yield self._value(command, answer)
        finally:
            if not ended:
                await self._give_up(number, answers)
            self._waiting.pop(number, None)

    async def _ask(self, command: Command, values: dict[str, Any]) -> tuple[int, asyncio.Queue[Answer | None]]:
        number = next(self._numbers)
        answers: asyncio.Queue[Answer | None] = asyncio.Queue()
        if self.ended:
            raise _lost()
        self._waiting[number] = answers
        try:
            async with self._sending:
                await send(self._writer, Call(number, command.name, msgspec.to_builtins(values)))
        except OSError as error:
            raise _lost() from error
        return number, answers

    async def _give_up(self, number: int, answers: asyncio.Queue[Answer | None]) -> None:
        """Cancel at the other side and wait until it has ended there."""
        with suppress(OSError):
            async with self._sending:
                await send(self._writer, Cancel(number))
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    while (answer := await answers.get()) is not None and answer.kind == "item":
                        pass

    def _value(self, command: Command, answer: Answer | None) -> Any:
        if answer is None:
            raise _lost()
        if answer.kind == "error":
            raise error_of(answer.value)
        if answer.kind == "cancelled":
            raise TransientError("The engine stopped while it worked on this", remedy="Try again.")
        return decode_answer(command, answer.value)

    async def _listen(self) -> None:
        try:
            while True:
                answer = msgspec.json.decode(await receive(self._reader), type=Answer)
                answers = self._waiting.get(answer.id)
                if answers is not None:
                    answers.put_nowait(answer)
        except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError):
            pass
        finally:
            for answers in self._waiting.values():
                answers.put_nowait(None)


async def attach(profile: Path, *, lasting: bool = False) -> RemoteEngine | None:
    """The engine that holds the profile; None when none answers there."""
    try:
        address = msgspec.json.decode((profile / "engine.json").read_bytes(), type=Address)
        return await RemoteEngine.open(address, lasting=lasting)
    except (OSError, msgspec.DecodeError):
        return None


def _lost() -> TransientError:
    return TransientError(
        "The engine that this was asked of has ended",
        remedy="Try again; an engine is started when there is none.",
        code="engine_gone",
    )
