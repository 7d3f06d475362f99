"""When runs start: on demand, every so often, and when a watched source says that something changed.

One run per connection at a time, a few at once; every task is owned here and ends with `close`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from app.api import Gauge, RunView, SyncMode
from app.connections import Connections, Stored
from app.events import Bell
from app.health import ActivityLog, ConnectionLog
from app.library import Library
from app.library.runs import Paused, RunKey
from app.sync.run import Run
from app.sync.sources import Sources
from app.sync.waiting import Slot
from connectors.sdk import Capability, Clock, ConfigError, HeadwaterError, error_info

AT_ONCE = 4
DEBOUNCE_SECONDS = 2.0
CLOCK_SECONDS = 30.0
"""How often it is looked whether the clock was put forwards or back, or the machine has slept."""
JUMP_SECONDS = 5.0
"""Less than this is a clock that is being corrected."""
LEFT_OFF = ("interrupted", "cancelled", "failed")


class Scheduler:
    """Starts and stops runs."""

    def __init__(
        self,
        connections: Connections,
        library: Library,
        sources: Sources,
        bell: Bell[Gauge],
        clock: Clock,
        activity: ActivityLog,
    ) -> None:
        self._connections = connections
        self._library = library
        self._sources = sources
        self._bell = bell
        self._clock = clock
        self._activity = activity
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._active: dict[str, tuple[Run, asyncio.Task[None]]] = {}
        self._starting: dict[str, asyncio.Lock] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._next: dict[str, float] = {}
        self._minding: asyncio.Task[None] | None = None
        self._resting = True

    async def open(self, *, resident: bool) -> None:
        """Mark what a killed engine left; a `resident` engine takes that up again, and the schedules."""
        left = await self._library.runs.interrupt_left()
        self._resting = not resident
        for stored in await self._connections.all():
            self.plan(stored)
        if resident:
            self._minding = asyncio.create_task(self._mind_clock(), name="mind the clock")
            for connection_id, trigger in left:
                await self._start_quietly(connection_id, trigger)

    async def start(self, stored: Stored, mode: SyncMode, trigger: str, only: frozenset[str] = frozenset()) -> RunView:
        """Queue a run, or answer the one that is active. Raises ConfigError for a disabled connection.

        A paused run is left alone by schedule and watch; a person's sync lets it go on, one of another mode ends it."""
        lock = self._starting.setdefault(stored.id, asyncio.Lock())
        async with lock:
            active = self._active.get(stored.id)
            if active is not None:
                return await self._library.runs.get(active[0].key.id)
            _refuse_disabled(stored)
            paused = await self._library.runs.paused(stored.num) if mode not in ("dry_run", "retry") else None
            if paused is not None:
                if trigger in ("schedule", "watch"):
                    return await self._library.runs.get(paused.key.id)
                if mode in ("incremental", paused.mode):
                    return await self._go_on(stored, paused)
                await self._library.runs.change(paused.key, "cancelled", summary="Another sync took its place")
            last = await self._library.runs.last(stored.id)
            left_off = last is not None and last.state in LEFT_OFF
            resumed = left_off and mode == "incremental"
            if resumed and last is not None and last.mode in ("full", "reconcile"):
                mode = last.mode
            key = await self._library.runs.create(
                stored.num, trigger=trigger, mode=mode, epoch=stored.epoch, resumed=resumed
            )
            return await self._launch(stored, key, mode, fresh=not resumed, only=only)

    async def retry(self, stored: Stored, source_ids: list[str]) -> RunView:
        """Fetch these failing items again, or all; a whole sync if some can only be found by listing."""
        known = {each.source_id for each in await self._library.runs.to_retry(stored.num)}
        failing = {item.source_id for item in await self._library.runs.failing(stored.id, -1)}
        wanted = (set(source_ids) & failing) or failing
        if not failing:
            raise ConfigError("Nothing fails in this connection", where=stored.name, code="nothing_to_retry")
        if wanted - known:
            return await self.start(stored, "incremental", "manual")
        return await self.start(stored, "retry", "manual", frozenset(known & wanted))

    async def pause(self, view: RunView) -> None:
        """Pause a run at the end of its page; one that has not begun, at once. Raises ConfigError where it can't be."""
        active = self._active.get(view.connection_id)
        if active is None or active[0].key.id != view.id:
            if view.state != "paused":
                raise _not("This run is over: it can't be paused", view)
            return
        run, task = active
        if run.mode in ("dry_run", "retry"):
            raise _not("This run has no checkpoint to go on from: cancel it instead", view)
        if view.state == "queued":
            run.stop_as = "paused"
            task.cancel()
            await asyncio.wait({task})
        else:
            await run.pause(True)

    async def resume(self, stored: Stored, view: RunView) -> None:
        """Let a paused run go on; one that is only about to be paused is not."""
        lock = self._starting.setdefault(stored.id, asyncio.Lock())
        async with lock:
            active = self._active.get(stored.id)
            if active is not None and active[0].key.id == view.id:
                await active[0].pause(False)
                return
            paused = await self._library.runs.paused(stored.num)
            if paused is None or paused.key.id != view.id:
                raise _not("This run is not paused", view)
            if active is not None:
                raise _not("Another run of this connection is at work: wait for its end", view)
            _refuse_disabled(stored)
            await self._go_on(stored, paused)

    async def _go_on(self, stored: Stored, paused: Paused) -> RunView:
        done = paused.done if paused.epoch == stored.epoch else set()
        await self._library.runs.change(paused.key, "queued")
        return await self._launch(stored, paused.key, paused.mode, fresh=False, counts=paused.counts, done=done)

    async def _launch(self, stored: Stored, key: RunKey, mode: SyncMode, **more: Any) -> RunView:
        log = ConnectionLog(self._activity, stored.id, key.id)
        run = Run(
            key,
            stored,
            mode,
            self._connections,
            self._library,
            self._sources,
            self._bell,
            self._clock,
            log,
            Slot(self._slots),
            **more,
        )
        task = asyncio.create_task(self._drive(run), name=f"run {key.id}")
        self._active[stored.id] = (run, task)
        return await self._library.runs.get(key.id)

    async def cancel(self, connection_id: str) -> None:
        """End the connection's run, if there is one, and wait until its task has ended."""
        active = self._active.get(connection_id)
        if active is not None:
            active[0].stop_as = "cancelled"
            active[1].cancel()
            await asyncio.wait({active[1]})

    async def cancel_paused(self, view: RunView) -> None:
        """End a run that is paused."""
        stored = await self._connections.get(view.connection_id)
        paused = await self._library.runs.paused(stored.num)
        if paused is not None and paused.key.id == view.id:
            await self._library.runs.change(paused.key, "cancelled", summary="Stopped while it was paused")

    def active(self, connection_id: str) -> RunKey | None:
        found = self._active.get(connection_id)
        return found[0].key if found else None

    def active_runs(self) -> int:
        return len(self._active)

    def next_run(self, connection_id: str) -> float | None:
        """When the schedule starts the next run, UTC epoch seconds."""
        return self._next.get(connection_id)

    def changed(self, stored: Stored) -> None:
        """A connection was edited: its run takes it over, its schedule is planned anew."""
        active = self._active.get(stored.id)
        if active is not None:
            active[0].connection_changed(stored)
        self.plan(stored)

    def plan(self, stored: Stored) -> None:
        """(Re)start the connection's timer and watcher."""
        self._plan_timer(stored)
        _end(self._watchers, stored.id)
        if stored.schedule.watch and self._may_run(stored):
            self._own(self._watchers, stored.id, self._watch(stored), "watch")

    def _plan_timer(self, stored: Stored) -> None:
        _end(self._timers, stored.id)
        self._next.pop(stored.id, None)
        if stored.schedule.every and self._may_run(stored):
            self._own(self._timers, stored.id, self._every(stored.id, stored.schedule.every), "timer")

    def _may_run(self, stored: Stored) -> bool:
        return not self._resting and stored.enabled and stored.removed_at is None

    async def close(self) -> None:
        """Stop everything; active runs become interrupted, so that the next start goes on from there. One that was to
        be paused is paused."""
        self._resting = True
        for run, _ in self._active.values():
            if run.pausing:
                run.stop_as = "paused"
        tasks = [*self._timers.values(), *self._watchers.values(), *(task for _, task in self._active.values())]
        if self._minding is not None:
            tasks.append(self._minding)
        runs = [run for run, _ in self._active.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for run in runs:
            with suppress(HeadwaterError):
                view = await self._library.runs.get(run.key.id)
                if view.state in ("cancelled", "queued", "running", "waiting"):
                    text = "The program was closed while it ran; the next sync goes on from there."
                    await self._library.runs.change(run.key, "interrupted", summary=text)

    def _own(self, tasks: dict[str, asyncio.Task[None]], key: str, work: Coroutine[Any, Any, None], name: str) -> None:
        tasks[key] = asyncio.create_task(work, name=f"{name} {key}")

    async def _drive(self, run: Run) -> None:
        try:
            await run.slot.take()
            await run.execute()
        except asyncio.CancelledError:
            view = await self._library.runs.get(run.key.id)
            if view.state == "queued":
                summary = "Stopped before it began" if run.stop_as == "cancelled" else ""
                await self._library.runs.change(run.key, run.stop_as, summary=summary)
        except Exception as error:
            run.log.error("The run could not be recorded", error=error_info(error).sentence())
        finally:
            run.slot.give()
            self._active.pop(run.connection.id, None)
            self._bell.ring()

    async def _mind_clock(self) -> None:
        """Timers sleep by a clock that nobody can put, and that stands while the machine sleeps; what they are to wait
        for is a time of day. When the two have parted, the timers are set anew."""
        apart = self._clock.now() - self._clock.monotonic()
        while True:
            await self._clock.sleep(CLOCK_SECONDS)
            before, apart = apart, self._clock.now() - self._clock.monotonic()
            if abs(apart - before) < JUMP_SECONDS:
                continue
            with suppress(HeadwaterError):
                for stored in await self._connections.all():
                    self._plan_timer(stored)
                await self._library.runs.shift_waits(apart - before)

    async def _every(self, connection_id: str, seconds: int) -> None:
        last = await self._library.runs.last(connection_id)
        now = self._clock.now()
        due = min(last.queued_at, now) + seconds if last is not None else now  # a run of tomorrow had a wrong clock
        while True:
            self._next[connection_id] = max(due, self._clock.now())
            await self._clock.sleep(due - self._clock.now())
            await self._start_quietly(connection_id, "schedule")
            due = self._clock.now() + seconds

    async def _watch(self, stored: Stored) -> None:
        log = ConnectionLog(self._activity, stored.id)
        pause = 5.0
        while True:
            try:
                type, config = self._sources.config(stored.type, stored.config, stored.config_version)
                if Capability.WATCH not in type.spec.capabilities:
                    log.warning("This source can't be watched; give it a schedule instead")
                    return
                async with self._sources.open(type, config, name=stored.id, log=log) as source:
                    async for _ in source.watch():
                        pause = 5.0
                        await self._clock.sleep(DEBOUNCE_SECONDS)
                        await self._start_quietly(stored.id, "watch")
            except Exception as error:
                log.warning(f"Watching stopped: {error_info(error).sentence()}; trying again in {pause:.0f} s")
            await self._clock.sleep(pause)
            pause = min(pause * 2, 600.0)

    async def _start_quietly(self, connection_id: str, trigger: str) -> None:
        with suppress(HeadwaterError):
            await self.start(await self._connections.get(connection_id), "incremental", trigger)


def _end(tasks: dict[str, asyncio.Task[None]], key: str) -> None:
    task = tasks.pop(key, None)
    if task is not None:
        task.cancel()


def _refuse_disabled(stored: Stored) -> None:
    if not stored.enabled:
        raise ConfigError(
            "The connection is disabled",
            where=stored.name,
            remedy=f'Enable it: headwaterctl connection edit "{stored.name}" --enable',
            code="connection_disabled",
        )


def _not(what: str, view: RunView) -> ConfigError:
    show = f"`headwaterctl runs show {view.id}` tells how it stands."
    return ConfigError(what, where=view.connection, remedy=show, code=f"run_{view.state}")
