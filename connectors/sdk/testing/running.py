"""Checks of a source at work: its connection test, fetching, cancelling, what can be picked, secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, cast

import msgspec

from connectors.sdk.checks import CheckStep
from connectors.sdk.documents import DocumentRef, Partition, Upsert
from connectors.sdk.errors import HeadwaterError, error_info
from connectors.sdk.source import Source
from connectors.sdk.spec import Capability
from connectors.sdk.testing.kit import Case, Check, Leaks, check, listening
from connectors.sdk.testing.memory import Catalog, MemoryState, collect, received


@check("The connection test is a list of named steps, each running first and then done, all of them good.")
async def steps(case: Case) -> list[str]:
    async with case.opened() as source:
        seen: list[CheckStep] = [step async for step in source.check()]
        health = await source.health()
    wrong = [] if seen else ["the connection test has no step"]
    started = [step for step in seen if step.state == "running"]
    done = [step for step in seen if step.state != "running"]
    names = [step.name for step in done]
    if names != [step.name for step in started]:
        wrong.append(f"steps that started are {[step.name for step in started]}, but {names} ended")
    if len(set(names)) != len(names):
        wrong.append(f"the steps' names are not unique: {names}")
    wrong += [f"the step {step.name!r} has no name or no title" for step in done if not step.name or not step.title]
    wrong += [
        f"the step {step.name} is {step.state}: {step.message}" for step in done if step.state not in ("ok", "warning")
    ]
    wrong += [
        f"the warning of {step.name} has no remedy" for step in done if step.state == "warning" and not step.remedy
    ]
    if health.state not in ("ok", "warning"):
        wrong.append(f"health is {health.state}: {health.message}")
    return wrong


@check("Every document can be fetched, many at once; one that is not there is an error of the family.")
async def fetch(case: Case) -> list[str]:
    wrong: list[str] = []
    async with case.opened() as source:
        for partition in await source.partitions():
            refs = await _fetchable(source, partition)
            one_by_one = [await _fetched(source, ref, wrong) for ref in refs]
            at_once = await asyncio.gather(*(_fetched(source, ref, wrong) for ref in refs))
            wrong += [
                f"{ref.source_id} is another one when many are fetched at once"
                for ref, alone, among in zip(refs, one_by_one, at_once, strict=True)
                if alone != among
            ]
            if refs:
                gone = msgspec.structs.replace(refs[0], source_id="no/such/document", path="", handle=None)
                wrong += await _in_family(f"fetch of a document that is not there ({gone.source_id})", source, gone)
    return list(dict.fromkeys(wrong))


async def _fetchable(source: Source[Any], partition: Partition, *, pages: int | None = None) -> list[DocumentRef]:
    """What a partition lists without its content."""
    listed = await collect(source, partition=partition, fetch=False, stop_after=pages)
    return [upsert.ref for upsert in _upserts(listed) if upsert.content is None]


async def _fetched(source: Source[Any], ref: DocumentRef, wrong: list[str]) -> str:
    """The digest of a document; what is wrong with it goes to `wrong`."""
    try:
        content = await source.fetch(ref)
        digest, size = await received(content)
    except HeadwaterError as error:
        wrong.append(f"{ref.source_id} can't be fetched: {error}")
        return ""
    if content.size not in (None, size):
        wrong.append(f"{ref.source_id} announces {content.size} bytes, has {size}")
    return digest


async def _in_family(what: str, source: Source[Any], ref: Any) -> list[str]:
    try:
        await received(await source.fetch(ref))
    except HeadwaterError:
        return []
    except Exception as error:
        return [f"{what} raises {type(error).__name__}, outside of the family"]
    return [f"{what} succeeds"]


def _upserts(catalog: Catalog) -> list[Upsert]:
    return [change for page in catalog.pages for change in page.changes if isinstance(change, Upsert)]


@check("Reading and fetching end within a second of being cancelled, whatever they are waiting for.")
async def cancel(case: Case) -> list[str]:
    wrong: list[str] = []
    async with case.opened() as source:
        partition = (await source.partitions())[0]
    for turns in (1, 3, 10, 30):  # turns of the loop that it may run first
        async with case.opened() as source:
            reading = partial(collect, source, partition=partition, fetch=False)
            wrong += await _cancelled(case, "reading", turns, reading)
    async with case.opened() as source:
        refs = await _fetchable(source, partition, pages=1)
        for turns in (1, 3, 10) if refs else ():
            wrong += await _cancelled(case, "fetching", turns, partial(_fetched, source, refs[0], []))
        pages = cast("Any", source.read(partition, None, MemoryState()))
        await anext(pages, None)
        wrong += await _ends(case, "closing the pages after the first one", pages.aclose())
    return wrong


async def _cancelled(case: Case, what: str, turns: int, start: Callable[[], Awaitable[object]]) -> list[str]:
    async def run() -> object:
        return await start()

    task = asyncio.create_task(run(), name=f"{what}, to be cancelled")
    for _ in range(turns):
        await asyncio.sleep(0)
    if not task.cancel():
        return [] if task.cancelled() or task.exception() is None else [f"{what} raises {task.exception()!r}"]
    if late := await _late(case, task):
        return [f"{what} {late} it was cancelled (after {turns} turns of the loop)"]
    if not task.cancelled():
        return [f"{what} swallows its cancellation (after {turns} turns of the loop)"]
    return []


async def _ends(case: Case, what: str, closing: Coroutine[Any, Any, None]) -> list[str]:
    late = await _late(case, asyncio.create_task(closing, name=what))
    return [f"{what} {late} it began"] if late else []


async def _late(case: Case, task: asyncio.Task[Any]) -> str:
    """Waits as long as is allowed, then a little more so that nothing of a slow source is left running."""
    done, _ = await asyncio.wait([task], timeout=case.cancel_seconds)
    if done:
        return ""
    task.cancel()
    await asyncio.wait([task], timeout=10 * case.cancel_seconds)
    return f"goes on for more than {case.cancel_seconds:g} s after"


@check("What can be picked comes level by level, each node once.")
async def discover(case: Case) -> list[str]:
    if Capability.DISCOVER not in case.source_class.spec.capabilities:
        return []
    async with case.opened() as source:
        top = await source.discover(None)
        parent = next((node for node in top if node.has_children), None)
        levels = [top, await source.discover(parent.id) if parent else []]
    wrong = []
    for level in levels:
        ids = [node.id for node in level]
        if len(set(ids)) != len(ids):
            wrong.append(f"nodes come twice: {sorted(ids)[:5]}")
        wrong += [f"the node {node.id!r} has no title" for node in level if not node.title]
    return wrong


@check("No planted secret appears in the config, the log, a step, a page, a node or an error.")
async def secrets(case: Case) -> list[str]:
    leaks = Leaks(case.secrets)
    await _work(case, leaks)
    for number, bad in enumerate(case.bad_configs, 1):
        await _fail(case, bad, leaks, f"bad config {number}")
    return [f"a secret shows in {where}" for where in leaks.found]


async def _work(case: Case, leaks: Leaks) -> None:
    config = case.validated()
    leaks.look("repr(config)", repr(config))
    leaks.look("the stored config", config.model_dump_json())
    async with case.opened() as source:
        with listening(source) as log:
            leaks.look("repr(source)", repr(source))
            leaks.look("vars(source)", vars(source))
            async for step in source.check():
                leaks.look(f"the step {step.name}", msgspec.json.encode(step).decode())
            for partition in await source.partitions():
                read = await collect(source, partition=partition, fetch=False)
                for page in read.pages:
                    leaks.look("a page", msgspec.json.encode(page).decode())
                leaks.look("the state", read.state.values)
                for upsert in _upserts(read)[:1]:
                    gone = msgspec.structs.replace(upsert.ref, source_id="no/such/document", path="", handle=None)
                    try:
                        await source.fetch(gone)
                    except Exception as error:
                        _look_at_error(leaks, "the error of a failed fetch", error)
            if Capability.DISCOVER in case.source_class.spec.capabilities:
                leaks.look("a node", await source.discover(None))
        leaks.look("the log", "\n".join(log.lines))


async def _fail(case: Case, bad: dict[str, Any], leaks: Leaks, name: str) -> None:
    try:
        config = case.source_class.Config.model_validate(bad)
        async with AsyncExitStack() as stack:
            source = await stack.enter_async_context(case.open(config))
            log = stack.enter_context(listening(source))
            async for step in source.check():
                leaks.look(f"the step {step.name} of {name}", msgspec.json.encode(step).decode())
            stack.callback(lambda: leaks.look(f"the log of {name}", "\n".join(log.lines)))
            await collect(source, fetch=False)
    except Exception as error:
        _look_at_error(leaks, f"the error of {name}", error)


def _look_at_error(leaks: Leaks, where: str, error: BaseException) -> None:
    leaks.look(where, msgspec.json.encode(error_info(error)).decode())
    cause: BaseException | None = error
    while cause is not None:
        leaks.look(where, f"{cause} {cause!r}")
        cause = cause.__cause__ or cause.__context__


RUNNING_CHECKS: list[Check] = [steps, fetch, cancel, discover, secrets]
