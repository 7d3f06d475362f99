"""One act on several connections: each for itself, what came of them in one line, a removal undone as one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from shiboken6 import isValid

from widgets.language import core
from widgets.pages.connection_list import can_pause
from widgets.parts.panels import Banner
from widgets.parts.words import enumerated, format_count, listed, plural

if TYPE_CHECKING:
    from app.api import ConnectionView, RunView
    from connectors.sdk import CheckStep
    from widgets.pages.page import Page

__all__ = ["UNDO_SECONDS", "Bulk", "applies"]

UNDO_SECONDS = 10.0
TOLD_SECONDS = 8.0
TESTS_AT_ONCE = 4

Do = Callable[["ConnectionView"], Awaitable[str]]


def tr(text: str) -> str:
    return QCoreApplication.translate("bulk", text)


def applies(act: str, view: ConnectionView) -> str:
    """ "" where an act would do something, else how it stands instead, as the summary counts it."""
    run = view.active_run
    paused = run is not None and (run.state == "paused" or run.pausing)
    if act == "sync":
        if not view.enabled:
            return tr("{0} disabled")
        if run is not None and not paused:
            return tr("{0} syncing already")
        return tr("{0} needs sign-in") if view.state == "sign_in_again" else ""
    if act == "pause":
        if paused:
            return tr("{0} paused already")
        return "" if run is not None and can_pause(run) else tr("{0} not syncing")
    if act == "resume":
        if not view.enabled:
            return tr("{0} disabled")
        return "" if paused else tr("{0} not paused")
    if act == "cancel":
        return "" if run is not None else tr("{0} not syncing")
    return ""


class Bulk(QObject):
    """The acts on behalf of a page. `changed` is called after each."""

    def __init__(self, page: Page, changed: Callable[[], object]) -> None:
        super().__init__(page)
        self._page = page
        self._client = page.client
        self._changed = changed
        self._to_purge: dict[str, str] = {}

    def run(self, act: str, views: Sequence[ConnectionView]) -> None:
        """Do it to each. One alone says nothing of what is seen anyway."""
        work = {"sync": self._sync, "pause": self._pause, "resume": self._resume, "cancel": self._cancel}
        if act == "remove":
            self._page.tasks.start(self._remove(list(views)), f"remove {len(views)}")
        elif act == "test":
            self._page.tasks.start(self._test_all(list(views)), f"test {len(views)}")
        else:
            self._page.tasks.start(self._each(act, list(views), work[act]), f"{act} {len(views)}")

    async def close(self) -> None:
        """The window closes: what can't be undone any more goes now, its secrets with it."""
        for id in list(self._to_purge):
            await self._purge_one(id)

    # --- each ---

    async def _each(self, act: str, views: list[ConnectionView], do: Do) -> None:
        from connectors.sdk import HeadwaterError

        counted: Counter[str] = Counter()
        problem: HeadwaterError | None = None
        try:
            for view in views:
                instead = applies(act, view)
                try:
                    counted[instead or await do(view)] += 1
                except HeadwaterError as error:
                    if len(views) == 1:
                        raise
                    problem = problem or error
                    counted[tr("{0} failed")] += 1
        finally:
            self._changed()
        if len(views) > 1 or (len(views) == 1 and applies(act, views[0])):
            text = listed(words.format(format_count(number)) for words, number in counted.items())
            if problem is not None:
                text = tr("{0}: {1}").format(text, core(problem.what))
            self._tell(tr("{0}.").format(text), bad=problem is not None)

    async def _sync(self, view: ConnectionView) -> str:
        return _now(await self._client.start_sync(view.id, "incremental"))

    async def _pause(self, view: ConnectionView) -> str:
        assert view.active_run is not None
        run = await self._client.pause_run(view.active_run.id)
        return tr("{0} paused") if run.state == "paused" else tr("{0} pausing")

    async def _resume(self, view: ConnectionView) -> str:
        assert view.active_run is not None
        return _now(await self._client.resume_run(view.active_run.id))

    async def _cancel(self, view: ConnectionView) -> str:
        assert view.active_run is not None
        await self._client.cancel_run(view.active_run.id)
        return tr("{0} cancelled")

    # --- test ---

    async def _test_all(self, views: list[ConnectionView]) -> None:
        slots = asyncio.Semaphore(TESTS_AT_ONCE)
        banner = self._tell(tr("Testing {0} …").format(_sources(len(views))), seconds=None)

        async def test(view: ConnectionView) -> tuple[ConnectionView, CheckStep | None]:
            from app.api import CheckTarget

            failed: CheckStep | None = None
            async with slots:
                async for step in self._client.check(CheckTarget(ref=view.id)):
                    failed = step if step.state == "failed" and failed is None else failed
            return view, failed

        try:
            results = await asyncio.gather(*(test(view) for view in views))
        finally:
            if isValid(banner):
                banner.expire()
        bad = [(view, step) for view, step in results if step is not None]
        good = len(results) - len(bad)
        if not bad:
            one = tr("{0} works.").format(views[0].name) if len(views) == 1 else tr("All {0} work.").format(good)
            self._tell(one)
            return
        why = [
            tr("{0}: {1}").format(view.name, core(step.error.what if step.error else step.message))
            for view, step in bad[:3]
        ]
        if len(bad) > len(why):
            why.append(tr("and {0} more").format(len(bad) - len(why)))
        head = tr("{0} of {1} work").format(good, len(results)) if len(views) > 1 else tr("It does not work")
        self._tell(tr("{0}. {1}.").format(head, enumerated(why)), bad=True)

    # --- remove ---

    async def _remove(self, views: list[ConnectionView]) -> None:
        """Out of sight at once; for good when the offer to undo is over. Where one can't be removed, the offer is for
        those before it."""
        gone: list[ConnectionView] = []
        try:
            for view in views:
                await self._client.remove_connection(view.id, UNDO_SECONDS)
                self._to_purge[view.id] = view.name
                gone.append(view)
        finally:
            self._changed()
            if gone:
                self._offer(gone)

    def _offer(self, views: list[ConnectionView]) -> None:
        """To undo a removal, for a while."""
        ids = [view.id for view in views]
        if len(views) == 1:
            text = tr("{0} and its documents were removed.").format(views[0].name)
        else:
            text = tr("{0} and their documents were removed.").format(_sources(len(views)))
        banner = Banner(text, icon="trash", action_text=tr("Undo"), seconds=UNDO_SECONDS)
        banner.acted.connect(lambda: self._start(self._restore(ids), "restore"))
        banner.expired.connect(lambda: self._start(self._purge(ids), "purge"))
        banner.dismissed.connect(lambda: self._start(self._purge(ids), "purge"))
        self._page.notice.emit(banner)

    async def _restore(self, ids: list[str]) -> None:
        """All that can be had back; then say what could not."""
        from connectors.sdk import HeadwaterError

        problem: HeadwaterError | None = None
        for id in ids:
            try:
                await self._client.restore_connection(id)
                self._to_purge.pop(id, None)
            except HeadwaterError as error:
                problem = problem or error
        self._changed()
        if problem is not None:
            raise problem

    async def _purge(self, ids: list[str]) -> None:
        for id in ids:
            await self._purge_one(id)

    async def _purge_one(self, id: str) -> None:
        if self._to_purge.pop(id, None) is not None:
            await self._client.purge_connection(id)

    def _start(self, coro: Awaitable[None], name: str) -> None:
        async def work() -> None:
            await coro

        if not self._page.tasks.closed:
            self._page.tasks.start(work(), name)

    def _tell(self, text: str, *, bad: bool = False, seconds: float | None = TOLD_SECONDS) -> Banner:
        banner = Banner(
            text,
            ground="warning" if bad else "accent",
            icon="warning" if bad else "info",
            seconds=None if bad else seconds,
        )
        self._page.notice.emit(banner)
        return banner


def _now(run: RunView) -> str:
    return tr("{0} queued") if run.state == "queued" else tr("{0} syncing")


def _sources(number: int) -> str:
    return plural(number, "{0} source", "{0} sources")
