"""One pass over one partition: pages are read ahead, 64 fetches run, and what is complete is committed in order.

Documents may be committed before their page is whole; a page's checkpoint is committed only with, or after, its last
document. So whatever stops a pass, the next one begins at a page boundary and finds by fingerprint what it need not
fetch again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.api import RunCounts
from app.library import Library
from app.library.batch import Batch, Failed, Fence, Fetched, Progressed
from app.sync.budget import ByteBudget
from app.sync.fetch import expected_bytes, fetch
from app.sync.plan import Plan, plan_page
from app.sync.state import KeyedState
from connectors.sdk import Json, NotFound, Page, Partition, Source, TransientError, Upsert

FETCHES = 64
OPEN_PAGES = 3
BATCH_DOCUMENTS = 512
BATCH_BYTES = 8 * 1024 * 1024
HELD_BYTES = 8 * 1024 * 1024
COMMIT_SECONDS = 1.0
FAILURES_IN_A_ROW = 25
ABOUT_THE_SOURCE = frozenset({"transient", "config"})


@dataclass(slots=True)
class _Open:
    """A page that is being fetched: what will be committed with its end."""

    plan: Plan
    left: int
    progressed: Progressed | None
    total: int | None = None


@dataclass(slots=True)
class _Ended:
    """The reader has no more pages, or failed; or (`at_once`) a fetch met what concerns the whole run."""

    error: Exception | None = None
    at_once: bool = False


@dataclass(slots=True)
class _Job:
    page: _Open
    upsert: Upsert
    taken: int = 0
    result: Fetched | Failed | None = None


@dataclass(slots=True)
class Pass:
    """The parameters of a pass. `everything`: fetch also what is unchanged. `stop` is asked before each page."""

    library: Library
    source: Source[Any]
    partition: Partition
    fence: Fence
    checkpoint: dict[str, Json] | None
    state: dict[str, bytes]
    checkpoint_version: int
    everything: bool
    most_bytes: int | None
    stop: Callable[[], bool]
    on_counts: Callable[[RunCounts], None]
    on_item: Callable[[str], None]
    tried: frozenset[str] = frozenset()
    """Ids that failed again at the start of this run: their page need not try once more."""

    async def run(self) -> bool:
        """Read to the end. False when `stop` ended it early. Raises what the source or the library raises."""
        reader = _Reader(self)
        await _Pipeline(self, reader.read).run()
        return not reader.stopped

    async def retry(self, upserts: list[Upsert]) -> None:
        """Fetch these again: what failed in an earlier run."""

        async def read(emit: Callable[[_Open], Any]) -> None:
            await emit(_Open(Plan(fetch=upserts), len(upserts), None))

        await _Pipeline(self, read, retrying=True).run()


class _Reader:
    """Turns the source's pages into planned ones."""

    def __init__(self, job: Pass) -> None:
        self._pass = job
        self.stopped = False

    async def read(self, emit: Callable[[_Open], Any]) -> None:
        job = self._pass
        state = KeyedState(job.state)
        async with aclosing(job.source.read(job.partition, job.checkpoint, state)) as pages:  # type: ignore[type-var]
            stop = False
            async for page in pages:
                # Asked before, answered here: had there been no page after the last one, the pass would be complete.
                if stop:
                    self.stopped = True
                    return
                written = state.take()
                await emit(await self._open(page, written))
                stop = job.stop()

    async def _open(self, page: Page, written: dict[str, bytes | None]) -> _Open:
        job = self._pass
        plan = await plan_page(
            job.library.catalog,
            job.fence.connection,
            job.partition.id,
            page,
            everything=job.everything,
            run=job.fence.run,
        )
        plan.fetch = [upsert for upsert in plan.fetch if upsert.ref.source_id not in job.tried]
        total = page.progress.total if page.progress is not None else None
        return _Open(plan, len(plan.fetch), Progressed(page.checkpoint, job.checkpoint_version, written), total)


class _Pipeline:
    """Reader, fetchers and committer of one pass, joined by queues that are bounded by open pages and bytes."""

    def __init__(self, job: Pass, read: Callable[..., Any], *, retrying: bool = False) -> None:
        self._pass = job
        self._read = read
        self._retrying = retrying
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._done: asyncio.Queue[_Job | _Open | _Ended] = asyncio.Queue()
        self._slots = asyncio.Semaphore(OPEN_PAGES)
        self._budget = ByteBudget(HELD_BYTES)
        self._pages: deque[_Open] = deque()
        self._batch = Batch(partition=job.partition.id)
        self._batch_bytes = 0
        self._taken = 0
        self._since: float | None = None
        self._in_a_row = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        name = f"sync {self._pass.fence.run}"
        tasks = [loop.create_task(self._reading(), name=f"{name}: read")]
        tasks += [loop.create_task(self._fetching(), name=f"{name}: fetch {number}") for number in range(FETCHES)]
        try:
            error = await self._committing()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._discard()
        if error is not None:
            raise error

    async def _reading(self) -> None:
        try:
            await self._read(self._emit)
        except Exception as error:
            self._done.put_nowait(_Ended(error))
        else:
            self._done.put_nowait(_Ended())

    async def _emit(self, page: _Open) -> None:
        await self._slots.acquire()
        self._done.put_nowait(page)
        for upsert in page.plan.fetch:
            self._jobs.put_nowait(_Job(page, upsert))

    async def _fetching(self) -> None:
        job = self._pass
        while True:
            item = await self._jobs.get()
            item.taken = expected_bytes(item.upsert)
            await self._budget.take(item.taken)
            try:
                job.on_item(item.upsert.ref.title)
                item.result = await fetch(job.source, job.library.content, item.upsert, job.most_bytes)
            except Exception as error:
                self._done.put_nowait(_Ended(error, at_once=True))
                return
            held = _held_bytes(item.result)
            self._budget.correct(item.taken, held)
            item.taken = held
            self._done.put_nowait(item)

    async def _committing(self) -> Exception | None:
        """Gather and commit until the pass ends; answers what ended it early, after committing what was complete.

        Pages that were read before the reader failed are fetched and committed like any other."""
        loop = asyncio.get_running_loop()
        ended: _Ended | None = None
        while ended is None or self._pages:
            wait = None
            if self._since is not None:
                wait = max(0.0, self._since + COMMIT_SECONDS - loop.time())
            try:
                async with asyncio.timeout(wait):
                    item = await self._done.get()
            except TimeoutError:
                await self._commit()
                continue
            while True:
                if isinstance(item, _Ended):
                    if item.at_once:
                        await self._commit()
                        return item.error
                    ended = item
                else:
                    self._gather(item)
                if self._in_a_row >= FAILURES_IN_A_ROW:
                    return await self._give_up()
                if self._done.empty() or self._full():
                    break
                item = self._done.get_nowait()
            if self._close_pages() or self._full():
                await self._commit()
        await self._commit()
        return ended.error

    def _full(self) -> bool:
        return len(self._batch.fetched) >= BATCH_DOCUMENTS or self._batch_bytes >= BATCH_BYTES

    def _gather(self, item: _Job | _Open) -> None:
        if isinstance(item, _Open):
            self._pages.append(item)
            return
        if self._since is None:
            self._since = asyncio.get_running_loop().time()
        item.page.left -= 1
        self._taken += item.taken
        self._batch_bytes += item.taken
        if isinstance(item.result, Fetched):
            self._batch.fetched.append(item.result)
            self._batch.seen.append(item.upsert.ref.source_id)
            self._in_a_row = 0
        elif item.result is not None:
            if self._retrying and item.result.error.code == NotFound.default_code:
                self._batch.seen.append(item.upsert.ref.source_id)  # gone for good: no longer a failure
                return
            self._batch.failed.append(item.result)
            if item.result.error.category in ABOUT_THE_SOURCE:
                self._in_a_row += 1

    async def _give_up(self) -> Exception:
        """So many failures in a row are not about single documents: keep what was fetched and leave the page open."""
        last = self._batch.failed[-1].error
        self._batch.failed = [item for item in self._batch.failed if item.error.category not in ABOUT_THE_SOURCE]
        await self._commit()
        return TransientError(
            f"{FAILURES_IN_A_ROW} documents in a row could not be fetched: {last.what}",
            where=last.where,
            remedy=last.remedy or "Check that the source is up, then sync again.",
            code="source_unavailable",
        )

    def _close_pages(self) -> bool:
        """Add what belongs to the end of each page that is complete, in order."""
        closed = False
        while self._pages and self._pages[0].left == 0:
            page = self._pages.popleft()
            batch, plan = self._batch, page.plan
            batch.touched += plan.touched
            batch.access += plan.access
            batch.failed += plan.failed
            batch.gone += plan.gone
            batch.seen += plan.seen
            batch.unchanged += plan.unchanged
            batch.total = page.total if page.total is not None else batch.total
            if page.progressed is not None:
                batch.pages += 1
                if batch.progressed is not None:
                    page.progressed.state = {**batch.progressed.state, **page.progressed.state}
                batch.progressed = page.progressed
            self._slots.release()
            closed = True
        return closed

    async def _commit(self) -> None:
        batch, taken = self._batch, self._taken
        self._since = None
        if not batch:
            return
        self._batch = Batch(partition=self._pass.partition.id)
        self._batch_bytes = self._taken = 0
        try:
            counts = await self._pass.library.ledger.commit(batch, self._pass.fence)
        finally:
            self._budget.give(taken)
        self._pass.on_counts(counts)

    def _discard(self) -> None:
        """Files of documents that were received and not committed."""
        left: list[Any] = [*self._batch.fetched]
        while not self._done.empty():
            item = self._done.get_nowait()
            if isinstance(item, _Job):
                left.append(item.result)
        for result in left:
            if isinstance(result, Fetched) and isinstance(result.body, Path):
                result.body.unlink(missing_ok=True)


def _held_bytes(result: Fetched | Failed) -> int:
    if isinstance(result, Failed):
        return 0
    return (len(result.body) if isinstance(result.body, bytes) else 0) + len(result.text or "")
