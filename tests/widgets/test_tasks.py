"""Task scopes: what is started is cancelled and awaited, and what fails is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from widgets.tasks import Refresher, TaskScope


def test_close_waits_for_the_end_of_every_task() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async def main() -> None:
        scope = TaskScope("page")
        scope.start(work("a"), "a")
        scope.start(work("b"), "b")
        await asyncio.sleep(0)
        await scope.close()
        assert sorted(ended) == ["a", "b"]

    asyncio.run(main())


def test_a_closed_scope_starts_nothing() -> None:
    async def work() -> None:
        raise AssertionError("must not run")

    async def main() -> None:
        scope = TaskScope("page")
        await scope.close()
        with pytest.raises(RuntimeError, match="page is closed"):
            scope.start(work(), "late")

    asyncio.run(main())


def test_an_exception_reaches_the_loop_handler_with_the_tasks_name() -> None:
    told: list[dict[str, Any]] = []

    async def work() -> None:
        raise ValueError("broken")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        scope = TaskScope("page")
        task = scope.start(work(), "load")
        await asyncio.wait([task])
        await asyncio.sleep(0)

    asyncio.run(main())
    assert [(t["message"], str(t["exception"])) for t in told] == [("page.load failed", "broken")]


def test_restart_replaces_the_running_task_of_that_name() -> None:
    seen: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen.append(number)

    async def main() -> None:
        scope = TaskScope("page")
        scope.restart(work(1), "search")
        await asyncio.sleep(0)
        await scope.restart(work(2), "search")
        await scope.close()

    asyncio.run(main())
    assert seen == [2]


def test_a_refresher_answers_what_was_asked_meanwhile_with_one_more_run() -> None:
    runs: list[str] = []

    async def main() -> None:
        scope = TaskScope("page")
        state = "old"

        async def load() -> None:
            seen = state
            await asyncio.sleep(0)
            runs.append(seen)

        refresher = Refresher(scope, "load", load, interval=0.0)
        refresher.ask()
        await asyncio.sleep(0)
        state = "new"
        for _ in range(100):
            refresher.ask()
        while scope.tasks():
            await asyncio.sleep(0)
        await scope.close()
        refresher.ask()

    asyncio.run(main())
    assert runs == ["old", "new"]


def test_now_drops_what_is_loading() -> None:
    runs: list[str] = []

    async def main() -> None:
        scope = TaskScope("page")
        word = "first"

        async def load() -> None:
            seen = word
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            runs.append(seen)

        refresher = Refresher(scope, "load", load, interval=0.0)
        refresher.now()
        await asyncio.sleep(0)
        word = "second"
        refresher.now()
        while scope.tasks():
            await asyncio.sleep(0)
        await scope.close()

    asyncio.run(main())
    assert runs == ["second"]
