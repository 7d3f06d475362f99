"""Commands of `EngineApi` as data: which there are, what they take and answer, and their encoding.

Read from the Protocol itself, so that a command is declared once.
"""

from __future__ import annotations

import inspect
import struct
import typing
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from functools import cache
from typing import Any, Literal

import msgspec

from app.api import EngineApi
from connectors.sdk import (
    AuthError,
    ConfigError,
    ErrorInfo,
    HeadwaterError,
    NotFound,
    PermanentError,
    PermissionDenied,
    RateLimited,
    TooLarge,
    TransientError,
    error_info,
)

VERSION = 1
LONGEST_FRAME = 256 * 1024 * 1024
LENGTH = struct.Struct("<I")


class Command(typing.NamedTuple):
    """One method: parameter names with their types, the type of its answer or of each item it streams."""

    name: str
    parameters: dict[str, Any]
    answer: Any
    streams: bool


class Call(msgspec.Struct, frozen=True, tag="call"):
    """Ask for a command; `arguments` by parameter name."""

    id: int
    name: str
    arguments: dict[str, Any]

    def __repr__(self) -> str:
        """Without the arguments: a secret may be on its way to the vault."""
        return f"Call({self.id}, {self.name})"


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Stop a command that was asked for; it is answered all the same once it has ended."""

    id: int


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first frame of a client: the version it speaks and the key from the owner-only file. A `lasting` one, a
    window, is not waited for: it opens an engine of its own when this one ends."""

    version: int
    key: str
    lasting: bool = False


class Address(msgspec.Struct, frozen=True):
    """What the lease's file says: who holds the profile and how to reach it. `path` "" means `port` on 127.0.0.1."""

    pid: int
    version: int
    key: str
    path: str = ""
    port: int = 0


class Started(msgspec.Struct, frozen=True, omit_defaults=True):
    """The one line that an engine's own process says on its standard output: how the start went. "held": another
    process has the profile; "failed": `trouble` says why."""

    state: Literal["ready", "held", "failed"]
    trouble: msgspec.Raw = msgspec.Raw(b"null")


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """A result, an item of a stream, its end, or an error."""

    id: int
    kind: Literal["result", "item", "end", "error", "cancelled"]
    value: msgspec.Raw = msgspec.Raw(b"null")


Request = Hello | Call | Cancel
encode = msgspec.json.Encoder().encode


@cache
def commands() -> dict[str, Command]:
    """Every command by name."""
    found: dict[str, Command] = {}
    for name, function in inspect.getmembers(EngineApi, inspect.isfunction):
        if name.startswith("_"):
            continue
        hints = typing.get_type_hints(function)
        answer = hints.pop("return")
        streams = typing.get_origin(answer) is AsyncIterator
        found[name] = Command(name, hints, typing.get_args(answer)[0] if streams else answer, streams)
    return found


def arguments(command: Command, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments by name."""
    return {**dict(zip(command.parameters, args, strict=False)), **kwargs}


def decode_arguments(command: Command, values: dict[str, Any]) -> dict[str, Any]:
    """Plain values as the types the command takes. Raises msgspec.ValidationError."""
    return {name: msgspec.convert(value, command.parameters[name]) for name, value in values.items()}


def decode_answer(command: Command, raw: msgspec.Raw) -> Any:
    return msgspec.json.decode(raw, type=command.answer)


async def send(writer: StreamWriter, message: msgspec.Struct) -> None:
    """One frame: length, then JSON."""
    data = encode(message)
    writer.write(LENGTH.pack(len(data)) + data)
    await writer.drain()


async def receive(reader: StreamReader) -> bytes:
    """One frame's JSON. Raises asyncio.IncompleteReadError at the end, TransientError for a frame that is no frame."""
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    if length > LONGEST_FRAME:
        raise TransientError("The engine's connection is out of step", remedy="Try again.")
    return await reader.readexactly(length)


class Trouble(msgspec.Struct, frozen=True):
    """An error on the wire: which of the family it was, and what it says."""

    family: str
    info: ErrorInfo


_FAMILY: dict[str, type[HeadwaterError]] = {
    each.__name__: each
    for each in (AuthError, NotFound, PermanentError, PermissionDenied, TooLarge, TransientError, HeadwaterError)
}


def trouble(error: BaseException) -> msgspec.Raw:
    """An exception for the other side."""
    return msgspec.Raw(encode(Trouble(type(error).__name__, error_info(error))))


def error_of(raw: msgspec.Raw) -> HeadwaterError:
    """The exception that `trouble` was made from."""
    found = msgspec.json.decode(raw, type=Trouble)
    info = found.info
    words = {"where": info.where, "remedy": info.remedy, "detail": info.detail, "code": info.code}
    if info.category == "rate_limited":
        return RateLimited(info.what, retry_at=info.retry_at or 0.0, **words)
    if info.category == "config":
        return ConfigError(info.what, pointer=info.pointer or "", **words)
    return _FAMILY.get(found.family, PermanentError)(info.what, **words)
