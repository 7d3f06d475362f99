"""Every task of the window has an owner and a name.

A widget that starts coroutines holds a `TaskScope`; closing the scope cancels them and waits for their end, so that
nothing runs on after its page is gone. An exception nobody awaited goes to the loop's exception handler, which the
window turns into a banner and a log line.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

__all__ = ["Refresher", "TaskScope", "suppress_gone"]

T = TypeVar("T")


class TaskScope:
    """The tasks of one owner."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._tasks: set[asyncio.Task[Any]] = set()
        self.closed = False

    def start(self, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run `coro` as a task of this scope. After `close` it is not run at all."""
        if self.closed:
            coro.close()
            raise RuntimeError(f"the scope {self.name} is closed")
        import asyncio  # not before the first frame, which waits for this module

        task = asyncio.get_running_loop().create_task(coro, name=f"{self.name}.{name}")
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def restart(self, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """The same, after cancelling this scope's earlier task of that name: the latest search, the latest load."""
        self.cancel(name)
        return self.start(coro, name)

    def cancel(self, name: str) -> None:
        """Cancel the scope's running tasks of that name."""
        for task in list(self._tasks):
            if task.get_name() == f"{self.name}.{name}":
                task.cancel()

    def running(self, name: str) -> bool:
        """Whether a task of that name has not ended."""
        return any(task.get_name() == f"{self.name}.{name}" and not task.done() for task in self._tasks)

    def tasks(self) -> list[asyncio.Task[Any]]:
        """What has not ended."""
        return [task for task in self._tasks if not task.done()]

    async def close(self) -> None:
        """Cancel all and wait until each has ended."""
        import asyncio

        self.closed = True
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            task.get_loop().call_exception_handler(
                {"message": f"{task.get_name()} failed", "exception": error, "task": task}
            )


class Refresher:
    """Runs `load` when asked: the first time at once, then at most once every `interval` seconds, never two at a time.

    What is asked for while it runs is answered by one more run, so that the last state is always shown."""

    def __init__(
        self, scope: TaskScope, name: str, load: Callable[[], Coroutine[Any, Any, None]], interval: float = 0.25
    ) -> None:
        self._scope = scope
        self._name = name
        self._load = load
        self._interval = interval
        self._again = False

    def ask(self) -> None:
        """Something has changed."""
        if self._scope.running(self._name):
            self._again = True
        elif not self._scope.closed:
            self._scope.start(self._run(), self._name)

    def now(self) -> None:
        """The person has asked: what is loading speaks of something else, begin at once."""
        if not self._scope.closed:
            self._scope.restart(self._run(), self._name)

    async def _run(self) -> None:
        from asyncio import sleep

        while True:
            self._again = False
            await self._load()
            await sleep(self._interval)
            if not self._again:
                return


@contextmanager
def suppress_gone() -> Iterator[None]:
    """For what nobody asked for: that the engine is gone is said by the window itself, once."""
    from connectors.sdk import HeadwaterError

    try:
        yield
    except HeadwaterError as error:
        if error.code not in ("engine_gone", "engine_keeps_ending"):
            raise
