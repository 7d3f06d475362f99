"""What can be done with a connection, the same in its context menu, on its page, in the menus and in the palette."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication

from widgets.commands.command import Command, Context
from widgets.pages.page import Place

if TYPE_CHECKING:
    from app.api import ConnectionView, SyncMode

__all__ = ["connection_commands"]

SEEN_ON = frozenset({"sources", "connection"})
"""The pages on which a connection is meant without being named."""


class Acts(Protocol):
    """What can be done, wherever it is done from."""

    def do(self, act: str, views: Sequence[ConnectionView], /) -> None: ...

    def sync(self, view: ConnectionView, mode: SyncMode, /) -> None: ...

    def enable(self, view: ConnectionView, enabled: bool, /) -> None: ...

    def duplicate(self, view: ConnectionView, /) -> None: ...

    def copy_link(self, view: ConnectionView, /) -> None: ...

    def export(self, views: list[ConnectionView], /) -> None: ...


def tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)


def connection_commands(acts: Callable[[], Acts], go: Callable[[Place], object]) -> list[Command]:
    """The commands; each acts on the connections of its context."""

    def each(act: Callable[[Acts, ConnectionView], object]) -> Callable[[Context], None]:
        def run(context: Context) -> None:
            for view in context.connections:
                act(acts(), view)

        return run

    def does(act: str) -> Callable[[Context], object]:
        return lambda context: acts().do(act, context.connections)

    def retry(context: Context) -> None:
        for view in context.connections:
            if view.failed_items and view.enabled:
                acts().sync(view, "retry")

    def opens(tab: str) -> Callable[[Context], object]:
        return lambda context: go(Place("connection", context.connections[0].id, tab))

    return [
        Command(
            "source.open",
            tr("Open"),
            opens(""),
            icon="chevron-right",
            keys=("Return",),
            pages=frozenset({"sources"}),
            passive=True,
            menu="source",
            when=one,
        ),
        Command(
            "source.sync",
            tr("Sync now"),
            does("sync"),
            help=tr("Fetch what is new"),
            icon="sync",
            keys=("F5",),
            pages=SEEN_ON,
            menu="source",
            section=1,
            when=can_sync,
            buttons=("bulk_sync",),
        ),
        Command(
            "source.reconcile",
            tr("Sync and look for deletions"),
            each(lambda actions, view: actions.sync(view, "reconcile")),
            icon="sync",
            menu="source",
            section=1,
            when=can_sync,
        ),
        Command(
            "source.full",
            tr("Fetch everything again"),
            each(lambda actions, view: actions.sync(view, "full")),
            icon="sync",
            menu="source",
            section=1,
            when=can_sync,
        ),
        Command(
            "source.cancel",
            tr("Cancel sync"),
            does("cancel"),
            help=tr("What has arrived stays"),
            icon="stop",
            keys=("Ctrl+.",),
            pages=SEEN_ON,
            menu="source",
            section=1,
            when=can_cancel,
            buttons=("cancel",),
        ),
        Command(
            "source.pause",
            tr("Pause sync"),
            does("pause"),
            help=tr("It stops when its page is stored, and goes on from there"),
            icon="pause",
            keys=("F9",),
            pages=SEEN_ON,
            menu="source",
            section=1,
            when=can("pause", tr("no sync is under way that can be paused")),
            buttons=("bulk_pause",),
        ),
        Command(
            "source.resume",
            tr("Resume sync"),
            does("resume"),
            icon="play",
            keys=("Shift+F9",),
            pages=SEEN_ON,
            menu="source",
            section=1,
            when=can("resume", tr("no sync is paused")),
            buttons=("bulk_resume",),
        ),
        Command(
            "source.retry",
            tr("Retry what failed"),
            retry,
            help=tr("Fetch the failing items again, and look at nothing else"),
            icon="sync",
            menu="source",
            section=1,
            when=can_retry,
            buttons=("retry",),
        ),
        Command(
            "source.test",
            tr("Test the connection"),
            does("test"),
            icon="flask",
            menu="source",
            section=2,
            when=some,
            buttons=("bulk_test",),
        ),
        Command(
            "source.documents",
            tr("Documents"),
            opens("documents"),
            icon="file",
            menu="source",
            section=2,
            when=one,
        ),
        Command("source.runs", tr("Runs"), opens("runs"), icon="activity", menu="source", section=2, when=one),
        Command(
            "source.settings",
            tr("Settings of the source"),
            opens("settings"),
            icon="settings",
            keys=("Ctrl+I",),
            pages=SEEN_ON,
            menu="source",
            section=2,
            when=one,
        ),
        Command(
            "source.disable",
            tr("Disable"),
            each(lambda actions, view: actions.enable(view, False)),
            help=tr("It keeps its documents and does not sync"),
            icon="disabled",
            menu="source",
            section=3,
            when=lambda context: some(context) or _unless(_any(context, enabled=True), tr("it is disabled already")),
            buttons=("disable",),
        ),
        Command(
            "source.enable",
            tr("Enable"),
            each(lambda actions, view: actions.enable(view, True)),
            icon="play",
            menu="source",
            section=3,
            when=lambda context: some(context) or _unless(_any(context, enabled=False), tr("it is enabled already")),
        ),
        Command(
            "source.duplicate",
            tr("Duplicate"),
            each(lambda actions, view: actions.duplicate(view)),
            icon="duplicate",
            menu="source",
            section=4,
            when=one,
            buttons=("duplicate",),
        ),
        Command(
            "source.export",
            tr("Export …"),
            lambda context: acts().export(list(context.connections)),
            help=tr("To a file, without its secrets"),
            icon="export",
            menu="source",
            section=4,
            when=some,
            buttons=("export", "bulk_export"),
        ),
        Command(
            "source.copy_link",
            tr("Copy link"),
            each(lambda actions, view: actions.copy_link(view)),
            help=tr("An address that opens it in Headwater"),
            icon="link",
            keys=("Ctrl+Shift+C",),
            pages=SEEN_ON,
            menu="source",
            section=4,
            when=one,
        ),
        Command(
            "source.remove",
            tr("Remove"),
            does("remove"),
            help=tr("With its documents; can be undone for ten seconds"),
            icon="trash",
            keys=("Delete",),
            pages=frozenset({"sources"}),
            passive=True,
            menu="source",
            section=5,
            danger=True,
            when=some,
            buttons=("remove", "bulk_remove"),
        ),
    ]


def some(context: Context) -> str | None:
    """It needs a connection."""
    if not context.ready:
        return tr("the engine is still starting")
    return None if context.connections else tr("choose a source first")


def one(context: Context) -> str | None:
    """It needs exactly one."""
    return some(context) or (tr("choose a single source") if len(context.connections) > 1 else None)


def can_sync(context: Context) -> str | None:
    """One of them has to be enabled and at rest."""
    missing = some(context)
    if missing is not None:
        return missing
    if not _any(context, enabled=True):
        return tr("it is disabled; enable it first")
    resting = any(view.enabled and view.active_run is None for view in context.connections)
    return _unless(resting, tr("it is syncing already"))


def can(act: str, reason: str) -> Callable[[Context], str | None]:
    """It has to apply to one of them."""

    def when(context: Context) -> str | None:
        from widgets.pages.bulk import applies

        return some(context) or _unless(any(not applies(act, view) for view in context.connections), reason)

    return when


def can_retry(context: Context) -> str | None:
    """Something has to fail, and nothing to run."""
    failing = [view for view in context.connections if view.failed_items and view.enabled]
    if not failing:
        return some(context) or tr("nothing fails")
    resting = any(view.active_run is None or view.active_run.state == "paused" for view in failing)
    return some(context) or _unless(resting, tr("a sync is running; it tries them anyway"))


def can_cancel(context: Context) -> str | None:
    """One of them has to be at work."""
    working = any(view.active_run is not None for view in context.connections)
    return some(context) or _unless(working, tr("no sync is under way"))


def _any(context: Context, *, enabled: bool) -> bool:
    return any(view.enabled is enabled for view in context.connections)


def _unless(holds: bool, reason: str) -> str | None:
    return None if holds else reason
