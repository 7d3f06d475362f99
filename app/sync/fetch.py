"""Getting one document's content: hashed while it arrives, large ones streamed to a file, text made for the index."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from app.extraction import MOST_BYTES, extract, kind_of
from app.library.batch import Failed, Fetched
from app.library.content import INLINE_BYTES, ContentStore, sync_data
from connectors.sdk import (
    AuthError,
    Content,
    HeadwaterError,
    NotFound,
    RateLimited,
    Source,
    TooLarge,
    Upsert,
    error_info,
)

SLOW_KINDS = frozenset({"text/html", "application/xhtml+xml", "message/rfc822"})
SLOW_BYTES = 256 * 1024
UNKNOWN_SIZE = 64 * 1024
STREAMED = INLINE_BYTES
"""A body that goes to a file is gathered up to this much before it is written."""


def expected_bytes(upsert: Upsert) -> int:
    """What fetching this document will hold in memory, as far as one can tell before."""
    size = upsert.ref.size
    if upsert.content is not None:
        return len(upsert.content)
    if size is None:
        return UNKNOWN_SIZE
    return size + 512 if size <= INLINE_BYTES else STREAMED


async def fetch(source: Source[Any], store: ContentStore, upsert: Upsert, most: int | None) -> Fetched | Failed:
    """The document, or why not. What concerns the whole run (sign-in, rate limit) is raised: AuthError, RateLimited."""
    try:
        return await _fetch(source, store, upsert, most)
    except (AuthError, RateLimited):
        raise
    except NotFound as error:
        if error.code != error.default_code:
            raise  # the bucket or folder itself, not this document
        info = NotFound(
            "It vanished between listing and fetching",
            where=upsert.ref.source_id,
            remedy="Nothing to do: the next sync finds it again, or that it is gone.",
            detail=error.what,
        ).info()
        return Failed(upsert.ref.source_id, upsert.ref.title, info, retry=upsert)
    except TooLarge as error:
        return Failed(upsert.ref.source_id, upsert.ref.title, error.info(), "skipped")
    except HeadwaterError as error:
        return Failed(upsert.ref.source_id, upsert.ref.title, error.info(), retry=upsert)
    except OSError:
        raise  # our own disk
    except Exception as error:
        return Failed(upsert.ref.source_id, upsert.ref.title, error_info(error), retry=upsert)


async def _fetch(source: Source[Any], store: ContentStore, upsert: Upsert, most: int | None) -> Fetched:
    ref = upsert.ref
    content = Content(upsert.content) if upsert.content is not None else await source.fetch(ref)
    body = content.body
    kept: bytes | Path
    if isinstance(body, bytes):
        if most is not None and len(body) > most:
            raise _too_large(upsert, len(body), most)
        size = len(body)
        if size <= INLINE_BYTES:
            sha256, kept = hashlib.sha256(body).digest(), body
        else:
            sha256, kept = await asyncio.to_thread(_spill, store, body)
    else:
        sha256, size, kept = await _receive(store, body, upsert, most)
    media_type = kind_of(content.media_type or ref.media_type, ref.path or ref.title)
    text = await _text(kept, media_type, ref.path or ref.source_id)
    return Fetched(upsert, sha256, size, kept, text, content.fingerprint or upsert.fingerprint, media_type)


def _spill(store: ContentStore, body: bytes) -> tuple[bytes, Path]:
    digest, path = hashlib.sha256(), store.incoming()
    with path.open("wb", buffering=0) as file:
        _finish(file, digest, [body])
    return digest.digest(), path


async def _receive(
    store: ContentStore, chunks: AsyncIterator[bytes], upsert: Upsert, most: int | None
) -> tuple[bytes, int, bytes | Path]:
    digest, size, length = hashlib.sha256(), 0, 0
    held: list[bytes] = []
    path: Path | None = None
    file: Any = None
    try:
        async with aclosing(_generator(chunks)) as stream:
            async for chunk in stream:
                size += len(chunk)
                if most is not None and size > most:
                    raise _too_large(upsert, size, most)
                held.append(chunk)
                length += len(chunk)
                if length <= INLINE_BYTES:
                    continue
                if file is None:
                    path = store.incoming()
                    file = await asyncio.to_thread(path.open, "wb", buffering=0)
                await asyncio.to_thread(_write, file, digest, held)
                held, length = [], 0
        if path is None:
            body = b"".join(held)
            return hashlib.sha256(body).digest(), size, body
        await asyncio.to_thread(_finish, file, digest, held)
        return digest.digest(), size, path
    except BaseException:
        if path is not None:
            path.unlink(missing_ok=True)
        raise
    finally:
        if file is not None:
            file.close()


async def _generator(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The chunks; closes a body that is left in the middle, which else would hold its connection."""
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


def _write(file: Any, digest: Any, chunks: list[bytes]) -> None:
    for chunk in chunks:
        digest.update(chunk)
        data = memoryview(chunk)
        while data:
            data = data[file.write(data) :]


def _finish(file: Any, digest: Any, chunks: list[bytes]) -> None:
    """The rest, and all of it to the disk: here, where others arrive meanwhile, not one by one at the commit."""
    _write(file, digest, chunks)
    sync_data(file.fileno())


async def _text(body: bytes | Path, media_type: str, path: str) -> str | None:
    if isinstance(body, Path):
        if not media_type.startswith("text/") or body.stat().st_size > MOST_BYTES:
            return None
        return await asyncio.to_thread(lambda: extract(body.read_bytes(), media_type, path))
    if media_type in SLOW_KINDS or len(body) > SLOW_BYTES:
        return await asyncio.to_thread(extract, body, media_type, path)
    return extract(body, media_type, path)


def _too_large(upsert: Upsert, size: int, most: int) -> TooLarge:
    return TooLarge(
        f"It is larger than the limit of {most:,} bytes",
        where=upsert.ref.source_id,
        remedy="Raise “Largest file” in the connection's filters to include it.",
        detail=f"{size:,} bytes were received",
    )
