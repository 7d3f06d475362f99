"""One pass over a bucket that costs no more than its listing, and next to nothing where nothing changed.

`state` holds the boundaries of the pages as they were last committed: per page the last key, the number of keys, and a
digest of the answer's bytes. A pass asks for the spans between boundaries, several at a time. A span whose answer has
the same digest is passed on as unchanged, unparsed. All others are parsed, and pages are cut anew from their objects,
so that insertions and deletions move boundaries but never multiply them. Pages leave in the order of keys.

Two rules keep this sound. A digest is kept only for a page that holds exactly the objects of one answer and ends with
the last of them: asking again for as many keys and getting the same bytes proves that nothing lies between. And the
open span at the end counts as unchanged only if its answer also says that nothing follows.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec

from connectors.sdk import Change, Covers, Json, Page, PermanentError, Progress, State, TransientError, Upsert
from connectors.sources.s3.answers import Object, listed_region, read_listing, says_complete

PAGE = 1000
"""Keys an answer may hold at most; the servers' own limit."""
IN_FLIGHT = 8
"""Spans asked for at the same time. More hardly helps a server and delays the first page."""

Ask = Callable[[str | None, int], Awaitable[bytes]]
"""Asks the server for at most so many keys after a key; answers the listing's bytes."""
ToChanges = Callable[[Iterable[Object]], list[Change]]


class Boundary(msgspec.Struct, frozen=True, array_like=True):
    """A committed page: the number of keys and of documents, and its answer's digest if that stands for the page."""

    keys: int
    documents: int
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The keys in (after, through], or to the end: how many to ask for, and what is known of them."""

    after: str | None
    through: str | None
    keys: int
    known: Boundary | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer about a span or a part of it: unchanged, or its objects. `digest` is set where it stands for them."""

    through: str | None
    objects: list[Object] = field(default_factory=list)
    digest: bytes | None = None
    unchanged: Boundary | None = None


class Boundaries:
    """The stored boundaries, in order. The open end has the key "end"; all others are "page:" and the last key."""

    def __init__(self, state: State, *, page: int) -> None:
        self._state = state
        self._page = page
        self._keys = sorted(key[5:] for key in state.keys("page:"))

    def _known(self, through: str | None) -> Boundary | None:
        stored = self._state.get("end" if through is None else f"page:{through}")
        try:
            return msgspec.msgpack.decode(stored, type=Boundary) if stored else None
        except msgspec.DecodeError:
            return None

    def spans(self, after: str | None) -> list[Span]:
        """What to ask for from `after` on: a span per stored page, small neighbours joined."""
        found: list[Span] = []
        for through in [*self._keys[self._index(after) :], None]:
            known = self._known(through)
            last = found[-1].known if found else None
            if last and known and last.keys + known.keys <= self._page:
                joined = Boundary(last.keys + known.keys, last.documents + known.documents)
                found[-1] = Span(found[-1].after, through, joined.keys if through else self._page, joined)
            else:
                keys = known.keys if known and through else self._page
                found.append(Span(found[-1].through if found else after, through, keys, known))
        return found

    def documents(self, after: str | None) -> int:
        """How many documents the pages up to `after` hold."""
        known = (self._known(key) for key in self._keys[: self._index(after)])
        return sum(boundary.documents for boundary in known if boundary)

    def replace(self, after: str | None, through: str | None, last: str | None, boundary: Boundary) -> None:
        """Make what is known of (after, through] one page that ends at its `last` key; none if there is no key."""
        start, stop = self._index(after), len(self._keys) if through is None else self._index(through)
        for key in self._keys[start:stop]:
            self._state.delete(f"page:{key}")
        self._keys[start:stop] = [last] if last is not None and through is not None else []
        if through is None:
            self._state.put("end", msgspec.msgpack.encode(boundary))
        elif last is not None:
            self._state.put(f"page:{last}", msgspec.msgpack.encode(boundary))

    def _index(self, after: str | None) -> int:
        return 0 if after is None else bisect_right(self._keys, after)


class Pass:
    """One pass from `after` on. If not `trusted`, everything is read: boundaries are a hint, digests mean nothing."""

    def __init__(
        self,
        ask: Ask,
        to_changes: ToChanges,
        state: State,
        *,
        after: str | None,
        trusted: bool,
        where: str,
        page: int = PAGE,
    ) -> None:
        self._ask = ask
        self._to_changes = to_changes
        self._boundaries = Boundaries(state, page=page)
        self._size = page
        self._after = after
        self._trusted = trusted
        self._where = where
        self._seen = self._boundaries.documents(after)
        self._total: int | None = None

    async def pages(self) -> AsyncGenerator[Page, None]:
        """The pages in the order of keys; the last one's checkpoint says that the pass is complete."""
        spans = self._boundaries.spans(self._after)
        if all(span.known for span in spans):
            self._total = self._seen + sum(span.known.documents for span in spans if span.known)
        collected: list[Object] = []  # of answers that are no page by themselves
        reach, waiting = self._after, False
        async with aclosing(self._answers(spans)) as answers:
            async for listed in answers:
                if not waiting and listed.unchanged is not None:
                    yield self._unchanged(listed.through, listed.unchanged)
                elif not waiting and listed.digest is not None:
                    yield self._page(listed.through, listed.objects, listed.digest)
                elif listed.unchanged is not None:
                    yield self._page(reach, collected)
                    yield self._unchanged(listed.through, listed.unchanged)
                    collected, waiting = [], False
                else:
                    collected, reach, waiting = collected + listed.objects, listed.through, True
                    while len(collected) > self._size:
                        cut, collected = collected[: self._size], collected[self._size :]
                        yield self._page(cut[-1].key, cut)
        if waiting:
            yield self._page(reach, collected)

    def _page(self, through: str | None, objects: list[Object], digest: bytes | None = None) -> Page:
        changes = self._to_changes(objects)
        documents = sum(type(change) is Upsert for change in changes)
        last = objects[-1].key if objects else None
        self._boundaries.replace(self._after, through, last, Boundary(len(objects), documents, digest))
        covers = Covers(self._after, through)
        return Page(changes=changes, kind="listing", covers=covers, **self._progress(through, documents))

    def _unchanged(self, through: str | None, known: Boundary) -> Page:
        return Page(changes=[], kind="listing", unchanged=known.documents, **self._progress(through, known.documents))

    def _progress(self, through: str | None, documents: int) -> dict[str, Any]:
        self._after = through
        self._seen += documents
        checkpoint: dict[str, Json] = {"complete": True} if through is None else {"after": through}
        if through is not None and not self._trusted:
            checkpoint["full"] = True
        total = self._seen if through is None else self._total and max(self._total, self._seen)
        return {"checkpoint": checkpoint, "progress": Progress(seen=self._seen, total=total)}

    async def _answers(self, spans: list[Span]) -> AsyncGenerator[Listed, None]:
        """The answers of all spans in order, with several spans asked for ahead; a slow reader holds them back."""
        ahead = iter(spans)
        running: deque[tuple[asyncio.Task[None], asyncio.Queue[Listed | None]]] = deque()

        def start() -> None:
            for span in itertools.islice(ahead, IN_FLIGHT - len(running)):
                answers: asyncio.Queue[Listed | None] = asyncio.Queue(maxsize=2)
                name = f"list {self._where}"
                running.append((asyncio.create_task(self._drain(span, answers), name=name), answers))

        try:
            start()
            while running:
                task, answers = running[0]
                while (listed := await answers.get()) is not None:
                    yield listed
                await task  # raises what the listing raised
                running.popleft()
                start()
        finally:
            for task, _ in running:
                task.cancel()
            await asyncio.gather(*(task for task, _ in running), return_exceptions=True)

    async def _drain(self, span: Span, answers: asyncio.Queue[Listed | None]) -> None:
        try:
            async for listed in self._span(span):
                await answers.put(listed)
        except Exception:
            await answers.put(None)
            raise
        await answers.put(None)

    async def _span(self, span: Span) -> AsyncGenerator[Listed, None]:
        after, keys, through = span.after, span.keys, span.through
        known = span.known if self._trusted else None
        while True:
            body = await self._ask(after, keys)
            region = listed_region(body)
            digest = hashlib.sha256(region).digest()
            if known and known.digest == digest and (through is not None or says_complete(body)):
                yield Listed(through, unchanged=known)
                return
            listing = read_listing(body, where=self._where)
            objects = self._in_span(listing.objects, after, through)
            last = objects[-1].key if objects else None
            whole = len(objects) == len(listing.objects) and (not objects or len(region) > 0)
            if len(objects) < len(listing.objects) or not listing.truncated or (last is not None and last == through):
                yield Listed(through, objects, digest if whole else None)
                return
            if last is None:
                raise TransientError("The server says that more objects follow but lists none", where=self._where)
            yield Listed(last, objects, digest if whole else None)
            after, keys = last, self._size

    def _in_span(self, objects: list[Object], after: str | None, through: str | None) -> list[Object]:
        """The objects up to `through`. Raises where the order of keys is not what all this rests on."""
        previous = after
        for number, found in enumerate(objects):
            if previous is not None and found.key <= previous:
                raise PermanentError(
                    "The server does not list objects in the order of their keys",
                    where=self._where,
                    remedy="If the server is an old one, choose ListObjects as Listing under More settings. "
                    "A directory bucket can't be synced.",
                    detail=f"{found.key!r} follows {previous!r}",
                    code="listing_unordered",
                )
            if through is not None and found.key > through:
                return objects[:number]
            previous = found.key
        return objects
