"""What can be done on one page and nowhere else, and deserves a name there even while its button is not seen.

Every other button is found by the palette as it is seen (`pressed.seen`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from widgets.commands.command import Command, Context
from widgets.commands.pressed import pressing

if TYPE_CHECKING:
    from widgets.shell import Shell

__all__ = ["local_commands"]


def tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)


def local_commands(shell: Shell) -> list[Command]:
    """The commands, by page."""
    return [*_library(shell), *_activity(shell), *_connection(shell), *_add_source(shell), *_settings(shell)]


def _library(shell: Shell) -> list[Command]:
    on = partial(_on, shell, "library")
    no_document = tr("no document with an address is chosen")
    return [
        on(
            "library.open_at_source",
            tr("Open the document at its source"),
            "open_at_source",
            absent=no_document,
            icon="external",
            keys=("Ctrl+O",),
        ),
        on(
            "library.copy_link",
            tr("Copy the document’s link"),
            "copy_link",
            absent=no_document,
            icon="link",
            keys=("Ctrl+Shift+C",),
        ),
        on(
            "library.clear_filters",
            tr("Clear filters"),
            "clear_filters",
            absent=tr("no filter is set"),
            icon="close",
            keys=("Ctrl+Shift+X",),
        ),
        on(
            "library.why",
            tr("Find out why a document is missing"),
            "ask_why",
            absent=tr("the library is not there yet"),
            icon="info",
        ),
    ]


def _activity(shell: Shell) -> list[Command]:
    on = partial(_on, shell, "activity", absent=tr("the log is not there yet"))
    return [
        on(
            "activity.follow",
            tr("Follow the log"),
            "chip_follow",
            help=tr("Stay at the newest line, or stop"),
            icon="arrow-down",
            keys=("Ctrl+J",),
        ),
        on("activity.copy", tr("Copy the selected lines"), "copy_lines", icon="copy"),
        on("activity.export", tr("Export the log"), "export_lines", icon="export", keys=("Ctrl+Shift+E",)),
        on("activity.debug", tr("Show every line"), "chip_debug"),
        on("activity.info", tr("Show information and worse"), "chip_info", icon="info"),
        on("activity.warnings", tr("Show warnings and worse"), "chip_warning", icon="warning"),
        on("activity.errors", tr("Show errors only"), "chip_error", icon="error"),
    ]


def _connection(shell: Shell) -> list[Command]:
    on = partial(_on, shell, "connection")

    def here(id: str, text: str, name: str, *args: Any, icon: str, keys: tuple[str, ...]) -> Command:
        def run(_context: Context) -> None:
            page: Any = shell.current
            getattr(page, name)(*args)

        def when(context: Context) -> str | None:
            return None if context.connections else tr("the source is not there yet")

        return Command(id, text, run, icon=icon, keys=keys, pages=frozenset({"connection"}), when=when)

    nothing_held = tr("no deletions are held back")
    return [
        here("connection.rename", tr("Edit the name"), "begin_rename", icon="edit", keys=("F2",)),
        here("connection.next_tab", tr("Next tab"), "step_tab", 1, icon="arrow-right", keys=("Ctrl+PgDown",)),
        here("connection.tab_before", tr("Tab before"), "step_tab", -1, icon="arrow-left", keys=("Ctrl+PgUp",)),
        on(
            "connection.apply_held",
            tr("Apply the deletions that are held back"),
            "held_apply",
            absent=nothing_held,
            icon="trash",
            danger=True,
        ),
        on(
            "connection.keep_held",
            tr("Keep the documents whose deletion is held back"),
            "held_keep",
            absent=nothing_held,
            icon="held",
        ),
        on("connection.save", tr("Save the settings of the source"), "save", absent=tr("its settings are not seen")),
        on(
            "connection.discard",
            tr("Discard the changes of the settings"),
            "discard",
            absent=tr("nothing was changed"),
        ),
    ]


def _add_source(shell: Shell) -> list[Command]:
    on = partial(_on, shell, "add_source", absent=tr("choose the type of source first"))
    return [
        on("add_source.test", tr("Test what was entered"), "test", icon="flask"),
        on("add_source.save", tr("Save the new source"), "save"),
        on("add_source.save_and_sync", tr("Save the new source and sync"), "save_and_sync", icon="sync"),
        on("add_source.paste", tr("Paste settings"), "paste", icon="copy"),
        on("add_source.discard", tr("Discard what was entered"), "discard", absent=tr("nothing was entered")),
    ]


def _settings(shell: Shell) -> list[Command]:
    absent = tr("go to their diagnostics first")
    return [_on(shell, "settings", "settings.diagnostics", tr("Show the bundle"), "gather_diagnostics", absent=absent)]


def _on(shell: Shell, page: str, id: str, text: str, button: str, **more: Any) -> Command:
    def where() -> QWidget | None:
        return shell.current if shell.navigator.place.page == page else None

    return pressing(id, text, where, button, page, **more)
