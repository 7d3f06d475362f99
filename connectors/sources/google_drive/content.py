"""The bodies: files as they are, Google's formats as Google makes them, never more than Google or the person allows."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import msgspec

from connectors.sdk import Content, DocumentRef, Log, PermanentError, StreamedResponse
from connectors.sdk.files import FileFilter, capped
from connectors.sources.google_drive.api import Drive
from connectors.sources.google_drive.documents import Handle
from connectors.sources.google_drive.errors import ExportTooLarge
from connectors.sources.google_drive.formats import smaller

WHOLE = 1024 * 1024  # below this a file is read at once; larger ones, or of unknown size, come in chunks


class Reader:
    """Fetches documents. Many reads run at once."""

    def __init__(self, drive: Drive, wanted: FileFilter, log: Log) -> None:
        self._drive = drive
        self._wanted = wanted
        self._log = log

    async def read(self, ref: DocumentRef, stack: AsyncExitStack) -> Content:
        """The content; what a stream holds open is taken off `stack`."""
        handle = _handle(ref)
        if handle.export:
            return await self._exported(ref, handle, stack)
        answer = await self._open(ref, handle, "", stack)
        content = Content(b"", size=_length(answer))
        self._wanted.check_size(ref.path or ref.source_id, content.size)  # it may have grown since it was listed
        body = self._chunks(answer, ref, stack.pop_all(), content, listed=handle.md5)
        if content.size is None or content.size >= WHOLE:
            content.body = body
            return content
        return await _at_once(content, body)

    async def _exported(self, ref: DocumentRef, handle: Handle, stack: AsyncExitStack) -> Content:
        kind = handle.export
        try:
            answer = await self._open(ref, handle, kind, stack)
        except ExportTooLarge as error:
            less = smaller(handle.google, kind)
            if less is None:
                raise
            kind = less.media_type
            self._log.warning(
                f"“{ref.title}” is too large to be exported as {handle.export}: it is read as {kind}",
                document=ref.source_id,
                detail=error.detail,
            )
            answer = await self._open(ref, handle, kind, stack)
        content = Content(b"", media_type=kind)
        return await _at_once(content, self._chunks(answer, ref, stack.pop_all(), content, listed=""))

    async def _open(self, ref: DocumentRef, handle: Handle, export: str, stack: AsyncExitStack) -> StreamedResponse:
        opened = self._drive.content(ref.source_id, export=export, resource_key=handle.resource_key)
        return await stack.enter_async_context(opened)

    async def _chunks(
        self, answer: StreamedResponse, ref: DocumentRef, held: AsyncExitStack, content: Content, *, listed: str
    ) -> AsyncIterator[bytes]:
        """The body. A file that is not what was listed is stored under what it hashes to: the next pass will see."""
        digest = hashlib.md5(usedforsecurity=False)
        path = ref.path or ref.source_id
        async with held, aclosing(capped(answer.chunks(), self._wanted.max_bytes, path=path)) as body:
            async for chunk in body:
                if listed:
                    digest.update(chunk)
                yield chunk
        if listed and digest.hexdigest() != listed:
            content.fingerprint = digest.hexdigest()


async def _at_once(content: Content, body: AsyncIterator[bytes]) -> Content:
    content.body = b"".join([chunk async for chunk in body])
    content.size = len(content.body)
    return content


def _handle(ref: DocumentRef) -> Handle:
    if ref.handle is None:
        return Handle()
    try:
        return msgspec.json.decode(ref.handle, type=Handle)
    except msgspec.DecodeError as error:
        raise PermanentError(
            "What is stored of this document can't be read",
            where=ref.source_id,
            remedy="Sync in full once.",
            detail=str(error),
        ) from error


def _length(answer: StreamedResponse) -> int | None:
    """The announced size, unless it is that of a compressed body."""
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() and not answer.headers.get("content-encoding") else None
