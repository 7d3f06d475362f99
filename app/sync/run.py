"""A run from queued to its end: passes over every partition, waiting where the source asks, deletions last.

A run outlives changes of its connection: a tuning change reopens the source at the last committed page, a change of
scope begins a new epoch, both under the same run id. It outlives a pause too: paused at the end of a page, it is made
again from its row with the partitions that it has read through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.api import Gauge, RunCounts, RunState, SyncMode
from app.connections import Connections, Stored
from app.events import Bell
from app.health import ConnectionLog
from app.library import Library
from app.library.batch import Batch, Failed, Fence, Removed, StaleEpoch
from app.library.runs import RunKey
from app.sync.gauge import Meter
from app.sync.plan import plan_page
from app.sync.reading import Pass
from app.sync.sources import Sources
from app.sync.state import KeyedState
from app.sync.waiting import VAULT_SECONDS, Slot, first_of, sleep_until, worth_waiting
from app.words import counted
from connectors.sdk import (
    N_,
    AuthError,
    Capability,
    Clock,
    Covers,
    ErrorInfo,
    Partition,
    RateLimited,
    Source,
    TransientError,
    error_info,
)

ATTEMPTS = 4
"""How often a run begins again after the source was unreachable, waiting 2, 4, 8 ... seconds."""
GUARD_SHARE = 0.5
GUARD_LEAST = 10
GAUGE_SECONDS = 0.1


@dataclass(slots=True)
class Run:
    """One run. Drive it with `execute`; it never raises but for cancellation."""

    key: RunKey
    connection: Stored
    mode: SyncMode
    connections: Connections
    library: Library
    sources: Sources
    bell: Bell[Gauge]
    clock: Clock
    log: ConnectionLog
    slot: Slot
    fresh: bool = True
    """Whether this run begins its passes: False when it goes on where an earlier one stopped."""
    counts: RunCounts = field(default_factory=RunCounts)
    done: set[str] = field(default_factory=set)
    """Partitions that were read to their end."""
    only: frozenset[str] = frozenset()
    """Source ids that a run of mode "retry" is about."""
    stop_as: RunState = "cancelled"
    """What the run becomes when its task is cancelled."""
    _pausing: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _new_scope: asyncio.Event = field(default_factory=asyncio.Event)
    _retried: set[str] = field(default_factory=set)
    _meter: Meter | None = None
    _patience: float | None = None
    """Until when it waits for the vault; None: for as long as it takes."""

    def connection_changed(self, stored: Stored) -> None:
        """The connection was edited: take it over at the next page, or at once when its scope is another."""
        if stored.epoch != self.connection.epoch:
            self._new_scope.set()
        elif stored.revision != self.connection.revision:
            self._changed.set()

    @property
    def pausing(self) -> bool:
        return self._pausing.is_set()

    async def pause(self, pause: bool) -> None:
        """Stop at the end of the page at hand, or not after all."""
        if pause:
            self._pausing.set()
        else:
            self._pausing.clear()
        await self.library.runs.pausing(self.key, pause)

    async def execute(self) -> RunState:
        """Run to the end and persist how it ended; answers the state."""
        started = self.clock.monotonic()
        self._meter = Meter(self.key.id, self.connection.id, started, self.counts)
        gone_on = self.counts.pages > 0
        self._meter.total = len(self.only) or await self.library.catalog.count(self.connection.num) or None
        ticking = asyncio.create_task(self._tick(), name=f"run {self.key.id}: gauge")
        try:
            await self.library.runs.change(self.key, "running")
            self.log.info(f"Sync started ({self.mode.replace('_', ' ')})")
            state, error = await self._attempts()
        except asyncio.CancelledError:
            await self._end(self.stop_as, None if gone_on else started, None)
            raise
        except Exception as unexpected:
            state, error = "failed", error_info(unexpected)
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
        await self._end(state, None if gone_on else started, error)
        return state

    async def _attempts(self) -> tuple[RunState, ErrorInfo | None]:
        if self.fresh and self.mode in ("full", "reconcile"):
            await self.library.ledger.start_over(self._fence())
        failures = 0
        while True:
            pages = self.counts.pages
            try:
                finished = await self._read_everything()
                if finished:
                    return await self._finish(), None
                if self.pausing:
                    return "paused", None
                await self._reload()
            except StaleEpoch:
                await self._reload()
            except Removed as error:
                return "cancelled", error.info()
            except RateLimited as error:
                await self._wait(error.what, error.retry_at)
            except TransientError as error:
                failures = 1 if self.counts.pages > pages else failures + 1
                if failures >= ATTEMPTS:
                    return "failed", error.info()
                self.log.warning(f"{error.what}; trying again", where=error.where)
                await self._wait(error.what, self.clock.now() + 2**failures)
            except AuthError as error:
                over = self._patience is not None and self._patience <= self.clock.now()
                if over or not worth_waiting(error, resident=self.sources.resident):
                    return "failed", error.info()
                await self._wait_for_vault(error)
            except Exception as error:
                return "failed", error_info(error)
            if self.pausing:
                return "paused", None

    async def _read_everything(self) -> bool:
        """All partitions once. False when the connection changed and the source must be opened anew."""
        scope = asyncio.create_task(self._new_scope.wait(), name=f"run {self.key.id}: scope")
        reading = asyncio.create_task(self._read(), name=f"run {self.key.id}: pass")
        try:
            await asyncio.wait({scope, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                return False
            return reading.result()
        finally:
            for task in (scope, reading):
                task.cancel()
            await asyncio.gather(scope, reading, return_exceptions=True)

    async def _read(self) -> bool:
        stored = self.connection
        type, config = self.sources.config(stored.type, stored.config, stored.config_version)
        async with self.sources.open(type, config, name=stored.id, log=self.log) as source:
            partitions = await source.partitions()
            for partition in partitions:
                if partition.id in self.done:
                    continue
                if self.pausing:
                    return False
                if self.mode == "dry_run":
                    await self._try(source, partition)
                elif self.mode == "retry":
                    await self._retry(source, partition)
                elif not await self._pass(source, partition, type.spec.checkpoint_version):
                    return False
                if Capability.ENUMERATE in type.spec.capabilities and self.mode == "reconcile":
                    await self._enumerate(source, partition)
                self.done.add(partition.id)
                if len(partitions) > 1:
                    await self.library.runs.read_through(self.key, self.done, stored.epoch)
        return True

    async def _pass(self, source: Source[Any], partition: Partition, version: int) -> bool:
        job = self._job(source, partition, version)
        job.checkpoint = await self._checkpoint(source, partition, version)
        job.state = await self.library.progress.state(self.connection.num, partition.id)
        if partition.id not in self._retried:
            self._retried.add(partition.id)
            failing = await self.library.runs.to_retry(self.connection.num)
            # What failed in this very run failed before a pause.
            upserts = [each.upsert for each in failing if each.partition == partition.id and each.run != self.key.num]
            if upserts:
                self.log.info(f"Trying {counted(len(upserts), 'item')} again that failed before")
                await job.retry(upserts)
                failing = await self.library.runs.to_retry(self.connection.num)
            job.tried = frozenset(each.source_id for each in failing if each.run == self.key.num)
        return await job.run()

    async def _retry(self, source: Source[Any], partition: Partition) -> None:
        """Fetch what is to be tried again, and look at nothing else."""
        failing = await self.library.runs.to_retry(self.connection.num)
        upserts = [each.upsert for each in failing if each.partition == partition.id and each.source_id in self.only]
        if upserts:
            await self._job(source, partition, 0).retry(upserts)

    def _job(self, source: Source[Any], partition: Partition, version: int) -> Pass:
        filters = getattr(source.config, "filters", None)
        return Pass(
            library=self.library,
            source=source,
            partition=partition,
            fence=self._fence(),
            checkpoint=None,
            state={},
            checkpoint_version=version,
            everything=self.mode == "full",
            most_bytes=getattr(filters, "max_bytes", None),
            stop=lambda: self._changed.is_set() or self._pausing.is_set(),
            on_counts=self._counted,
            on_item=self._item,
        )

    async def _checkpoint(self, source: Source[Any], partition: Partition, version: int) -> dict[str, Any] | None:
        found = await self.library.progress.checkpoint(self.connection.num, partition.id)
        if found is None:
            return None
        checkpoint, stored_version = found
        if stored_version == version:
            return checkpoint
        migrated = source.migrate_checkpoint(checkpoint, stored_version)
        if migrated is None:
            self.log.warning(
                "The checkpoint is from another version and can't be read: everything is compared again",
                stored=stored_version,
                known=version,
            )
        return migrated

    async def _try(self, source: Source[Any], partition: Partition) -> None:
        """A dry run: what a pass would do, without fetching or storing."""
        found = await self.library.progress.checkpoint(self.connection.num, partition.id)
        state = KeyedState(await self.library.progress.state(self.connection.num, partition.id))
        async for page in source.read(partition, found[0] if found else None, state):
            plan = await plan_page(self.library.catalog, self.connection.num, partition.id, page, everything=False)
            more = {
                "new": plan.new,
                "changed": len(plan.fetch) - plan.new + len(plan.touched),
                "unchanged": plan.unchanged,
                "deleted": len(plan.gone),
                "failed": sum(1 for item in plan.failed if item.kind == "failed"),
                "skipped": sum(1 for item in plan.failed if item.kind == "skipped"),
                "pages": 1,
            }
            for item in plan.failed:
                await self.library.runs.note(self.key, item)
            values = {name: getattr(self.counts, name) + more.get(name, 0) for name in RunCounts.__struct_fields__}
            values["documents"] = values["new"] + values["changed"] + values["unchanged"]
            self._counted(RunCounts(**values))
        await self.library.runs.counts(self.key, self.counts)

    async def _enumerate(self, source: Source[Any], partition: Partition) -> None:
        """For sources whose pages only tell what changed: list all ids, and what is missing is gone."""
        known = await self.library.catalog.covered(self.connection.num, partition.id, Covers())
        async for refs in source.enumerate(partition):
            for ref in refs:
                known.pop(ref.source_id, None)
        gone = [(source_id, "gone") for source_id in known]
        await self.library.ledger.commit(Batch(partition=partition.id, gone=gone), self._fence())

    async def _finish(self) -> RunState:
        """Deletions, after the guard; a run that did not read the whole source can't judge them."""
        if self.mode == "dry_run":
            return "done"
        if self.mode == "retry":
            return "done_with_failures" if self.counts.failed else "done"
        staged, _ = await self.library.progress.staged(self.connection.num)
        documents = await self.library.catalog.count(self.connection.num)
        if staged > GUARD_LEAST and staged > documents * GUARD_SHARE:
            await self.library.ledger.hold_back(self._fence())
            of = counted(documents, "document")
            self.log.warning(f"{staged:,} of {of} seem to be gone: their deletion waits for you")
            return "held_back"
        if staged:
            await self.library.ledger.apply_gone(self._fence())
        freed = await self.library.compact(if_worth=True)
        if freed:
            self.log.info("Space of old versions given back", bytes=freed)
        self.counts = (await self.library.runs.get(self.key.id)).counts
        return "done_with_failures" if self.counts.failed else "done"

    async def _wait(self, reason: str, until: float | None, event: Coroutine[Any, Any, None] | None = None) -> None:
        """Until a time, or `event`; a pause or a new scope ends it at once."""
        await self.library.runs.change(self.key, "waiting", reason=reason, until=until)
        also = [event] if event is not None else []
        sleep = sleep_until(self.clock, until)
        self.slot.give()
        await first_of(f"run {self.key.id}: wait", sleep, self._new_scope.wait(), self._pausing.wait(), *also)
        await self.slot.take()
        await self._reload()
        if not self.pausing:
            await self.library.runs.change(self.key, "running")

    async def _wait_for_vault(self, error: AuthError) -> None:
        self.log.warning(f"{error.what}; going on when it is unlocked", remedy=error.remedy)
        if not self.sources.resident:
            self._patience = self._patience or self.clock.now() + VAULT_SECONDS
        await self._wait(error.what, self._patience, self.sources.secrets.opened())

    async def _reload(self) -> None:
        """Take over the connection as it is stored now."""
        before = self.connection
        self._changed.clear()
        self._new_scope.clear()
        self.connection = await self.connections.get(before.id, removed=True)
        if self.connection.epoch != before.epoch:
            self.done.clear()
            self._retried.clear()
            await self.library.runs.read_through(self.key, self.done, self.connection.epoch)
            self.log.info("What to sync has changed: reading from the start")
        elif self.connection.revision != before.revision:
            self.log.info("The settings have changed: going on with the new ones")

    async def _end(self, state: RunState, started: float | None, error: ErrorInfo | None) -> None:
        # How long it took cannot be said of a run that went on after a pause.
        seconds = self.clock.monotonic() - started if started is not None else None
        view = await self.library.runs.get(self.key.id)
        if state == "paused":
            await self.library.runs.change(self.key, "paused")
            self.log.info("Sync paused: it goes on from here when you resume it", **msgspec.to_builtins(view.counts))
            return
        _, held = await self.library.progress.staged(self.connection.num)
        summary = summarise(state, view.counts, seconds, held if self.mode != "retry" else 0)
        if error is not None:
            summary = error.sentence()
            await self.library.runs.note(self.key, Failed(None, N_("The run"), error, "failed"))
        await self.library.runs.change(self.key, state, error=error, summary=summary)
        fields = msgspec.to_builtins(view.counts)
        if state == "failed":
            self.log.error(f"Sync failed: {summary}", remedy=error.remedy if error else "", **fields)
        elif state in ("done_with_failures", "held_back"):
            self.log.warning(f"Sync ended: {summary}", **fields)
        else:
            self.log.info(f"Sync {state}: {summary}", **fields)

    def _fence(self) -> Fence:
        return Fence(run=self.key.num, connection=self.connection.num, epoch=self.connection.epoch)

    def _counted(self, counts: RunCounts) -> None:
        self.counts = counts
        if self._meter is not None:
            self._meter.counts = counts
            if self._meter.total is not None and counts.documents > self._meter.total:
                self._meter.total = None

    def _item(self, title: str) -> None:
        if self._meter is not None:
            self._meter.current = title

    async def _tick(self) -> None:
        assert self._meter is not None
        while True:
            await asyncio.sleep(GAUGE_SECONDS)
            if self.bell.heard:
                self.bell.gauge(self.key.id, self._meter.gauge(self.clock.monotonic()))


def summarise(state: RunState, counts: RunCounts, seconds: float | None, held: int) -> str:
    """A run in one line."""
    named = [
        (counts.new, "new"),
        (counts.changed, "changed"),
        (counts.deleted, "deleted"),
        (counts.failed, "failed"),
        (counts.skipped, "skipped"),
    ]
    parts = [f"{number:,} {word}" for number, word in named if number]
    said = [counted(counts.documents, "document") + (f": {', '.join(parts)}" if parts else ", nothing changed")]
    if held:
        said[0] += ";"
        said += [counted(held, "deletion waits", "deletions wait"), "for you"]
    if state == "cancelled":
        said.append("before it was stopped")
    elif seconds is not None:
        took = f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
        said.append(f"in {took}")
    return " ".join(said)  # for logs and terminals; a window has words of its own for the counts
